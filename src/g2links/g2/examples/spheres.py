"""Nearly parallel structures on S^7, and what a nearly Kähler S^6 gives, in stereographic coordinates."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, Form, LinkPoint, Matrix, Vector
from g2links.forms import interior, pullback, wedge
from g2links.g2.examples.circle_bundles import flat_space
from g2links.g2.examples.fields import G2Fields

SQUASHED = 1.0 / math.sqrt(5.0)
"""The radius of the fibres of the nearly parallel squashed sphere; 1 is the round one."""


def round_sphere() -> G2Fields:
    """The nearly parallel G2-structure of the unit S^7, in the stereographic chart from the point (1, 0, ...,
    0) of R^8.

    With the Spin(7) form Phi = dt ^ phi_0 + psi_0 of R^8 and u the point, phi is u | Phi and psi is Phi, both
    restricted to the sphere. As Phi is constant, d(u | Phi) = 4 Phi: d phi = 4 psi. The metric is that of the
    unit sphere.
    """
    return G2Fields(_round_phi, _round_psi, _round_metric)


def squashed_sphere(scale: float = SQUASHED) -> G2Fields:
    """S^7 with the fibres of the quaternionic Hopf fibration S^3 -> S^7 -> S^4 scaled, same chart.

    With the three contact forms of the 3-Sasakian structure, d eta_a = 2 omega_a - 2 eta_b ^ eta_c, it is phi =
    scale^3 eta_123 + scale sum_a eta_a ^ omega_a, of metric scale^2 sum_a eta_a^2 + (g - sum_a eta_a^2). It is
    coclosed for every scale, and nearly parallel at 1/sqrt 5: |tau0| = 12/sqrt 5 and Ric = (54/5) g (Friedrich,
    Kath, Moroianu, Semmelmann, On nearly parallel G2-structures, J. Geom. Phys. 23, 1997).

    Args:
        scale: the radius of the fibres.
    """

    def phi(x: LinkPoint) -> Form:
        eta, omega = _hopf_forms(x)
        volume = _wedge(_wedge(eta[0], eta[1], 1, 1), eta[2], 2, 1)
        return scale**3 * volume + scale * sum(_wedge(a, b, 1, 2) for a, b in zip(eta, omega, strict=True))

    def psi(x: LinkPoint) -> Form:
        eta, omega = _hopf_forms(x)
        base = _wedge(omega[0], omega[0], 2, 2) / 2.0
        pairs = [_wedge(_wedge(eta[b], eta[c], 1, 1), omega[a], 2, 2) for a, b, c in _CYCLES]
        return base + scale**2 * sum(pairs)

    def metric(x: LinkPoint) -> Matrix:
        eta = jnp.stack(_hopf_forms(x)[0])
        return _round_metric(x) + (scale**2 - 1.0) * eta.T @ eta

    return G2Fields(phi, psi, metric)


def nearly_kahler_cone() -> G2Fields:
    """The cone over the nearly Kähler S^6, in coordinates (y1, ..., y6, t) with radius r = e^t.

    phi = r^2 dr ^ omega + r^3 Re Omega, psi = r^4 omega^2 / 2 - r^3 dr ^ Im Omega. No torsion: it is R^7 without
    the origin.

    With u the point of S^6 in R^7, omega is u | phi_0 and Re Omega is phi_0, restricted to the sphere.
    """
    return _sphere_times_line(1.0)


def nearly_kahler_cylinder() -> G2Fields:
    """R x S^6 with the product metric, which is conformal to the cone: phi = dt ^ omega + Re Omega.

    Locally conformally parallel: tau1 = -dt and nothing else, so d phi = -3 dt ^ phi, d psi = -4 dt ^ psi; Ric = 5 g
    on S^6 and 0 along the line.
    """
    return _sphere_times_line(0.0)


_CYCLES = ((0, 1, 2), (1, 2, 0), (2, 0, 1))
"""The even permutations of i, j, k: ω_i = Σ η_j∧η_k over these."""


def _wedge(a: Form, b: Form, p: int, q: int) -> Form:
    return wedge(a, b, p=p, q=q, n=7)


def _embedding(x: Vector) -> Float[Array, " m"]:
    """The inverse of stereographic projection R^n -> S^n; x = 0 goes to (-1, 0, ..., 0)."""
    square = x @ x
    return jnp.concatenate([(square - 1.0)[None], 2.0 * x]) / (1.0 + square)


def _round_phi(x: LinkPoint) -> Form:
    return pullback(interior(_embedding(x), jnp.asarray(_cayley_form()), p=4), jax.jacfwd(_embedding)(x), p=3)


def _round_psi(x: LinkPoint) -> Form:
    return pullback(jnp.asarray(_cayley_form()), jax.jacfwd(_embedding)(x), p=4)


def _round_metric(x: LinkPoint) -> Matrix:
    return 4.0 / (1.0 + x @ x) ** 2 * jnp.eye(7)


def _hopf_forms(x: LinkPoint) -> tuple[list[Form], list[Form]]:
    """eta_a and omega_a = d eta_a / 2 + eta_b ^ eta_c, a = 1, 2, 3."""
    u, jacobian = _embedding(x), jax.jacfwd(_embedding)(x)
    units = jnp.asarray(_quaternion_units())
    eta = [(unit @ u) @ jacobian for unit in units]
    upper = np.triu_indices(8, 1)
    half = [pullback(unit.T[upper], jacobian, p=2) for unit in units]
    omega = [half[a] + _wedge(eta[b], eta[c], 1, 1) for a, b, c in _CYCLES]
    return eta, omega


def _sphere_times_line(power: float) -> G2Fields:
    """e^(power t) times the length of the product R x S^6."""
    dt, projection = jnp.eye(7)[6], jnp.eye(6, 7)

    def pulled(a: Form, x: LinkPoint, p: int) -> Form:
        return pullback(pullback(a, jax.jacfwd(_embedding)(x[:6]), p=p), projection, p=p)

    def phi(x: LinkPoint) -> Form:
        flat = flat_space().phi(x)
        omega = pulled(interior(_embedding(x[:6]), flat, p=3), x, 2)
        return jnp.exp(3.0 * power * x[6]) * (_wedge(dt, omega, 1, 2) + pulled(flat, x, 3))

    def psi(x: LinkPoint) -> Form:
        flat = flat_space().psi(x)
        minus_im = pulled(interior(_embedding(x[:6]), flat, p=4), x, 3)
        return jnp.exp(4.0 * power * x[6]) * (_wedge(dt, minus_im, 1, 3) + pulled(flat, x, 4))

    def metric(x: LinkPoint) -> Matrix:
        sphere = jnp.pad(4.0 / (1.0 + x[:6] @ x[:6]) ** 2 * jnp.eye(6), (0, 1))
        return jnp.exp(2.0 * power * x[6]) * (sphere + jnp.outer(dt, dt))

    return G2Fields(phi, psi, metric)


@functools.cache
def _quaternion_units() -> np.ndarray:
    """Right multiplication by i, j, k on H^2 = R^8, (3, 8, 8): J_1 J_2 = -J_3."""
    i = np.array([[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, -1, 0]], dtype=float)
    j = np.array([[0, 0, -1, 0], [0, 0, 0, -1], [1, 0, 0, 0], [0, 1, 0, 0]], dtype=float)
    return np.stack([np.kron(np.eye(2), unit) for unit in (i, j, -i @ j)])


@functools.cache
def _cayley_form() -> np.ndarray:
    """dt ^ phi_0 + psi_0, shape (70,): the self-dual 4-form of R^8 = R + R^7 stabilised by Spin(7)."""
    flat = flat_space()
    with jax.ensure_compile_time_eval():
        origin, dt, projection = jnp.zeros(7), jnp.eye(8)[0], jnp.eye(8)[1:]
        phi, psi = pullback(flat.phi(origin), projection, p=3), pullback(flat.psi(origin), projection, p=4)
        return np.asarray(wedge(dt, phi, p=1, q=3, n=8) + psi)
