"""Conjugate gradients end at the solution of the damped linear problem, the sooner the better S is."""

import numpy as np
import pytest

from g2links.ricci_flat.conjugate_gradients import least_squares


@pytest.fixture
def problem(rng):
    """A (40, 12), badly scaled, and b (40,)."""
    return rng.normal(size=(40, 12)) * 10.0 ** rng.uniform(-3, 0, 12), rng.normal(size=40)


def _solve(problem, **options):
    matrix, target = problem
    seen = []

    def enough(progress):
        seen.append(progress.steps)
        return progress.gradients[-1] < 1e-22 * progress.gradients[0] or progress.steps == 1000

    return least_squares(lambda x: matrix @ x, lambda r: matrix.T @ r, target, enough, **options), seen[-1]


def test_the_solution(problem):
    matrix, target = problem
    values, vectors = np.linalg.eigh(matrix.T @ matrix)
    white = (vectors / np.sqrt(values)) @ vectors.T
    found, steps = _solve(problem, preconditioner=lambda y: white @ y)
    np.testing.assert_allclose(found, np.linalg.lstsq(matrix, target)[0], rtol=1e-7)
    assert steps <= 3
    assert _solve(problem)[1] > 12


def test_the_shift(problem):
    """shift |y|² with shift = damping |A d|²/|d|², d = A† b the first direction."""
    matrix, target = problem
    first = matrix.T @ target
    shift = 0.5 * np.sum((matrix @ first) ** 2) / np.sum(first**2)
    expected = np.linalg.solve(matrix.T @ matrix + shift * np.eye(12), first)
    np.testing.assert_allclose(_solve(problem, damping=0.5)[0], expected, rtol=1e-8)


def test_there_is_one_step(problem):
    matrix, target = problem
    found = least_squares(lambda x: matrix @ x, lambda r: matrix.T @ r, target, lambda _: True)
    direction = matrix.T @ target
    rate = np.sum(direction**2) / np.sum((matrix @ direction) ** 2)
    np.testing.assert_allclose(found, rate * direction)
