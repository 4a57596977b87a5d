"""Directions of complex structures of a hypersurface: polynomials of the degree of f modulo the derivatives of f."""

import numpy as np
import scipy.linalg

from g2links.errors import InputError
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.polynomial import Polynomial, exponents_of_degree

_DEPENDENT = 1e-9
"""Of the length of a polynomial: less than that outside of the Jacobian ideal is rounding."""


def monomial_basis(f: Polynomial) -> tuple[Polynomial, ...]:
    """Monomials that are a basis of the degree d of the Milnor algebra, in lexicographic order: those without
    z_i^{A_i-1} for a sum of powers, 101 for a quintic.

    Example:
        >>> from g2links.varieties.catalogue import from_catalogue
        >>> len(monomial_basis(from_catalogue("p11222"))), len(monomial_basis(from_catalogue("dwork(0.3)")))
        (83, 101)
    """
    table = exponents_of_degree(f.weights, f.degree)
    ideal = _ideal(f, table)
    outside = np.eye(len(table)) - ideal @ ideal.conj().T
    _, _, order = scipy.linalg.qr(outside, pivoting=True)
    chosen = np.sort(order[: len(table) - ideal.shape[1]])
    return tuple(Polynomial([(1, row)], f.weights, _name(row)) for row in table[chosen])


def product_of_coordinates(f: Polynomial) -> Polynomial:
    """z_0···z_{N-1}, the direction of Dwork-like families."""
    ones = np.ones(f.variables, dtype=int)
    return Polynomial([(1, ones)], f.weights, _name(ones))


def read_direction(given: Polynomial | str, f: Polynomial) -> Polynomial:
    """A direction from a polynomial or its text.

    Raises:
        InputError: for another degree than that of f, and for what only changes coordinates.
    """
    try:
        m = given if isinstance(given, Polynomial) else parse_polynomial(given, f.weights)
    except InputError as error:
        raise InputError("directions", given, f"polynomials of degree {f.degree} ({error})") from error
    if m.weights != f.weights or m.degree != f.degree:
        raise InputError("directions", str(given), f"polynomials of degree {f.degree}, that of f, in its coordinates")
    table = exponents_of_degree(f.weights, f.degree)
    vector = np.zeros(len(table), dtype=complex)
    for coefficient, exponents in m.terms:
        vector[np.flatnonzero((table == exponents).all(axis=1))] = coefficient
    ideal = _ideal(f, table)
    outside = vector - ideal @ (ideal.conj().T @ vector)
    if np.linalg.norm(outside) < _DEPENDENT * np.linalg.norm(vector):
        raise InputError("directions", str(given), "it lies in the ideal of the derivatives of f: V stays the same")
    return m


def _ideal(f: Polynomial, table: np.ndarray) -> np.ndarray:
    """(M, J) orthonormal columns that span the ideal of the derivatives among the monomials of the table."""
    place = {tuple(row): i for i, row in enumerate(table.tolist())}
    columns = []
    for i, w in enumerate(f.weights):
        for factor in exponents_of_degree(f.weights, w):
            column = np.zeros(len(table), dtype=complex)
            for coefficient, exponents in f.terms:
                if exponents[i]:
                    shifted = np.array(exponents) + factor
                    shifted[i] -= 1
                    column[place[tuple(shifted.tolist())]] += coefficient * exponents[i]
            columns.append(column)
    left, sizes, _ = scipy.linalg.svd(np.stack(columns, axis=1), full_matrices=False)
    return np.asarray(left[:, sizes > _DEPENDENT * sizes[0]])


def _name(exponents: np.ndarray) -> str:
    return "*".join(f"z{i}" if e == 1 else f"z{i}^{e}" for i, e in enumerate(exponents) if e)
