"""The identities of a link's structure, evaluated at points: the analytic checks of step 4."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.tree_util import Partial

from g2links import forms
from g2links._typing import Array, LinkPoint, Scalar
from g2links.calculus.map_points import Progress, Stop, never, unseen
from g2links.errors import InputError
from g2links.forms.exterior import Field
from g2links.g2.identities import LinkFields, structure_errors
from g2links.links.pointwise import Pointwise, at_points
from g2links.links.structure import ContactCalabiYau
from g2links.varieties.charts import SliceChart
from g2links.varieties.points.sampling import Points

Derivative = Callable[[Field, int], Field]


def derivative(method: str, epsilon: float = 1e-3) -> Derivative:
    """The exterior derivative to use: exact (autodiff), or by the flux through cubes of edge `epsilon` (flux).

    Raises:
        InputError: for another method, or an epsilon that is not positive.
    """
    if method not in ("autodiff", "flux"):
        raise InputError("derivative", method, "choose autodiff or flux")
    if not 0 < epsilon < 1:
        raise InputError("epsilon", epsilon, "a number above 0 and below 1")
    return ExactDerivative() if method == "autodiff" else FluxDerivative(epsilon)


@jax.tree_util.register_static
@dataclass(frozen=True)
class ExactDerivative:
    """By automatic differentiation."""

    def __call__(self, field: Field, p: int) -> Field:
        """d of a field of p-forms."""
        return forms.exterior_derivative(field, p=p)


@jax.tree_util.register_static
@dataclass(frozen=True)
class FluxDerivative:
    """By the flux through cubes of edge `epsilon`."""

    epsilon: float

    def __call__(self, field: Field, p: int) -> Field:
        """d of a field of p-forms."""
        return forms.flux_derivative(field, p=p, epsilon=self.epsilon)


def seen_by(derive: Derivative, x: LinkPoint) -> Callable[[Callable[[LinkPoint], Any]], Callable[[LinkPoint], Any]]:
    """From a field, or a tree of them, to one that has the same value and the same `derive` at x. What is costly, as a
    network is, is differentiated once there, and what is made of it by algebra is cheap."""
    return partial(forms.linearised, x=x) if isinstance(derive, ExactDerivative) else lambda field: field


def fields_in_chart(link: ContactCalabiYau, chart: SliceChart) -> LinkFields:
    """The structure of the link as functions of the coordinates of one chart."""
    return LinkFields(
        eta=lambda x: link.eta(chart, x),
        omega=lambda x: link.omega(chart, x),
        phi=lambda x: link.phi(chart, x),
        psi=lambda x: link.psi(chart, x),
        metric=lambda x: link.metric(chart, x),
    )


def kahlerity_errors(
    link: ContactCalabiYau, points: Points, d: Derivative | None = None, stop: Stop = never, progress: Progress = unseen
) -> Pointwise:
    """`d_omega` = |dω| in the metric of the link, at every point."""
    return at_points(Partial(_kahlerity, link, d or derivative("autodiff")), points, stop, progress)


def _kahlerity(link: ContactCalabiYau, derive: Derivative, chart: SliceChart) -> dict[str, Scalar]:
    x = link.origin(chart)
    d_omega = derive(lambda y: link.omega(chart, y), 2)(x)
    return {"d_omega": forms.norm(d_omega, link.metric(chart, x), p=3)}


def contact_errors(
    link: ContactCalabiYau, points: Points, d: Derivative | None = None, stop: Stop = never, progress: Progress = unseen
) -> Pointwise:
    """The identities of the contact Calabi-Yau structure, in every dimension: `d_eta_minus_omega` = |dη - ω|/|ω|,
    `d_omega` = |dω| and `d_upsilon` = |dΥ|/|Υ|, in the metric of the link, at every point."""
    return at_points(Partial(_contact, link, d or derivative("autodiff")), points, stop, progress)


def _contact(link: ContactCalabiYau, derive: Derivative, chart: SliceChart) -> dict[str, Scalar]:
    x, n = link.origin(chart), link.variety.dimension
    metric, omega, upsilon = link.metric(chart, x), link.omega(chart, x), link.upsilon(chart, x)

    def size(form: Array, p: int) -> Scalar:
        return forms.norm(form, metric, p=p)

    d_eta = derive(lambda y: link.eta(chart, y), 1)(x)
    d_omega = derive(lambda y: link.omega(chart, y), 2)(x)
    parts = [derive(lambda y, f=f: f(link.upsilon(chart, y)), n)(x) for f in (jnp.real, jnp.imag)]  # type: ignore[misc]
    whole = jnp.sqrt(size(upsilon.real, n) ** 2 + size(upsilon.imag, n) ** 2)
    return {
        "d_eta_minus_omega": size(d_eta - omega, 2) / size(omega, 2),
        "d_omega": size(d_omega, 3),
        "d_upsilon": jnp.sqrt(size(parts[0], n + 1) ** 2 + size(parts[1], n + 1) ** 2) / whole,
    }


def analytic_errors(
    link: ContactCalabiYau, points: Points, d: Derivative | None = None, stop: Stop = never, progress: Progress = unseen
) -> Pointwise:
    """Every figure of the analytic check at every point, and `lambda`, the Monge-Ampère ratio
    λ = (ReΥ∧ImΥ / (4 ω³/6))^{1/2}, with `lambda_formula`, the error of φ∧ψ = (4λ²+3) λ^{-4/3} vol_φ."""
    return at_points(Partial(_analytic, link, d or derivative("autodiff")), points, stop, progress)


def _analytic(link: ContactCalabiYau, derive: Derivative, chart: SliceChart) -> dict[str, Scalar]:
    x = link.origin(chart)
    errors = structure_errors(fields_in_chart(link, chart), x, link.metric(chart, x), derive)
    ratio = monge_ampere_lambda(link, chart)
    predicted = (4 * ratio**2 + 3) * ratio ** (-4 / 3)
    return {
        **errors,
        "lambda": ratio,
        "lambda_formula": jnp.abs(errors["phi_wedge_psi_over_vol"] - predicted),
    }


def monge_ampere_lambda(link: ContactCalabiYau, chart: SliceChart) -> Scalar:
    """λ > 0 with ReΥ∧ImΥ = λ²·4·ω³/6 at the centre of a chart; 1 where the metric is Ricci-flat."""
    x = link.origin(chart)
    upsilon, omega = link.upsilon(chart, x), link.omega(chart, x)
    top = forms.wedge(upsilon.real, upsilon.imag, p=3, q=3, n=7)
    cube = forms.wedge(forms.wedge(omega, omega, p=2, q=2, n=7), omega, p=4, q=2, n=7) / 6
    return jnp.sqrt(jnp.sum(top * cube) / (4 * jnp.sum(cube**2)))
