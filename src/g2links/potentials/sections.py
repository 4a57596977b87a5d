"""Potentials without symmetry: K = (1/k) log(s† h s), with s all monomials of degree k and h any positive Hermitian
matrix, as in Donaldson (math/0512625) and Headrick and Nassar (arXiv:0908.2635).

For a class t without sections they are those of another multidegree d, and K has Σ_α (t_α - d_α/κ) log|z^(α)|² beside
(1/κ) log(s† h s) (`section_basis.section_class`); κ = k and nothing is added for integers t.

There are N² real unknowns for N monomials: 4,900 on a quintic at k = 4. So the products of monomials are never written
down. With V = (s, ∂_1 s, ..., ∂_d s), the Gram matrix H = V† h V (d + 1, d + 1) at a point gives everything there:

    u = (1/k) log H_00 - K_ref,    g_{ab̄} = (1/k) (H_ab/H_00 - H_a0 H_0b/H_00²),    det g = det H / (k^d H_00^{d+1})
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array, ComplexPoint, Frame, Scalar
from g2links.calculus.jets import Jet
from g2links.errors import InputError
from g2links.potentials.reference import log_radii_squared, reference_jet, reference_potential
from g2links.potentials.section_basis import SectionClass, independent_monomials, multinomial_roots, section_class
from g2links.records import AnsatzData
from g2links.varieties.polynomial import monomials
from g2links.varieties.variety import AbstractVariety


class SectionJet(NamedTuple):
    """All sections at one point, divided by r^k.

    Attributes:
        value: (N,) s.
        first: (d, N) ∂_a s along a frame.
    """

    value: Complex[Array, " N"]
    first: Complex[Array, "d N"]


@dataclass(frozen=True)
class Sections:
    """The monomials of degree k, or k t in the factors of a product, times the square roots of their multinomial
    coefficients, so that Σ |s|² = Π r_α^{2 k t_α} = r^{2k} with log r² = K_ref; but for those that are combinations of
    others on V (`section_basis`). For t that are no integers the degrees are others (`section_basis.section_class`).

    Args:
        variety: V, with weights 1, or a complete intersection, where multinomial coefficients are left out.
        degree: k.

    Raises:
        InputError: for other weights, or a degree below 1.
    """

    variety: AbstractVariety
    degree: int

    def __post_init__(self) -> None:
        if self.variety.heaviest > 1 and len(self.variety.equations) == 1:
            raise InputError("weights", self.variety.charges, "weights 1 for a Hermitian form in all monomials")
        if self.degree < self.variety.heaviest:
            heavy = f"at least {self.variety.heaviest}, the largest weight, so that each coordinate occurs"
            raise InputError(
                "degree", self.degree, heavy if self.variety.heaviest > 1 else "a positive integer is needed"
            )

    @property
    def count(self) -> int:
        """N."""
        return len(self.exponents)

    @cached_property
    def exponents(self) -> np.ndarray:
        """(N, variables)."""
        return independent_monomials(self.variety, self.degree)

    @cached_property
    def of_class(self) -> SectionClass:
        """Their multidegree, and κ."""
        return section_class(self.variety, self.degree)

    @cached_property
    def _roots(self) -> np.ndarray:
        return multinomial_roots(self.variety, self.degree, self.exponents)

    def scale(self, z: ComplexPoint) -> Array:
        """1/r, or (N,) the 1/r_α of the factor of each coordinate, to the power of its weight: it brings z to r = 1."""
        radii = log_radii_squared(self.variety, z)
        if self.variety.heaviest > 1:
            return jnp.exp(-0.5 * radii[0] * jnp.asarray(self.variety.charges[0]))
        if len(radii) == 1:
            return jnp.exp(-0.5 * radii[0])
        return jnp.exp(-0.5 * jnp.stack(radii) @ (jnp.asarray(self.variety.charges) > 0))

    def __call__(self, z: ComplexPoint) -> Complex[Array, " N"]:
        """s/r^k at one point."""
        return self.numerators(self.scale(z) * z)

    def numerators(self, z: ComplexPoint) -> Complex[Array, " N"]:
        """s at one point."""
        return jnp.asarray(self._roots) * monomials(self.exponents, z)

    def jet(self, z: ComplexPoint, frame: Frame) -> SectionJet:
        """s/r^k and its holomorphic derivatives along a frame, r held fixed."""
        scale = self.scale(z)
        at = scale * z

        def along(v: Array) -> Array:
            return jax.jvp(lambda p: monomials(self.exponents, p), (at,), (scale * v,))[1]

        roots = jnp.asarray(self._roots)
        return SectionJet(self.numerators(at), roots[None] * jax.vmap(along)(frame))


@dataclass(frozen=True)
class HermitianAnsatz:
    """u = (1/κ) log(s† h s) - Σ (d_α/κ) log r_α², the last K_ref for integers t; the parameters are the real and the
    imaginary part of h (N, N)."""

    sections: Sections

    def shapes(self) -> list[tuple[int, ...]]:
        """Of the two parts of h."""
        return [(self.sections.count,) * 2] * 2

    @property
    def unknowns(self) -> int:
        """How many real parameters there are: h is Hermitian."""
        return self.sections.count**2

    def value(self, parameters: tuple[Array, ...], z: ComplexPoint) -> Scalar:
        """u at one point of X: a constant factor brings z to r = 1, so that the sections are holomorphic in it."""
        of_class = self.sections.of_class
        reference = reference_potential(self.sections.variety, z, of_class.kahler)
        fixed = jax.lax.stop_gradient(reference)
        s = self.sections.numerators(jax.lax.stop_gradient(self.sections.scale(z)) * z)
        return jnp.log((s @ hermitian(parameters) @ s.conj()).real) / of_class.root - (reference - fixed)

    def jet(self, parameters: tuple[Array, ...], z: ComplexPoint, frame: Frame) -> Jet:
        """u, ∂_a u and ∂_a∂_b̄ u along a frame."""
        of_class = self.sections.of_class
        k = of_class.root
        s = self.sections.jet(z, frame)
        rows = jnp.concatenate([s.value[None], s.first])
        gram = rows @ hermitian(parameters) @ rows.conj().T
        total = gram[0, 0].real
        first = gram[1:, 0] / total
        mixed = gram[1:, 1:] / total - jnp.outer(first, first.conj())
        whole = Jet.from_complex(jnp.log(total)[None] / k, first[None] / k, mixed[None] / k)
        reference = reference_jet(self.sections.variety, z, frame, kahler=of_class.kahler)
        return Jet(whole.value, whole.first - reference.first, whole.mixed - reference.mixed)

    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """h of the metric of Fubini and Study, as far as the sections go: the identity."""
        return np.eye(self.sections.count), np.zeros((self.sections.count,) * 2)

    def to_config(self) -> AnsatzData:
        """Plain data."""
        return {"kind": "hermitian", "degree": self.sections.degree}


def hermitian(parameters: tuple[Array, ...]) -> Complex[Array, "N N"]:
    """h, the Hermitian part of what the parameters say."""
    re, im = parameters
    h = re + 1j * im
    return 0.5 * (h + h.conj().T)
