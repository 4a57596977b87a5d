"""Intersection numbers of V, exact, from the charges and the degrees of the equations alone (GEOMETRY, section 7).

The classes are polynomials in J_1, ..., J_r, the hyperplane classes of the factors of the ambient space, which is
a product of weighted projective spaces: ∫ Π J_α^{N_α - 1} = 1/Π Q over it, and each equation has the class q_j·J.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from g2links.varieties.variety import AbstractVariety

Class = dict[tuple[int, ...], int | Fraction]
"""A polynomial in J: coefficients by exponents (r,)."""


def intersect(variety: AbstractVariety, classes: Iterable[Sequence[int | float]]) -> Fraction:
    """∫_V of a product of n classes Σ t_α J_α, each given by its t; exact for the t that are given, real ones too."""
    product: Class = {(0,) * len(variety.charges): 1}
    for t in classes:
        product = multiply(product, linear(t))
    return integrate(variety, product)


def integrate(variety: AbstractVariety, class_: Class) -> Fraction:
    """∫_V of a class; parts of other degrees than n do not count."""
    for q in variety.degrees:
        class_ = multiply(class_, linear(q))
    top = tuple(len(factor.coordinates) - 1 for factor in variety.factors)
    charges = math.prod(c for row in variety.charges for c in row if c)
    return Fraction(class_.get(top, 0)) / charges


def chern_classes(variety: AbstractVariety) -> list[Class]:
    """c_0, ..., c_n of V, from Π (1 + Q_i·J) / Π (1 + q_j·J)."""
    n, r = variety.dimension, len(variety.charges)
    total: list[Class] = [{(0,) * r: 1}, *({} for _ in range(n))]
    for column in zip(*variety.charges, strict=True):
        total = [_added(total[k], multiply(total[k - 1], linear(column)) if k else {}) for k in range(n + 1)]
    for q in variety.degrees:
        minus = linear([-a for a in q])
        for k in range(1, n + 1):
            total[k] = _added(total[k], multiply(total[k - 1], minus))
    return total


def linear(t: Sequence[int | float]) -> Class:
    """Σ t_α J_α."""
    exact = [c if isinstance(c, int) else Fraction(c) for c in t]
    return {tuple(int(a == b) for b in range(len(t))): c for a, c in enumerate(exact) if c}


def multiply(first: Class, second: Class) -> Class:
    """The product of two classes."""
    product: Class = {}
    for p, a in first.items():
        for q, b in second.items():
            key = tuple(i + j for i, j in zip(p, q, strict=True))
            product[key] = product.get(key, 0) + a * b
    return product


def _added(first: Class, second: Class) -> Class:
    return {key: first.get(key, 0) + second.get(key, 0) for key in first.keys() | second.keys()}
