"""A second sampler, independent of the package's: random affine lines of C^5 (GEOMETRY, section 5)."""

import math

import numpy as np

_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(40)
_POWER, _DECAY, _ORDER = 12.0, 1.0, 2.0


def holomorphic_volume(polynomial, lines, rng, scales=(1.0,) * 5):
    """∫_V |h|² d⁶x and its standard error over lines p + t q, p and q complex Gaussian in the coordinates z_i/s_i.

    The weight of a point of X is χ(r)/(|∇f|² ρ) with χ = r^a exp(-c r^b), and the sum over the points of a line,
    divided by 2π ∫ χ dr/r, is an unbiased estimate.
    """
    scales = np.array(scales)
    p, q = rng.normal(size=(2, lines, 5)) + 1j * rng.normal(size=(2, lines, 5))
    p, q = p / np.sqrt(2), q / np.sqrt(2)
    degree = int(polynomial.exponents.sum(axis=1).max())
    t = np.exp(2j * np.pi * np.arange(degree + 1) / (degree + 1))
    values = _value(polynomial, scales * (p[:, None] + t[None, :, None] * q[:, None]))
    coefficients = np.fft.fft(values, axis=1) / (degree + 1)
    totals = np.zeros(lines)
    for line, row in enumerate(coefficients):
        roots = np.polynomial.polynomial.polyroots(row)
        y = p[line] + roots[:, None] * q[line]
        gradient = scales * _gradient(polynomial, scales * y)
        chi = _chi(y, polynomial.weights)
        near = chi > 0  # far out chi underflows, and with it the density
        slope = np.sum(np.abs(gradient[near]) ** 2, axis=1)
        totals[line] = np.sum(chi[near] / (slope * _rho(y[near], gradient[near])))
    estimate = totals * np.prod(scales) ** 2 / (2 * np.pi * _chi_integral())
    return float(np.mean(estimate)), float(np.std(estimate) / np.sqrt(lines))


def _rho(y, gradient):
    """The density of the points of a random line on X, with respect to 8-volume."""
    size = np.sum(np.abs(y) ** 2, axis=1)
    alpha = np.abs(np.sum(y * gradient, axis=1)) ** 2 / (size * np.sum(np.abs(gradient) ** 2, axis=1))
    s = 0.5 * (_NODES + 1)[None, :]
    kernel = 4 * (1 - s) ** 3 * np.exp(-size[:, None] * (1 - s))
    kernel = kernel * (alpha[:, None] * s + (1 - alpha[:, None]) * (1 - s) / 4)
    return kernel @ (0.5 * _NODE_WEIGHTS) / math.pi**4


def _chi(y, weights):
    r = _radius(y, weights)
    return r**_POWER * np.exp(-_DECAY * r**_ORDER)


def _chi_integral():
    ratio = _POWER / _ORDER
    return math.gamma(ratio) / (_ORDER * _DECAY**ratio)


def _radius(y, weights):
    """A function with r(λ·y) = |λ| r(y): Σ |y_i|^{2/w_i} = r²."""
    return np.sqrt(np.sum(np.abs(y) ** (2 / np.array(weights)), axis=1))


def _value(polynomial, z):
    return sum(c * np.prod(z ** np.array(e), axis=-1) for c, e in polynomial.terms)


def _gradient(polynomial, z):
    columns = []
    for i in range(5):
        terms = [(c * e[i], np.array(e) - np.eye(5, dtype=int)[i]) for c, e in polynomial.terms if e[i]]
        columns.append(sum(c * np.prod(z**e, axis=-1) for c, e in terms))
    return np.stack(columns, axis=-1)
