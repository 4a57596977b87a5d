"""Torsion and Ricci curvature of the G2-structure of a link at points: the torsion check of step 4.

φ is expanded to second order in each point's chart, once; everything else is algebra on that expansion. The exact
values belong to the Ricci-flat metric. For any other potential, with λ as in `checks.identities`, the torsion is

    τ0 = (6/7) λ^{-4/3},   τ1 = 0,   |τ2|² = (8/3) λ^{-8/3} |dλ|²,   |τ3|² = (48/7) λ^{-8/3}

and along ξ the metric λ^{-4/3} η² + λ^{2/3} g_T of φ has the Ricci curvature

    Ric(ξ, ξ)/|ξ|² = (3/2) λ^{-8/3} + λ^{-2/3} ((2/3) Δ log λ + (4/9) |d log λ|²),   Δ = div grad

(norms and Δ in g_T). So the torsion shows the error of the metric and its gradient, and the Ricci tensor its second
derivatives, as the Ricci tensor of g_T does, which vanishes on a Ricci-flat metric.
"""

import jax.numpy as jnp
from jax.tree_util import Partial

from g2links import forms
from g2links._pytrees import Fixed
from g2links._typing import Hermitian, Matrix, Scalar
from g2links.calculus.map_points import Progress, Stop, never, unseen
from g2links.forms import Taylor
from g2links.g2.geometry import Geometry, geometry_of_expansion
from g2links.g2.metric import is_positive
from g2links.links.expansion import along_flow, expand_coefficients, lambda_from, phi_from, unpack
from g2links.links.pointwise import Pointwise, at_points
from g2links.links.structure import ContactCalabiYau
from g2links.potentials.metric import real_transverse_metric
from g2links.varieties.charts import SliceChart
from g2links.varieties.points.sampling import Points

_HORIZONTAL = 6
"""The dimension of ξ^⊥, over which the Ricci curvature is averaged."""
RICCI_XI, RICCI_HORIZONTAL = 1.5, -0.5
"""The exact Ricci curvature along ξ, and in the six directions across."""


def link_torsion(
    link: ContactCalabiYau,
    points: Points,
    step: float | None = None,
    stop: Stop = never,
    progress: Progress = unseen,
) -> Pointwise:
    """Every figure of the torsion check at every point, for the structure of a link: those of `torsion_figures`, and

    - torsion_formula: the largest error of the first four formulas of the module's docstring
    - ricci_formula: that of the fifth
    - kahler_ricci: |Ric(g_T)|, which is 0 where the metric is Ricci-flat

    Args:
        link: the structure.
        points: where.
        step: None for exact derivatives; the edge of the cubes over which values are compared otherwise.
        stop, progress: of `at_points`.
    """

    return at_points(Partial(_link_torsion, link, Fixed(step)), points, stop, progress)


def _link_torsion(link: ContactCalabiYau, step: Fixed[float | None], chart: SliceChart) -> dict[str, Scalar]:
    coefficients = expand_coefficients(link, chart, step.value)
    found = geometry_of_expansion(along_flow(coefficients.then(phi_from)))
    ratio = coefficients.then(lambda_from)
    _, g, _ = unpack(coefficients.value)
    return {
        **torsion_figures(found),
        "torsion_formula": _torsion_formula_error(found, ratio, g),
        "ricci_formula": _ricci_formula_error(found, ratio, g),
        "kahler_ricci": _kahler_ricci(ratio, g),
    }


def torsion_figures(found: Geometry) -> dict[str, Scalar]:
    """The figures of a G2-structure on a link at one point, with ξ = ∂_θ and norms in g_φ:

    - tau0, tau1 = |τ1|, tau2 = |τ2|, tau3_norm2 = |τ3|²
    - ricci_xi: Ric(ξ, ξ)/|ξ|²; ricci_horizontal: the mean of Ric over the six directions orthogonal to ξ; scalar
    - ricci_error: |Ric - Ric'| with Ric' = 3/2 along ξ, -1/2 across
    - bryant_residual: |scalar curvature - Bryant's expression in the torsion|
    - positive: 1.0 where φ is positive, else 0.0
    """
    metric, ricci, scalar = found.metric, found.curvature.ricci, found.curvature.scalar
    along = ricci[6, 6] / metric[6, 6]
    reeb = jnp.outer(metric[6], metric[6]) / metric[6, 6]
    expected = RICCI_XI * reeb + RICCI_HORIZONTAL * (metric - reeb)
    norms = found.norms
    return {
        "tau0": found.torsion.tau0,
        "tau1": _root(norms[1]),
        "tau2": _root(norms[2]),
        "tau3_norm2": norms[3],
        "ricci_xi": along,
        "ricci_horizontal": (scalar - along) / _HORIZONTAL,
        "scalar": scalar,
        "ricci_error": _tensor_norm(ricci - expected, metric),
        "bryant_residual": jnp.abs(found.bryant_residual),
        "positive": jnp.where(is_positive(found.phi), 1.0, 0.0),
    }


def _torsion_formula_error(found: Geometry, ratio: Taylor, g: Hermitian) -> Scalar:
    slope = ratio.first @ forms.inverse(real_transverse_metric(g)) @ ratio.first
    size = ratio.value ** (-4 / 3)
    predicted = jnp.stack([36 / 49 * size**2, jnp.zeros(()), 8 / 3 * size**2 * slope, 48 / 7 * size**2])
    errors = jnp.append(found.norms - predicted, found.torsion.tau0 - 6 / 7 * size)
    return jnp.max(jnp.abs(errors))


def _ricci_formula_error(found: Geometry, ratio: Taylor, g: Hermitian) -> Scalar:
    raised, log = forms.inverse(real_transverse_metric(g)), ratio.then(jnp.log)
    change = 2 / 3 * jnp.sum(raised * log.second) + 4 / 9 * (log.first @ raised @ log.first)
    predicted = RICCI_XI * ratio.value ** (-8 / 3) + ratio.value ** (-2 / 3) * change
    return jnp.abs(found.curvature.ricci[6, 6] / found.metric[6, 6] - predicted)


def _kahler_ricci(ratio: Taylor, g: Hermitian) -> Scalar:
    """|Ric(g_T)| from Ric_{ab̄} = -∂_a∂_b̄ log det g = 2 ∂_a∂_b̄ log λ."""
    log = ratio.then(jnp.log).second
    xx, xy, yx, yy = log[:3, :3], log[:3, 3:], log[3:, :3], log[3:, 3:]
    endomorphism = forms.inverse(g) @ (0.5 * (xx + yy + 1j * (xy - yx)))
    return _root(2.0 * jnp.sum(endomorphism * endomorphism.T).real)


def _tensor_norm(h: Matrix, metric: Matrix) -> Scalar:
    mixed = forms.inverse(metric) @ h
    return _root(jnp.sum(mixed * mixed.T))


def _root(square: Scalar) -> Scalar:
    """The root of a square that rounding may make negative, not of one that is negative by more."""
    return jnp.sqrt(jnp.where((square < 0) & (square > -1e-12), 0.0, square))
