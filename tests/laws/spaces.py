"""The spaces on which every law must hold."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from g2links import forms, g2
from g2links.links.expansion import along_flow, expand_coefficients, phi_from
from g2links.links.structure import ContactCalabiYau
from g2links.potentials.families import KahlerPotential, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import dwork
from g2links.varieties.hypersurface import WeightedHypersurface

_RNG = np.random.default_rng(20)
_LATTICE = np.eye(7) + 0.2 * _RNG.uniform(-1.0, 1.0, size=(7, 7))
_WAVES, _BENDS = 0.1 * _RNG.normal(size=(35, 7)), 0.05 * _RNG.normal(size=(35, 7, 7))

SPACES = {
    "flat": g2.flat_space(),
    "torus": g2.torus(_LATTICE),
    "heisenberg": g2.heisenberg(),
    "heisenberg-0.3": g2.heisenberg(0.3),
    "calabi-product": g2.calabi_product(),
    "calabi-contact": g2.calabi_contact(0.7, size=1.3),
    "closed-nilmanifold": g2.closed_nilmanifold(),
    "nearly-kahler-cone": g2.nearly_kahler_cone(),
    "nearly-kahler-cylinder": g2.nearly_kahler_cylinder(),
    "round-sphere": g2.round_sphere(),
    "squashed-sphere": g2.squashed_sphere(),
}


def generic_phi(x):
    """A positive 3-form of general type: all four torsion classes, no symmetry."""
    return g2.flat_space().phi(x) + _WAVES @ jnp.sin(x) + 0.1 * jnp.cos(_BENDS @ x @ x)


@functools.cache
def link_expansion():
    """phi on a link, expanded at a point, with a potential far from Ricci-flat."""
    f = WeightedHypersurface(dwork(0.3 + 0.2j))
    features = InvariantFeatures(f, 1, False)
    points = f.sample(200, 1)
    ansatz = NeuralAnsatz(features, (6,))
    parameters = list(ansatz.initial(np.random.default_rng(8), np.asarray(jax.jit(jax.vmap(features))(points.z))))
    parameters[-2] = parameters[-2] + 0.02
    link = ContactCalabiYau(f, KahlerPotential(ansatz, tuple(parameters)), 1.7)
    chart = link.chart(points.z[0])
    return jax.jit(lambda: along_flow(expand_coefficients(link, chart).then(phi_from)))()


def expansion(name, x):
    """phi of a space, or "generic" or "link", to second order at x (a link has a point of its own)."""
    return link_expansion() if name == "link" else _expand(name)(x)


@functools.cache
def _expand(name):
    phi = generic_phi if name == "generic" else SPACES[name].phi
    return jax.jit(lambda y: forms.expand(phi, y))


EXPANSIONS = [*SPACES, "generic", "link"]
