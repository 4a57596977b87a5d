"""Torsion and curvature of a G2-structure at one point, together, from phi to second order there."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from g2links._typing import Form, Matrix, Scalar, Vector
from g2links.forms import Field, exterior_derivative, inverse
from g2links.forms.taylor import Taylor, expand
from g2links.g2.curvature import Curvature, curvature_of_expansion, metric_of_phi
from g2links.g2.metric import star_phi
from g2links.g2.torsion import TorsionClasses, bryant_scalar, squared_norms, tau0_and_tau1, torsion_classes


class Geometry(NamedTuple):
    """What phi determines at a point.

    Attributes:
        phi: shape (35,).
        metric: g_phi, shape (7, 7).
        d_phi: shape (35,).
        d_psi: d of psi = *phi, shape (21,).
        torsion: tau0 .. tau3.
        delta_tau1: the codifferential of tau1.
        curvature: of g_phi.
    """

    phi: Form
    metric: Matrix
    d_phi: Form
    d_psi: Form
    torsion: TorsionClasses
    delta_tau1: Scalar
    curvature: Curvature

    @property
    def norms(self) -> Vector:
        """tau0^2, |tau1|^2, |tau2|^2, |tau3|^2, shape (4,)."""
        return squared_norms(self.torsion, self.metric)

    @property
    def bryant_residual(self) -> Scalar:
        """Scalar curvature minus Bryant's expression in the torsion: 0 for every phi."""
        return self.curvature.scalar - bryant_scalar(self.norms, self.delta_tau1)


def geometry_of(phi: Field) -> Callable[[Vector], Geometry]:
    """Everything that a field phi, x (7,) to (35,), determines, as a function of x; by automatic differentiation."""
    return lambda x: geometry_of_expansion(expand(phi, x))


def geometry_of_expansion(phi: Taylor) -> Geometry:
    """Everything at the centre of an expansion of phi; with `expand_by_differences`, from values alone."""
    d_phi_near = exterior_derivative(lambda t: phi(t), p=3)
    origin = phi.centre
    d_phi = d_phi_near(origin)
    d_psi = exterior_derivative(lambda t: star_phi(phi(t)), p=4)(origin)
    metric = metric_of_phi(phi)
    curved = curvature_of_expansion(metric)

    def tau1(t: Vector) -> Form:
        return tau0_and_tau1(phi(t), d_phi_near(t))[1]

    value, partials = tau1(origin), jax.jacfwd(tau1)(origin)  # partials[b, a] = d_a tau1_b
    nabla = partials - jnp.einsum("cba,c->ba", curved.christoffel, value)
    delta_tau1 = -jnp.sum(inverse(metric.value) * nabla)
    classes = torsion_classes(phi.value, d_phi, d_psi)
    return Geometry(phi.value, metric.value, d_phi, d_psi, classes, delta_tau1, curved)
