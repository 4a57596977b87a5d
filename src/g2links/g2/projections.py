"""The irreducible parts of 2-forms and 3-forms under G2: Lambda^2 = 7 + 14, Lambda^3 = 1 + 7 + 27.

As in Bryant (math/0305124, section 2.3): Lambda^2_7 = {*(phi ^ b) = 2 b} = {X | phi}, Lambda^2_14 = {*(phi ^ b)
= -b}, Lambda^3_1 = {c phi}, Lambda^3_7 = {X | psi} and Lambda^3_27 = {c : c ^ phi = 0, c ^ psi = 0}, with X | the
interior product. * is the Hodge star of phi, in the orientation of phi. All maps are pointwise.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from g2links._typing import Array, Form, Matrix, Scalar, Vector
from g2links.forms import hodge_star, interior, inverse, raise_indices, wedge
from g2links.g2.metric import induced_metric, orientation, star_phi


class TwoFormParts(NamedTuple):
    """The parts of a 2-form, which they add up to.

    Attributes:
        seven: in Lambda^2_7, shape (21,).
        fourteen: in Lambda^2_14, shape (21,).
    """

    seven: Form
    fourteen: Form


class ThreeFormParts(NamedTuple):
    """The parts of a 3-form, which they add up to.

    Attributes:
        one: a multiple of phi, shape (35,).
        seven: in Lambda^3_7, shape (35,).
        twentyseven: in Lambda^3_27, shape (35,).
    """

    one: Form
    seven: Form
    twentyseven: Form


def star(a: Form, phi: Form, *, p: int) -> Form:
    """The Hodge star of a p-form in the metric and orientation of phi."""
    return hodge_star(a, induced_metric(phi), p=p, orientation=jax.lax.stop_gradient(orientation(phi)))


def project_2_form(b: Form, phi: Form) -> TwoFormParts:
    """Split a 2-form (21,) by the positive 3-form phi (35,)."""
    dual = star(wedge(phi, b, p=3, q=2, n=7), phi, p=5)
    return TwoFormParts((b + dual) / 3.0, (2.0 * b - dual) / 3.0)


def project_3_form(c: Form, phi: Form) -> ThreeFormParts:
    """Split a 3-form (35,) by the positive 3-form phi (35,)."""
    scale, vector = coefficients_of_3_form(c, phi)
    one, seven = scale * phi, interior(vector, star_phi(phi), p=4)
    return ThreeFormParts(one, seven, c - one - seven)


def coefficients_of_2_form(b: Form, phi: Form) -> Vector:
    """The vector X (7,) with X | phi the part of b in Lambda^2_7."""
    metric = induced_metric(phi)
    pairings = slots(phi, p=3) @ raise_indices(b, metric, p=2)
    return inverse(metric) @ pairings / 3.0


def coefficients_of_3_form(c: Form, phi: Form) -> tuple[Scalar, Vector]:
    """The number f and the vector X (7,) with f phi and X | psi the parts of c in Lambda^3_1 and Lambda^3_7."""
    metric = induced_metric(phi)
    raised = raise_indices(c, metric, p=3)
    pairings = slots(star_phi(phi), p=4) @ raised
    return phi @ raised / 7.0, inverse(metric) @ pairings / 4.0


def i_phi(h: Matrix, phi: Form) -> Form:
    """The 3-form h_i^l phi_ljk + h_j^l phi_ilk + h_k^l phi_ijl of a symmetric tensor h (7, 7), shape (35,).

    It is in Lambda^3_1 + Lambda^3_27 and i_phi(g) = 3 phi. For symmetric h it is the change of phi that changes
    g by 2 h.
    """
    raised = inverse(induced_metric(phi)) @ h
    return jnp.sum(jax.vmap(lambda row, slot: wedge(row, slot, p=1, q=2, n=7))(raised, slots(phi, p=3)), axis=0)


def j_phi(c: Form, phi: Form) -> Matrix:
    """The symmetric tensor *((u | phi) ^ (v | phi) ^ c) of a 3-form (35,), shape (7, 7).

    j_phi(phi) = 6 g; it vanishes on Lambda^3_7, and j_phi(i_phi(h)) = 4 h where h has no trace (Bryant's i is
    twice this one).
    """
    contracted = slots(phi, p=3)
    volume = star(jnp.ones(1), phi, p=7)[0]

    def entry(u: Form, v: Form) -> Scalar:
        return volume * wedge(wedge(u, v, p=2, q=2, n=7), c, p=4, q=3, n=7)[0]

    return jax.vmap(lambda u: jax.vmap(lambda v: entry(u, v))(contracted))(contracted)


def slots(a: Form, *, p: int) -> Float[Array, "7 components"]:
    """The interior products e_k | a of a p-form on R^7 with the coordinate vectors, shape (7, C(7, p-1))."""
    return jax.vmap(lambda v: interior(v, a, p=p))(jnp.eye(7))
