"""Points as real and as complex numbers, and whether they lie on the variety: the one place that converts them.

Values are judged where they are known. Inside `jax.jit`, `jax.vmap` and `jax.grad` they are not: there shapes and types
are.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Complex, Float

from g2links.errors import InputError
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety

ROUNDING = 1e-8
"""The largest |f| of a point of {f = 0}, relative to the sum of the moduli of its terms: half the digits of a double,
so that points printed with ten digits are taken. One in single precision has 1e-7, and of one on another hypersurface
the embedding would make a different point, or none, without a word."""


def real_points(z: np.ndarray) -> Float[np.ndarray, "*n real"]:
    """(..., N) complex to (..., 2N) real: real parts, then imaginary parts."""
    return np.concatenate([z.real, z.imag], axis=-1)


def complex_points(x: np.ndarray) -> Complex[np.ndarray, "*n complex"]:
    """(..., 2N) real to (..., N) complex."""
    real, imaginary = np.split(x, 2, axis=-1)
    z = real.astype(complex)
    z.imag = imaginary
    return z


def is_traced(points: object) -> bool:
    """Whether the values are not known yet, because JAX only traces what is done with them."""
    return any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(points))


def as_complex_points(variables: int, points: object) -> Complex[np.ndarray, "n complex"]:
    """The points as (n, N) complex numbers; only their shape and their type are checked.

    Args:
        variables: N.
        points: (n, N) complex or (n, 2N) real; one point may be given without the first axis.

    Raises:
        InputError: for another shape, or what are no numbers.
    """
    try:
        given = np.asarray(points)
    except (TypeError, ValueError) as error:
        raise InputError("points", points, f"{_wanted(variables)} ({error})") from error
    array = given[None] if given.ndim == 1 else given
    if _are_real(variables, array.shape, array.dtype, given.shape):
        return complex_points(array.astype(float))
    return array.astype(complex)


def require_on_variety(variety: AbstractVariety, points: object) -> Complex[np.ndarray, "n complex"]:
    """The points as (n, N) complex numbers, once they are known to lie on the cone {f = 0} without 0.

    Args:
        variety: V.
        points: as in `as_complex_points`, in any scale.

    Raises:
        InputError: for another shape, numbers that are not finite, the origin, or |f| above rounding.
    """
    z = as_complex_points(variety.variables, points)
    if not len(z):
        return z
    scaled = z.copy()
    for coordinates, charges, _ in variety.factors:
        scaled[:, coordinates] = _scaled(z[:, coordinates], np.array(charges), z)
    for f in variety.equations:
        excess, value = _off_variety(f, scaled)
        worst = int(np.argmax(excess))
        if excess[worst] > 0:
            allowed = f"it is not on f = 0: |f| is {value[worst]:.1e} of the sum of |terms|, above {ROUNDING:g}"
            raise InputError("points", z[worst].tolist(), allowed if len(z) == 1 else f"{allowed} (point {worst})")
    return z


def points_on_variety(variety: AbstractVariety, points: Any) -> Any:
    """(n, 2N) real: what a model of points of V is given, NumPy's where the values are known, else JAX's.

    Args:
        variety: V.
        points: as in `as_complex_points`, but traced ones with their first axis.

    Raises:
        InputError: as `require_on_variety`; for another shape or type, where they are traced.
    """
    if not is_traced(points):
        return real_points(require_on_variety(variety, points))
    array = jnp.asarray(points)
    if _are_real(variety.variables, array.shape, array.dtype, array.shape):
        return array
    return jnp.concatenate([array.real, array.imag], axis=1)


def single_point(variety: AbstractVariety, point: Any) -> Any:
    """(N,) complex: a point of X, or a traced array of that shape.

    Args:
        variety: V.
        point: (N,) complex or (2N,) real.

    Raises:
        InputError: for several points, and as `require_on_variety`.
    """
    n = variety.variables
    if is_traced(point):
        z = jnp.asarray(point)
        if z.ndim == 1 and _are_real(n, z[None].shape, z.dtype, z.shape):
            return z[:n] + 1j * z[n:]
    else:
        known = require_on_variety(variety, point)
        z = jnp.asarray(known[0] if np.ndim(point) == 1 else known)
    if z.shape != (n,):
        raise InputError("point", f"shape {z.shape}", "one point is needed; use jax.vmap over many")
    return jnp.asarray(z, dtype=complex)


def _are_real(variables: int, shape: tuple[int, ...], dtype: Any, given: tuple[int, ...]) -> bool:
    """Whether an array (n, 2N) has real and imaginary parts, and not complex numbers; `given` is the shape that is
    named where it is neither."""
    kind = np.dtype(dtype).kind
    if kind not in "iufc":
        raise InputError("points", np.dtype(dtype).name, _wanted(variables))
    real = shape[-1:] == (2 * variables,) and kind != "c"
    if len(shape) != 2 or not (real or shape[1] == variables):
        raise InputError("points", f"shape {given}, dtype {np.dtype(dtype).name}", _wanted(variables))
    return real


def _wanted(variables: int) -> str:
    return f"(n, {variables}) complex or (n, {2 * variables}) real numbers, the real parts first, are needed"


def are_on_variety(variety: AbstractVariety, z: np.ndarray) -> Bool[np.ndarray, " n"]:
    """Which of the points (n, N), in the gauge of their chart, lie on V up to rounding; none that is not finite."""
    with np.errstate(invalid="ignore", over="ignore"):
        excess = [_off_variety(f, z)[0] for f in variety.equations]
        return np.asarray(np.all(np.array(excess) <= 0, axis=0))


def _scaled(part: np.ndarray, weights: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The coordinates of one C* factor, the largest of each point made 1; `z` are the points for the messages."""
    with np.errstate(over="ignore"):
        size = np.max(np.abs(part) ** (1 / weights), axis=1)
    if not np.isfinite(size).all():
        raise InputError("points", z[np.argmin(np.isfinite(size))].tolist(), "finite coordinates are needed")
    if not size.all():
        raise InputError("points", z[np.argmin(size)].tolist(), "the origin lies in no chart; a coordinate is not zero")
    return np.asarray(part / size[:, None] ** weights)


def _off_variety(f: Polynomial, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By how much |f| is above rounding, and |f| over the sum of |terms|, at points whose largest coordinate is 1."""
    value, size = np.zeros(len(z), complex), np.zeros(len(z))
    powers: dict[tuple[int, int], np.ndarray] = {}
    for coefficient, exponents in f.terms:
        term = np.full(len(z), coefficient)
        for i, e in enumerate(exponents):
            if e:
                if (i, e) not in powers:
                    powers[i, e] = z[:, i] ** e
                term *= powers[i, e]
        value += term
        size += np.abs(term)
    rounding = np.finfo(float).eps * f.degree * np.sum(np.abs(f.coefficients))
    distance = np.abs(value)
    return distance - ROUNDING * size - rounding, distance / np.maximum(size, rounding)
