"""Functions of one point at many points, in bounded memory."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Protocol, runtime_checkable

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


def unseen(done: int, total: int) -> None:
    """The progress of what nobody watches."""


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

FEW = 1000
"""Points up to which compilation takes longer than evaluation, so that as little as possible is optimised: the torsion
check takes 9.9 s of processor time for 200 points instead of 17.2, and 11.6 instead of 3.4 where there are ten times as
many."""
_WITH_EMITTERS = (0, 11, 0)
"""The last version of JAX whose compiler has an option not to use fusion emitters; later ones refuse its name."""
_HARDLY_OPTIMISED: dict[str, bool | int | str] = {"xla_backend_optimization_level": 0}
if jax.__version_info__ <= _WITH_EMITTERS:
    _HARDLY_OPTIMISED["xla_cpu_use_fusion_emitters"] = False

Rows = Any
"""A tree of arrays with a leading axis, and what a function gives at each of its rows."""


@runtime_checkable
class AtRows(Protocol):
    """A function of any number of rows, of NumPy arrays; `in_all` is how many follow in further calls, with these."""

    def __call__(self, rows: Rows, in_all: int = 0) -> Rows: ...


def compiled(function: Callable[[Any], Any], together: int, block: int = BLOCK) -> AtRows:
    """`function` of one row as a function of any number of rows, compiled once for all numbers up to `FEW`, and once
    for all above: for blocks of about `block` rows, of which `together` are evaluated side by side, as often as there
    are rows.

    A `jax.tree_util.Partial` whose arguments have no leaves but arrays is compiled once in a process for all arguments
    of one structure, such as the potentials of one ansatz. Anything else is compiled for the function that is returned,
    and forgotten with it.
    """
    few: Callable[[Rows, int], Rows]
    many: Callable[[Rows, int], Rows]
    if isinstance(function, jax.tree_util.Partial) and only_arrays(function):
        few, many = (partial(evaluate, together, function) for evaluate in (_at_few_rows, _at_rows))
    else:
        own = partial(_in_turn, jax.jit(jax.vmap(function)), together)
        few, many = jax.jit(own, compiler_options=_HARDLY_OPTIMISED), jax.jit(own)

    def at_rows(rows: Rows, in_all: int = 0) -> Rows:
        size = -(-block // together) * together
        n = len(jax.tree.leaves(rows)[0])
        evaluate = few if max(n, in_all) <= FEW else many
        blocks = []
        for part, numbers in padded_rows(n, size):
            count, padded = part.stop - part.start, _taken(rows, numbers)
            blocks.append(_taken(evaluate(padded, count), slice(count)))
        return jax.tree.map(lambda *parts: np.concatenate(parts), *blocks)

    return at_rows


def _taken(rows: Rows, chosen: slice | np.ndarray) -> Rows:
    return jax.tree.map(lambda column: np.asarray(column)[chosen], rows)


def _all_rows(together: int, function: Callable[[Any], Any], rows: Rows, count: Index | int) -> Rows:
    return _in_turn(partial(_side_by_side, function), together, rows, count)


_at_rows = jax.jit(_all_rows, static_argnums=0)
_at_few_rows = jax.jit(_all_rows, static_argnums=0, compiler_options=_HARDLY_OPTIMISED)


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
    progress: Progress = unseen,
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
        blocks.append(evaluate(part.at, points.n))
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
