"""The torsion of a G2-structure: the classes tau0 .. tau3, the full torsion tensor, and the name of the structure.

Bryant (math/0305124, proposition 1):

    d phi = tau0 psi + 3 tau1 ^ phi + *tau3,    d psi = 4 tau1 ^ psi + tau2 ^ phi,

tau2 in Lambda^2_14 and tau3 in Lambda^3_27. His sign of tau2 is the one in use; as tau2 ^ phi = -*tau2 it is
opposite to that of authors who write d psi = 4 tau1 ^ psi + *tau2. The full torsion tensor is that of Karigiannis
(math/0702077) in the form of Lotay and Wei (arXiv:1504.07771): nabla_a phi_bcd = T_a^e psi_ebcd and

    T = (tau0/4) g - tau1 | phi - h - tau2/2,    tau3 = i_phi(h).

Everything is pointwise and holds for either orientation of the coordinates.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, Form, Matrix, Scalar, Vector
from g2links.errors import InputError
from g2links.forms import Field, exterior_derivative, inner, interior, inverse, raise_indices, unpack, wedge
from g2links.g2.identities import Derivative
from g2links.g2.metric import induced_metric, star_phi, volume
from g2links.g2.projections import j_phi, slots, star

_ORDER = (0, 1, 2, 3)
"""The degrees of the torsion classes τ0, ..., τ3."""


class TorsionClasses(NamedTuple):
    """The four torsion forms at a point.

    Attributes:
        tau0: a number.
        tau1: a 1-form, shape (7,).
        tau2: a 2-form in Lambda^2_14, shape (21,).
        tau3: a 3-form in Lambda^3_27, shape (35,).
    """

    tau0: Scalar
    tau1: Form
    tau2: Form
    tau3: Form


def torsion_of(phi: Field, derivative: Derivative | None = None) -> Callable[[Vector], TorsionClasses]:
    """The torsion classes of a 3-form field, as a function of the seven coordinates.

    Args:
        phi: x (7,) to (35,), positive.
        derivative: how to take d of a field: `exterior_derivative` unless given; `flux_derivative` for a phi
            that is known by its values only.

    Example:
        >>> float(torsion_of(g2.round_sphere().phi)(0.1 * jnp.ones(7)).tau0)  # doctest: +SKIP
        4.0
    """
    d = derivative or (lambda field, p: exterior_derivative(field, p=p))

    def classes(x: Vector) -> TorsionClasses:
        d_psi = d(lambda y: star_phi(phi(y)), 4)(x)
        return torsion_classes(phi(x), d(phi, 3)(x), d_psi)

    return classes


def torsion_classes(phi: Form, d_phi: Form, d_psi: Form) -> TorsionClasses:
    """The torsion classes at a point from phi (35,), d phi (35,) and d *phi (21,).

    tau0, tau1 and tau3 come from d phi, tau2 from d psi. Where d psi is that of psi = *phi, the tau1 of d psi
    (`tau1_of_d_psi`) is the same.
    """
    tau0, tau1 = tau0_and_tau1(phi, d_phi)
    psi = star_phi(phi)
    tau3 = star(d_phi - tau0 * psi - 3.0 * wedge(tau1, phi, p=1, q=3, n=7), phi, p=4)
    tau2 = -star(d_psi - 4.0 * wedge(tau1_of_d_psi(phi, d_psi), psi, p=1, q=4, n=7), phi, p=5)
    return TorsionClasses(tau0, tau1, tau2, tau3)


def tau0_and_tau1(phi: Form, d_phi: Form) -> tuple[Scalar, Form]:
    """tau0 and tau1 (7,) from phi and d phi, by phi ^ d phi = 7 tau0 vol and <e_a | d phi, phi> = 12 tau1_a."""
    tau0 = wedge(phi, d_phi, p=3, q=4, n=7)[0] / (7.0 * volume(phi))
    return tau0, slots(d_phi, p=4) @ raise_indices(phi, induced_metric(phi), p=3) / 12.0


def tau1_of_d_psi(phi: Form, d_psi: Form) -> Form:
    """tau1 (7,) from phi and d psi, by <e_a | d psi, psi> = 12 tau1_a."""
    return slots(d_psi, p=5) @ raise_indices(star_phi(phi), induced_metric(phi), p=4) / 12.0


def derivatives_from_classes(phi: Form, classes: TorsionClasses) -> tuple[Form, Form]:
    """d phi (35,) and d psi (21,) with these torsion classes: Bryant's formulas."""
    psi = star_phi(phi)
    d_phi = classes.tau0 * psi + 3.0 * wedge(classes.tau1, phi, p=1, q=3, n=7) + star(classes.tau3, phi, p=3)
    d_psi = 4.0 * wedge(classes.tau1, psi, p=1, q=4, n=7) + wedge(classes.tau2, phi, p=2, q=3, n=7)
    return d_phi, d_psi


def torsion_tensor(phi: Form, classes: TorsionClasses) -> Matrix:
    """The full torsion tensor T_ab (7, 7) from the classes; nabla_a phi_bcd = T_ae g^ef psi_fbcd."""
    metric = induced_metric(phi)
    lee = interior(inverse(metric) @ classes.tau1, phi, p=3)
    skew = unpack(lee + 0.5 * classes.tau2, 7, 2)
    return 0.25 * classes.tau0 * metric - skew - j_phi(classes.tau3, phi) / 4.0


def torsion_tensor_of_connection(
    phi: Form, partials: Float[Array, "7 35"], christoffel: Float[Array, "7 7 7"]
) -> Matrix:
    """T_ab (7, 7) from the definition, T_ab = nabla_a phi_ijk psi_b^ijk / 24: an independent route.

    Args:
        phi: shape (35,).
        partials: partials[a] = d_a phi.
        christoffel: Gamma^a_bc of g_phi.
    """
    raised = inverse(induced_metric(phi))
    full, psi = unpack(phi, 7, 3), unpack(star_phi(phi), 7, 4)
    moved = jnp.einsum("eai,ejk->aijk", christoffel, full)
    correction = moved - jnp.swapaxes(moved, 1, 2) + jnp.moveaxis(moved, 1, 3)
    nabla = jnp.stack([unpack(row, 7, 3) for row in partials]) - correction
    return jnp.einsum("aijk,blmn,il,jm,kn->ab", nabla, psi, raised, raised, raised, optimize="optimal") / 24.0


def squared_norms(classes: TorsionClasses, metric: Matrix) -> Float[Array, "4"]:
    """tau0^2, |tau1|^2, |tau2|^2, |tau3|^2 as norms of forms."""
    return jnp.stack(
        [
            classes.tau0**2,
            inner(classes.tau1, classes.tau1, metric, p=1),
            inner(classes.tau2, classes.tau2, metric, p=2),
            inner(classes.tau3, classes.tau3, metric, p=3),
        ]
    )


def bryant_scalar(norms: Float[Array, "4"], delta_tau1: Scalar) -> Scalar:
    """The scalar curvature 12 delta tau1 + 21/8 tau0^2 + 30 |tau1|^2 - |tau2|^2/2 - |tau3|^2/2 (Bryant, 4.28).

    Args:
        norms: from `squared_norms`.
        delta_tau1: the codifferential of tau1, minus its divergence.
    """
    return 12.0 * delta_tau1 + jnp.array([21.0 / 8.0, 30.0, -0.5, -0.5]) @ norms


class StructureName(NamedTuple):
    """What a G2-structure is called by its torsion.

    Attributes:
        name: the usual name, such as "nearly parallel".
        components: which of tau0 .. tau3 do not vanish, as their numbers.
        tolerance: the bound under which a class counts as 0.
    """

    name: str
    components: tuple[int, ...]
    tolerance: float


_NAMES = {
    (): "torsion-free",
    (0,): "nearly parallel",
    (1,): "locally conformally parallel",
    (2,): "closed",
    (3,): "coclosed of pure type W27",
    (0, 1): "locally conformally nearly parallel",
    (0, 2): "of type W1 + W14",
    (0, 3): "coclosed",
    (1, 2): "locally conformally closed",
    (1, 3): "integrable of type W7 + W27",
    (2, 3): "of type W14 + W27",
    (0, 1, 2): "of type W1 + W7 + W14",
    (0, 1, 3): "integrable",
    (0, 2, 3): "of type W1 + W14 + W27",
    (1, 2, 3): "of type W7 + W14 + W27",
    (0, 1, 2, 3): "of general type",
}


def name_structure(sizes: Float[Array, "4"] | np.ndarray, *, tolerance: float) -> StructureName:
    """The class of Fernandez and Gray of a structure, from the largest |tau0|, |tau1|, |tau2|, |tau3| over its points.

    Closed (d phi = 0, also called almost parallel or calibrated), coclosed (d psi = 0, cocalibrated), nearly
    parallel (d phi = tau0 psi), integrable (tau2 = 0: there is a connection with skew torsion).

    Args:
        sizes: (4,) norms, in inverse units of length.
        tolerance: a class with a norm of at most this counts as 0.

    Raises:
        InputError: if the sizes are not four finite numbers, or the tolerance is negative.
    """
    values = np.asarray(sizes, dtype=float)
    if values.shape != (4,) or not np.all(np.isfinite(values)):
        raise InputError("sizes", sizes, "four finite norms |tau0|, |tau1|, |tau2|, |tau3|")
    if not tolerance >= 0:
        raise InputError("tolerance", tolerance, "a number, at least 0")
    present = tuple(k for k in _ORDER if abs(values[k]) > tolerance)
    return StructureName(_NAMES[present], present, tolerance)
