"""The structure of a link to second order at the centre of a chart, as torsion and curvature need it.

Nothing depends on θ, so the expansions are made in (x1, x2, x3, y1, y2, y3); `along_flow` adds the seventh coordinate.
With a `step` they are made from values alone, over cubes of that edge (`forms.expand_by_differences`); without one
(None) they are exact.
"""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint, ComplexScalar, Form, Hermitian, Scalar
from g2links.calculus.power_series import Series
from g2links.calculus.through import through
from g2links.errors import InputError
from g2links.forms import Taylor, expand, expand_by_differences
from g2links.g2.contact import contact_phi
from g2links.links.structure import ContactCalabiYau, structure_coefficients, structure_forms
from g2links.potentials.metric import hermitian_determinant
from g2links.potentials.series import point_series, potential_series
from g2links.varieties.charts import ChartPoint, SliceChart, complex_coordinates, embed, origin
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety

Components = Callable[[ChartPoint], Array]
"""What a tensor on the link is at a point in a chart."""
Coefficients = Float[Array, "26"]
"""∂_aK, g_{ab̄} and the coefficient of Υ, real parts then imaginary parts of each: η, ω and Υ are algebra on them."""
_EACH, _TOTAL = 3, 4
"""Two derivatives of ∂_aK and of g_{ab̄} in any direction."""
_TURN = np.kron([[1, 1], [1j, -1j]], np.eye(3))
"""∂_x and ∂_y in terms of ∂ and ∂̄, three of each."""


def difference_step(method: str, epsilon: float) -> float | None:
    """The step of a method of differentiation: None for autodiff, the edge of the cubes for flux.

    Raises:
        InputError: for another method, or an epsilon that is not above 0 and below 1.
    """
    if method not in ("autodiff", "flux"):
        raise InputError("derivative", method, "choose autodiff or flux")
    if not 0 < epsilon < 1:
        raise InputError("epsilon", epsilon, "a number above 0 and below 1")
    return epsilon if method == "flux" else None


def expand_components(
    components: Components, variety: AbstractVariety, chart: SliceChart, step: float | None
) -> Taylor:
    """A tensor on the link that is known as a function of the gauge point and the chart."""

    def embedded(x: Float[Array, " 6"]) -> ComplexPoint:
        return embed(variety, chart, complex_coordinates(x))

    if step is not None:
        x = origin(chart)[:6]
        return expand_by_differences(lambda y: components(chart.at(embedded(y))), x, step)
    z = expand_gauge_point(variety, chart)
    return expand(lambda t: components(chart.at(complex_point(z(t)))), z.centre)


def expand_coefficients(link: ContactCalabiYau, chart: SliceChart, step: float | None = None) -> Taylor:
    """The `Coefficients` of a link.

    Raises:
        InputError: without a step, for a potential with an operation that `calculus.through` does not know.
    """
    if step is not None:
        return expand_components(lambda at: _pack(*structure_coefficients(link, at)), link.variety, chart, step)

    def upsilon(point: ComplexPoint) -> ComplexScalar:
        return link.normalisation * residue(link.variety, chart.at(point))

    z = point_series(link.variety, chart.centre, _EACH, _TOTAL)
    k, h = potential_series(link.variety, link.potential, z), through(upsilon, z)
    return Taylor(*(_real_derivatives(k, h, order) for order in (0, 1, 2)))


def _real_derivatives(k: Series, h: Series, order: int) -> Float[Array, "..."]:
    """The derivatives of one order of the `Coefficients` along (x1, x2, x3, y1, y2, y3), order axes in front: ∂/∂x =
    ∂ + ∂̄, ∂/∂y = i (∂ - ∂̄)."""
    tables = [k.derivatives(order + 1)[..., :3], k.derivatives(order + 2)[..., :3, 3:], h.derivatives(order)]
    for axis in range(order):
        tables = [jnp.moveaxis(jnp.tensordot(jnp.asarray(_TURN), t, (1, axis)), 0, axis) for t in tables]
    return _pack(*tables)


def expand_gauge_point(variety: AbstractVariety, chart: SliceChart) -> Taylor:
    """The gauge point as 2N real numbers. A function of the gauge point has the same derivatives, up to the second, on
    this polynomial as on V, and no equation need be solved on the way."""

    def point(x: Float[Array, " 6"]) -> Float[Array, " real"]:
        z = embed(variety, chart, complex_coordinates(x))
        return jnp.concatenate([z.real, z.imag])

    return expand(point, origin(chart)[:6])


def along_flow(six: Taylor) -> Taylor:
    """The same expansion in all seven coordinates, of a field that does not depend on θ."""
    rest = ((0, 0),) * six.value.ndim
    return Taylor(six.value, jnp.pad(six.first, ((0, 1), *rest)), jnp.pad(six.second, ((0, 1), (0, 1), *rest)))


def phi_from(coefficients: Coefficients) -> Form:
    """φ, (35,)."""
    eta, omega, upsilon = structure_forms(*unpack(coefficients))
    return contact_phi(eta, omega, upsilon.real)


def lambda_from(coefficients: Coefficients) -> Scalar:
    """λ with ReΥ∧ImΥ = λ²·4·ω³/6, that is |c h|²/(8 det g) = λ²."""
    _, g, upsilon = unpack(coefficients)
    return jnp.sqrt((upsilon.real**2 + upsilon.imag**2) / (8.0 * hermitian_determinant(g)))


def unpack(coefficients: Coefficients) -> tuple[Complex[Array, "3"], Hermitian, Complex[Array, ""]]:
    """∂_aK, g_{ab̄} and the coefficient of Υ."""
    first, g, upsilon = coefficients[:6], coefficients[6:24], coefficients[24:]
    return first[:3] + 1j * first[3:], (g[:9] + 1j * g[9:]).reshape(3, 3), upsilon[0] + 1j * upsilon[1]


def complex_point(x: Float[Array, " real"]) -> ComplexPoint:
    """(2N,) real to (N,) complex."""
    n = len(x) // 2
    return x[:n] + 1j * x[n:]


def _pack(first: Complex[Array, "... 3"], g: Complex[Array, "... 3 3"], upsilon: Complex[Array, "..."]) -> Array:
    numbers = [first, g.reshape(*g.shape[:-2], 9), upsilon[..., None]]
    return jnp.concatenate([part for number in numbers for part in (number.real, number.imag)], axis=-1)
