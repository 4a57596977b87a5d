"""All isolated solutions of many systems of two equations in two unknowns, by eliminating one of them.

The resultant in x of f_1(x, y) and f_2(x, y), the determinant of Sylvester's matrix, is a polynomial in y whose degree
is the number of solutions. Its values at roots of unity give its coefficients, and eigenvalues of companion matrices
its roots; at each, x follows from the kernel (x^{k-1}, ..., x, 1) of the matrix. That has the digits that a few of
Newton's steps (`path_tracking`) need, and takes a tenth of the time of following paths. Where it has not, solutions are
missing, and whoever counts them follows paths.
"""

import numpy as np

from g2links.varieties.points.roots import all_roots


def unknowns(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The coordinates, in the row of those of all factors, that are unknown where the last of each factor is 1."""
    starts = np.cumsum([0, *sizes[:-1]])
    return tuple(int(start + i) for start, size in zip(starts, sizes, strict=True) for i in range(size - 1))


def eliminated(
    exponents: tuple[np.ndarray, np.ndarray],
    systems: tuple[np.ndarray, np.ndarray],
    places: tuple[int, int],
    solutions: int,
) -> np.ndarray:
    """(n, solutions, variables) approximate solutions of n systems, 1 at all coordinates but two.

    Args:
        exponents: (M_j, variables) the monomials of each equation.
        systems: (n, M_j) their coefficients.
        places: the coordinates x and y.
        solutions: how many there are, the degree of the resultant.
    """
    y = np.exp(2j * np.pi * np.arange(solutions + 1) / (solutions + 1))
    values = np.linalg.det(_sylvester(exponents, systems, places, np.tile(y, (len(systems[0]), 1))))
    coefficients = np.fft.fft(values, axis=1) / (solutions + 1)
    roots = all_roots(np.arange(solutions + 1), coefficients)
    matrices = _sylvester(exponents, systems, places, roots)
    kernel = np.linalg.solve(matrices[..., :-1, :-1], -matrices[..., :-1, -1:])
    found = np.ones((*roots.shape, exponents[0].shape[1]), dtype=complex)
    found[..., places[0]], found[..., places[1]] = kernel[..., -1, 0], roots
    return found


def _sylvester(
    exponents: tuple[np.ndarray, np.ndarray],
    systems: tuple[np.ndarray, np.ndarray],
    places: tuple[int, int],
    y: np.ndarray,
) -> np.ndarray:
    """(n, k, a, a) Sylvester's matrices in x, highest powers first, at the values y (n, k)."""
    degrees = [int(e[:, places[0]].max()) for e in exponents]
    matrix = np.zeros((*y.shape, sum(degrees), sum(degrees)), dtype=complex)
    highest = max(int(e[:, places[1]].max()) for e in exponents)
    powers = y[..., None] ** np.arange(highest + 1)
    row = 0
    for own, coefficients, degree, copies in zip(exponents, systems, degrees, degrees[::-1], strict=True):
        table = np.zeros((len(coefficients), highest + 1, degree + 1), dtype=complex)
        for u, e in enumerate(own):
            table[:, e[places[1]], degree - e[places[0]]] += coefficients[:, u]
        in_x = powers @ table
        for shift in range(copies):
            matrix[..., row + shift, shift : shift + degree + 1] = in_x
        row += copies
    return matrix
