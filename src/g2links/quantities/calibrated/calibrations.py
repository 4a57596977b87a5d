"""How far a plane is calibrated, on V or on its link (Harvey and Lawson, Acta Math. 148 (1982) 47).

A calibration is a form whose value on every unit simple vector is at most 1 on the exact structure. Beside the value,
which is cos of the angle between the plane and the calibrated ones, stands its complement, which vanishes on these:

    p = 2k on V        ω^k/k!    complex subspaces        Kähler angles, from the part of J e_i that leaves the plane
    p = n on V         Υ         special Lagrangian       |Υ|² + |ω|_L|² = 1, for n = 2, 3
    p = 3 on the link  φ         associative              φ² + |ψ(e1, e2, e3, ·)|² = 1
    p = 4 on the link  ψ         coassociative            ψ² + |φ|_N|² = 1

The cosine of a small angle says little, and can be above 1 where the metric is not exactly Ricci-flat; the angle is
taken from both. Everything is algebra in an orthonormal frame that is adapted to the structure: there g, η and ω have
constant components, and of Υ one number is left.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links import forms
from g2links._typing import Array, ComplexPoint, ComplexScalar, Scalar
from g2links.g2.contact import contact_phi, contact_psi
from g2links.potentials.metric import Potential, kahler_jet
from g2links.varieties.charts import canonical_point, selector, tangent_frame, to_gauge
from g2links.varieties.residue import residue
from g2links.varieties.topology import THREEFOLD
from g2links.varieties.variety import AbstractVariety

HOLOMORPHIC, LAGRANGIAN, ASSOCIATIVE, COASSOCIATIVE = (
    "holomorphic",
    "special_lagrangian",
    "associative",
    "coassociative",
)
"""The kinds of calibrated submanifolds."""

Plane = Float[Array, "p real"]


class Tangents(NamedTuple):
    """Tangent vectors of V or of its link at a point.

    Attributes:
        vectors: (p, 2d + 1) in an orthonormal frame (x1, ..., xd, y1, ..., yd, ξ) in which ω = Σ dx_a∧dy_a, and η is
            the last component.
        upsilon: Υ = upsilon · dz1∧...∧dzd in that frame; of modulus 1 where the Monge-Ampère equation holds.
    """

    vectors: Plane
    upsilon: ComplexScalar


def adapted_tangents(
    variety: AbstractVariety,
    potential: Potential,
    normalisation: Array | complex,
    z: ComplexPoint,
    velocities: Complex[Array, "p variables"],
) -> Tangents:
    """The vectors of V and of the link that velocities of a point of the cone X stand for.

    On X, η = Im ∂K does not see a real change of scale, so that points of the link can be given in any real scale;
    those of V in any gauge.

    Args:
        variety: V.
        potential: u.
        normalisation: c in Υ = cΩ; complex for a structure whose Υ is turned.
        z: (N,) a point of X.
        velocities: (p, N) tangent to X.
    """
    at = canonical_point(variety, z)
    chosen = selector(at)
    jet = kahler_jet(variety, potential, at.z, tangent_frame(variety, at))
    root = jnp.linalg.cholesky(jet.hermitian()[0])

    def along(velocity: ComplexPoint) -> Float[Array, " real"]:
        moved = jax.jvp(lambda point: chosen @ to_gauge(variety, point, at.fixed), (z,), (velocity,))[1]
        turns = [
            t * velocity[index] / (jnp.asarray(row)[index] * z[index])
            for t, row, index in zip(variety.polarisation, variety.charges, at.fixed, strict=True)
        ]
        eta = (sum(turns) + jnp.sum(jet.complex_first()[0] * moved)).imag
        unitary = jnp.sqrt(2.0) * moved @ root
        return jnp.concatenate([unitary.real, unitary.imag, eta[None]])

    scale = jnp.prod(jnp.sqrt(2.0) * jnp.diagonal(root).real)
    return Tangents(jax.vmap(along)(velocities), normalisation * residue(variety, at) / scale)


def orthonormal(plane: Plane) -> tuple[Plane, Scalar]:
    """An orthonormal basis of the plane, with its orientation, and the volume of the parallelepiped."""
    q, r = jnp.linalg.qr(plane.T)
    diagonal = jnp.diagonal(r)
    return q.T * jnp.where(diagonal < 0, -1.0, 1.0)[:, None], jnp.prod(jnp.abs(diagonal))


def calibrations_on_v(basis: Plane, upsilon: ComplexScalar) -> dict[str, Scalar]:
    """Values of the calibrations of V, and their complements, on the plane of an orthonormal basis (p, 2d)."""
    p, d = basis.shape[0], basis.shape[1] // 2
    vectors = basis[:, :d] + 1j * basis[:, d:]
    hermitian = vectors.conj() @ vectors.T
    omega = hermitian.imag
    found = {"omega_norm": jnp.sqrt(jnp.sum(omega**2) / 2)}
    if p % 2 == 0:
        turned = jnp.concatenate([-basis[:, d:], basis[:, :d]], axis=1)
        outside = turned - (turned @ basis.T) @ basis
        shares = jnp.clip(jnp.linalg.eigvalsh(outside @ outside.T), 0.0, 1.0)
        sine = jnp.sqrt(-jnp.expm1(0.5 * jnp.sum(jnp.log1p(-shares))))
        found |= {HOLOMORPHIC: _pfaffian(omega), f"{HOLOMORPHIC}_sine": sine}
    if p == d:
        value = upsilon * jnp.linalg.det(vectors)
        found |= {"upsilon_re": value.real, "upsilon_im": value.imag}
    return found


def _pfaffian(matrix: Float[Array, "p p"]) -> Scalar:
    """By expansion along the first row."""
    p = len(matrix)
    if p == 0:
        return jnp.ones(())
    total = jnp.zeros(())
    for j in range(1, p):
        rest = np.array([k for k in range(1, p) if k != j], dtype=int)
        total = total + (-1) ** (j - 1) * matrix[0, j] * _pfaffian(matrix[rest[:, None], rest[None]])
    return total


def calibrations_on_link(basis: Plane, upsilon: ComplexScalar) -> dict[str, Scalar]:
    """Values of φ or ψ, and their complements, on the plane of an orthonormal basis (p, 7); no more than how far it is
    from horizontal for other p."""
    p = basis.shape[0]
    found = {"eta_norm": jnp.sqrt(jnp.sum(basis[:, -1] ** 2))}
    phi, psi = standard_forms(upsilon)
    if p == 3:
        rest = psi
        for degree, vector in zip((4, 3, 2), basis, strict=True):
            rest = forms.interior(vector, rest, p=degree)
        value = forms.pullback(phi, basis.T, p=3)[0]
        found |= {ASSOCIATIVE: value, f"{ASSOCIATIVE}_sine": jnp.sqrt(jnp.sum(rest**2))}
    if p == 4:
        value = forms.pullback(psi, basis.T, p=4)[0]
        rest = forms.pullback(phi, basis.T, p=3)
        found |= {COASSOCIATIVE: value, f"{COASSOCIATIVE}_sine": jnp.sqrt(jnp.sum(rest**2))}
    return found


def standard_forms(upsilon: ComplexScalar) -> tuple[Float[Array, " c"], Float[Array, " c"]]:
    """φ and ψ in the adapted frame."""
    d, n = THREEFOLD, 2 * THREEFOLD + 1
    eta = jnp.eye(n)[-1]
    omega = forms.pack(jnp.pad(jnp.kron(jnp.array([[0.0, 1.0], [-1.0, 0.0]]), jnp.eye(d)), (0, 1)), 2)
    first, second, third = jnp.concatenate([jnp.eye(d), 1j * jnp.eye(d), jnp.zeros((1, d))]).T
    top = forms.wedge(forms.wedge(first, second, p=1, q=1, n=n), upsilon * third, p=2, q=1, n=n)
    return contact_phi(eta, omega, top.real), contact_psi(eta, omega, top.imag)


def figures_at(
    variety: AbstractVariety,
    potential: Potential,
    normalisation: Array | complex,
    on_link: bool,
    row: tuple[ComplexPoint, Complex[Array, "p variables"]],
) -> dict[str, Scalar]:
    """`density`, the volume element of a submanifold against dt1···dtp, and the values of all calibrations of its
    degree, at a point with its derivatives along the parameters."""
    tangents = adapted_tangents(variety, potential, normalisation, *row)
    basis, density = orthonormal(tangents.vectors if on_link else tangents.vectors[:, :-1])
    values = (calibrations_on_link if on_link else calibrations_on_v)(basis, tangents.upsilon)
    return {"density": density, **values}
