"""The codifferential and the Hodge Laplacian of fields of forms, for any Riemannian metric."""

from collections.abc import Callable

from g2links._typing import Form, Matrix, Vector
from g2links.forms.exterior import Field, exterior_derivative
from g2links.forms.hodge import hodge_star

MetricField = Callable[[Vector], Matrix]
"""A metric at every point: coordinates (n,) to a positive definite matrix (n, n)."""


def codifferential(field: Field, metric: MetricField, *, p: int) -> Field:
    """delta = (-1)^(n(p+1)+1) * d * of a field of p-forms, the formal adjoint of d; on 1-forms minus the
    divergence. It does not depend on the orientation.

    Args:
        field: x (n,) to a p-form (C(n, p),), p at least 1, differentiable by JAX.
        metric: x (n,) to (n, n).
        p: the degree.

    Returns:
        The field x (n,) to the (p-1)-form (C(n, p-1),).
    """

    def delta(x: Vector) -> Form:
        n = len(x)
        closed = exterior_derivative(lambda y: hodge_star(field(y), metric(y), p=p), p=n - p)(x)
        return (-1.0) ** (n * (p + 1) + 1) * hodge_star(closed, metric(x), p=n - p + 1)

    return delta


def hodge_laplacian(field: Field, metric: MetricField, *, p: int) -> Field:
    """Delta = d delta + delta d of a field of p-forms, with non-negative spectrum: on functions of flat space,
    minus the sum of the second derivatives.

    Args:
        field: x (n,) to a p-form (C(n, p),), twice differentiable by JAX.
        metric: x (n,) to (n, n).
        p: the degree, from 0 to n.

    Returns:
        The field x (n,) to a p-form.
    """

    def laplacian(x: Vector) -> Form:
        total: Form = 0.0 * field(x)
        if p > 0:
            total = total + exterior_derivative(codifferential(field, metric, p=p), p=p - 1)(x)
        if p < len(x):
            total = total + codifferential(exterior_derivative(field, p=p), metric, p=p + 1)(x)
        return total

    return laplacian
