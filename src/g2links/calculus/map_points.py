"""Functions of one point at many points, in bounded memory."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._pytrees import only_arrays
from g2links._typing import ComplexPoint
from g2links.calculus.batching import in_chunks
from g2links.errors import InputError
from g2links.varieties.charts import ChartPoint
from g2links.varieties.points.sampling import Points

Progress = Callable[[int, int], None]
"""Called with the points done and the points in all."""

Stop = Callable[[], bool]
"""Asked between blocks of points; True ends a computation at what it has."""


def never() -> bool:
    """Go on to the end."""
    return False


BLOCK = 500
"""Points that are compiled for at once, so that memory does not grow with their number."""
_TOGETHER = 4


def compiled(function: Callable[[Any], Any], together: int) -> Callable[[Any], Any]:
    """`function` of one row as a compiled function of many rows, a tree of arrays with a leading axis, `together` of
    them side by side.

    A `jax.tree_util.Partial` whose arguments have no leaves but arrays is compiled once in a process for all arguments
    of one structure, such as the potentials of one ansatz. Anything else is compiled for the function that is returned,
    and forgotten with it.
    """
    if isinstance(function, jax.tree_util.Partial) and only_arrays(function):
        return partial(_at_rows, together, function)
    return jax.jit(lambda rows: in_chunks(function, rows, together))


@partial(jax.jit, static_argnums=0)
def _at_rows(together: int, function: Callable[[Any], Any], rows: Any) -> Any:
    return in_chunks(function, rows, together)


def map_points(
    function: Callable[[ChartPoint], Any],
    points: Points,
    *,
    together: int = _TOGETHER,
    block: int = BLOCK,
    progress: Progress = lambda *_: None,
    stop: Stop = never,
) -> Any:
    """function(at) at every point: the same tree, of NumPy arrays with a leading axis n; less where `stop` says so, but
    never less than those of the first block.

    Compiled once for blocks of `block` points, inside which `together` points are evaluated side by side: memory does
    not grow with n, but for the result. See `compiled` for the functions that share what is compiled.
    """
    n = points.n
    evaluate = compiled(function, together)
    blocks = []
    for part, rows in padded_blocks(points, min(n, block)):
        blocks.append(jax.tree.map(np.asarray, evaluate(rows)))
        progress(part.stop, n)
        if stop():
            break
    return jax.tree.map(lambda *parts: np.concatenate(parts)[:n], *blocks)


def values_at(
    function: Callable[[ComplexPoint], Any], z: Complex[np.ndarray, "n variables"]
) -> Float[np.ndarray, " n"]:
    """A user's real function of one point (N,) at each of n points; compiled once, in bounded memory.

    Raises:
        InputError: where it does not give one real number.
    """
    found = jax.eval_shape(lambda point: jnp.asarray(function(point)), z[0])
    if found.shape != () or found.dtype.kind not in "bif":
        raise InputError("function", f"shape {found.shape}, dtype {found.dtype}", "one real number at one point")
    values = jax.jit(jax.vmap(lambda point: jnp.asarray(function(point), dtype=float)))
    blocks = [np.asarray(values(z[rows])) for _, rows in padded_rows(len(z), min(len(z), BLOCK))]
    return np.concatenate(blocks)[: len(z)]


def padded_blocks(points: Points, size: int) -> Iterator[tuple[slice, ChartPoint]]:
    """Blocks of the points, and for each exactly `size` of them in their charts, so that what is done with them is
    compiled once: the last point is repeated at the end."""
    for part, rows in padded_rows(points.n, size):
        yield part, points.rows(rows).at


def padded_rows(n: int, size: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Blocks of range(n), and for each exactly `size` of its numbers, the last one repeated at the end."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n)), np.minimum(np.arange(start, start + size), n - 1)
