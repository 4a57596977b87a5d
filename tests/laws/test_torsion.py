import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from tests.laws import torsion as laws
from tests.laws.spaces import EXPANSIONS, expansion


@pytest.fixture(scope="module")
def points():
    """One point of each space, with what is known there; each is found once."""
    found = {}

    def at(name, rng):
        if name not in found:
            found[name] = laws.facts(laws.orthonormal(expansion(name, jnp.array(rng.uniform(-0.9, 0.9, size=7)))))
        return found[name]

    return at


@pytest.mark.parametrize("name", EXPANSIONS)
def test_laws(name, points, rng):
    facts = points(name, rng)
    laws.assert_decomposition(facts)
    laws.assert_one_tau1(facts)
    laws.assert_types(facts)
    laws.assert_torsion_tensor(facts)
    laws.assert_bryant(facts)
    laws.assert_riemann_symmetries(facts)
    laws.assert_ricci_from_torsion(facts)


@pytest.mark.parametrize("name", EXPANSIONS)
def test_scaling(name, points, rng):
    facts, factor = points(name, rng), 1.4
    scaled = jax.tree.map(lambda part: factor**3 * part, facts.phi)
    laws.assert_scaling(facts, laws.facts(scaled), factor)


@pytest.mark.parametrize("reflected", [False, True])
@pytest.mark.parametrize("name", EXPANSIONS)
def test_naturality(name, points, rng, reflected):
    """Under a quadratic change of coordinates."""
    facts = points(name, rng)
    jacobian = (jnp.eye(7) + 0.1 * rng.uniform(-1.0, 1.0, size=(7, 7))).at[:, 0].multiply(-1.0 if reflected else 1.0)
    bend = 0.1 * rng.uniform(-1.0, 1.0, size=(7, 7, 7))
    pulled = _changed(facts.phi, jacobian, jnp.array(bend + np.swapaxes(bend, 1, 2)))
    laws.assert_natural(facts, laws.facts(pulled), jacobian)


@jax.jit
def _changed(phi, jacobian, bend):
    def change(t):
        return jacobian @ t + 0.5 * bend @ t @ t

    return forms.expand(lambda t: forms.pullback(phi(change(t)), jax.jacfwd(change)(t), p=3), phi.centre)
