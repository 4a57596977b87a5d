from typing import NamedTuple

import numpy as np
import pytest

from g2links.ricci_flat.levenberg_marquardt import (
    NormalEquations,
    Result,
    SingularValues,
    first_state,
    minimise,
)


def _problem(rng, condition=1e3):
    left, _ = np.linalg.qr(rng.normal(size=(60, 8)))
    right, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    return left @ np.diag(np.geomspace(1, 1 / condition, 8)) @ right, rng.normal(size=60)


@pytest.mark.parametrize("damping", [1.0, 1e-3])
def test_the_two_linearisations_take_the_same_step(rng, damping):
    jacobian, residual = _problem(rng)
    expected = np.linalg.solve(
        jacobian.T @ jacobian + damping * np.diag(np.sum(jacobian**2, axis=0)), -jacobian.T @ residual
    )
    normal = NormalEquations(jacobian.T @ jacobian, jacobian.T @ residual, float(residual @ residual))
    np.testing.assert_allclose(normal.step(damping), expected, rtol=1e-9)
    np.testing.assert_allclose(SingularValues.of(jacobian, residual).step(damping), expected, rtol=1e-9)


def test_singular_values_keep_the_accuracy_that_normal_equations_lose(rng):
    jacobian, _ = _problem(rng, condition=1e9)
    solution = rng.normal(size=8)
    step = SingularValues.of(jacobian, -jacobian @ solution).step(1e-26)
    np.testing.assert_allclose(step, solution, atol=1e-5)


def test_directions_without_effect_are_not_taken(rng):
    jacobian, residual = _problem(rng)
    jacobian = np.concatenate([jacobian, 1e-30 * rng.normal(size=(60, 1))], axis=1)
    step = SingularValues.of(jacobian, residual).step(1e-12)
    assert np.abs(step[-1]) < 1e-9 * np.abs(step).max()


class _Rosenbrock(NamedTuple):
    def residual(self, x):
        return np.array([10 * (x[1] - x[0] ** 2), 1 - x[0]])

    def linearise(self, x):
        return SingularValues.of(np.array([[-20 * x[0], 10.0], [-1.0, 0.0]]), self.residual(x))

    def loss(self, x):
        return float(np.sum(self.residual(x) ** 2))


def test_rosenbrock_valley():
    state, result = minimise(_Rosenbrock(), first_state(np.array([-1.2, 1.0])), iterations=60)
    assert result is not Result.STOPPED
    np.testing.assert_allclose(state.vector, [1, 1], atol=1e-7)


def test_a_parameter_that_nothing_depends_on_stays():
    rows, residual = np.array([[2.0, 0.0], [0.0, 0.0], [1.0, 0.0]]), np.array([1.0, 1.0, -1.0])
    step = NormalEquations(rows.T @ rows, rows.T @ residual, float(residual @ residual)).step(1e-12)
    np.testing.assert_allclose(step, [-0.2, 0.0], atol=1e-9)
    nothing = NormalEquations(np.zeros((2, 2)), np.zeros(2), 1.0)
    assert not nothing.step(1e-2).any()
