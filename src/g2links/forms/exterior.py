"""The exterior derivative of a field of forms: by automatic differentiation, and by flux of a black box.

Both take a field, that is a function from the coordinates (n,) of a point to a packed p-form there, and
return the field of (p+1)-forms d a. The first is exact to rounding but must differentiate the field; the
second needs its values only.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Inexact

from g2links._typing import Array, Form, Vector
from g2links.errors import InputError
from g2links.forms import _tables
from g2links.forms._sums import sum_terms, take
from g2links.forms.basis import check_form

Field = Callable[[Vector], Form]
"""A form at every point: coordinates (n,) to packed components (C(n, p),)."""


def exterior_derivative(field: Field, *, p: int) -> Field:
    """d of a field of p-forms by forward-mode differentiation, exact to rounding.

    (d a)_{k_0 ... k_p} = sum_r (-1)^r d_{k_r} a_{k_0 ... (k_r left out) ... k_p}: no factor 1/(p+1).

    Args:
        field: x (n,) to a p-form (C(n, p),), differentiable by JAX.
        p: its degree.

    Returns:
        The field x (n,) to (C(n, p+1),); empty when p = n.

    Raises:
        InputError: when the derivative is evaluated, if the field does not give a p-form on R^n.

    Example:
        >>> d = exterior_derivative(lambda x: jnp.array([0.0, x[0]]), p=1)  # of x1 dx2
        >>> d(jnp.array([0.3, 0.7])).tolist()
        [1.0]
    """

    def derivative(x: Vector) -> Form:
        partials = jax.jacfwd(lambda y: _checked(field(y), len(x), p))(x)
        return _antisymmetrise(partials.T, p)

    return derivative


def flux_derivative(field: Field, *, p: int, epsilon: float) -> Field:
    """d of a field of p-forms that is known by its values only.

    The flux of the form through the boundary of a (p+1)-cube of edge epsilon centred at the point, over the
    volume of the cube, with each face's integral taken at its midpoint (arXiv:2510.00999 takes cubes with a
    corner at the point and general faces). Faces of all cubes through a point have just 2n midpoints,
    evaluated in one `jax.vmap`. By symmetry the error is O(epsilon^2); rounding adds about 1e-16 |a| /
    epsilon.

    Args:
        field: x (n,) to a p-form (C(n, p),); it is mapped by `jax.vmap` but not differentiated.
        p: its degree.
        epsilon: the edge of the cube, in units of the coordinates.

    Returns:
        The field x (n,) to (C(n, p+1),); empty when p = n.

    Raises:
        InputError: if epsilon is not positive; on evaluation, if the field does not give a p-form on R^n.
    """
    if not epsilon > 0:
        raise InputError("epsilon", epsilon, "the edge of the flux cube must be positive")

    def derivative(x: Vector) -> Form:
        n = len(x)
        half_edges = 0.5 * epsilon * jnp.eye(n)
        midpoints = jnp.concatenate([x[None] + half_edges, x[None] - half_edges])
        values = jax.vmap(lambda y: _checked(field(y), n, p))(midpoints)
        return _antisymmetrise((values[:n] - values[n:]) / epsilon, p)

    return derivative


def _checked(value: Form, n: int, p: int) -> Form:
    check_form("field", value, n, p)
    return value


def _antisymmetrise(partials: Inexact[Array, "n components"], p: int) -> Form:
    """The (p+1)-form of partials[k, I] = d_k a_I."""
    direction, component, sign = _tables.wedge_table(len(partials), 1, p)
    sign = sign.astype(partials.dtype)
    return sum_terms(lambda k, i, s: s * take(partials, k, i), direction, component, sign)
