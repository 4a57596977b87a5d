"""Monomials that are linearly independent on V, of the multidegree k t of the sections of the k-th power of the
polarisation; where t is not integral, of the smallest multidegree that is at least proportional to it."""

import math
from typing import NamedTuple

import numpy as np

from g2links.varieties.points.systems import monomials_of_multidegree
from g2links.varieties.polynomial import PurePower, exponents_of_degree, pure_power
from g2links.varieties.smooth.finite_field import image, independent_columns, large_primes, square_root_of_minus_one
from g2links.varieties.variety import AbstractVariety

_ROUNDING = 1e-9
"""Of a multiple of t that would be whole."""


class SectionClass(NamedTuple):
    """The line bundle whose sections s a potential (1/κ) log(s† h s) is made of.

    Attributes:
        multidegree: (r,) of the monomials.
        root: κ.
    """

    multidegree: tuple[int, ...]
    root: float

    @property
    def kahler(self) -> tuple[float, ...]:
        """(r,) the class of the potential's ω by itself, multidegree/κ: t where that is integral."""
        return tuple(d / self.root for d in self.multidegree)


def section_class(variety: AbstractVariety, degree: int) -> SectionClass:
    """The multidegree k t and κ = k for integers t. For others no power has sections, and none are needed:

        K = (1/κ) log(s† h s) + Σ_α (t_α - d_α/κ) log|z^(α)|²

    has the class of t for every multidegree d and every κ. Here κ = k/max(t), and d_α = κ t_α rounded up: the first
    part has then a class that is at least t, so that K can be any potential of the class t, as far as k goes, and h
    positive (a theorem of Tian, Bouche, Catlin and Zelditch for the class d).

    Args:
        variety: V.
        degree: k.

    Example:
        >>> import g2links
        >>> bicubic = g2links.of_configuration("P2 3; P2 3", polarisation=(1, 0.37))
        >>> section_class(bicubic, 3)
        SectionClass(multidegree=(3, 2), root=3.0)
    """
    if variety.is_integral:
        return SectionClass(tuple(degree * int(t) for t in variety.polarisation), float(degree))
    root = degree / max(variety.polarisation)
    return SectionClass(tuple(max(1, math.ceil(root * t - _ROUNDING)) for t in variety.polarisation), root)


def independent_monomials(variety: AbstractVariety, degree: int) -> np.ndarray:
    """(N, variables) the exponents of monomials of degree k t, of which none is a combination of others on V.

    Of one equation in one projective space the multiples of a pure power are left out; where it has none, all monomials
    are kept. Of other varieties those that a relation begins with: a multiple of an equation by a monomial, in an
    order in which high powers come first. Relations are brought to echelon form in a finite field, so the choice is
    the same on every machine.

    Args:
        variety: V, in a product of projective spaces or in a weighted one.
        degree: k.
    """
    multidegree = section_class(variety, degree).multidegree
    if len(variety.equations) == len(variety.charges) == 1:
        every = exponents_of_degree(variety.charges[0], multidegree[0])
        pure: PurePower | None = pure_power(variety.equations[0])
        return every if pure is None else every[every[:, pure.variable] < pure.power]
    every = monomials_of_charges(variety, multidegree)
    every = every[np.argsort(-every.max(axis=1), kind="stable")]
    dependent = _leading(variety, multidegree, every)
    kept = np.delete(every, dependent, axis=0)
    return kept[np.lexsort(kept.T[::-1])]


def monomials_of_charges(variety: AbstractVariety, multidegree: tuple[int, ...]) -> np.ndarray:
    """(M, variables) the monomials of a degree under each factor."""
    if variety.heaviest > 1:
        return exponents_of_degree(variety.charges[0], multidegree[0])
    return monomials_of_multidegree(factor_sizes(variety), multidegree)


def monomials_before_relations(variety: AbstractVariety, degree: int) -> int:
    """How many monomials of degree k t there are, without listing them; those of weights 1 are at least as many."""
    pairs = zip(factor_sizes(variety), section_class(variety, degree).multidegree, strict=True)
    return math.prod(math.comb(size - 1 + d, size - 1) for size, d in pairs)


def degrees_down(variety: AbstractVariety, degree: int) -> range:
    """From k - max(w) + 1 to k, for weights 1 k alone: on Σ |ζ_i|² = 1, ζ_i = z_i r^{-w_i}, products of monomials of a
    lower degree with their conjugates are combinations of those of these degrees."""
    return range(max(0, degree - variety.heaviest + 1), degree + 1)


def factor_sizes(variety: AbstractVariety) -> tuple[int, ...]:
    """How many coordinates each projective space has."""
    return tuple(len(factor.coordinates) for factor in variety.factors)


def multinomial_roots(variety: AbstractVariety, degree: int, exponents: np.ndarray) -> np.ndarray:
    """(M,) the square roots of the multinomial coefficients of monomials of multidegree d, with which Σ |s|² =
    Π r_α^{2 d_α}; 1 for weights above 1."""
    if variety.heaviest > 1:
        return np.ones(len(exponents))
    squares = np.ones(len(exponents))
    for factor, d in zip(variety.factors, section_class(variety, degree).multidegree, strict=True):
        total = math.factorial(d)
        powers = exponents[:, factor.coordinates].tolist()
        squares *= [total / math.prod(map(math.factorial, row)) for row in powers]
    return np.sqrt(squares)


def _leading(variety: AbstractVariety, multidegree: tuple[int, ...], every: np.ndarray) -> list[int]:
    """Which monomials of `every` a combination of relations begins with."""
    (prime,) = large_primes(1)
    imaginary = square_root_of_minus_one(prime)
    place = {row.tobytes(): i for i, row in enumerate(every)}
    relations = []
    for f, q in zip(variety.equations, variety.degrees, strict=True):
        rest = tuple(k - d for k, d in zip(multidegree, q, strict=True))
        if min(rest) < 0:
            continue
        values = np.array([image(c, imaginary, prime) for c in f.coefficients], dtype=float)
        for factor in monomials_of_charges(variety, rest):
            row = np.zeros(len(every))
            row[[place[e.tobytes()] for e in f.exponents + factor]] = values
            relations.append(row)
    return independent_columns(np.array(relations), prime) if relations else []
