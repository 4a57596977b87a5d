"""Derivatives of functions on V, and the map of a function over many points in bounded memory."""
