"""Contact Calabi-Yau structures of other proportions, and how two geometric flows change them.

On a contact Calabi-Yau manifold the ansatz

    phi = f h^2 eta ^ omega + h^3 Re Upsilon,    psi = h^4 omega^2 / 2 - f h^3 eta ^ Im Upsilon,

of metric f^2 eta^2 + h^2 g_T, has

    Delta phi = 4 f^3 h^-2 eta ^ omega,    Delta psi = 2 f^2 omega^2

(Lotay, Sá Earp, Saavedra, arXiv:2111.01841). f = epsilon, h = 1 is the family phi_epsilon.
"""

from typing import NamedTuple

import jax.numpy as jnp

from g2links._typing import Form, Matrix, Number
from g2links.g2.contact import contact_phi, contact_psi


class Proportions(NamedTuple):
    """The ansatz's two lengths.

    Attributes:
        f: of the Reeb field.
        h: the scale of the transverse metric.
    """

    f: Number
    h: Number


def scaled_phi(eta: Form, omega: Form, re_upsilon: Form, size: Proportions) -> Form:
    """f h^2 eta ^ omega + h^3 Re Upsilon, shape (35,)."""
    return size.h**3 * contact_phi(eta, omega, re_upsilon, epsilon=size.f / size.h)


def scaled_psi(eta: Form, omega: Form, im_upsilon: Form, size: Proportions) -> Form:
    """h^4 omega^2 / 2 - f h^3 eta ^ Im Upsilon, shape (35,)."""
    return size.h**4 * contact_psi(eta, omega, im_upsilon, epsilon=size.f / size.h)


def scaled_metric(eta: Form, transverse: Matrix, size: Proportions) -> Matrix:
    """f^2 eta^2 + h^2 g_T, shape (7, 7), with g_T as a (7, 7) matrix."""
    return size.f**2 * jnp.outer(eta, eta) + size.h**2 * transverse


def laplacian_flow(f0: Number, t: Number) -> Proportions:
    """The solution of d phi/dt = Delta phi from f = f0, h = 1: f = f0 (1 - 8 f0^2 t)^(-1/2), h = 1.

    It blows up at t = 1/(8 f0^2); nan or infinite from there on.
    """
    return Proportions(f0 * (1.0 - 8.0 * f0**2 * jnp.asarray(t)) ** -0.5, jnp.ones(()))


def laplacian_coflow(f0: Number, t: Number) -> Proportions:
    """The solution of d psi/dt = Delta psi from f = f0, h = 1: h = (1 + 10 f0^2 t)^(1/10), f = f0 h^-3.

    It exists for all t > -1/(10 f0^2).
    """
    h = (1.0 + 10.0 * f0**2 * jnp.asarray(t)) ** 0.1
    return Proportions(f0 * h**-3, h)
