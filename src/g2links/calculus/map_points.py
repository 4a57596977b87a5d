"""Functions of one point at many points, in bounded memory."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._pytrees import only_arrays
from g2links._typing import ComplexPoint, Index
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
"""Points evaluated side by side: enough for vector units, few enough for the cache, for functions of some thousand
operations."""

Rows = Any
"""A tree of arrays with a leading axis, and what a function gives at each of its rows."""


def compiled(function: Callable[[Any], Any], together: int, block: int = BLOCK) -> Callable[[Rows], Rows]:
    """`function` of one row as a function of any number of rows, of NumPy arrays, compiled once for all numbers: for
    blocks of about `block` rows, of which `together` are evaluated side by side, as often as there are rows.

    A `jax.tree_util.Partial` whose arguments have no leaves but arrays is compiled once in a process for all arguments
    of one structure, such as the potentials of one ansatz. Anything else is compiled for the function that is returned,
    and forgotten with it.
    """
    evaluate: Callable[[Rows, int], Rows]
    if isinstance(function, jax.tree_util.Partial) and only_arrays(function):
        evaluate = partial(_at_rows, together, function)
    else:
        own = jax.jit(jax.vmap(function))
        evaluate = jax.jit(partial(_in_turn, own, together))

    def at_rows(rows: Rows) -> Rows:
        size = -(-block // together) * together
        n = len(jax.tree.leaves(rows)[0])
        blocks = []
        for part, numbers in padded_rows(n, size):
            count, padded = part.stop - part.start, _taken(rows, numbers)
            blocks.append(_taken(evaluate(padded, count), slice(count)))
        return jax.tree.map(lambda *parts: np.concatenate(parts), *blocks)

    return at_rows


def _taken(rows: Rows, chosen: slice | np.ndarray) -> Rows:
    return jax.tree.map(lambda column: np.asarray(column)[chosen], rows)


@partial(jax.jit, static_argnums=0)
def _at_rows(together: int, function: Callable[[Any], Any], rows: Rows, count: Index | int) -> Rows:
    return _in_turn(partial(_side_by_side, function), together, rows, count)


@jax.jit
def _side_by_side(function: Callable[[Any], Any], rows: Rows) -> Rows:
    return jax.vmap(function)(rows)


def _in_turn(evaluate: Callable[[Rows], Rows], together: int, rows: Rows, count: Index | int) -> Rows:
    """`evaluate` of `together` rows after `together` rows, until `count` are done; 0 at those that are left."""
    chunks = jax.tree.map(lambda column: column.reshape(-1, together, *column.shape[1:]), rows)

    def chunk(i: Index | int) -> Rows:
        return jax.tree.map(lambda column: column[i], chunks)

    def step(i: Index, found: Rows) -> Rows:
        return jax.tree.map(lambda whole, new: whole.at[i].set(new), found, evaluate(chunk(i)))

    number = len(jax.tree.leaves(chunks)[0])
    nothing = jax.tree.map(
        lambda like: jnp.zeros((number, *like.shape), like.dtype), jax.eval_shape(evaluate, chunk(0))
    )
    found = jax.lax.fori_loop(0, -(-count // together), step, nothing)
    return jax.tree.map(lambda column: column.reshape(-1, *column.shape[2:]), found)


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
    evaluate, blocks = compiled(function, together, block), []
    for start in range(0, points.n, block):
        part = points.rows(slice(start, start + block))
        blocks.append(evaluate(part.at))
        progress(start + part.n, points.n)
        if stop():
            break
    return jax.tree.map(lambda *parts: np.concatenate(parts), *blocks)


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
