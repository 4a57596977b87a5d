"""Fields to second order at a point: all that torsion and curvature need to know of them.

A field that is costly to differentiate is expanded once; what follows is computed from its quadratic Taylor
polynomial, which is a field again and cheap.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from g2links._typing import Array, Vector
from g2links.errors import InputError


class Taylor(NamedTuple):
    """The quadratic Taylor polynomial of an array-valued field on R^n at a point x.

    Attributes:
        value: the array at x, of any shape.
        first: partial derivatives, with one more axis (n) in front: first[k] = d_k.
        second: second[k, l] = d_k d_l, symmetric in k and l.
    """

    value: Float[Array, "..."]
    first: Float[Array, "..."]
    second: Float[Array, "..."]

    def __call__(self, t: Vector) -> Float[Array, "..."]:
        """The polynomial at x + t: a field whose derivatives up to the second at t = 0 are those at x."""
        return self.value + jnp.tensordot(t, self.first + 0.5 * jnp.tensordot(t, self.second, 1), 1)

    @property
    def centre(self) -> Vector:
        """t = 0, shape (n,)."""
        return jnp.zeros(self.first.shape[0])

    def then(self, function: Callable[[Array], Array]) -> "Taylor":
        """The polynomial of function(field), for a function of one value of the field."""
        return expand(lambda t: function(self(t)), self.centre)


def linearised(field: Callable[[Vector], Any], x: Vector) -> Callable[[Vector], Any]:
    """The linear Taylor polynomial of a field, or of a tree of them, at x (n,): cheap, and with the value and the first
    derivatives of the field there, exact to rounding."""
    values, slopes = jax.vmap(lambda v: jax.jvp(field, (x,), (v,)), out_axes=(None, 0))(jnp.eye(len(x)))
    return lambda y: jax.tree.map(lambda value, slope: value + jnp.tensordot(y - x, slope, 1), values, slopes)


def expand(field: Callable[[Vector], Any], x: Vector) -> Taylor:
    """Expand a field at x (n,) by forward-mode differentiation, exact to rounding."""
    n = len(x)

    def along(v: Vector, w: Vector) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        return jax.jvp(lambda y: jax.jvp(field, (y,), (v,)), (x,), (w,))

    by_row = jax.vmap(along, in_axes=(None, 0), out_axes=((None, None), (0, 0)))
    by_pair = jax.vmap(by_row, in_axes=(0, None), out_axes=((None, 0), (None, 0)))
    (value, first), (_, second) = by_pair(jnp.eye(n), jnp.eye(n))
    return Taylor(value, first, second)


def expand_by_differences(field: Callable[[Vector], Any], x: Vector, epsilon: float) -> Taylor:
    """Expand a field at x (n,) from its values alone, by centred differences over cubes of edge epsilon.

    The first derivatives are those of `exterior.flux_derivative`: the cubes' faces have their midpoints at x ±
    epsilon/2 e_k. Both errors are O(epsilon^2); rounding adds about 1e-16 / epsilon to the first derivatives
    and 4e-16 / epsilon^2 to the second. Takes 1 + 2 n^2 values, in one `jax.vmap`.

    Raises:
        InputError: if epsilon is not positive.
    """
    if not epsilon > 0:
        raise InputError("epsilon", epsilon, "the edge of the cubes must be positive")
    n = len(x)
    half = 0.5 * epsilon * jnp.eye(n)
    upper, lower = jnp.triu_indices(n, 1)
    plus, minus = half[upper] + half[lower], half[upper] - half[lower]
    points = jnp.concatenate([jnp.zeros((1, n)), half, -half, plus, -plus, minus, -minus]) + x[None]
    values = jax.vmap(field)(points)
    m = len(upper)
    ahead, behind = values[1 : n + 1], values[n + 1 : 2 * n + 1]
    same, opposite = values[2 * n + 1 :].reshape(2, 2 * m, *values.shape[1:])
    mixed = (same[:m] + same[m:] - opposite[:m] - opposite[m:]) / epsilon**2
    diagonal = 4 * (ahead - 2 * values[:1] + behind) / epsilon**2
    second = jnp.zeros((n, n, *values.shape[1:])).at[upper, lower].set(mixed).at[lower, upper].set(mixed)
    second = second.at[jnp.arange(n), jnp.arange(n)].set(diagonal)
    return Taylor(values[0], (ahead - behind) / epsilon, second)
