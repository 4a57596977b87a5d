"""Spaces whose G2-structure is known exactly, as fields on R^7: what every law and figure is tested on.

Coordinates are (x1, x2, x3, y1, y2, y3, theta), with z_a = x_a + i y_a.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float

from g2links._typing import Form, LinkPoint, Matrix
from g2links.forms import Field, interior, pullback, wedge
from g2links.g2.contact import contact_phi, contact_psi
from g2links.g2.identities import LinkFields


@dataclass(frozen=True)
class G2Fields:
    """A G2-structure in a chart: phi (35,), psi = *phi (35,) and metric (7, 7) as functions of x (7,)."""

    phi: Field
    psi: Field
    metric: Callable[[LinkPoint], Matrix]


def flat_omega() -> Form:
    """omega = sum_a dx_a ^ dy_a, shape (21,): i g dz ^ dzbar with g = 1/2, so that g_T = 1."""
    return jnp.asarray(_flat_forms()[0])


def flat_upsilon() -> Complex[Array, "35"]:
    """Upsilon = dz1 ^ dz2 ^ dz3, normalised so that omega^3 / 6 = (1/4) Re Upsilon ^ Im Upsilon."""
    return jnp.asarray(_flat_forms()[1])


def flat_space() -> LinkFields:
    """R^7 (or T^7): phi = dtheta ^ omega + Re Upsilon, all constant, unit metric.

    There is no torsion: d phi = 0, d psi = 0. The 1-form eta = dtheta is closed, so this is no contact
    structure.
    """
    return _contact_model(lambda x: jnp.eye(7)[6], epsilon=1.0)


def heisenberg(epsilon: float = 1.0) -> LinkFields:
    """The Heisenberg nilmanifold, the flat contact Calabi-Yau model, on its universal cover R^7.

    eta = dtheta + (1/2) sum_a (x_a dy_a - y_a dx_a), so d eta = omega; phi = epsilon eta ^ omega + Re
    Upsilon. In the coframe e^0 = epsilon eta, e^i that is de^0 = epsilon (e^12 + e^34 + e^56) and de^i = 0.
    Exactly: d phi = epsilon omega^2, d psi = 0, metric epsilon^2 eta^2 + g_T, and the torsion and curvature
        of a contact Calabi-Yau structure.

    Args:
        epsilon: the length of the Reeb field.
    """
    return _contact_model(_heisenberg_eta, epsilon)


def round_sphere() -> G2Fields:
    """The nearly parallel G2-structure of the unit S^7, in the stereographic chart from the point (1, 0, ...,
    0) of R^8.

    With the Spin(7) form Phi = dt ^ phi_0 + psi_0 of R^8 and u the point, phi is u | Phi and psi is Phi, both
    restricted to the sphere. As Phi is constant, d(u | Phi) = 4 Phi: d phi = 4 psi. The metric is that of the
    unit sphere.
    """
    return G2Fields(_sphere_phi, _sphere_psi, _sphere_metric)


def _contact_model(eta: Field, epsilon: float) -> LinkFields:
    def metric(x: LinkPoint) -> Matrix:
        transverse = jnp.diag(jnp.array([1.0] * 6 + [0.0]))
        return transverse + epsilon**2 * jnp.outer(eta(x), eta(x))

    return LinkFields(
        eta=eta,
        omega=lambda x: flat_omega(),
        phi=lambda x: contact_phi(eta(x), flat_omega(), flat_upsilon().real, epsilon=epsilon),
        psi=lambda x: contact_psi(eta(x), flat_omega(), flat_upsilon().imag, epsilon=epsilon),
        metric=metric,
    )


def _heisenberg_eta(x: LinkPoint) -> Form:
    return jnp.concatenate([-0.5 * x[3:6], 0.5 * x[:3], jnp.ones(1)])


@functools.cache
def _flat_forms() -> tuple[np.ndarray, np.ndarray]:
    """omega and Upsilon of C^3 x R."""
    with jax.ensure_compile_time_eval():
        dx, dy = jnp.eye(7)[:3], jnp.eye(7)[3:6]
        dz = dx + 1j * dy
        omega = sum(wedge(a, b, p=1, q=1, n=7) for a, b in zip(dx, dy, strict=True))
        upsilon = wedge(wedge(dz[0], dz[1], p=1, q=1, n=7), dz[2], p=2, q=1, n=7)
        return np.asarray(omega), np.asarray(upsilon)


@functools.cache
def _cayley_form() -> np.ndarray:
    """dt ^ phi_0 + psi_0, shape (70,): the self-dual 4-form of R^8 = R + R^7 stabilised by Spin(7)."""
    flat = flat_space()
    with jax.ensure_compile_time_eval():
        origin, dt, projection = jnp.zeros(7), jnp.eye(8)[0], jnp.eye(8)[1:]
        phi, psi = pullback(flat.phi(origin), projection, p=3), pullback(flat.psi(origin), projection, p=4)
        return np.asarray(wedge(dt, phi, p=1, q=3, n=8) + psi)


def _embedding(x: LinkPoint) -> Float[Array, "8"]:
    """The inverse of stereographic projection; x = 0 goes to (-1, 0, ..., 0)."""
    square = x @ x
    return jnp.concatenate([(square - 1.0)[None], 2.0 * x]) / (1.0 + square)


def _sphere_phi(x: LinkPoint) -> Form:
    return pullback(interior(_embedding(x), jnp.asarray(_cayley_form()), p=4), jax.jacfwd(_embedding)(x), p=3)


def _sphere_psi(x: LinkPoint) -> Form:
    return pullback(jnp.asarray(_cayley_form()), jax.jacfwd(_embedding)(x), p=4)


def _sphere_metric(x: LinkPoint) -> Matrix:
    return 4.0 / (1.0 + x @ x) ** 2 * jnp.eye(7)
