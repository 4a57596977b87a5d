"""The Hodge star of any non-degenerate metric and either orientation.

The orientation is an argument, +1 by default: that of the coordinates. The coordinates (x1, x2, x3, y1, y2, y3, θ) of a
link have the orientation -1, so that there `hodge_star(phi, metric, p=3)` is -ψ. `orientation=-1` gives ψ, as do
`ContactCalabiYau.star` and, for a 3-form in its own metric, `g2.star_phi`.

Convention: a ^ *b = <a, b> vol, with the inner product of `algebra.inner` and vol = orientation sqrt|det g|
dx^1...dx^n. For an indefinite metric of signature (r, s) this gives *(*a) = (-1)^(p(n-p)+s) a.
"""

import jax.numpy as jnp

from g2links._typing import Form, Matrix, Number
from g2links.forms.algebra import as_metric, complement, pullback
from g2links.forms.linear import determinant, inverse_and_determinant


def volume_form(metric: Matrix, orientation: Number = 1) -> Form:
    """The volume form as a packed n-form, shape (1,): orientation * sqrt|det g|.

    Args:
        metric: shape (n, n).
        orientation: +1 if dx^1 ^ ... ^ dx^n is positive, else -1.

    Raises:
        InputError: if the metric is not square.
    """
    metric = as_metric(metric)
    return orientation * jnp.sqrt(jnp.abs(determinant(metric)))[None]


def hodge_star(a: Form, metric: Matrix, *, p: int, orientation: Number = 1) -> Form:
    """The Hodge star of a p-form on R^n: the (n-p)-form with b ^ *a = <b, a> vol for every p-form b.

    Up to the middle degree the indices are raised with the inverse metric and then complemented; above it
    they are complemented first and lowered with the metric itself, which by Jacobi's identity is the same and
    needs no inverse.

    Args:
        a: shape (C(n, p),); integers and lists of numbers are taken as float64.
        metric: shape (n, n), symmetric and non-degenerate; likewise.
        p: the degree of a, at most n.
        orientation: +1 if dx^1 ^ ... ^ dx^n is positive, else -1, as in the coordinates of the link of a threefold.

    Returns:
        Shape (C(n, n-p),).

    Raises:
        InputError: if the metric is not square, p > n, or the shape of a is not that of its degree.
    """
    metric = as_metric(metric)
    n = metric.shape[0]
    inverse, det = inverse_and_determinant(metric)
    volume = orientation * jnp.sqrt(jnp.abs(det))
    if 2 * p <= n:
        return volume * complement(pullback(a, inverse, p=p), n, p)
    return volume / det * pullback(complement(a, n, p), metric, p=n - p)
