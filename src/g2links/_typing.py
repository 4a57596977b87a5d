"""Names for the kinds of array that recur; `n` is the dimension of the manifold unless a docstring says otherwise."""

from jaxtyping import Array, Complex, Float, Int

Scalar = Float[Array, ""]
Vector = Float[Array, " n"]
Matrix = Float[Array, "n n"]
Form = Float[Array, " components"]
"""A form at one point: its components at the strictly increasing multi-indices, in lexicographic order."""

ComplexPoint = Complex[Array, "5"]
"""A point of the cone X in C^5."""
RealPoint = Float[Array, "10"]
"""The same point as saved in files: the five real parts, then the five imaginary parts."""
Hermitian = Complex[Array, "3 3"]
Index = Int[Array, ""]
LinkPoint = Float[Array, "7"]
"""Chart coordinates (x1, x2, x3, y1, y2, y3, theta) on the link."""
