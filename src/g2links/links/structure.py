"""The contact Calabi-Yau structure on a link, and its G2-structure (GEOMETRY, sections 2 and 3).

η = dθ + Im ∂K, ω = i∂∂̄K, Υ = cΩ, φ = η∧ω + ReΥ, ψ = ½ω² - η∧ImΥ, g = η² + g_T, as in Habib and Vezzoni
(arXiv:1306.5159), where φ is called the G2-structure of a contact Calabi-Yau manifold.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial
from jaxtyping import Complex, Float

from g2links import forms
from g2links._pytrees import Fixed, only_arrays
from g2links._typing import Array, ChartIndices, ComplexPoint, Form, Hermitian, LinkPoint, Matrix, RealPoint, Scalar
from g2links.calculus.map_points import BLOCK, compiled, values_at
from g2links.errors import InputError
from g2links.g2.contact import contact_phi, contact_psi
from g2links.links.fields import field
from g2links.links.pointwise import SIDE_BY_SIDE
from g2links.measures.monge_ampere import volume_density
from g2links.potentials.metric import Potential, kahler_form_matrix, kahler_jet, real_transverse_metric
from g2links.potentials.reference import log_radii_squared
from g2links.varieties.charts import (
    ChartPoint,
    SliceChart,
    act,
    complex_coordinates,
    embed,
    origin,
    slice_chart,
    tangent_frame,
)
from g2links.varieties.kahler_class import require_circle_bundle
from g2links.varieties.points.sampling import integral
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.real_points import is_traced, single_point
from g2links.varieties.registry import as_variety
from g2links.varieties.residue import residue
from g2links.varieties.topology import THREEFOLD
from g2links.varieties.variety import AbstractVariety, require_calabi_yau

LINK_DIMENSION = 2 * THREEFOLD + 1
"""Of the link of a threefold, where there is a G2-structure."""

_STREAM = 0x494E5447
"""Of random numbers, for integrals over the link; no other step uses it."""


class ContactCalabiYau:
    """The link of a variety with the structure that the Kähler potential K_ref + `potential` gives it.

    Forms are functions of a chart and of its real coordinates x = (x1, ..., xd, y1, ..., yd, θ); they are pure JAX, for
    one point, to be differentiated, mapped (`jax.vmap`) and compiled. Called with points alone, `link.phi(z)` for z
    (n, N), they give the components in the canonical chart of each, as NumPy arrays.

    dη = ω and dω = 0 hold for every potential, in every dimension d. φ and ψ exist for d = 3 alone: there dφ = ω∧ω and
    dψ = 0 for every potential, ψ = *φ and g_φ = η² + g_T only where it solves the Monge-Ampère equation.

    It is a tree of arrays for JAX, those of the potential and the normalisation, where the potential is one too, as
    `KahlerPotential` is.

    Args:
        variety: V, or the polynomial of a hypersurface.
        potential: u, a real C*-invariant function of one point (N,) complex128 of X.
        normalisation: c in Υ = cΩ; `measures.monge_ampere.measure` finds it.

    Raises:
        InputError: for a normalisation that is not positive. What needs the circle bundle raises it too, where
            the class of ω is not integral.
        PolynomialError: where V is no Calabi-Yau variety.

    Example:
        >>> link = ContactCalabiYau(Polynomial("z0^5+z1^5+z2^5+z3^5+z4^5"), lambda z: 0.0 * abs(z[0]), 2.0905)
        >>> link.orientation
        -1
    """

    def __init__(self, variety: AbstractVariety | Polynomial, potential: Potential, normalisation: float) -> None:
        variety = as_variety(variety)
        require_calabi_yau(variety)
        if not is_traced(normalisation):
            require_normalisation(normalisation)
        self.variety, self.potential, self.normalisation = variety, potential, normalisation
        self.compiled: dict[Any, Any] = {}

    def chart(
        self,
        point: RealPoint | ComplexPoint | Sequence[complex],
        theta: float | Array = 0.0,
        indices: ChartIndices | None = None,
    ) -> SliceChart:
        """The slice chart around the image in V of a point of X, given as (N,) complex or (2N,) real.

        `theta` is the flow parameter of the chart's centre; `indices` = (fixed, solved) overrides the canonical choice.

        Raises:
            InputError: when the point is not one of X, or not such an array. Inside `jax.jit` and the like, where no
                value is known yet, only its shape is checked.
        """
        return slice_chart(self.variety, single_point(self.variety, point), theta, indices)

    def origin(self, chart: SliceChart) -> LinkPoint:
        """The coordinates of the chart's centre."""
        return origin(chart)

    def gauge_point(self, chart: SliceChart, x: LinkPoint) -> ComplexPoint:
        """The point of X in the gauge of the chart over the chart coordinates."""
        return embed(self.variety, chart, complex_coordinates(x))

    def point(self, chart: SliceChart, x: LinkPoint) -> ComplexPoint:
        """The point of the link K, on the unit sphere, with these coordinates: flow by θ of the scaled gauge point."""
        require_circle_bundle(self.variety, "point")
        z = self.gauge_point(chart, x)
        return to_link(self.variety, z, x[-1])

    @field
    def eta(self, chart: SliceChart, x: LinkPoint) -> Form:
        """η, (2d + 1,): the contact form, with Im K_a on dx_a, Re K_a on dy_a and 1 on dθ.

        Raises:
            InputError: where the class of ω is not integral, as for everything that needs the circle bundle.
        """
        require_circle_bundle(self.variety, "eta")
        return self._pieces(chart, x)[0]

    @field
    def omega(self, chart: SliceChart, x: LinkPoint) -> Form:
        """ω, as a 2-form on the link: (21,) for d = 3."""
        return self._pieces(chart, x)[1]

    @field
    def upsilon(self, chart: SliceChart, x: LinkPoint) -> Complex[Array, " components"]:
        """Υ, a complex d-form on the link: (35,) for d = 3."""
        return self._pieces(chart, x)[2]

    @field
    def phi(self, chart: SliceChart, x: LinkPoint) -> Form:
        """φ = η∧ω + ReΥ, (35,); (x1, x2, x3, y1, y2, y3, θ) has the orientation -1 for it.

        Raises:
            InputError: on the link of a variety that is no threefold.
        """
        require_threefold(self.variety, "phi")
        eta, omega, upsilon, _ = self._pieces(chart, x)
        return contact_phi(eta, omega, upsilon.real)

    @field
    def psi(self, chart: SliceChart, x: LinkPoint) -> Form:
        """ψ = ½ω∧ω - η∧ImΥ, (35,), which is `star` of φ; see `phi`."""
        require_threefold(self.variety, "psi")
        eta, omega, upsilon, _ = self._pieces(chart, x)
        return contact_psi(eta, omega, upsilon.imag)

    @field
    def metric(self, chart: SliceChart, x: LinkPoint) -> Matrix:
        """η² + g_T, which is the metric of φ where the Monge-Ampère equation holds."""
        eta, _, _, transverse = self._pieces(chart, x)
        return total_metric(eta, transverse)

    @property
    def orientation(self) -> int:
        """Whether (x1, ..., xd, y1, ..., yd, θ) is oriented as the link is, by η∧ω^d > 0: +1 or -1. It is -1 for d = 3:
        the pairs dx_a∧dy_a are to be reordered."""
        d = self.variety.dimension
        return (-1) ** (d * (d - 1) // 2)

    def star(self, form: Any, chart: Any, x: Any = None, *, p: int) -> Any:
        """The Hodge star in the metric η² + g_T and in the orientation of the link, η∧ω^d > 0.

        With it ψ = *φ for every potential; in the metric of φ itself (`g2.star_phi`) that holds only where the
        Monge-Ampère equation does. `forms.hodge_star` takes the orientation as an argument, +1 by default, and then
        gives the opposite of this for d = 3.

        Args:
            form: the components of a p-form at coordinates of a chart, or, with points in place of the chart, one row
                for each point.
            chart, x: as those of `phi`: a chart and its coordinates, or points alone.
            p: the degree.

        Raises:
            InputError: for components that are not those of p-forms, and as `phi` does for points.

        Example:
            >>> link.star(link.phi(chart, x), chart, x, p=3)  # link.psi(chart, x)  # doctest: +SKIP
            >>> link.star(link.phi(points), points, p=3)  # link.psi(points)  # doctest: +SKIP
        """
        star = partial(forms.hodge_star, p=p, orientation=self.orientation)
        if x is not None:
            return star(form, self.metric(chart, x))
        metric, rows = self.metric(chart), np.asarray(form)
        if metric.ndim == 2:
            return np.asarray(star(jnp.asarray(rows), jnp.asarray(metric)))
        wanted = (len(metric), forms.dimension(metric.shape[-1], p))
        if rows.shape != wanted:
            raise InputError("form", f"shape {rows.shape}", f"shape {wanted}: a {p}-form at each point")
        return compiled(lambda row: star(*row), SIDE_BY_SIDE)((rows, metric))

    def hermitian(self, chart: SliceChart, x: LinkPoint) -> Hermitian:
        """g_{ab̄} on V."""
        z = self.gauge_point(chart, x)
        frame = tangent_frame(self.variety, chart.at(z))
        return kahler_jet(self.variety, self.potential, z, frame).hermitian()[0]

    def integrate(
        self, function: Callable[[ComplexPoint], Any], n_points: int = 10_000, *, seed: int = 0
    ) -> tuple[float, float]:
        """∫_K F η∧ω^d/d! at random points of the link, with its standard error.

        For F = 1 that is 2π ∫_V ω^d/d!, for every potential, because dη = ω and the orbits of the flow have length 2π
        in θ.

        Args:
            function: F of one point (N,) complex of K, on the unit sphere; JAX must be able to trace it.
            n_points: points of V that are drawn, each moved by one random angle along the circle.
            seed: of the points and the angles.

        Raises:
            InputError: for less than one point, where F is not one real number, or the class of ω not integral.

        Example:
            >>> link.integrate(lambda z: abs(z[0]) ** 2)  # doctest: +SKIP
            (259.8, 1.1)
        """
        require_circle_bundle(self.variety, "integrate over the link")
        point_seed, angle_seed = np.random.SeedSequence([seed, _STREAM]).spawn(2)
        points = self.variety.sample(n_points, point_seed)
        theta = np.random.default_rng(angle_seed).uniform(0, 2 * np.pi, size=points.n)
        on_link = all_to_link(self.variety, points.z, theta)
        density = 2 * np.pi * volume_density(self.variety, self.potential, points)
        return integral(values_at(function, on_link) * density, points)

    def _pieces(self, chart: SliceChart, x: LinkPoint) -> tuple[Form, Form, Array, Array]:
        own = (self.potential, self.normalisation)
        evaluate = _compiled_pieces if only_arrays(own) else _pieces
        return evaluate(Fixed(self.variety), *own, chart, x)

    def _flatten(self) -> tuple[tuple[Any, Any], AbstractVariety]:
        return (self.potential, self.normalisation), self.variety

    @classmethod
    def _unflatten(cls, variety: AbstractVariety, parts: Iterable[Any]) -> "ContactCalabiYau":
        """Without `__init__`: JAX puts placeholders of its own in the place of the parts."""
        link = object.__new__(cls)
        link.variety, link.compiled = variety, {}
        link.potential, link.normalisation = parts
        return link


jax.tree_util.register_pytree_node(ContactCalabiYau, ContactCalabiYau._flatten, ContactCalabiYau._unflatten)


def _pieces(
    variety: Fixed[AbstractVariety], potential: Potential, normalisation: float | Array, chart: SliceChart, x: LinkPoint
) -> tuple[Form, Form, Array, Array]:
    """η, ω, Υ and g_T at coordinates of a chart."""
    link = ContactCalabiYau._unflatten(variety.value, (potential, normalisation))
    return structure_at(link, chart.at(link.gauge_point(chart, x)))


_compiled_pieces = jax.jit(_pieces)
"""All fields are made of the pieces: JAX traces, differentiates and translates them once for those of one link."""


def structure_at(link: ContactCalabiYau, at: ChartPoint) -> tuple[Form, Form, Array, Array]:
    """η, ω, Υ (complex) and g_T (2d, 2d) at a point in a chart."""
    first, g, upsilon = structure_coefficients(link, at)
    return *structure_forms(first, g, upsilon), real_transverse_metric(g)


def structure_coefficients(
    link: ContactCalabiYau, at: ChartPoint
) -> tuple[Complex[Array, " d"], Hermitian, Complex[Array, ""]]:
    """∂_aK (d,), g_{ab̄} (d, d) and the coefficient c h of Υ at dz1∧...∧dzd, from which all else is algebra."""
    jet = kahler_jet(link.variety, link.potential, at.z, tangent_frame(link.variety, at))
    upsilon = link.normalisation * residue(link.variety, at)
    return jet.complex_first()[0], jet.hermitian()[0], upsilon


def structure_forms(
    first: Complex[Array, " d"], g: Hermitian, upsilon: Complex[Array, ""]
) -> tuple[Form, Form, Complex[Array, " components"]]:
    """η, ω and Υ from `structure_coefficients`."""
    eta = jnp.concatenate([first.imag, first.real, jnp.ones(1)])
    omega = forms.pack(jnp.pad(kahler_form_matrix(g), (0, 1)), 2)
    return eta, omega, upsilon * holomorphic_volume_components(len(g))


def total_metric(eta: Form, transverse: Matrix) -> Float[Array, "n+1 n+1"]:
    """η² + g_T."""
    return jnp.outer(eta, eta) + jnp.pad(transverse, (0, 1))


def to_link(variety: AbstractVariety, z: ComplexPoint, theta: Array | float) -> ComplexPoint:
    """The point of K = X ∩ S^{2N-1} on the orbit of `z`: scaled onto the unit sphere, then moved by the flow for θ.

    For weights 1 it is e^{iθ} z/|z|, for others the scaling is the weighted one. For several C* factors K is a quotient
    of X cut with a product of spheres; the point of that is given which the flow, acting in the first factor, reaches.
    """
    scales = jnp.stack([-0.5 * part for part in log_radii_squared(variety, z)])
    turn = jnp.zeros(len(scales)).at[0].set(jnp.asarray(theta) / variety.polarisation[0])
    return act(variety, scales + 1j * turn, z)


def all_to_link(
    variety: AbstractVariety, z: Complex[np.ndarray, "n variables"], theta: Float[np.ndarray, " n"]
) -> Complex[np.ndarray, "n variables"]:
    """`to_link` of n points, with an angle each."""
    return np.asarray(compiled(Partial(_row_to_link, variety), BLOCK)((z, theta)))


def _row_to_link(variety: AbstractVariety, row: tuple[ComplexPoint, Scalar]) -> ComplexPoint:
    return to_link(variety, *row)


def require_normalisation(value: Any) -> float:
    """c in Υ = cΩ as a float.

    Raises:
        InputError: for what is no positive, finite number.
    """
    allowed = "a positive number, c in Υ = cΩ"
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise InputError("normalisation", value, allowed) from error
    if isinstance(value, str | bool) or not 0 < number < np.inf:
        raise InputError("normalisation", value, allowed)
    return number


def require_threefold(variety: AbstractVariety, what: str) -> None:
    """Refuse what exists on the link of a threefold alone.

    Args:
        variety: V.
        what: the name of it, for the message.

    Raises:
        InputError: where V has another dimension than 3, or its class no circle bundle.
    """
    require_circle_bundle(variety, what)
    if variety.dimension != THREEFOLD:
        raise InputError(
            what,
            f"{variety.name}, of complex dimension {variety.dimension}",
            "G2-structures live on links of dimension 7, those of threefolds (a polynomial in five "
            "variables); in other dimensions there are η, ω and Υ",
        )


@cache
def holomorphic_volume_components(dimension: int = 3) -> np.ndarray:
    """dz1∧...∧dzd with dz_a = dx_a + i dy_a, as a packed complex d-form on R^{2d+1}; read-only."""
    d = dimension
    covectors = np.concatenate([np.eye(d), 1j * np.eye(d), np.zeros((1, d))]).T
    indices = forms.multi_indices(2 * d + 1, d)
    components = np.array([np.linalg.det(covectors[:, index]) for index in indices])
    components = np.round(components.real) + 1j * np.round(components.imag)
    components.setflags(write=False)
    return components
