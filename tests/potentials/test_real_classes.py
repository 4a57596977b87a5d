"""Potentials of Kähler classes that are not integral: of all multidegrees they have the class that was asked for."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.calculus.jets import real_function_jet
from g2links.measures.monge_ampere import measure
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential, ansatz_from_config
from g2links.potentials.intersection_features import IntersectionFeatures
from g2links.potentials.metric import hermitian_metric
from g2links.potentials.reference import reference_potential
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.ricci_flat.hermitian_search import HermitianProblem, prepare_sections, vector_of
from g2links.varieties.charts import act, tangent_frame
from g2links.varieties.configurations import of_configuration, of_equations
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.registry import variety_from_config
from g2links.varieties.residue import kahler_volume

SURFACE = of_configuration("P1 2; P2 3", seed=3, polarisation=(1, 0.37))
"""A K3 surface, with t below and above those of its sections."""
CURVE = of_configuration("P1 2; P1 2", seed=3, polarisation=(1, 0.37))
SYMMETRIC = of_equations("P1 x P1", "x0^2*y0^2 + x1^2*y1^2 + 3*x0*x1*y0*y1 + x0^2*y1^2 + x1^2*y0^2", (1, 0.37))


def _random_h(rng, n, size=0.3):
    a = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    return np.eye(n) + size * a @ a.conj().T / n


def _potential(variety, degree, h):
    return KahlerPotential(HermitianAnsatz(Sections(variety, degree)), (jnp.asarray(h.real), jnp.asarray(h.imag)))


def _values(function, z):
    return np.asarray(jax.jit(jax.vmap(lambda point: function(point)))(z))


@pytest.fixture(scope="module")
def points():
    return SURFACE.sample(4000, 6)


@pytest.fixture(scope="module")
def potential():
    n = Sections(SURFACE, 3).count
    return _potential(SURFACE, 3, _random_h(np.random.default_rng(5), n))


def test_the_potential_is_a_function_on_v(potential, points, rng):
    """Its derivatives too: u is invariant under both factors, and the jet is that of u."""
    z = jnp.asarray(points.z[0])
    moved = act(SURFACE, jnp.asarray(rng.normal(size=2) + 1j * rng.normal(size=2)), z)
    value = jax.jit(lambda point: potential(point))
    assert value(moved) == pytest.approx(float(value(z)), abs=1e-13)
    frame = tangent_frame(SURFACE, jax.tree.map(lambda column: column[0], points.at))
    both = jax.jit(lambda z, frame: (potential.jet(z, frame), real_function_jet(potential, z, frame)))
    for one, other in zip(*both(z, frame), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_the_class_is_exact(potential, points):
    """∫ω²/2 is that of t, not of the sections, (3, 2)/3 or (3, 2), which would be off by 44 %."""
    assert potential.ansatz.sections.of_class.multidegree == (3, 2)
    found = measure(SURFACE, potential, points)
    value, error = found.volume_ratio
    assert found.smallest_eigenvalue > 0
    assert error < 0.02
    assert abs(value - 1) < 4 * error
    sections = replace(SURFACE, polarisation=(1, 2 / 3))
    assert abs(value * kahler_volume(SURFACE) / kahler_volume(sections) - 1) > 20 * error


def test_the_search_has_the_residual_of_the_metric_and_its_derivative(potential, points, rng):
    """With what K has beside the sections, in double precision but for the products."""
    few = points.rows(slice(600))
    data = prepare_sections(SURFACE, potential.ansatz.sections, few)
    assert np.abs(data.added).max() > 0.1
    re, im = potential.parameters
    h = np.asarray(re) + 1j * np.asarray(im)
    measured = np.log(np.asarray(measure(SURFACE, potential, few).ratio))
    difference = data.log_ratios(h) - measured
    assert np.ptp(difference) < 1e-4
    linear = HermitianProblem(data).linearise(vector_of(h))
    delta = _random_h(rng, len(h)) - np.eye(len(h))
    step = 3e-3
    slope = (data.log_ratios(h + step * delta) - data.log_ratios(h - step * delta)) / (2 * step)
    slope = np.sqrt(data.weights) * (slope - data.weights @ slope)
    along = linear._apply(delta.astype(np.complex64))
    np.testing.assert_allclose(along, slope, atol=2e-3 * np.abs(slope).max())
    without = HermitianProblem(replace(data, added=None)).linearise(vector_of(h))._apply(delta.astype(np.complex64))
    assert np.abs(without - slope).max() > 0.02 * np.abs(slope).max()
    y = rng.normal(size=len(along)).astype(np.float32)
    assert np.vdot(linear._adjoint(y), delta).real == pytest.approx(float(y @ along), rel=1e-4)


def test_twice_the_class_is_twice_the_metric(rng):
    """With the same h; so the whole search is the same."""
    twice = replace(CURVE, polarisation=(2, 0.74))
    h = _random_h(rng, Sections(CURVE, 3).count)
    points = CURVE.sample(50, 1)
    first, second = (_values(_potential(v, 3, h), points.z) for v in (CURVE, twice))
    np.testing.assert_allclose(second, 2 * first, rtol=1e-12)
    tables = [prepare_sections(v, Sections(v, 3), points).log_ratios(h) for v in (CURVE, twice)]
    np.testing.assert_allclose(*tables, atol=1e-12)


def test_exchanged_factors(rng):
    """(x, y) -> (y, x) with t exchanged is the same metric."""
    f = CURVE.equations[0]
    order = [2, 3, 0, 1]
    other = replace(
        CURVE,
        equations=(Polynomial.from_arrays(f.exponents[:, order], f.coefficients),),
        polarisation=CURVE.polarisation[::-1],
    )
    own, moved = Sections(CURVE, 3), Sections(other, 3)
    assert moved.of_class.multidegree == own.of_class.multidegree[::-1]
    points = CURVE.sample(20, 1)
    h = _random_h(rng, own.count)
    s, t = (_values(sections, z) for sections, z in ((own, points.z), (moved, points.z[:, order])))
    turn = np.linalg.lstsq(t, s, rcond=None)[0]
    np.testing.assert_allclose(t @ turn, s, atol=1e-10)
    k = turn @ h @ turn.conj().T
    first, second = _values(_potential(CURVE, 3, h), points.z), _values(_potential(other, 3, k), points.z[:, order])
    np.testing.assert_allclose(second, first, atol=1e-10)


def test_the_metric_is_continuous_in_the_class(rng):
    """A step of 1e-6 changes it by about as much, as ω_ref grows by 1e-6 ω_2."""
    points = CURVE.sample(20, 1)
    h = _random_h(rng, Sections(CURVE, 3).count)

    def metric(t):
        v = replace(CURVE, polarisation=(1, t))
        return jax.jit(jax.vmap(lambda at: hermitian_metric(v, _potential(v, 3, h), at)))(points.at)

    change = np.abs(metric(0.37 + 1e-6) - metric(0.37)).max()
    assert 1e-9 < change < 2e-6


def test_features_of_a_real_class(rng):
    """Invariant under the action, and of the class that K_ref takes from them."""
    features = IntersectionFeatures(SYMMETRIC, 3)
    ansatz = AlgebraicAnsatz(features)
    assert (features.forms.multidegree, ansatz.kappa) == ((3, 2), 3.0)
    z = jnp.asarray(SYMMETRIC.sample(1, 3).z[0])
    scale = rng.normal(size=2) + 1j * rng.normal(size=2)
    moved = act(SYMMETRIC, jnp.asarray(scale), z)
    np.testing.assert_allclose(*_values(features, jnp.stack([moved, z])), rtol=1e-11, atol=1e-13)
    coefficients = (jnp.asarray(rng.uniform(0.5, 1, size=features.count)),)
    grown = reference_potential(SYMMETRIC, moved) - reference_potential(SYMMETRIC, z)
    assert grown == pytest.approx(2 * (scale.real @ np.array([1, 0.37])), rel=1e-12)
    again = ansatz_from_config(ansatz.to_config(), variety_from_config(SYMMETRIC.to_config()))
    assert again == ansatz
    (u, same) = (_values(KahlerPotential(one, coefficients), z[None]) for one in (ansatz, again))
    assert u == same
