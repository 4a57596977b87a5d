"""The exterior algebra at one point of R^n: products, contraction, change of coordinates, inner product.

A form is packed (see `basis`), its degree is always given, and every function takes one point: use `jax.vmap`
for many. Components may be real or complex; products are complex-bilinear.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Inexact

from g2links._typing import Array, Form, Matrix, Scalar, Vector
from g2links.errors import InputError
from g2links.forms import _tables
from g2links.forms._sums import sum_terms, take
from g2links.forms.basis import check_form
from g2links.forms.linear import as_numbers, determinant, inverse


@functools.partial(jax.jit, static_argnames=("p", "q", "n"))
def wedge(a: Form, b: Form, *, p: int, q: int, n: int) -> Form:
    """The wedge product, normalised so that e^1 ^ e^2 has component 1 at (1, 2): no factor 1/2.

    Args:
        a: a p-form, shape (C(n, p),).
        b: a q-form, shape (C(n, q),).
        p: the degree of a.
        q: the degree of b.
        n: the dimension of the space.

    Returns:
        The (p+q)-form, shape (C(n, p+q),); the empty array when p + q > n.

    Raises:
        InputError: if the shape of a or b is not that of its degree.

    Example:
        >>> wedge(jnp.array([1.0, 0.0, 0.0]), jnp.array([0.0, 1.0, 0.0]), p=1, q=1, n=3).tolist()
        [1.0, 0.0, 0.0]
    """
    a, b = as_form("a", a, n, p), as_form("b", b, n, q)
    left, right, sign = _tables.wedge_table(n, p, q)
    sign = sign.astype(jnp.result_type(a, b))
    return sum_terms(lambda i, j, s: s * take(a, i) * take(b, j), left, right, sign)


@functools.partial(jax.jit, static_argnames="p")
def interior(v: Vector, a: Form, *, p: int) -> Form:
    """The interior product a(v, ...): the vector goes into the first slot.

    Args:
        v: a vector, shape (n,).
        a: a p-form on R^n with p at least 1, shape (C(n, p),).
        p: the degree of a.

    Returns:
        The (p-1)-form, shape (C(n, p-1),).

    Raises:
        InputError: if v is not one vector, p is 0 or the shape of a is not that of its degree.
    """
    if jnp.ndim(v) != 1:
        raise InputError("v", f"an array of shape {jnp.shape(v)}", "one vector is needed; use jax.vmap over many")
    if p < 1:
        raise InputError("p", p, "the interior product needs a form of degree at least 1")
    v, n = as_numbers("v", v), len(v)
    a = as_form("a", a, n, p)
    component, sign = _tables.slot_table(n, p)
    sign = sign.astype(jnp.result_type(v, a))
    return sum_terms(lambda speed, i, s: speed * s * take(a, i), v, component, sign)


@functools.partial(jax.jit, static_argnames="p")
def pullback(a: Form, jacobian: Inexact[Array, "n m"], *, p: int) -> Form:
    """The pullback F^* a of a p-form by a map F: R^m -> R^n.

    One slot is transformed at a time and the transformed slots stay packed, so that no intermediate is larger
    than C(m, r) C(n, p-r) numbers: far fewer than the full tensor, or than the p-minors of the jacobian.

    Args:
        a: the p-form at F(y), shape (C(n, p),).
        jacobian: dF^i/dy^j at y, shape (n, m).
        p: the degree of a.

    Returns:
        The p-form at y, shape (C(m, p),).

    Raises:
        InputError: if the jacobian is not a matrix, or the shape of a is not that of its degree on R^n.
    """
    jacobian = as_numbers("jacobian", jacobian)
    if jnp.ndim(jacobian) != 2:
        raise InputError("jacobian", f"an array of shape {jnp.shape(jacobian)}", "one matrix dx^i/dy^j is needed")
    n, m = jacobian.shape
    a = as_form("a", a, n, p)
    if p > m:
        return jnp.zeros((0,), dtype=jnp.result_type(a, jacobian))
    mixed = a[None, :]
    for done in range(p):
        mixed = _pull_slot(mixed, jacobian, done, p - done)
    return mixed[:, 0]


def _pull_slot(
    mixed: Inexact[Array, "R L"], jacobian: Inexact[Array, "n m"], done: int, left: int
) -> Inexact[Array, "S M"]:
    """From mixed[R, L] = a(F e_R, e_L), |R| = done and |L| = left, to the same with one more slot done."""
    n, m = jacobian.shape
    last, rest = _tables.last_index_table(m, done + 1)
    component, sign = _tables.slot_table(n, left)
    sign = sign.astype(jnp.result_type(mixed, jacobian))

    def term(row: Vector, i: Array, s: Array) -> Inexact[Array, "S M"]:
        return take(row, last)[:, None] * (s[None] * take(mixed, rest[:, None], i[None, :]))

    return sum_terms(term, jacobian, component, sign)


def inner(a: Form, b: Form, metric: Matrix, *, p: int) -> Scalar:
    """The inner product of p-forms in which the e^I of an orthonormal coframe are orthonormal.

    So |e^1 ^ ... ^ e^p|^2 = 1, and |phi|^2 = 7 for a G2-structure; the full contraction of the tensors is p!
    times this.

    Args:
        a: a p-form, shape (C(n, p),).
        b: a p-form, shape (C(n, p),).
        metric: shape (n, n), symmetric and non-degenerate.
        p: the degree.

    Returns:
        A scalar.

    Raises:
        InputError: if the metric is not square, or the shape of a or b is not that of its degree.
    """
    metric = as_metric(metric)
    a = as_form("a", a, metric.shape[0], p)
    return a @ raise_indices(b, metric, p=p)


def norm(a: Form, metric: Matrix, *, p: int) -> Scalar:
    """The norm sqrt(inner(a, a)) of a p-form, shapes as for `inner`.

    Its gradient at a = 0 is 0; it is nan where inner(a, a) < 0, which a positive definite metric excludes.

    Raises:
        InputError: as `inner`.
    """
    square = inner(a, a, metric, p=p)
    nonzero = square != 0
    return jnp.where(nonzero, jnp.sqrt(jnp.where(nonzero, square, 1.0)), 0.0)


def raise_indices(a: Form, metric: Matrix, *, p: int) -> Form:
    """The components a^I of a p-form with every index raised, shape (C(n, p),).

    Above the middle degree the minors of the inverse metric are replaced by the complementary minors of the
    metric over its determinant (Jacobi's identity): they are smaller and need no inverse.

    Raises:
        InputError: if the metric is not square, or the shape of a is not that of its degree.
    """
    metric = as_metric(metric)
    n = metric.shape[0]
    a = as_form("a", a, n, p)
    if 2 * p <= n:
        return pullback(a, inverse(metric), p=p)
    twice = complement(pullback(complement(a, n, p), metric, p=n - p), n, n - p)
    return (-1) ** (p * (n - p)) * twice / determinant(metric)


def complement(a: Form, n: int, p: int) -> Form:
    """The Hodge star of the unit metric: the (n-p)-form sign(I, J) a_I at J, the complement of I.

    Raises:
        InputError: if p > n or the shape of a is not that of its degree.
    """
    a = as_form("a", a, n, p)
    if p > n:
        raise InputError("p", p, f"the Hodge star on R^{n} takes forms of degree at most {n}")
    source, sign = _tables.complement_table(n, p)
    return take(a, source) * sign.astype(jnp.result_type(a))


def as_metric(metric: Any) -> Matrix:
    """A metric as one square matrix of real numbers; integers and lists become float64.

    Raises:
        InputError: naming the shape, or what is no number.
    """
    matrix = as_numbers("metric", metric)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        allowed = "one square matrix is needed; use jax.vmap over many"
        raise InputError("metric", f"an array of shape {matrix.shape}", allowed)
    return matrix


def as_form(field: str, packed: Any, n: int, p: int) -> Form:
    """The components of one p-form on R^n as real or complex numbers.

    Raises:
        InputError: naming `field`, for another shape, or what are no numbers.
    """
    components = as_numbers(field, packed)
    check_form(field, components, n, p)
    return components
