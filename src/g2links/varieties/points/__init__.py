"""Samplers of V, each with the law of its points."""
