"""Functions of one point at many points, in bounded memory."""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np

from g2links.varieties.charts import ChartPoint
from g2links.varieties.points.sampling import Points

Progress = Callable[[int, int], None]
"""Called with the points done and the points in all."""

BLOCK = 500
"""Points that are compiled for at once, so that memory does not grow with their number."""
_TOGETHER = 4


def map_points(
    function: Callable[[ChartPoint], Any],
    points: Points,
    *,
    together: int = _TOGETHER,
    progress: Progress = lambda *_: None,
) -> Any:
    """function(at) at every point: the same tree, of NumPy arrays with a leading axis n.

    Compiled once for blocks of 500 points, inside which `together` points are evaluated side by side: memory does not
    grow with n, but for the result.
    """
    n = points.n
    compiled = jax.jit(lambda rows: jax.lax.map(function, rows, batch_size=together))
    blocks = []
    for part, rows in padded_blocks(points, min(n, BLOCK)):
        blocks.append(jax.tree.map(np.asarray, compiled(rows)))
        progress(part.stop, n)
    return jax.tree.map(lambda *parts: np.concatenate(parts)[:n], *blocks)


def padded_blocks(points: Points, size: int) -> Iterator[tuple[slice, ChartPoint]]:
    """Blocks of the points, and for each exactly `size` of them in their charts, so that what is done with them is
    compiled once: the last point is repeated at the end."""
    for part, rows in padded_rows(points.n, size):
        yield part, points.rows(rows).at


def padded_rows(n: int, size: int) -> Iterator[tuple[slice, np.ndarray]]:
    """Blocks of range(n), and for each exactly `size` of its numbers, the last one repeated at the end."""
    for start in range(0, n, size):
        yield slice(start, min(start + size, n)), np.minimum(np.arange(start, start + size), n - 1)
