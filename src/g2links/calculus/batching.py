"""Many points at once, in chunks of equal size, so that memory is bounded and only one body is compiled."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp


def in_chunks(function: Callable[[Any], Any], rows: Any, size: int) -> Any:
    """`function` of one row, at every row of a tree of arrays with leading axis n; the last chunk is filled
    up with copies of row 0, whose results are dropped."""
    n = len(jax.tree.leaves(rows)[0])
    size = max(1, min(size, n))
    missing = -n % size

    def chunked(x: jax.Array) -> jax.Array:
        x = jnp.asarray(x)
        filled = jnp.concatenate([x, jnp.repeat(x[:1], missing, axis=0)]) if missing else x
        return filled.reshape(-1, size, *x.shape[1:])

    results = jax.lax.map(jax.vmap(function), jax.tree.map(chunked, rows))
    return jax.tree.map(lambda y: y.reshape(-1, *y.shape[2:])[:n], results)
