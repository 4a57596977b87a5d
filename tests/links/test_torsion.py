import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.errors import InputError
from g2links.links.expansion import (
    _pack,
    along_flow,
    difference_step,
    expand_coefficients,
    expand_components,
    phi_from,
)
from g2links.links.structure import ContactCalabiYau, structure_coefficients
from g2links.links.torsion import link_torsion
from g2links.potentials.families import KahlerPotential, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.varieties.catalogue import dwork
from g2links.varieties.hypersurface import WeightedHypersurface

F = WeightedHypersurface(dwork(0.3 + 0.2j))
FIGURES = {
    "tau0",
    "tau1",
    "tau2",
    "tau3_norm2",
    "ricci_xi",
    "ricci_horizontal",
    "scalar",
    "ricci_error",
    "bryant_residual",
    "positive",
    "torsion_formula",
    "ricci_formula",
    "kahler_ricci",
}


@pytest.fixture(scope="module")
def link():
    """A link with an arbitrary potential: far from Ricci-flat."""
    features = InvariantFeatures(F, 1, False)
    sample = np.asarray(jax.jit(jax.vmap(features))(F.sample(200, 1).z))
    ansatz = NeuralAnsatz(features, (6,))
    parameters = list(ansatz.initial(np.random.default_rng(8), sample))
    parameters[-2] = parameters[-2] + 0.02
    return ContactCalabiYau(F, KahlerPotential(ansatz, tuple(parameters)), 1.7)


def _full_hermitian():
    ansatz = HermitianAnsatz(Sections(F, 2))
    n = ansatz.sections.count
    re, im = 0.02 * np.random.default_rng(4).normal(size=(2, n, n))
    return KahlerPotential(ansatz, (jnp.asarray(np.eye(n) + re), jnp.asarray(im)))


def _own():
    """A potential of a user: a plain function of a point."""
    return lambda z: 0.05 * jnp.prod(1 + jnp.abs(z[:3]) ** 2 / jnp.sum(jnp.abs(z) ** 2)) ** 0.5


@pytest.fixture(scope="module")
def points():
    return F.sample(20, 2)


@pytest.fixture(scope="module")
def figures(link, points):
    return link_torsion(link, points)


def test_torsion_and_ricci_depend_on_the_monge_ampere_ratio_as_the_formulas_say(figures):
    """Where nothing is Ricci-flat: tau1 = 0 all the same, and the other figures are far from their exact values."""
    assert set(figures) == FIGURES
    assert all(np.all(np.isfinite(values)) for values in figures.values())
    for name in ("torsion_formula", "ricci_formula", "bryant_residual", "tau1"):
        assert np.max(figures[name]) < 1e-9, name
    assert np.ptp(figures["tau0"]) > 0.05
    assert np.mean(figures["tau2"]) > 0.05
    assert np.mean(figures["kahler_ricci"]) > 0.05
    assert np.all(figures["positive"] == 1)
    np.testing.assert_allclose(figures["scalar"], figures["ricci_xi"] + 6 * figures["ricci_horizontal"], atol=1e-10)


@pytest.mark.slow
def test_values_alone_give_the_same(link, points):
    chart = link.chart(points.z[3])
    found, expected = jax.jit(lambda: [expand_coefficients(link, chart, step) for step in (2e-3, None)])()
    np.testing.assert_allclose(found.value, expected.value, atol=1e-13)
    np.testing.assert_allclose(found.first, expected.first, atol=1e-4)
    np.testing.assert_allclose(found.second, expected.second, atol=1e-2)
    assert np.max(np.abs(expected.second)) > 0.5


@pytest.mark.parametrize(
    "potential",
    [_full_hermitian, pytest.param(None, marks=pytest.mark.slow), pytest.param(_own, marks=pytest.mark.slow)],
    ids=["hermitian", "neural", "own"],
)
def test_series_agree_with_automatic_differentiation(potential, link, points):
    """In every coefficient, to second order, for every family of potentials."""
    chart = link.chart(points.z[0])
    if potential is not None:
        link = ContactCalabiYau(F, potential(), link.normalisation)
    found = jax.jit(lambda: expand_coefficients(link, chart))()
    components = lambda at: _pack(*structure_coefficients(link, at))  # noqa: E731
    expected = jax.jit(lambda: expand_components(components, F, chart, None))()
    for part, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(part, other, atol=1e-10)
    assert np.max(np.abs(expected.second)) > 0.5


def test_the_expansion_is_that_of_phi_in_its_chart(link, points):
    """Up to terms of third order, in every direction, and constant along the flow."""
    chart = link.chart(points.z[1], theta=0.3)
    x, phi = link.origin(chart), jax.jit(link.phi)
    found = jax.jit(lambda c: along_flow(expand_coefficients(link, c).then(phi_from)))(chart)
    np.testing.assert_allclose(found.value, phi(chart, x), atol=1e-13)
    assert not np.any(found.second[6])
    direction, errors = jnp.array([1.0, -0.5, 0.3, 0.2, 0.8, -0.7, 2.0]), []
    for step in (1e-2, 5e-3):
        errors.append(np.max(np.abs(found(step * direction) - phi(chart, x + step * direction))))
    assert errors[0] < 1e-3
    assert 6.5 < errors[0] / errors[1] < 9.5


@pytest.mark.parametrize(("method", "epsilon", "field"), [("guess", 1e-3, "derivative"), ("flux", 0.0, "epsilon")])
@pytest.mark.usefixtures("as_users_run")
def test_bad_methods(method, epsilon, field):
    with pytest.raises(InputError, match=field):
        difference_step(method, epsilon)
