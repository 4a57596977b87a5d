"""Submanifolds of V and of its link, and how far they are calibrated."""
