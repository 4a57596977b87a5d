"""Functions of one point at many points, in bounded memory."""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
from jaxtyping import Array

from g2links.varieties.points.sampling import Points

Progress = Callable[[int, int], None]
"""Called with the points done and the points in all."""

BLOCK = 500
"""Points that are compiled for at once, so that memory does not grow with their number."""
_TOGETHER = 4


def map_points(
    function: Callable[[Array, Array, Array], Any],
    points: Points,
    *,
    together: int = _TOGETHER,
    progress: Progress = lambda *_: None,
) -> Any:
    """function(z, one, el) at every point: the same tree, of NumPy arrays with a leading axis n.

    Compiled once for blocks of 500 points, inside which `together` points are evaluated side by side: memory does not
    grow with n, but for the result.
    """
    n = len(points.z)
    compiled = jax.jit(lambda *rows: jax.lax.map(lambda row: function(*row), rows, batch_size=together))
    blocks = []
    for part, rows in padded_blocks(points, min(n, BLOCK)):
        blocks.append(jax.tree.map(np.asarray, compiled(*rows)))
        progress(part.stop, n)
    return jax.tree.map(lambda *parts: np.concatenate(parts)[:n], *blocks)


def padded_blocks(points: Points, size: int) -> Iterator[tuple[slice, tuple[np.ndarray, np.ndarray, np.ndarray]]]:
    """Blocks of the points, and for each (z, one, el) of exactly `size` points, so that what is done with them is
    compiled once: the last point is repeated at the end."""
    for part, rows in padded_rows(len(points.z), size):
        yield part, (points.z[rows], points.one[rows], points.el[rows])


def padded_rows(n: int, size: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Blocks of range(n), and for each exactly `size` of its numbers, the last one repeated at the end."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n)), np.minimum(np.arange(start, start + size), n - 1)
