"""Derivatives in t and t̄ of a function of one complex variable, from its values on a disc alone."""

import itertools

import numpy as np

RADIUS = 0.12
_DEGREE = 9
_POWERS = [(p, q) for p, q in itertools.product(range(_DEGREE + 1), repeat=2) if p + q <= _DEGREE]


def nodes():
    """Points of the disc, (n,), denser towards its edge."""
    radii = RADIUS * np.sin(np.pi / 2 * (np.arange(9) + 0.5) / 9)
    angles = 2 * np.pi * (np.arange(24) + 0.37) / 24
    return (radii[:, None] * np.exp(1j * (angles + np.arange(9)[:, None]))).ravel()


def derivatives(values):
    """∂^p ∂̄^q at t = 0, for p, q <= 2, from values (n, ...) at `nodes()`, by a least-squares polynomial."""
    t = nodes() / RADIUS
    table = np.stack([t**p * t.conj() ** q for p, q in _POWERS], axis=1)
    flat = np.asarray(values, dtype=complex).reshape(len(t), -1)
    found, *_ = np.linalg.lstsq(table, flat, rcond=None)
    factorial = (1, 1, 2)
    return {
        (p, q): (row * factorial[p] * factorial[q] / RADIUS ** (p + q)).reshape(np.shape(values)[1:])
        for (p, q), row in zip(_POWERS, found, strict=True)
        if p <= 2 and q <= 2
    }
