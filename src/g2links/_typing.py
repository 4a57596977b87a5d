"""Names for the kinds of array that recur; `n` is the dimension of the manifold unless a docstring says otherwise.

The tests check them at run time (jaxtyping with beartype), where NumPy's arrays pass as well as JAX's.
"""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Complex, Float, Inexact, Int

if TYPE_CHECKING:
    from jax import Array as Array
else:
    from jax import Array as JaxArray

    Array = JaxArray | np.ndarray

Scalar = Float[Array, ""]
ComplexScalar = Complex[Array, ""]
InexactScalar = Inexact[Array, ""]
"""Real or complex."""
Number = Scalar | float | np.floating
"""One real number; mypy takes integers too, and so does beartype."""
Truth = Bool[Array, ""]
"""Yes or no at one point."""
Vector = Float[Array, " n"]
Matrix = Float[Array, "n n"]
PackedMatrix = Float[Array, " _components"]
"""The upper triangle of a symmetric matrix, row by row."""
SquareMatrix = Inexact[Array, "n n"]
"""Real or complex."""
Form = Inexact[Array, " _components"]
"""A form at one point, real or complex: its components at the increasing multi-indices, in lexicographic order."""

ComplexPoint = Complex[Array, " variables"]
"""A point of the cone X in C^N."""
RealPoint = Float[Array, " real"]
"""The same point as saved in files, of length 2N: real parts, then imaginary parts."""
Hermitian = Complex[Array, "d d"]
"""A Hermitian form on the tangent space of V, of complex dimension d."""
Frame = Complex[Array, "d variables"]
"""Rows: tangent vectors of X, one for each chart coordinate."""
Index = Int[Array, ""]
Indices = Int[Array, " _indices"]
"""Of coordinates of C^N."""
ChartIndices = tuple[Index | int | np.integer, Index | int | np.integer]
"""The coordinates of a slice chart that are fixed and solved for."""
LinkPoint = Float[Array, " coordinates"]
"""Chart coordinates (x1, ..., xd, y1, ..., yd, theta) on the link."""
