"""Random real lines, as a second route to volumes of real loci."""

import numpy as np


def mean_over_real_lines(f, lines, rng):
    """The mean number of real points of {f = 0} on a random real line of P^{N-1}, and its standard error; times π² it
    is the volume of the real locus for N = 5 (Poincaré)."""
    p, q = rng.normal(size=(2, lines, f.variables))
    angles = np.pi * np.arange(f.degree + 1) / (f.degree + 1)
    rows = np.stack([np.cos(angles) ** (f.degree - k) * np.sin(angles) ** k for k in range(f.degree + 1)], axis=1)
    x = np.cos(angles)[None, :, None] * p[:, None] + np.sin(angles)[None, :, None] * q[:, None]
    values = np.einsum("t,nat->na", f.coefficients.real, np.prod(x[:, :, None] ** f.exponents, axis=3))
    coefficients = np.linalg.solve(rows, values.T).T
    counts = np.array([np.sum(np.abs(np.roots(row).imag) < 1e-9) for row in coefficients])
    return counts.mean(), counts.std() / np.sqrt(lines)
