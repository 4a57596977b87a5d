"""Starts at metrics of other Kähler classes and other coefficients."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.errors import InputError
from g2links.networks.cy_model import CalabiYauMetric
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.intersection_features import IntersectionFeatures
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.varieties.configurations import of_configuration, of_equations
from g2links.varieties.polynomial import Polynomial
from g2links.workflow.fit_start import has_same_variety, is_same, parameters_near, start_of

CURVE = of_configuration("P1 2; P1 2", seed=3)
"""An elliptic curve, of two classes."""


def of_class(*t, degree=2):
    return HermitianAnsatz(Sections(replace(CURVE, polarisation=t), degree))


def changed(variety, share):
    """With other coefficients."""
    f, g = variety.equations[0], of_configuration("P1 2; P1 2", seed=4).equations[0]
    return replace(variety, equations=(Polynomial.from_arrays(f.exponents, f.coefficients + share * g.coefficients),))


def test_parameters_are_taken_over_only_where_they_mean_the_same():
    """The classes (1, 2) and (2, 1) have sections of equal number and degree."""
    one, other = of_class(1, 2), of_class(2, 1)
    assert (one.to_config(), one.shapes()) == (other.to_config(), other.shapes())
    assert not is_same(one, other)
    assert is_same(of_class(1, 0.9), of_class(1, 0.8))
    assert not is_same(of_class(1, 0.9), of_class(1.1, 0.9))
    assert is_same(one, HermitianAnsatz(Sections(changed(one.sections.variety, 0.1), 2)))
    assert not has_same_variety(one, HermitianAnsatz(Sections(changed(one.sections.variety, 0.1), 2)))
    assert has_same_variety(one, of_class(1, 2))


def test_invariants_of_other_equations_are_others():
    """Here as many of each, of one degree."""
    texts = "x0^2*y0^2 + x1^2*y1^2 + 3*x0*x1*y0*y1", "x0^2*y1^2 + x1^2*y0^2 + 3*x0*x1*y0*y1"
    first, second = (AlgebraicAnsatz(IntersectionFeatures(of_equations("P1 x P1", f), 2)) for f in texts)
    assert is_same(first, first)
    assert first.shapes() != second.shapes() or not is_same(first, second)


def test_a_multiple_of_the_class_is_a_multiple_of_the_potential(rng):
    """u of 2 t is twice that of t, in other parameters, as far as a start is searched for."""
    old, new = of_class(1, 1), of_class(2, 2, degree=1)
    n = old.sections.count
    a = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    h = np.eye(n) + 0.2 * a @ a.conj().T / n
    potential = KahlerPotential(old, (jnp.asarray(h.real), jnp.asarray(h.imag)))
    points = CURVE.sample(400, 1)
    found = KahlerPotential(new, parameters_near(potential, new, points))
    for z in points.z[:3]:
        assert found(z) == pytest.approx(2 * float(potential(z)), rel=1e-2)


def test_what_a_search_cannot_start_from(as_users_run):
    ansatz = of_class(1, 1)
    n = ansatz.sections.count
    identity = KahlerPotential(ansatz, (jnp.eye(n), jnp.zeros((n, n))))
    model = CalabiYauMetric.from_potential(CURVE, identity, 1.0)
    found = start_of(model, changed(CURVE, 0.1), ansatz, "start", "it")
    assert is_same(found.ansatz, ansatz)
    with pytest.raises(InputError, match="start: got 'it'; a run with the weights"):
        start_of(model, of_configuration("P2 3"), ansatz, "start", "it")
    with pytest.raises(InputError, match="start: got 3; a metric"):
        g2links.solve(CURVE, start=3)
    with pytest.raises(InputError, match="start_from: got 1; a run of a home"):
        g2links.solve(CURVE, start_from=1)


@pytest.mark.slow
def test_from_a_neighbour_the_metric_is_as_good():
    """And it is that of the new class, or of the new coefficients."""
    sizes = {"n_points": 2000, "degree": 3, "seed": 1}
    begin = g2links.solve(CURVE, **sizes)
    for other in (replace(CURVE, polarisation=(1, 1.1)), changed(CURVE, 0.05)):
        cold, warm = g2links.solve(other, **sizes), g2links.solve(other, start=begin, **sizes)
        assert warm.sigma < 1.2 * cold.sigma
        value, error = warm.figures["volume_ratio"], warm.record["standard_errors"]["volume_ratio"]
        assert abs(value - 1) < 4 * error
