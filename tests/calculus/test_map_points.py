"""What is mapped over points is compiled once for all potentials of one ansatz, and means the same either way."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.tree_util import Partial

from g2links._pytrees import Fixed
from g2links.calculus.map_points import FEW, compiled, map_points
from g2links.links.structure import ContactCalabiYau
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface

TRACED = []


def _value(potential, add, at):
    """Notes each time that JAX traces it."""
    TRACED.append(None)
    return potential(at.z) + add.value


@pytest.fixture
def quintic():
    return WeightedHypersurface(fermat_quintic())


@pytest.fixture
def potentials(quintic, rng):
    ansatz = AlgebraicAnsatz(InvariantFeatures(quintic, 1, False))
    start = np.asarray(ansatz.initial(rng, np.ones((1, 25)))[0])
    return [KahlerPotential(AlgebraicAnsatz(InvariantFeatures(quintic, 1, False)), (k * start,)) for k in (1, 2)]


def test_another_potential_of_the_same_ansatz_is_not_compiled_again(quintic, potentials):
    points = quintic.sample(7, 0)
    TRACED.clear()
    for factor, potential in enumerate(potentials, start=1):
        values = map_points(Partial(_value, potential, Fixed(0.5)), points, together=3)
        np.testing.assert_allclose(values, np.log(factor) + 0.5, atol=1e-14)
    assert len(TRACED) == 1
    map_points(Partial(_value, potentials[0], Fixed(0.25)), points, together=3)
    assert len(TRACED) == 2


def test_functions_that_are_no_trees_of_arrays_are_mapped_too(quintic, potentials):
    points, (_, potential) = quintic.sample(4, 0), potentials
    expected = map_points(Partial(_value, potential, Fixed(0.0)), points)
    for own in (lambda z: potential(z), Partial(lambda u, z: u(z), potential)):
        np.testing.assert_allclose(map_points(Partial(_value, own, Fixed(0.0)), points), expected, atol=1e-15)
    np.testing.assert_allclose(map_points(lambda at: potential(at.z), points), expected, atol=1e-15)


@pytest.mark.parametrize("n", [1, 3, 7])
def test_every_row_has_its_value(n):
    rows = np.arange(2.0 * n).reshape(n, 2)
    np.testing.assert_array_equal(compiled(lambda row: row[0] + row[1], 3)(rows), rows.sum(axis=1))


def test_a_link_is_a_tree_that_takes_any_leaves(quintic, potentials):
    link = ContactCalabiYau(quintic, potentials[0], 1.5)
    leaves, structure = jax.tree.flatten(link)
    assert [np.size(leaf) for leaf in leaves] == [25, 1]
    assert structure == jax.tree.structure(ContactCalabiYau(WeightedHypersurface(fermat_quintic()), potentials[1], 2.5))
    places = [object(), object()]
    again = jax.tree.unflatten(structure, places)
    assert jax.tree.leaves(again) == places
    assert again.variety == quintic


def test_fields_at_points_follow_the_potential(quintic, potentials):
    """Links share what is compiled, not their numbers."""
    z = quintic.sample(3, 1).z
    found = [ContactCalabiYau(quintic, potentials[0], c).upsilon(z) for c in (1.0, 3.0)]
    np.testing.assert_allclose(found[1], 3 * found[0], rtol=1e-14)
    with_function = ContactCalabiYau(quintic, lambda z: potentials[0](z), 3.0)
    np.testing.assert_allclose(with_function.upsilon(z), found[1], rtol=1e-14)


def test_other_numbers_of_rows_are_not_compiled_again(quintic, potentials):
    at_rows = compiled(Partial(_value, potentials[0], Fixed(0.75)), 4, 10)
    TRACED.clear()
    points = quintic.sample(30, 0)
    whole = at_rows(points.at)
    for n in (1, 4, 5, 12, 13, 29):
        np.testing.assert_array_equal(at_rows(points.rows(slice(n)).at), whole[:n])
    assert len(TRACED) == 1


def test_few_and_many_points_have_the_same_values():
    """One is compiled with little optimisation: what differs is rounding."""
    rows = np.linspace(0.1, 3.0, FEW + 1)
    calls = []

    def noted(x):
        calls.append(None)
        return jnp.sin(x) / x

    evaluate = compiled(Partial(noted), 4)
    few, many = evaluate(rows[:FEW]), evaluate(rows)
    np.testing.assert_allclose(few, many[:FEW], rtol=1e-15)
    parts = [evaluate(rows[start : start + 400], len(rows)) for start in range(0, len(rows), 400)]
    np.testing.assert_array_equal(np.concatenate(parts), many)
    assert len(calls) == 1  # traced once for both
