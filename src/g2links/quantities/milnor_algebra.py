"""The Milnor algebra C[z_0, ..., z_4]/(∂f) of a quasi-smooth f, degree by degree, and what it says of the link.

With the degree d = Σ w of f, a monomial of degree k stands for the exponent l = k/d + 1 of the monodromy of the
singularity (Steenbrink, Compositio Math. 34 (1977) 211): cohomology of the Milnor fibre M, of real dimension 8. The
integers among these exponents are the kernel of the intersection form of M, which is H^3 of the link (Milnor, Singular
points of complex hypersurfaces, 1968), and on the others the form has the sign (-1)^[l].
"""

import math
from typing import TypeAlias

import numpy as np
from jaxtyping import Int64

Dimensions: TypeAlias = Int64[np.ndarray, " degrees"]
"""Of the Milnor algebra in the degrees 0, ..., 3d."""

_LIFTS = 48
"""ν is known modulo this number (Crowley and Nordström, arXiv:1211.0269)."""


def milnor_number(weights: tuple[int, ...]) -> int:
    """μ = Π (d - w_i)/w_i with d = Σ w, the dimension of the Milnor algebra.

    Args:
        weights: w, which admit a quasi-smooth f.

    Example:
        >>> milnor_number((1, 1, 1, 1, 1))
        1024
    """
    degree = sum(weights)
    return math.prod(degree - w for w in weights) // math.prod(weights)


def milnor_dimensions(weights: tuple[int, ...]) -> Dimensions:
    """How many monomials of each degree the Milnor algebra has: the coefficients of Π (1 - x^{d-w_i})/(1 - x^{w_i}).

    Args:
        weights: five w, which admit a quasi-smooth f of degree d = Σ w.

    Returns:
        int64 (3d + 1,), for the degrees 0, ..., 3d; symmetric, with the sum μ.

    Example:
        >>> milnor_dimensions((1, 1, 1, 1, 1))[:6].tolist()
        [1, 5, 15, 35, 65, 101]
    """
    degree = sum(weights)
    series = np.zeros(sum(degree - 2 * w for w in weights) + 1, dtype=np.int64)
    series[0] = 1
    for w in weights:
        series[degree - w :] -= series[: w - degree].copy()
        rows = np.zeros((-(-len(series) // w), w), dtype=np.int64)
        rows.reshape(-1)[: len(series)] = series
        series = np.cumsum(rows, axis=0).reshape(-1)[: len(series)]
    return series


def basic_h21(dimensions: Dimensions) -> int:
    """h^{2,1} of the basic cohomology of the link, which is that of the orbifold V: the deformations of f.

    Args:
        dimensions: those of `milnor_dimensions`, with five weights.
    """
    return int(dimensions[len(dimensions) // 3])


def third_betti_number(dimensions: Dimensions) -> int:
    """b_3 of the link: the monomials of the degrees 0, d, 2d, 3d, whose exponents are integers. It is 2 + 2 h^{2,1}.

    Args:
        dimensions: those of `milnor_dimensions`, with five weights.
    """
    return int(dimensions[:: len(dimensions) // 3].sum())


def milnor_signature(dimensions: Dimensions) -> int:
    """The signature μ₊ - μ₋ of the Milnor fibre: exponents l that are no integers, with [l] even and odd.

    Args:
        dimensions: those of `milnor_dimensions`, with five weights.

    Example:
        >>> milnor_signature(milnor_dimensions((1, 1, 1, 1, 1)))
        340
    """
    between = dimensions[:-1].reshape(3, -1)[:, 1:].sum(axis=1)
    return int(between[1] - between[0] - between[2])


def nu_invariant(milnor: int, signature: int) -> int:
    """The Crowley-Nordström invariant of the G2-structure φ of the link, modulo 48: ν = χ(M) - 3σ(M) for the
    Milnor fibre M, which bounds the link with its spinor: 1 + μ - 3(μ₊ - μ₋) (Calvo-Andrade, Rodríguez Díaz and Sá
    Earp, arXiv:1606.09271). It is odd.

    Args:
        milnor: μ.
        signature: μ₊ - μ₋.

    Example:
        >>> nu_invariant(1024, 340)
        5
    """
    return (1 + milnor - 3 * signature) % _LIFTS
