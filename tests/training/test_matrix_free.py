"""A full Hermitian matrix learned from the forms: exact where the data are of its degree."""

import numpy as np
import pytest

import g2links
from g2links.networks.hermitian_potential import HIGHEST, network_degree
from g2links.potentials.families import AlgebraicAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.ricci_flat.hermitian_search import matrix_of, vector_of
from g2links.settings.config import load_hyperparameters
from g2links.training import LinkModel, evaluate, train
from g2links.training.data import take_rows
from g2links.training.matrix_free import HermitianSteps, MatrixFree
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.workflow.training_run import TrainingData, architecture_of, layerless_potential
from tests.training.settings import settings

PLAIN = WeightedHypersurface(g2links.Polynomial("z0^5+z1^4*z2+z2^5+z3^5+z4^4*z3+0.7*z0^2*z1*z2*z3+0.3*z1*z4^4"))


@pytest.mark.parametrize("task", ["3form", "metric"])
def test_it_finds_the_potential_of_the_data(make_model, rows, task):
    """log of a quartic form is a potential of degree 2."""
    training, held_out = rows[task].part(slice(300)), rows[task].part(slice(300, None))
    model = make_model("hermitian", task, noise=0.0)
    model.initialise(training, 0)
    before = evaluate(model, held_out).relative_error
    result = train(model, training, held_out, settings(epochs=20, max_points=300))
    after = evaluate(model, held_out).relative_error
    assert before > 1e-2
    assert after < 1e-7
    assert result.history["loss"][-1] < 1e-16 or result.epochs == 20
    again = LinkModel.from_config(model.get_config())
    again.assign(model.state)
    assert evaluate(again, held_out).relative_error == after


@pytest.fixture(scope="module")
def problem(quintic, link, rows):
    """Some points, and a positive matrix h near the identity."""
    config = {"kind": "potential", "family": "hermitian", "degree": 2}
    model = LinkModel(quintic.to_config(), "3form", config, link.normalisation)
    model.initialise(rows["3form"], 0)
    few = take_rows(rows["3form"], np.arange(50))
    rng = np.random.default_rng(1)
    count = model.architecture.ansatz.sections.count
    parts = rng.normal(size=(2, count, count))
    change = parts[0] + 1j * parts[1]
    change = change + change.conj().T
    optimiser = MatrixFree(model, few, few, settings(max_points=50))
    return optimiser, np.eye(count) + 0.02 * change, change, rng


def _steps(optimiser, h):
    return HermitianSteps(
        optimiser.architecture, optimiser._data, vector_of(h), optimiser._to_white, optimiser.loss(vector_of(h))
    )


def test_the_linear_map_is_the_derivative_of_the_error(problem):
    optimiser, h, change, _ = problem
    step = 1e-4
    forward, back = (_steps(optimiser, h + sign * step * change)._error.astype(float) for sign in (1, -1))
    expected = (forward - back) / (2 * step)
    np.testing.assert_allclose(_steps(optimiser, h)._apply(change), expected, atol=2e-3 * np.max(np.abs(expected)))


def test_the_adjoint_is_the_adjoint(problem):
    optimiser, h, change, rng = problem
    steps = _steps(optimiser, h)
    image = steps._apply(change)
    y = rng.normal(size=image.shape).astype(np.float32)
    assert np.vdot(image, y) == pytest.approx(np.vdot(change, steps._adjoint(y)).real, rel=1e-4)


def test_an_h_that_is_not_positive_is_no_potential(problem):
    optimiser, h, _, _ = problem
    assert np.isfinite(optimiser.loss(vector_of(h)))
    assert not np.isfinite(optimiser.loss(vector_of(-h)))
    np.testing.assert_array_equal(matrix_of(vector_of(h)), h)


def test_the_degree_follows_the_points():
    assert [network_degree(PLAIN, points) for points in (1, 100, 500, 2000, 10**6)] == [1, 2, 3, 4, HIGHEST]
    assert Sections(PLAIN, HIGHEST).count ** 2 == 15_625


def test_a_potential_of_an_algebraic_metric_is_found_too(make_model, rows):
    training, held_out = rows["3form"].part(slice(300)), rows["3form"].part(slice(300, None))
    model = make_model("algebraic", noise=0.0)
    model.initialise(training, 0)
    train(model, training, held_out, settings(epochs=20, max_points=300))
    assert evaluate(model, held_out).relative_error < 1e-7
    again = LinkModel.from_config(model.get_config())
    again.assign(model.state)
    assert evaluate(again, held_out).relative_error == evaluate(model, held_out).relative_error


def _chosen(rows, variety, ansatz=None, **hyperparameters):
    """The architecture of a potential for that variety and the family of its metric."""
    data = TrainingData(rows, rows, rows, variety, 1.0, ansatz=ansatz)
    resolved = data.resolved(load_hyperparameters(None, "3form", hyperparameters))
    return (resolved.units == "auto" and layerless_potential(data)) or architecture_of(resolved, variety)


def test_a_potential_has_no_layers_where_a_network_would_be_poor(rows):
    """Without symmetry, and for weights above 1 where the metric is algebraic; unless units are given."""
    row = rows["3form"]
    weighted = WeightedHypersurface(g2links.from_catalogue("p11222"))
    algebraic = AlgebraicAnsatz(InvariantFeatures(weighted, 4, True, (3, 4)))
    assert _chosen(row, PLAIN)["degree"] == 2
    assert _chosen(row, PLAIN, HermitianAnsatz(Sections(PLAIN, 1)))["degree"] == 1
    assert _chosen(row, weighted, algebraic)["ansatz"] == algebraic.to_config()
    assert "widths" in _chosen(row, weighted)
    assert "widths" in _chosen(row, WeightedHypersurface(g2links.fermat_quintic()))
    assert _chosen(row, PLAIN, units=8)["widths"] == [8, 8]
    assert "widths" in _chosen(row, PLAIN, architecture="direct")
