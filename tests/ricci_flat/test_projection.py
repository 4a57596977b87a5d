"""Algebraic potentials near a given one: of a higher degree, from another ansatz, on a neighbouring threefold."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.ricci_flat.projection import project
from g2links.varieties.catalogue import dwork, fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface

F = WeightedHypersurface(fermat_quintic())
LOW = AlgebraicAnsatz(InvariantFeatures(F, 4, symmetric=True))


@pytest.fixture(scope="module")
def points():
    return F.sample(3000, 3)


@pytest.fixture(scope="module")
def low(points):
    return _potential(LOW, points)


def _potential(ansatz, points):
    """u = (1/k) log of the reference with as much of all other features as leaves a sum between 0.6 and 1.4."""
    exact = np.asarray(ansatz.features.reference_coefficients())
    rest = np.random.default_rng(2).uniform(size=len(exact)) * (exact == 0)
    total = jax.vmap(ansatz.features)(points.z) @ rest
    rest *= 0.4 / np.max(np.abs(total))
    return KahlerPotential(ansatz, (jnp.asarray(exact + rest),))


def _distance(found, expected, points):
    values, exact = (np.asarray(jax.jit(jax.vmap(u))(points.z)) for u in (found, expected))
    return np.max(np.abs(values - exact)), np.ptp(exact)


def test_the_same_ansatz_gives_the_same_potential(low, points):
    found = project(LOW, low, points)
    np.testing.assert_allclose(found[0], low.parameters[0], rtol=1e-8, atol=1e-10)


def test_twice_the_degree_holds_the_square_exactly(low, points):
    high = AlgebraicAnsatz(InvariantFeatures(F, 8, symmetric=True))
    error, size = _distance(KahlerPotential(high, project(high, low, points)), low, points)
    assert error < 1e-11 < 1e-2 < size


@pytest.mark.parametrize("degree", [5, 6])
def test_other_degrees_come_near(low, points, degree):
    other = AlgebraicAnsatz(InvariantFeatures(F, degree, symmetric=True))
    error, size = _distance(KahlerPotential(other, project(other, low, points)), low, points)
    assert error < 0.03 * size


def test_a_hermitian_matrix_holds_a_symmetric_potential(points):
    """Degree 2 of the Fermat quintic: all that the invariants give is a Hermitian form in 15 monomials."""
    invariant = AlgebraicAnsatz(InvariantFeatures(F, 2, symmetric=True))
    u = _potential(invariant, points)
    full = HermitianAnsatz(Sections(F, 2))
    error, size = _distance(KahlerPotential(full, project(full, u, points)), u, points)
    assert error < 1e-3 * size  # in single precision


def test_a_neighbouring_threefold(low):
    near = dwork(0.05)
    variety = WeightedHypersurface(near)
    there = AlgebraicAnsatz(InvariantFeatures(variety, 4, symmetric=True))
    assert there.shapes() != LOW.shapes()
    points = variety.sample(3000, 4)
    error, size = _distance(KahlerPotential(there, project(there, low, points)), low, points)
    assert error < 1e-8 * size
