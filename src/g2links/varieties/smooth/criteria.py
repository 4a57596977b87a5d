"""Which sets of monomials admit a quasi-smooth polynomial: one with an isolated singularity at 0.

The criterion (Iano-Fletcher, Working with weighted complete intersections, theorem 8.1; Kreuzer and Skarke,
hep-th/9202039): for every non-empty set I of variables there is a monomial in the variables of I alone, or there are
|I| different variables z_e outside I, each with a monomial z_e·(a monomial in I). Where it fails f is singular for
all coefficients: f and its derivatives inside I vanish on the stratum {z_i = 0 for i not in I}, and the other
derivatives are fewer than |I| equations there. Where it holds, generic coefficients give a quasi-smooth f.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import combinations

import numpy as np

from g2links.errors import PolynomialError
from g2links.varieties.polynomial import Polynomial, format_term, wrong_degree

Occurs = Callable[[tuple[int, ...], int | None], bool]
"""Whether a monomial occurs that is one in the variables I, times z_e if e is given."""


def require_degree(polynomial: Polynomial) -> None:
    """Refuse f without the degree Σ w, for which all here is written.

    Raises:
        PolynomialError: naming a term and its degree.
    """
    if polynomial.degree != sum(polynomial.weights):
        raise wrong_degree(format_term(*polynomial.terms[0]), polynomial.degree, polynomial.weights)


def require_weights(weights: tuple[int, ...]) -> None:
    """Refuse weights for which no polynomial of degree Σ w is quasi-smooth, or that have a common divisor.

    Raises:
        PolynomialError: naming the condition that fails.
    """
    divisor = math.gcd(*weights)
    if divisor > 1:
        reduced = tuple(w // divisor for w in weights)
        raise PolynomialError("weights", weights, f"they have the common divisor {divisor}; use {reduced}")
    occurs = monomials_of_degree(weights)
    stratum = failing_stratum(occurs, len(weights))
    if stratum is not None:
        raise PolynomialError(
            "weights",
            weights,
            f"every polynomial of degree {sum(weights)} is singular: {_reason(stratum, occurs, len(weights))}",
        )


def monomials_of_degree(weights: tuple[int, ...]) -> Occurs:
    """Which monomials there are in f of degree Σ w with all coefficients."""
    degree = sum(weights)
    degrees = cache(lambda subset: reachable(tuple(weights[i] for i in subset), degree))
    return lambda subset, extra: bool(degrees(subset) >> (degree - (0 if extra is None else weights[extra])) & 1)


def require_monomials(polynomial: Polynomial) -> None:
    """Refuse a polynomial that its monomials make singular, whatever the coefficients.

    Raises:
        PolynomialError: naming the coordinate stratum that contains singular points.
    """
    occurs = occurs_in([exponents for _, exponents in polynomial.terms])
    stratum = failing_stratum(occurs, polynomial.variables)
    if stratum is not None:
        raise PolynomialError(
            "polynomial",
            " + ".join(format_term(c, e) for c, e in polynomial.terms[:12]),
            f"it is singular, for all coefficients: {_reason(stratum, occurs, polynomial.variables)}",
        )


def occurs_in(exponents: Sequence[tuple[int, ...]]) -> Occurs:
    """Which monomials there are among the given ones."""
    n = len(exponents[0])

    def occurs(subset: tuple[int, ...], extra: int | None) -> bool:
        outside = [(i, int(i == extra)) for i in range(n) if i not in subset]
        return any(all(each[i] == wanted for i, wanted in outside) for each in exponents)

    return occurs


def failing_stratum(occurs: Occurs, variables: int) -> tuple[int, ...] | None:
    """The smallest set I for which the criterion fails, if there is one."""
    for subset in _subsets(variables):
        if not occurs(subset, None) and len(_outside(subset, occurs, variables)) < len(subset):
            return subset
    return None


def is_invertible(polynomial: Polynomial) -> bool:
    """Whether f has as many monomials as variables, with an invertible matrix of exponents. Then all coefficients are
    1 after rescaling the coordinates, so that the criterion decides for the given f (these are sums of Fermat, chain
    and loop types)."""
    exponents = polynomial.exponents
    return len(exponents) == polynomial.variables and round(float(np.linalg.det(exponents.astype(float)))) != 0


def reachable(weights: tuple[int, ...], highest: int) -> int:
    """The degrees k <= `highest` of all monomials in variables of these weights, as the bits 2^k of one number."""
    degrees, within = 1, (1 << (highest + 1)) - 1
    for w in weights:
        step = w
        while step <= highest:  # after steps of w, 2w, 4w, ... every multiple of w has been added
            degrees |= degrees << step & within
            step *= 2
    return degrees


def _outside(subset: tuple[int, ...], occurs: Occurs, variables: int) -> list[int]:
    return [e for e in range(variables) if e not in subset and occurs(subset, e)]


def _subsets(variables: int) -> Iterator[tuple[int, ...]]:
    for size in range(1, variables + 1):
        yield from combinations(range(variables), size)


def _reason(stratum: tuple[int, ...], occurs: Occurs, variables: int) -> str:
    inside = ", ".join(f"z{i}" for i in stratum)
    found = [f"z{e}" for e in _outside(stratum, occurs, variables)]
    zero = ", ".join(f"z{i}" for i in range(variables) if i not in stratum)
    place = f"on {zero} = 0" if zero else "everywhere"
    count = f"only {len(found)} ({', '.join(found)})" if found else "none"
    return (
        f"no monomial is one in {inside} alone, and of the other variables z_e {count} occur as z_e times a "
        f"monomial in {inside}, where {len(stratum)} are needed; so it has singular points {place}"
    )
