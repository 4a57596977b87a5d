"""The identities of a learned G2-structure, evaluated at points: the model checks of step 4.

A learned φ has a contact form and a transverse Kähler form of its own: ω = ι_ξ φ and η = g(ξ, ·)/g(ξ, ξ) with the
metric g that φ induces, ξ = ∂_θ; both are those of φ = η∧ω + ReΥ whatever its Monge-Ampère ratio. They are
differentiated as forms on the link, in all seven directions.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from jax.tree_util import Partial

from g2links import forms
from g2links._pytrees import Fixed
from g2links._typing import Form, LinkPoint, Matrix, Scalar
from g2links.calculus.map_points import Progress, Stop, never, unseen
from g2links.checks.identities import Derivative, derivative, seen_by
from g2links.errors import InputError
from g2links.forms.exterior import Field
from g2links.g2.contact import contact_form
from g2links.g2.geometry import geometry_of_expansion
from g2links.g2.identities import LinkFields, relative_metric_error, structure_errors
from g2links.g2.metric import induced_metric, orientation, star_phi
from g2links.links.expansion import along_flow, expand_components
from g2links.links.pointwise import Pointwise, at_points
from g2links.links.structure import ContactCalabiYau
from g2links.links.torsion import torsion_figures
from g2links.networks.architecture import LearnedTensor
from g2links.varieties.charts import SliceChart
from g2links.varieties.points.sampling import Points

PsiMethod = Literal["star", "model"]


def learned_fields(
    chart: SliceChart,
    learned_phi: LearnedTensor,
    learned_metric: LearnedTensor | None,
    learned_psi: LearnedTensor | None,
    psi_method: PsiMethod,
    seen: Callable[[Field], Field] = lambda field: field,
) -> LinkFields:
    """The learned structure in one chart, from each network's field as it is `seen` (`checks.identities.seen_by`).

    With `star`, ψ is the Hodge dual of φ in the learned metric (in the induced one, if there is no learned metric).

    Raises:
        InputError: for `model` without a 4-form network, or another method.
    """
    if psi_method not in ("star", "model"):
        raise InputError("psi_method", psi_method, "choose star or model")
    phi = seen(learned_phi.field(chart))
    packed_metric = None if learned_metric is None else seen(learned_metric.field(chart))

    def metric(x: LinkPoint) -> Matrix:
        if packed_metric is None:
            return induced_metric(phi(x))
        return forms.unpack_symmetric(packed_metric(x), 7)

    def star(x: LinkPoint) -> Form:
        if learned_metric is None:
            return star_phi(phi(x))
        value = phi(x)
        return forms.hodge_star(value, metric(x), p=3, orientation=jax.lax.stop_gradient(orientation(value)))

    psi: Field = star
    if psi_method == "model":
        if learned_psi is None:
            raise InputError("psi_method", "model", "there is no 4form network; train one, or use star")
        psi = seen(learned_psi.field(chart))
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
    progress: Progress = unseen,
) -> Pointwise:
    """Every figure of the model check at every point; norms are taken in the metric of `link`.

    φ∧ψ is compared with the volume form of the metric that ψ was made with. Figures that need a metric of its own
    (`metric_minus_induced`, and `psi_minus_star_phi` with `star`) are left out when there is no learned metric.
    """
    learned = _Learned(
        phi_model.tensor, *(None if model is None else model.tensor for model in (metric_model, psi_model))
    )
    at_centre = Partial(_model_errors, link, learned, Fixed(psi_method), d or derivative("autodiff"))
    return at_points(at_centre, points, stop, progress)


class _Learned(NamedTuple):
    """What the networks learned; there may be no metric and no ψ."""

    phi: LearnedTensor
    metric: LearnedTensor | None
    psi: LearnedTensor | None


def _model_errors(
    link: ContactCalabiYau, learned: _Learned, psi_method: Fixed[PsiMethod], derive: Derivative, chart: SliceChart
) -> dict[str, Scalar]:
    x = link.origin(chart)
    g = link.metric(chart, x)
    fields = learned_fields(chart, *learned, psi_method.value, seen_by(derive, x))
    own = psi_method.value == "star" and learned.metric is not None
    errors = structure_errors(fields, x, g, derive, volume_of="metric" if own else "induced")
    if learned.metric is None:
        del errors["metric_minus_induced"]
        if psi_method.value == "star":
            del errors["psi_minus_star_phi"]
    else:
        learned_metric = forms.unpack_symmetric(learned.metric.field(chart)(x), 7)
        errors["metric_error"] = relative_metric_error(learned_metric, g, g)
    phi, psi = link.phi(chart, x), link.psi(chart, x)
    errors["phi_error"] = forms.norm(fields.phi(x) - phi, g, p=3) / forms.norm(phi, g, p=3)
    if learned.psi is not None:
        learned_psi = learned.psi.field(chart)(x)
        errors["psi_error"] = forms.norm(learned_psi - psi, g, p=4) / forms.norm(psi, g, p=4)
    return errors


def learned_torsion(
    link: ContactCalabiYau,
    points: Points,
    *,
    phi_model: Any,
    step: float | None = None,
    stop: Stop = never,
    progress: Progress = unseen,
) -> Pointwise:
    """The figures of `links.torsion.torsion_figures` for a learned φ at every point, and its `phi_error`; `step` as in
    `links.torsion.link_torsion`."""

    return at_points(Partial(_learned_torsion, link, phi_model.tensor, Fixed(step)), points, stop, progress)


def _learned_torsion(
    link: ContactCalabiYau, learned: LearnedTensor, step: Fixed[float | None], chart: SliceChart
) -> dict[str, Scalar]:
    phi = expand_components(learned.components, link.variety, chart, step.value)
    x = link.origin(chart)
    true, g = link.phi(chart, x), link.metric(chart, x)
    error = forms.norm(phi.value - true, g, p=3) / forms.norm(true, g, p=3)
    return {**torsion_figures(geometry_of_expansion(along_flow(phi))), "phi_error": error}
