"""Circle bundles over Calabi-Yau threefolds: phi = epsilon eta ^ omega + Re Upsilon, with d eta = 0 or d eta = omega.

Coordinates are (x1, x2, x3, y1, y2, y3, theta), with z_a = x_a + i y_a. Upsilon = dz1 ^ dz2 ^ dz3, so that the
Ricci-flat metrics here have det g_{a bbar} = 1/8.
"""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, Form, Hermitian, LinkPoint, Matrix
from g2links.forms import Field, pack, pullback, wedge
from g2links.g2.contact import contact_phi, contact_psi
from g2links.g2.examples.fields import G2Fields
from g2links.g2.identities import LinkFields


def flat_omega() -> Form:
    """omega = sum_a dx_a ^ dy_a, shape (21,): i g dz ^ dzbar with g = 1/2, so that g_T = 1."""
    return jnp.asarray(_flat_forms()[0])


def flat_upsilon() -> Complex[Array, "35"]:
    """Upsilon = dz1 ^ dz2 ^ dz3, normalised so that omega^3 / 6 = (1/4) Re Upsilon ^ Im Upsilon."""
    return jnp.asarray(_flat_forms()[1])


def flat_space() -> LinkFields:
    """R^7: phi = dtheta ^ omega + Re Upsilon, all constant, unit metric.

    There is no torsion: d phi = 0, d psi = 0. The 1-form eta = dtheta is closed, so this is no contact
    structure.
    """
    return _bundle(_closed_eta, _flat_hermitian, 1.0)


def torus(lattice: Float[Array, "7 7"] | np.ndarray) -> G2Fields:
    """T^7 = R^7 / lattice in coordinates of period 1: flat_space pulled back by x -> lattice x. No torsion.

    Args:
        lattice: its basis, as columns.
    """
    space, basis = flat_space(), jnp.asarray(lattice)
    return G2Fields(
        phi=lambda x: pullback(space.phi(basis @ x), basis, p=3),
        psi=lambda x: pullback(space.psi(basis @ x), basis, p=4),
        metric=lambda x: basis.T @ basis,
    )


def heisenberg(epsilon: float = 1.0) -> LinkFields:
    """The Heisenberg nilmanifold, the flat contact Calabi-Yau model, on its universal cover R^7.

    eta = dtheta + (1/2) sum_a (x_a dy_a - y_a dx_a), so d eta = omega; phi = epsilon eta ^ omega + Re Upsilon. In the
    coframe e^0 = epsilon eta, e^i that is de^0 = epsilon (e^12 + e^34 + e^56) and de^i = 0. Exactly: d phi = epsilon
    omega^2, d psi = 0, metric epsilon^2 eta^2 + g_T, and the torsion and curvature of a contact Calabi-Yau structure.

    Args:
        epsilon: the length of the Reeb field.
    """
    return _bundle(_contact_eta(lambda square: jnp.ones(())), _flat_hermitian, epsilon)


def calabi_product(size: float = 1.0) -> LinkFields:
    """S^1 times a Calabi-Yau threefold that is not flat: Calabi's metric on the canonical bundle of P^2, away from its
    zero section, where it is C^3 / Z_3 without the origin. No torsion; Ricci-flat, but curved.

    E. Calabi, Métriques kählériennes et fibrés holomorphes, Ann. Sci. ENS 12 (1979): with s = |z|^2 the potential
    has s K'(s) = (s^3 + size^3)^(1/3) / 2, and size = 0 is flat space.
    """
    return _bundle(_closed_eta, _calabi_hermitian(size), 1.0)


def calabi_contact(epsilon: float = 1.0, size: float = 1.0) -> LinkFields:
    """The contact Calabi-Yau structure over Calabi's metric (`calabi_product`): eta = dtheta + Im dK, d eta = omega.

    The torsion and the Ricci curvature are those of the Heisenberg nilmanifold, while the base is curved: the
    exact model of the links.
    """
    return _bundle(_contact_eta(lambda s: 2.0 * _calabi_slope(s, size)[0]), _calabi_hermitian(size), epsilon)


def _bundle(eta: Field, hermitian: Callable[[LinkPoint], Hermitian], epsilon: float) -> LinkFields:
    def omega(x: LinkPoint) -> Form:
        re, im = 2.0 * hermitian(x).real, 2.0 * hermitian(x).imag
        return pack(jnp.pad(jnp.block([[-im, re], [-re, -im]]), (0, 1)), 2)

    def metric(x: LinkPoint) -> Matrix:
        re, im = 2.0 * hermitian(x).real, 2.0 * hermitian(x).imag
        transverse = jnp.pad(jnp.block([[re, im], [-im, re]]), (0, 1))
        return transverse + epsilon**2 * jnp.outer(eta(x), eta(x))

    return LinkFields(
        eta=eta,
        omega=omega,
        phi=lambda x: contact_phi(eta(x), omega(x), flat_upsilon().real, epsilon=epsilon),
        psi=lambda x: contact_psi(eta(x), omega(x), flat_upsilon().imag, epsilon=epsilon),
        metric=metric,
    )


def _closed_eta(x: LinkPoint) -> Form:
    return jnp.eye(7)[6]


def _contact_eta(slope: Callable[[Array], Array]) -> Field:
    """dtheta + (slope/2) sum_a (x_a dy_a - y_a dx_a), slope a function of |z|^2."""

    def eta(x: LinkPoint) -> Form:
        half = 0.5 * slope(x[:6] @ x[:6])
        return jnp.concatenate([-half * x[3:6], half * x[:3], jnp.ones(1)])

    return eta


def _flat_hermitian(x: LinkPoint) -> Hermitian:
    return 0.5 * jnp.eye(3, dtype=complex)


def _calabi_slope(s: Array, size: float) -> tuple[Array, Array]:
    """K' and K'' at s = |z|^2."""
    root = jnp.cbrt(s**3 + size**3)
    return 0.5 * root / s, 0.5 * (s / root**2 - root / s**2)


def _calabi_hermitian(size: float) -> Callable[[LinkPoint], Hermitian]:
    def hermitian(x: LinkPoint) -> Hermitian:
        z = x[:3] + 1j * x[3:6]
        first, second = _calabi_slope(x[:6] @ x[:6], size)
        return first * jnp.eye(3) + second * z.conj()[:, None] * z[None, :]

    return hermitian


@functools.cache
def _flat_forms() -> tuple[np.ndarray, np.ndarray]:
    """omega and Upsilon of C^3 x R."""
    with jax.ensure_compile_time_eval():
        dx, dy = jnp.eye(7)[:3], jnp.eye(7)[3:6]
        dz = dx + 1j * dy
        omega = sum(wedge(a, b, p=1, q=1, n=7) for a, b in zip(dx, dy, strict=True))
        upsilon = wedge(wedge(dz[0], dz[1], p=1, q=1, n=7), dz[2], p=2, q=1, n=7)
        return np.asarray(omega), np.asarray(upsilon)
