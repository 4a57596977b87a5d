"""Fields on the link as functions of a chart and its coordinates, and, in canonical charts, of many points at once."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, cast, overload, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array, LinkPoint
from g2links.calculus.map_points import BLOCK, padded_rows
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
    scale, or one of them; then it gives components (n, ...), compiled once for each link.

    Raises:
        InputError: for no points, points of another shape, or such that are not on X.
    """

    @wraps(method)
    def both(link: "ContactCalabiYau", chart: Any, x: Any = None) -> Any:
        if x is not None:
            return method(link, chart, x)
        if isinstance(chart, SliceChart):
            raise InputError("x", None, "coordinates of the chart are needed, or points instead of both")
        return _at_points(link, method, chart)

    return cast("Field", both)


def _at_points(link: "ContactCalabiYau", method: Method, points: Any) -> np.ndarray:
    z = require_on_variety(link.variety, points)
    if not len(z):
        raise InputError("points", "none", "at least one point")
    if method not in link.compiled:
        link.compiled[method] = _compiled(link, method)
    blocks = padded_rows(len(z), min(len(z), BLOCK))
    values = np.concatenate([np.asarray(link.compiled[method](z[rows])) for _, rows in blocks])[: len(z)]
    return np.asarray(values[0] if np.ndim(points) == 1 else values)


def _compiled(link: "ContactCalabiYau", method: Method) -> Callable[[Any], Array]:
    def at_point(z: Array) -> Array:
        chart = slice_chart(link.variety, z)
        return jnp.asarray(method(link, chart, origin(chart)))

    return jax.jit(lambda block: jax.lax.map(at_point, block, batch_size=SIDE_BY_SIDE))
