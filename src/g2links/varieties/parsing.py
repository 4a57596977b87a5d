"""Polynomials typed as text, such as "z0^5+z1^5+(0.3+0.1j)*z0*z1*z2*z3*z4"."""

from g2links.errors import PolynomialError
from g2links.varieties.polynomial import Polynomial


def parse_polynomial(text: str, weights: tuple[int, ...] | None = None, name: str | None = None) -> Polynomial:
    """`Polynomial(text, weights, name)`: the notation is that of `expressions.read_terms`.

    Raises:
        PolynomialError: naming the part that is not understood, or the degree that is wrong.
    """
    if not isinstance(text, str):
        raise PolynomialError("polynomial", text, "text is needed")
    return Polynomial(text, weights, name)
