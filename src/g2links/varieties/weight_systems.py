"""The 7,555 systems of five weights with a quasi-smooth polynomial of degree Σ w, and a sparse member of each.

Found by Klemm and Schimmrigk (hep-th/9204060) and by Kreuzer and Skarke (hep-th/9205004); here enumerated anew.
Charges q_i = w_i/d with q_1 >= ... >= q_5 > 0 and Σ q = 1 form a polytope. By the criterion of `smooth.criteria` for
one variable there is a monomial z_i^a z_j for each i, which says a q_i + q_j = 1 (i = j is allowed). For the four
largest charges, one after the other, each such equation that meets the polytope cuts it, down to a point. Fourteen
times a segment is left, where z_1, ..., z_4 all point to z_5 with Σ 1/a_i = 1; then the criterion for these four
variables, a monomial in them alone, cuts it. What is left is judged by the whole criterion, in integers.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np

from g2links.varieties.polynomial import Polynomial, exponents_of_degree
from g2links.varieties.smooth.criteria import (
    failing_stratum,
    monomials_of_degree,
    occurs_in,
    require_weights,
)
from g2links.varieties.smooth.singularities import require_isolated_singularity

VARIABLES = 5
"""Of a threefold."""
COUNT = 7555
"""How many there are (Klemm and Schimmrigk, Kreuzer and Skarke)."""
_ROUNDING = 1e-9
"""Of charges, which are multiples of 1/3486 at least, and of exponents, in the search by floating point."""

_Charges = np.ndarray
"""Vertices of a polytope of charges, (n, 5)."""

_Rows = tuple[np.ndarray, ...]
"""The integers r, (5,), of equations r·q = 1."""


@cache
def weight_systems() -> tuple[tuple[int, ...], ...]:
    """All of them, each with ascending weights, in the order of their degrees; found in two seconds.

    Raises:
        ArithmeticError: where rounding lost one, as their number is known.
    """
    smooth = [
        w for w in _solutions(np.array([*_equations()])) if failing_stratum(monomials_of_degree(w), VARIABLES) is None
    ]
    if len(smooth) != COUNT:
        raise ArithmeticError(f"{len(smooth)} systems of weights were found, and there are {COUNT}")
    return tuple(sorted(smooth, key=lambda w: (sum(w), w)))


def sparse_member(weights: tuple[int, ...]) -> Polynomial:
    """A quasi-smooth polynomial of degree Σ w with few monomials, all with the coefficient 1.

    For each variable it has a power of it, or a power times another variable: if some choice of these five is
    quasi-smooth, that one (a sum of Fermat types, chains and loops), and if none is, what the criterion lacks.

    Raises:
        PolynomialError: when there is none for these weights, or the one with coefficients 1 is singular.

    Example:
        >>> sparse_member((1, 1, 2, 2, 2)).exponents.max(axis=0).tolist()
        [8, 8, 4, 4, 4]
    """
    require_weights(weights)
    n = len(weights)
    choices = list(product(*(_pointers(weights, i) for i in range(n))))
    exponents = list(next((each for each in choices if failing_stratum(occurs_in(each), n) is None), choices[0]))
    while (stratum := failing_stratum(occurs_in(exponents), n)) is not None:
        exponents.append(next(e for e in _lacking(weights, stratum) if e not in exponents))
    polynomial = Polynomial(tuple((1, exponent) for exponent in exponents), weights)
    require_isolated_singularity(polynomial)
    return polynomial


def _equations() -> Iterator[np.ndarray]:
    """Integer matrices M (5, 5) with M q = 1: all that can have charges q of a system of weights as their solution."""
    total = np.ones(VARIABLES, dtype=int)
    for rows, charges in _cut_by_pointers((), _ordered_charges(), 0):
        for row in _pointer_rows(charges, VARIABLES - 2):
            if len(charges) == 1 or np.ptp(charges @ row) > _ROUNDING:
                yield np.array([*rows, row, total])
            else:
                for exponents in _exponents_of_charge_one(charges[:, :-1]):
                    yield np.array([*rows, row, (*exponents, 0)])


def _ordered_charges() -> _Charges:
    """The vertices of 1/2 >= q_1 >= ... >= q_5 >= 0 with Σ q = 1: equal charges, or 1/2 and equal ones."""
    alike = [[1 / k] * k + [0] * (VARIABLES - k) for k in range(2, VARIABLES + 1)]
    half = [[1 / 2] + [1 / (2 * k)] * k + [0] * (VARIABLES - 1 - k) for k in range(2, VARIABLES)]
    return np.array(alike + half)


def _cut_by_pointers(rows: _Rows, charges: _Charges, i: int) -> Iterator[tuple[_Rows, _Charges]]:
    """All cuts by a q_i + q_j = 1 for the variables from the i-th to the third: segments."""
    if i == VARIABLES - 2:
        yield rows, charges
        return
    for row in _pointer_rows(charges, i):
        kept = _cut(charges, row)
        if np.any(kept[:, -1] > _ROUNDING):
            yield from _cut_by_pointers((*rows, row), kept, i + 1)


def _pointer_rows(charges: _Charges, i: int) -> Iterator[np.ndarray]:
    """The rows of a q_i + q_j = 1, for all j and a for which it can hold between the charges."""
    for j in range(VARIABLES):
        target = 0 if j == i else charges[:, j]
        powers = (1 - target) / charges[:, i]
        for power in range(max(2, _ceil(powers.min())), _floor(powers.max()) + 1):
            row = np.zeros(VARIABLES, dtype=int)
            row[j] = 1
            row[i] = power
            yield row


def _cut(charges: _Charges, row: np.ndarray) -> _Charges:
    """Points whose hull is that of `charges` where row·q = 1: vertices there, and where segments between vertices on
    two sides meet it."""
    side = charges @ row - 1
    above, below, on = side > _ROUNDING, side < -_ROUNDING, np.abs(side) <= _ROUNDING
    share = side[above][:, None] / (side[above][:, None] - side[below])
    between = (1 - share)[..., None] * charges[above][:, None] + share[..., None] * charges[below]
    points = np.concatenate([charges[on], between.reshape(-1, VARIABLES)])
    return points[np.unique(np.round(points, 10), axis=0, return_index=True)[1]]


def _exponents_of_charge_one(charges: _Charges) -> Iterator[tuple[int, ...]]:
    """The monomials whose charge is 1 somewhere between the given charges of their variables, and not everywhere."""
    limits = [range(_floor(1 / q) + 1) for q in charges.min(axis=0)]
    for exponents in product(*limits):
        values = charges @ np.array(exponents)
        if values.min() < 1 + _ROUNDING and values.max() > 1 - _ROUNDING and np.ptp(values) > _ROUNDING:
            yield exponents


def _solutions(matrices: np.ndarray) -> list[tuple[int, ...]]:
    """Ascending weights w without a common divisor and M w = d (1, ..., 1) for one of the matrices, where they are
    positive with Σ w = d, and have a monomial z_i^a z_j of degree d for each i."""
    determinants = np.rint(np.abs(np.linalg.det(matrices))).astype(int)
    matrices, degrees = matrices[determinants > 0], determinants[determinants > 0][:, None]
    charges = np.linalg.solve(matrices, np.ones((len(matrices), VARIABLES, 1)))[..., 0]
    weights = np.rint(charges * degrees).astype(int)
    solved = (matrices @ weights[..., None])[..., 0] == degrees
    right = np.all(solved & (weights > 0), axis=1) & (weights.sum(axis=1) == degrees[:, 0])
    weights = np.sort(weights[right], axis=1)
    weights = np.unique(weights // np.gcd.reduce(weights, axis=1)[:, None], axis=0)
    others = weights[:, None, :] * (1 - np.eye(VARIABLES, dtype=int))
    rest = weights.sum(axis=1)[:, None, None] - others
    pointing = np.all(np.any(rest % weights[..., None] == 0, axis=2), axis=1)
    return [tuple(w) for w in weights[pointing].tolist()]


def _pointers(weights: tuple[int, ...], i: int) -> list[tuple[int, ...]]:
    """The monomials z_i^a and z_i^a z_j of degree Σ w, a power alone first."""
    degree, n = sum(weights), len(weights)
    found = []
    for j in (i, *(j for j in range(n) if j != i)):
        rest = degree - (weights[j] if j != i else 0)
        if rest % weights[i] == 0:
            found.append(tuple(rest // weights[i] * (k == i) + (k == j != i) for k in range(n)))
    return found


def _lacking(weights: tuple[int, ...], stratum: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The monomials that can mend a stratum where the criterion fails: in its variables alone, or times another one."""
    inside, n = [weights[i] for i in stratum], len(weights)
    for extra in (None, *(e for e in range(n) if e not in stratum)):
        rest = sum(weights) - (0 if extra is None else weights[extra])
        for exponents in exponents_of_degree(tuple(inside), rest).tolist():
            whole = dict(zip(stratum, exponents, strict=True)) | ({} if extra is None else {extra: 1})
            yield tuple(whole.get(i, 0) for i in range(n))


def _floor(value: float) -> int:
    return int(np.floor(value + _ROUNDING))


def _ceil(value: float) -> int:
    return int(np.ceil(value - _ROUNDING))
