"""How far fields of forms are from a contact Calabi-Yau G2-structure, point by point.

The fields are plain functions of the chart coordinates, so exact and learned forms are judged by the same
code. Norms are those of `forms.norm` in a reference metric that the caller chooses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import jax.numpy as jnp

from g2links._typing import Form, LinkPoint, Matrix, Scalar
from g2links.errors import InputError
from g2links.forms import Field, determinant, inverse, norm, wedge
from g2links.g2.metric import induced_metric, is_positive, orientation, star_phi

Derivative = Callable[[Field, int], Field]
"""(field, p) to the field of its exterior derivative, e.g. `lambda f, p: exterior_derivative(f, p=p)`."""


@dataclass(frozen=True)
class LinkFields:
    """The forms of a contact Calabi-Yau structure, each a function of the seven chart coordinates.

    Args:
        eta: the contact 1-form, x (7,) to (7,).
        omega: the transverse Kähler 2-form, to (21,).
        phi: the G2 3-form, to (35,).
        psi: its dual 4-form, to (35,).
        metric: the metric g_phi as a matrix, to (7, 7); None where there is none to judge.
    """

    eta: Field
    omega: Field
    phi: Field
    psi: Field
    metric: Callable[[LinkPoint], Matrix] | None


def structure_errors(
    fields: LinkFields,
    x: LinkPoint,
    reference_metric: Matrix,
    derivative: Derivative,
    *,
    volume_of: Literal["induced", "metric"] = "induced",
) -> dict[str, Scalar]:
    """The figures of the checks at one point.

    All but `phi_wedge_psi_over_vol` (7) and `positive` (1) should be 0:

    - d_eta_minus_omega: |d eta - omega| / |omega|
    - d_phi_minus_omega2: |d phi - omega ^ omega| / |omega ^ omega|
    - d_psi: |d psi|
    - phi_wedge_psi_over_vol: (phi ^ psi) / vol, with vol = orientation(phi) sqrt|det g|
    - psi_minus_star_phi: |psi - *_phi phi| / |*_phi phi|
    - metric_minus_induced: |metric - g_phi| / |g_phi|, Frobenius norms in an orthonormal frame; only with a metric
    - positive: 1.0 where phi is positive, else 0.0

    A value that is not finite is returned as it is: where phi is degenerate, nothing is hidden.

    Args:
        fields: the forms.
        x: the point, shape (7,).
        reference_metric: the metric of the norms at x, shape (7, 7), positive definite.
        derivative: how to take d of a field.
        volume_of: the g of vol: the metric induced by phi, or the field `metric`.

    Raises:
        InputError: if volume_of is "metric" and there is no metric, or a field has not the shape of its
            degree.
    """
    phi, psi = fields.phi(x), fields.psi(x)
    figures = _closure_errors(fields, x, reference_metric, derivative)
    volume = orientation(phi) * jnp.sqrt(jnp.abs(determinant(_volume_metric(fields, x, phi, volume_of))))
    figures["phi_wedge_psi_over_vol"] = wedge(phi, psi, p=3, q=4, n=7)[0] / volume
    figures["psi_minus_star_phi"] = _relative_error(psi, star_phi(phi), reference_metric, 4)
    if fields.metric is not None:
        figures["metric_minus_induced"] = relative_metric_error(fields.metric(x), induced_metric(phi), reference_metric)
    figures["positive"] = jnp.where(is_positive(phi), 1.0, 0.0)
    return figures


def _closure_errors(fields: LinkFields, x: LinkPoint, metric: Matrix, derivative: Derivative) -> dict[str, Scalar]:
    """The three figures that need a derivative."""
    omega = fields.omega(x)
    omega_squared = wedge(omega, omega, p=2, q=2, n=7)
    return {
        "d_eta_minus_omega": _relative_error(derivative(fields.eta, 1)(x), omega, metric, 2),
        "d_phi_minus_omega2": _relative_error(derivative(fields.phi, 3)(x), omega_squared, metric, 4),
        "d_psi": norm(derivative(fields.psi, 4)(x), metric, p=5),
    }


def _relative_error(value: Form, expected: Form, metric: Matrix, p: int) -> Scalar:
    return norm(value - expected, metric, p=p) / norm(expected, metric, p=p)


def relative_metric_error(value: Matrix, expected: Matrix, reference: Matrix) -> Scalar:
    """|value - expected| / |expected|, with |h|^2 = trace((reference^-1 h)^2), frame-independent."""
    raised = inverse(reference)

    def size(h: Matrix) -> Scalar:
        mixed = raised @ h
        return jnp.sqrt(jnp.maximum(jnp.sum(mixed * mixed.T), 0.0))

    return size(value - expected) / size(expected)


def _volume_metric(fields: LinkFields, x: LinkPoint, phi: Form, volume_of: str) -> Matrix:
    if volume_of == "induced":
        return induced_metric(phi)
    if volume_of == "metric" and fields.metric is not None:
        return fields.metric(x)
    raise InputError("volume_of", volume_of, 'must be "induced", or "metric" for fields that have a metric')
