"""Roots of sparse polynomials of high degree against eigenvalues, and against the product of the linear factors."""

import numpy as np
import pytest

from g2links.varieties.points import roots as module
from g2links.varieties.points.roots import all_roots


@pytest.mark.parametrize("powers", [(0, 1, 100), (0, 30, 31, 90)])
def test_as_many_as_the_degree_and_all_different(rng: np.random.Generator, powers: tuple[int, ...]) -> None:
    shape = (12, len(powers))
    sizes = np.exp(3 * rng.normal(size=shape))
    coefficients = sizes * (rng.normal(size=shape) + 1j * rng.normal(size=shape))
    found = all_roots(np.array(powers), coefficients)
    dense = np.zeros((12, powers[-1] + 1), dtype=complex)
    dense[:, np.array(powers)] = coefficients
    for row, roots in zip(dense, found, strict=True):
        expected = np.roots(row[::-1])
        distances = np.abs(roots[:, None] - expected) / np.abs(expected)
        assert sorted(np.argmin(distances, axis=1)) == list(range(powers[-1]))
        assert np.max(np.min(distances, axis=1)) < 1e-9


def test_rows_that_do_not_converge_are_solved_by_eigenvalues(monkeypatch: pytest.MonkeyPatch) -> None:
    """x^82 + x - 1 with one row of starts that are all the same, which no step tells apart."""
    starts = module._on_circles

    def spoiled(powers, heights):
        return np.where(np.arange(len(heights))[:, None] == 1, 1.0, starts(powers, heights))

    powers, coefficients = np.array([0, 1, 82]), np.array([[-1.0, 1.0, 1.0]] * 2, dtype=complex)
    monkeypatch.setattr(module, "_on_circles", spoiled)
    right, saved = all_roots(powers, coefficients)
    distances = np.abs(right[:, None] - saved)
    assert sorted(np.argmin(distances, axis=1)) == list(range(82))
    assert np.max(np.min(distances, axis=1)) < 1e-10


def test_low_degree(rng: np.random.Generator) -> None:
    coefficients = rng.normal(size=(5, 2)) + 0j
    np.testing.assert_allclose(
        all_roots(np.array([0, 1]), coefficients)[:, 0], -coefficients[:, 0] / coefficients[:, 1]
    )


def test_of_the_circles_of_very_different_radii() -> None:
    """x^90 + 1e40 x + 1 has one root at -1e-40, and 89 on a circle of radius 10^{40/89}."""
    (roots,) = all_roots(np.array([0, 1, 90]), np.array([[1.0, 1e40, 1.0]], dtype=complex))
    moduli = np.sort(np.abs(roots))
    np.testing.assert_allclose(moduli, [1e-40, *[10 ** (40 / 89)] * 89], rtol=1e-9)
