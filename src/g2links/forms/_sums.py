"""Sums of products read from index tables."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Inexact

from g2links._typing import Array


def sum_terms(
    term: Callable[..., Inexact[Array, "..."]], *tables: np.ndarray | Inexact[Array, "..."]
) -> Inexact[Array, "..."]:
    """The sum of term(row of each table) over the rows, one row at a time.

    Over a batch of points, XLA turns each step into one pass with nothing stored but the running sum;
    gathering all rows at once is several times slower and takes a table-sized intermediate for every point.
    It also keeps programs small.
    """
    columns = tuple(jnp.asarray(table) for table in tables)
    start = jax.eval_shape(term, *(column[0] for column in columns))
    zero = jnp.zeros(start.shape, start.dtype)
    total, _ = jax.lax.scan(lambda partial, rows: (partial + term(*rows), None), zero, columns)
    return total


def take(array: Inexact[Array, "..."], *index: np.ndarray | Array) -> Inexact[Array, "..."]:
    """`array[index]`, without bounds checks, for index tables that are right by construction."""
    return jnp.asarray(array).at[index].get(mode="promise_in_bounds")
