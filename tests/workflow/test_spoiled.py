"""A good run, spoiled in twelve ways: each check that should notice fails, with the figure that shows it."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.checks.contract import CheckSetting, Found
from g2links.checks.measures import CHECK
from g2links.networks.cy_model import CalabiYauMetric
from g2links.potentials.families import KahlerPotential
from g2links.reports.statistics import judge_integrals

N = 60


@pytest.fixture(scope="module")
def cy(solved_home):
    return g2links.open_run(solved_home)


@pytest.fixture(scope="module")
def network(cy):
    data = cy.sample(1500, n_rotations=1)
    return g2links.train(data, "3form", architecture="potential", units=8, epochs=12, progress=False)


def failures(name, cy, **options):
    return g2links.check(name, cy=cy, n_points=N, progress=False, **options).failures


def with_model(cy, *, potential=None, normalisation=None):
    """The same record beside another model."""
    link = cy.link
    model = CalabiYauMetric.from_potential(
        link.variety, potential or link.potential, normalisation or float(link.normalisation)
    )
    return dataclasses.replace(cy, model=model)


def with_parameters(cy, change):
    potential = cy.link.potential
    return with_model(cy, potential=KahlerPotential(potential.ansatz, jax.tree.map(change, potential.parameters)))


def with_figures(cy, **figures):
    return dataclasses.replace(cy, record={**cy.record, "figures": {**cy.record["figures"], **figures}})


@pytest.fixture(scope="module")
def measured(cy):
    return g2links.check("measures", cy=cy, n_points=N, progress=False)


def test_the_good_run_passes(cy, network, measured):
    assert cy.passed
    assert measured.failures == []
    assert failures("analytic", cy) == []
    assert failures("model", cy, networks={"3form": network}) == []


def _reference(potential):
    """The parameters of u = 0, as near as the family comes: those that it starts from."""
    return potential.ansatz.initial(np.random.default_rng(0), np.ones((1, potential.ansatz.features.count)))


SPOILED = {
    "the potential is replaced by that of the reference metric": (
        "measures",
        lambda cy: with_model(cy, potential=KahlerPotential(cy.link.potential.ansatz, _reference(cy.link.potential))),
        "sigma",
    ),
    "each coefficient of the potential is off by a tenth": (
        "analytic",
        lambda cy: with_parameters(cy, lambda p: p * (1 + 0.1 * jnp.cos(jnp.arange(p.size).reshape(p.shape)))),
        "psi_minus_star_phi",
    ),
    "two coefficients of the potential are swapped": (
        "analytic",
        lambda cy: with_parameters(cy, lambda p: p.at[jnp.array([1, 2])].set(p[jnp.array([2, 1])])),
        "psi_minus_star_phi",
    ),
    "the scale of the volume form is off by half a per cent": (
        "analytic",
        lambda cy: with_model(cy, normalisation=1.005 * float(cy.link.normalisation)),
        "inverse_lambda_squared",
    ),
    "the record says a smaller mean square": (
        "analytic",
        lambda cy: with_figures(cy, ma_rms=cy.figures["ma_rms"] / 100),
        "psi_minus_star_phi",
    ),
    "the record says a metric that is not good enough": (
        "analytic",
        lambda cy: with_figures(cy, sigma=0.2),
        "the metric is not good enough: sigma",
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_metric_is_noticed(cy, what):
    check, spoil, figure = SPOILED[what]
    found = failures(check, spoil(cy))
    assert any(sentence.startswith(figure) for sentence in found), found


SPOILED_RECORDS = {
    "the record says a smaller sigma": ("sigma", 0.5),
    "the record says a larger sigma": ("sigma", 2.0),
    "the record says a smaller error at the worst point": ("ma_supremum", 0.3),
}


@pytest.mark.parametrize("what", SPOILED_RECORDS)
def test_a_spoiled_record_is_noticed(cy, measured, what):
    """By `check measures`, whose figures do not depend on the record."""
    figure, factor = SPOILED_RECORDS[what]
    recorded = {**cy.figures, figure: factor * cy.figures[figure]}
    setting = CheckSetting(cy.link, measured.points, recorded, cy.record["standard_errors"])
    integrals = {name: value for name, value in measured.figures.items() if "standard_error" in value}
    found = judge_integrals(integrals, CHECK.thresholds(setting, Found(measured.pointwise, integrals)))
    assert [sentence.split(":")[0] for sentence in found] == [figure]


def _swapped(weights):
    """The first two columns of the first matrix change places."""
    changed = [w.copy() for w in weights]
    first = next(w for w in changed if w.ndim == 2 and min(w.shape) > 1)
    first[:, [0, 1]] = first[:, [1, 0]]
    return changed


SPOILED_WEIGHTS = {
    "two columns of weights are swapped": _swapped,
    "each weight is off by a tenth": lambda weights: [
        w * (1 + 0.1 * np.cos(np.arange(w.size))).reshape(w.shape) for w in weights
    ],
    "the network knows nothing": lambda weights: [0.0 * w for w in weights],
}


@pytest.mark.parametrize("what", SPOILED_WEIGHTS)
def test_a_spoiled_network_is_noticed(cy, network, what):
    good = network.model.get_weights()
    trained = len(network.model.trainable_weights)
    try:
        network.model.set_weights([*SPOILED_WEIGHTS[what](good[:trained]), *good[trained:]])
        found = failures("model", cy, networks={"3form": network})
    finally:
        network.model.set_weights(good)
    assert any(sentence.startswith("phi_error") for sentence in found), found
