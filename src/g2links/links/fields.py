"""Fields on the link as functions of a chart and its coordinates, and, in canonical charts, of many points at once."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, cast, overload, runtime_checkable

import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from g2links._typing import Array, LinkPoint
from g2links.calculus.map_points import compiled
from g2links.errors import InputError
from g2links.links.pointwise import SIDE_BY_SIDE
from g2links.varieties.charts import SliceChart, origin, slice_chart
from g2links.varieties.real_points import require_on_variety

if TYPE_CHECKING:
    from g2links.links.structure import ContactCalabiYau

Method = Callable[[Any, SliceChart, LinkPoint], Array]


@runtime_checkable
class Field(Protocol):
    """A field on the link: its components at coordinates of a chart, or in the canonical chart of each of n points."""

    @overload
    def __call__(self, chart: SliceChart, x: LinkPoint) -> Array: ...
    @overload
    def __call__(self, points: Any) -> np.ndarray: ...


def field(method: Method) -> Field:
    """A method (chart, x) that also takes points alone: (n, N) complex or (n, 2N) real ones of X, in any gauge and
    scale, or one of them; then it gives components (n, ...), compiled once for each link, or
    for all that differ in the numbers of their potentials only.

    Raises:
        InputError: for no points, points of another shape, or such that are not on X.
    """

    def at_point(link: "ContactCalabiYau", z: Array) -> Array:
        chart = slice_chart(link.variety, z)
        return jnp.asarray(method(link, chart, origin(chart)))

    @wraps(method)
    def both(link: "ContactCalabiYau", chart: Any, x: Any = None) -> Any:
        if x is not None:
            return method(link, chart, x)
        if isinstance(chart, SliceChart):
            raise InputError("x", None, "coordinates of the chart are needed, or points instead of both")
        return _at_points(link, at_point, chart)

    return cast("Field", both)


def _at_points(
    link: "ContactCalabiYau", at_point: Callable[["ContactCalabiYau", Array], Array], points: Any
) -> np.ndarray:
    z = require_on_variety(link.variety, points)
    if not len(z):
        raise InputError("points", "none", "at least one point")
    if at_point not in link.compiled:
        link.compiled[at_point] = compiled(Partial(at_point, link), SIDE_BY_SIDE)
    values = link.compiled[at_point](z)
    return np.asarray(values[0] if np.ndim(points) == 1 else values)
