"""Nodes and weights for integrals over a box."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

_SEVERAL = 16
"""Randomisations of a quasi Monte Carlo rule, from which its error is."""

Box = Sequence[tuple[float, float]]
"""The least and the greatest value of each parameter."""


def gauss_rule(box: Box, orders: Sequence[int]) -> tuple[Float[np.ndarray, "n p"], Float[np.ndarray, " n"]]:
    """The product of Gauss's rules of these orders: exact for polynomials of degree 2 m - 1 in a parameter of order m,
    and with exponential convergence for what is analytic on the closed box.

    Returns:
        Nodes (n, p), the last parameter fastest, and weights (n,).

    Example:
        >>> nodes, weights = gauss_rule([(0, 1), (0, 2)], (3, 3))
        >>> round(float(weights @ nodes[:, 1] ** 3), 12)
        4.0
    """
    nodes, weights = [], []
    for (low, high), order in zip(box, orders, strict=True):
        x, w = np.polynomial.legendre.leggauss(order)
        nodes.append(low + (high - low) * (x + 1) / 2)
        weights.append(w * (high - low) / 2)
    grid = np.stack(np.meshgrid(*nodes, indexing="ij"), axis=-1).reshape(-1, len(nodes))
    return grid, np.prod(np.stack(np.meshgrid(*weights, indexing="ij"), axis=-1), axis=-1).reshape(-1)


def sobol_rule(
    box: Box, n: int, seed: int | np.random.SeedSequence
) -> tuple[Float[np.ndarray, "n p"], Float[np.ndarray, " n"], np.ndarray]:
    """About n points of Sobol's sequence, as sixteen parts of a power of two each with independent scrambling (Owen, J.
    Complexity 14 (1998) 466): their spread is the error.

    Returns:
        Nodes (n, p), weights (n,), and the part (n,) of each node.
    """
    from scipy.stats import qmc

    power = max(1, round(np.log2(max(2, n / _SEVERAL))))
    low, high = np.array(box, dtype=float).T
    seeds = np.random.default_rng(seed).spawn(_SEVERAL)
    parts = [qmc.Sobol(len(low), rng=child).random_base2(power) for child in seeds]
    nodes = low + (high - low) * np.concatenate(parts)
    weights = np.full(len(nodes), np.prod(high - low) / len(nodes))
    return nodes, weights, np.repeat(np.arange(_SEVERAL), len(parts[0]))
