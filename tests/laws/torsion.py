"""The laws of torsion and curvature, each a function of what `facts` finds at one point; run on every space by the
tests beside it. A tolerance is relative to the size of phi's derivatives in an orthonormal frame, or absolute below 1.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from g2links import forms, g2
from g2links.forms import Taylor

TOLERANCE = 1e-10


class Facts(NamedTuple):
    """A G2-structure in coordinates whose frame is orthonormal at the point."""

    phi: Taylor
    found: g2.Geometry
    psi: jax.Array
    rebuilt: tuple[jax.Array, jax.Array]
    other_tau1: jax.Array
    parts: tuple[jax.Array, ...]
    tensors: tuple[jax.Array, jax.Array]
    tensor_slope: jax.Array


def orthonormal(phi: Taylor) -> Taylor:
    """The same structure in linear coordinates whose frame is orthonormal at the centre."""
    frame = jnp.asarray(np.linalg.inv(np.linalg.cholesky(np.asarray(g2.induced_metric(phi.value)))).T)
    return _linear(phi, frame)


@jax.jit
def _linear(phi: Taylor, frame: jax.Array) -> Taylor:
    return forms.expand(lambda t: forms.pullback(phi(frame @ t), frame, p=3), phi.centre)


@jax.jit
def facts(phi: Taylor) -> Facts:
    """Everything that the laws compare, compiled once for all spaces."""
    found = g2.geometry_of_expansion(phi)
    tensor = g2.torsion_tensor(phi.value, found.torsion)
    seven, _ = g2.project_2_form(found.torsion.tau2, phi.value)
    one, vector, _ = g2.project_3_form(found.torsion.tau3, phi.value)
    return Facts(
        phi,
        found,
        g2.star_phi(phi.value),
        g2.derivatives_from_classes(phi.value, found.torsion),
        g2.tau1_of_d_psi(phi.value, found.d_psi),
        (seven, one, vector),
        (tensor, g2.torsion_tensor_of_connection(phi.value, phi.first, found.curvature.christoffel)),
        jax.jacfwd(lambda t: _torsion_tensor_near(phi, t))(phi.centre),
    )


def _torsion_tensor_near(phi: Taylor, t: jax.Array) -> jax.Array:
    return g2.torsion_tensor(phi(t), g2.torsion_of(phi)(t))


def _close(value: jax.Array, expected: jax.Array | float, facts: Facts) -> None:
    size = max(1.0, float(jnp.max(jnp.abs(facts.phi.second))), float(jnp.max(jnp.abs(facts.phi.first))) ** 2)
    np.testing.assert_allclose(value, expected, rtol=0, atol=TOLERANCE * size)


def assert_decomposition(facts: Facts) -> None:
    """The classes give back d phi and d psi."""
    _close(facts.rebuilt[0], facts.found.d_phi, facts)
    _close(facts.rebuilt[1], facts.found.d_psi, facts)


def assert_one_tau1(facts: Facts) -> None:
    """tau1 of d phi is that of d psi."""
    _close(facts.other_tau1, facts.found.torsion.tau1, facts)


def assert_types(facts: Facts) -> None:
    """tau2 has no part in Lambda^2_7, tau3 none in Lambda^3_1 and Lambda^3_7."""
    for part in facts.parts:
        _close(part, 0.0, facts)


def assert_torsion_tensor(facts: Facts) -> None:
    """The tensor made of the classes is the one of nabla phi."""
    _close(facts.tensors[0], facts.tensors[1], facts)


def assert_bryant(facts: Facts) -> None:
    """The scalar curvature is Bryant's expression in the torsion."""
    _close(facts.found.bryant_residual, 0.0, facts)


def assert_riemann_symmetries(facts: Facts) -> None:
    """R_abcd = -R_bacd = R_cdab, and the first Bianchi identity."""
    r = facts.found.curvature.riemann
    _close(jnp.swapaxes(r, 0, 1), -r, facts)
    _close(jnp.transpose(r, (2, 3, 0, 1)), r, facts)
    _close(r + jnp.transpose(r, (0, 2, 3, 1)) + jnp.transpose(r, (0, 3, 1, 2)), 0.0, facts)


def assert_ricci_from_torsion(facts: Facts) -> None:
    """Ric_jk = (nabla_j T_im - nabla_i T_jm) phi_mki - T_jl T_lk + tr T T_jk + T_jb T_la psi_labk (Karigiannis,
    math/0702077, in the orientation used here), a second route to the Ricci tensor: from T alone."""
    t, gamma = facts.tensors[0], facts.found.curvature.christoffel
    turned = jnp.einsum("eia,eb->iab", gamma, t) + jnp.einsum("eib,ae->iab", gamma, t)
    nabla = jnp.moveaxis(facts.tensor_slope, 2, 0) - turned
    phi, psi = forms.unpack(facts.phi.value, 7, 3), forms.unpack(facts.psi, 7, 4)
    curl = jnp.swapaxes(nabla, 0, 1) - nabla  # [i, j, m]
    ricci = jnp.einsum("ijm,mki->jk", curl, phi) - t @ t + jnp.trace(t) * t + jnp.einsum("jb,la,labk->jk", t, t, psi)
    _close(facts.found.metric, jnp.eye(7), facts)
    _close(facts.found.curvature.ricci, ricci, facts)


def assert_scaling(facts_of_phi: Facts, facts_of_scaled: Facts, factor: float) -> None:
    """c^3 phi has metric c^2 g, classes tau0/c, tau1, c tau2, c^2 tau3, and the same Ricci tensor."""
    classes, scaled = facts_of_phi.found.torsion, facts_of_scaled.found.torsion
    for power, value, expected in zip((-1, 0, 1, 2), scaled, classes, strict=True):
        _close(value, factor**power * expected, facts_of_scaled)
    _close(facts_of_scaled.found.metric, factor**2 * facts_of_phi.found.metric, facts_of_scaled)
    _close(facts_of_scaled.found.curvature.ricci, facts_of_phi.found.curvature.ricci, facts_of_scaled)


def assert_natural(facts_of_phi: Facts, facts_of_pulled: Facts, jacobian: jax.Array) -> None:
    """In other coordinates, of either orientation, all classes and curvatures are pulled back; tau0 is the same."""
    classes, pulled = facts_of_phi.found.torsion, facts_of_pulled.found.torsion
    _close(pulled.tau0, classes.tau0, facts_of_pulled)
    for p in (1, 2, 3):
        _close(pulled[p], forms.pullback(classes[p], jacobian, p=p), facts_of_pulled)
    before, after = facts_of_phi.found.curvature, facts_of_pulled.found.curvature
    _close(after.ricci, jacobian.T @ before.ricci @ jacobian, facts_of_pulled)
    riemann = jnp.einsum("abcd,ai,bj,ck,dl->ijkl", before.riemann, *4 * [jacobian], optimize="optimal")
    _close(after.riemann, riemann, facts_of_pulled)
