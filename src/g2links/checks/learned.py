"""The identities of a learned G2-structure, evaluated at points: the model checks of step 4.

A learned φ has a contact form and a transverse Kähler form of its own: ω = ι_ξ φ and η = g(ξ, ·)/g(ξ, ξ) with the
metric g that φ induces, ξ = ∂_θ; both are those of φ = η∧ω + ReΥ whatever its Monge-Ampère ratio. They are
differentiated as forms on the link, in all seven directions.
"""

from typing import Any, Literal

import jax
import jax.numpy as jnp

from g2links import forms
from g2links._typing import Form, LinkPoint, Matrix, Scalar
from g2links.calculus.map_points import Stop, never
from g2links.checks.identities import Derivative, derivative
from g2links.errors import InputError
from g2links.g2.contact import contact_form
from g2links.g2.geometry import geometry_of_expansion
from g2links.g2.identities import LinkFields, relative_metric_error, structure_errors
from g2links.g2.metric import induced_metric, orientation, star_phi
from g2links.links.expansion import along_flow, expand_components
from g2links.links.pointwise import Pointwise, at_points
from g2links.links.structure import ContactCalabiYau
from g2links.links.torsion import torsion_figures
from g2links.varieties.charts import SliceChart
from g2links.varieties.points.sampling import Points

PsiMethod = Literal["star", "model"]


def learned_fields(
    chart: SliceChart, phi_model: Any, metric_model: Any | None, psi_model: Any | None, psi_method: PsiMethod
) -> LinkFields:
    """The learned structure in one chart.

    With `star`, ψ is the Hodge dual of φ in the learned metric (in the induced one, if there is no learned metric).

    Raises:
        InputError: for `model` without a 4-form network, or another method.
    """
    if psi_method not in ("star", "model"):
        raise InputError("psi_method", psi_method, "choose star or model")
    phi = phi_model.field(chart)

    def metric(x: LinkPoint) -> Matrix:
        if metric_model is None:
            return induced_metric(phi(x))
        return forms.unpack_symmetric(metric_model.field(chart)(x), 7)

    def star(x: LinkPoint) -> Form:
        if metric_model is None:
            return star_phi(phi(x))
        value = phi(x)
        return forms.hodge_star(value, metric(x), p=3, orientation=jax.lax.stop_gradient(orientation(value)))

    psi = star
    if psi_method == "model":
        if psi_model is None:
            raise InputError("psi_method", "model", "there is no 4form network; train one, or use star")
        psi = psi_model.field(chart)
    return LinkFields(
        eta=lambda x: contact_form(phi(x)),
        omega=lambda x: forms.interior(jnp.eye(7)[6], phi(x), p=3),
        phi=phi,
        psi=psi,
        metric=metric,
    )


def model_errors(
    link: ContactCalabiYau,
    points: Points,
    *,
    phi_model: Any,
    metric_model: Any | None = None,
    psi_model: Any | None = None,
    psi_method: PsiMethod = "star",
    d: Derivative | None = None,
    stop: Stop = never,
) -> Pointwise:
    """Every figure of the model check at every point; norms are taken in the metric of `link`.

    φ∧ψ is compared with the volume form of the metric that ψ was made with. Figures that need a metric of its own
    (`metric_minus_induced`, and `psi_minus_star_phi` with `star`) are left out when there is no learned metric.
    """
    derive = d or derivative("autodiff")

    def at_centre(chart: SliceChart) -> dict[str, Scalar]:
        x = link.origin(chart)
        g = link.metric(chart, x)
        fields = learned_fields(chart, phi_model, metric_model, psi_model, psi_method)
        own = psi_method == "star" and metric_model is not None
        errors = structure_errors(fields, x, g, derive, volume_of="metric" if own else "induced")
        if metric_model is None:
            del errors["metric_minus_induced"]
            if psi_method == "star":
                del errors["psi_minus_star_phi"]
        else:
            learned_metric = forms.unpack_symmetric(metric_model.field(chart)(x), 7)
            errors["metric_error"] = relative_metric_error(learned_metric, g, g)
        phi, psi = link.phi(chart, x), link.psi(chart, x)
        errors["phi_error"] = forms.norm(fields.phi(x) - phi, g, p=3) / forms.norm(phi, g, p=3)
        if psi_model is not None:
            learned = psi_model.field(chart)(x)
            errors["psi_error"] = forms.norm(learned - psi, g, p=4) / forms.norm(psi, g, p=4)
        return errors

    return at_points(at_centre, points, stop)


def learned_torsion(
    link: ContactCalabiYau, points: Points, *, phi_model: Any, step: float | None = None, stop: Stop = never
) -> Pointwise:
    """The figures of `links.torsion.torsion_figures` for a learned φ at every point, and its `phi_error`; `step` as in
    `links.torsion.link_torsion`."""

    def at_centre(chart: SliceChart) -> dict[str, Scalar]:
        phi = expand_components(phi_model.components, link.variety, chart, step)
        x = link.origin(chart)
        true, g = link.phi(chart, x), link.metric(chart, x)
        error = forms.norm(phi.value - true, g, p=3) / forms.norm(true, g, p=3)
        return {**torsion_figures(geometry_of_expansion(along_flow(phi))), "phi_error": error}

    return at_points(at_centre, points, stop)
