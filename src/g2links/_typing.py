"""Names for the kinds of array that recur; `n` is the dimension of the manifold unless a docstring says otherwise."""

from jaxtyping import Array, Complex, Float, Int

Scalar = Float[Array, ""]
Vector = Float[Array, " n"]
Matrix = Float[Array, "n n"]
Form = Float[Array, " components"]
"""A form at one point: its components at the strictly increasing multi-indices, in lexicographic order."""

ComplexPoint = Complex[Array, " variables"]
"""A point of the cone X in C^N."""
RealPoint = Float[Array, " real"]
"""The same point as saved in files, of length 2N: real parts, then imaginary parts."""
Hermitian = Complex[Array, "d d"]
"""A Hermitian form on the tangent space of V, of complex dimension d."""
Frame = Complex[Array, "d variables"]
"""Rows: tangent vectors of X, one for each chart coordinate."""
Index = Int[Array, ""]
Indices = Int[Array, " indices"]
"""Of coordinates of C^N."""
ChartIndices = tuple[Index | int, Index | int]
"""The coordinates of a slice chart that are fixed and solved for."""
LinkPoint = Float[Array, " coordinates"]
"""Chart coordinates (x1, ..., xd, y1, ..., yd, theta) on the link."""
