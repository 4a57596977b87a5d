"""Points as real and as complex numbers, and whether they lie on the variety: the one place that converts them."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links.errors import InputError
from g2links.varieties.polynomial import Polynomial

ROUNDING = 1e-8
"""The largest |f| of a point of {f = 0}, relative to the sum of the moduli of its terms: half the digits of a double,
so that points printed with ten digits are taken and points of another variety are not."""


def real_points(z: np.ndarray) -> Float[np.ndarray, "*n real"]:
    """(..., N) complex to (..., 2N) real: real parts, then imaginary parts."""
    return np.concatenate([z.real, z.imag], axis=-1)


def complex_points(x: np.ndarray) -> Complex[np.ndarray, "*n complex"]:
    """(..., 2N) real to (..., N) complex."""
    half = x.shape[-1] // 2
    return x[..., :half] + 1j * x[..., half:]


def require_on_variety(polynomial: Polynomial, points: np.ndarray) -> Complex[np.ndarray, "n complex"]:
    """The points as (n, N) complex numbers.

    Args:
        polynomial: f.
        points: (n, N) complex or (n, 2N) real; one point may be given without the first axis.

    Raises:
        InputError: for another shape, numbers that are not finite, the origin, or |f| above rounding.
    """
    n = len(polynomial.weights)
    given = np.asarray(points)
    if given.dtype.kind not in "iufc":
        raise InputError("points", given.dtype.name, "real or complex numbers")
    array = np.atleast_2d(given)
    if array.ndim == 2 and array.shape[1] == 2 * n and array.dtype.kind != "c":
        array = complex_points(array.astype(float))
    if array.ndim != 2 or array.shape[1] != n:
        raise InputError("points", f"shape {given.shape}", f"(n, {n}) complex or (n, {2 * n}) real numbers")
    z = array.astype(complex)
    if not np.isfinite(z).all():
        raise InputError("points", f"point {int(np.argmin(np.isfinite(z).all(axis=1)))}", "finite numbers")
    distance = np.asarray(relative_value(polynomial, jnp.asarray(z)))
    worst = int(np.argmax(np.where(np.isfinite(distance), distance, np.inf)))
    if not distance[worst] <= ROUNDING:
        raise InputError(
            "points",
            z[worst].tolist(),
            f"a point of f = 0 other than 0; point {worst} has |f| = {distance[worst]:.2g} of the sum of its terms, "
            f"allowed is {ROUNDING:g}",
        )
    return z


def relative_value(polynomial: Polynomial, z: jax.Array) -> jax.Array:
    """|f| over the sum of the moduli of its terms, at n points; NaN at the origin."""
    sizes = Polynomial(tuple((abs(c), e) for c, e in polynomial.terms), polynomial.weights)

    def ratio(point: jax.Array) -> jax.Array:
        return jnp.abs(polynomial(point)) / jnp.abs(sizes(jnp.abs(point).astype(complex)))

    return jax.vmap(ratio)(z)
