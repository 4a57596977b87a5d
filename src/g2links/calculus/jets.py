"""Real functions together with their first holomorphic and mixed second derivatives at a point.

For real X on V, only ∂_a X and ∂_a∂_b̄ X enter ω and the Monge-Ampère equation. Carrying these through a function of X
by the chain rule costs a few matrix products, where differentiating a network twice would cost many passes.
"""

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array, ComplexPoint, Frame


def upper_pairs(dimension: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The places (a, b), a < b, above the diagonal of a matrix, row by row."""
    pairs = list(itertools.combinations(range(dimension), 2))
    return tuple(a for a, _ in pairs), tuple(b for _, b in pairs)


class Jet(NamedTuple):
    """m real functions at one point of a d-dimensional space, stored as real numbers so that a linear map is one real
    matrix product.

    Attributes:
        value: (m,) X.
        first: (m, 2d) real parts, then imaginary parts, of ∂_a X.
        mixed: (m, d²) the Hermitian matrix ∂_a∂_b̄ X: its diagonal, then the real parts, then the imaginary parts, of
            the entries above the diagonal (`upper_pairs`).
    """

    value: Float[Array, " m"]
    first: Float[Array, "m real"]
    mixed: Float[Array, "m square"]

    @property
    def dimension(self) -> int:
        """d."""
        return self.first.shape[1] // 2

    @classmethod
    def from_complex(cls, value: Array, first: Complex[Array, "m d"], mixed: Complex[Array, "m d d"]) -> "Jet":
        """From ∂_a X and ∂_a∂_b̄ X as complex arrays."""
        upper = mixed[:, *upper_pairs(mixed.shape[1])]
        diagonal = jnp.diagonal(mixed, axis1=1, axis2=2).real
        return cls(
            value,
            jnp.concatenate([first.real, first.imag], axis=1),
            jnp.concatenate([diagonal, upper.real, upper.imag], axis=1),
        )

    @classmethod
    def from_channels(cls, channels: Float[Array, "m channels"]) -> "Jet":
        """From the 1 + 2d + d² = (1 + d)² numbers of each function side by side."""
        end = 1 + 2 * (math.isqrt(channels.shape[1]) - 1)
        return cls(channels[:, 0], channels[:, 1:end], channels[:, end:])

    def affine(self, matrix: Float[Array, "k m"], offset: Float[Array, " k"]) -> "Jet":
        """matrix X + offset."""
        moved = Jet.from_channels(matrix @ jnp.concatenate([self.value[:, None], self.first, self.mixed], axis=1))
        return moved._replace(value=moved.value + offset)

    def map(self, function: Callable[[Array], Array]) -> "Jet":
        """function(X), applied to each component; `function` acts on scalars."""
        d = jax.vmap(jax.grad(function))(self.value)
        dd = jax.vmap(jax.grad(jax.grad(function)))(self.value)
        mixed = d[:, None] * self.mixed + dd[:, None] * _outer_square(self.first)
        return Jet(jax.vmap(function)(self.value), d[:, None] * self.first, mixed)

    def minus(self, constants: np.ndarray) -> "Jet":
        """The functions minus constants (m,)."""
        return self._replace(value=self.value - constants)

    def take(self, places: np.ndarray) -> "Jet":
        """Some of the functions."""
        return Jet(self.value[places], self.first[places], self.mixed[places])

    def join(self, other: "Jet") -> "Jet":
        """These functions, then the others."""
        return jax.tree.map(lambda a, b: jnp.concatenate([a, b]), self, other)

    def times(self, other: "Jet") -> "Jet":
        """The products, one by one."""
        x, y, cross = self.value[:, None], other.value[:, None], _outer_products(self.first, other.first)
        return Jet(self.value * other.value, x * other.first + y * self.first, x * other.mixed + y * self.mixed + cross)

    def complex_first(self) -> Complex[Array, "m d"]:
        """∂_a X."""
        d = self.dimension
        return self.first[:, :d] + 1j * self.first[:, d:]

    def hermitian(self) -> Complex[Array, "m d d"]:
        """∂_a∂_b̄ X."""
        d = self.dimension
        pairs = upper_pairs(d)
        diagonal, re, im = jnp.split(self.mixed, (d, d + len(pairs[0])), axis=1)
        upper = jnp.zeros((len(diagonal), d, d), dtype=complex).at[:, *pairs].set(re + 1j * im)
        return upper + jnp.swapaxes(upper, 1, 2).conj() + jax.vmap(jnp.diag)(diagonal)

    def times_exponentials(self, k: Float[Array, " m"], exponent: "Jet") -> "Jet":
        """X_i exp(k_i K) for the jet of one function K."""
        factor = jnp.exp(k * exponent.value[0])
        d = k[:, None] * exponent.complex_first()
        dd = k[:, None, None] * exponent.hermitian()
        first, mixed = self.complex_first(), self.hermitian()
        cross = first[:, :, None] * d[:, None, :].conj()
        both = mixed + cross + jnp.swapaxes(cross, 1, 2).conj()
        both = both + self.value[:, None, None] * (dd + d[:, :, None] * d[:, None, :].conj())
        first = first + self.value[:, None] * d
        return Jet.from_complex(factor * self.value, factor[:, None] * first, factor[:, None, None] * both)


class Values(NamedTuple):
    """m real functions at one point, without derivatives; same operations as `Jet`, so one formula serves both."""

    value: Float[Array, " m"]

    def affine(self, matrix: Float[Array, "k m"], offset: Float[Array, " k"]) -> "Values":
        """matrix X + offset."""
        return Values(matrix @ self.value + offset)

    def minus(self, constants: np.ndarray) -> "Values":
        """The functions minus constants (m,)."""
        return Values(self.value - constants)

    def take(self, places: np.ndarray) -> "Values":
        """Some of the functions."""
        return Values(self.value[places])

    def join(self, other: "Values") -> "Values":
        """These functions, then the others."""
        return Values(jnp.concatenate([self.value, other.value]))

    def times(self, other: "Values") -> "Values":
        """The products, one by one."""
        return Values(self.value * other.value)

    def map(self, function: Callable[[Array], Array]) -> "Values":
        """function(X), applied to each component."""
        return Values(jax.vmap(function)(self.value))


JetOrValues = TypeVar("JetOrValues", Jet, Values)
"""For formulas that serve both."""


def real_function_jet(function: Callable[[ComplexPoint], Array], z: ComplexPoint, frame: Frame) -> Jet:
    """The jet of one real function on C^N along a holomorphic frame, by automatic differentiation."""
    d = len(frame)

    def along(t: Float[Array, " real"]) -> Array:
        return function(z + (t[:d] + 1j * t[d:]) @ frame)

    zero = jnp.zeros(2 * d)
    value, gradient, hessian = along(zero), jax.grad(along)(zero), jax.jacfwd(jax.grad(along))(zero)
    first = 0.5 * (gradient[:d] - 1j * gradient[d:])
    return Jet.from_complex(value[None], first[None], mixed_derivatives(hessian)[None])


def mixed_derivatives(hessian: Float[Array, "real real"]) -> Complex[Array, "d d"]:
    """∂_a ∂_b̄ from the real Hessian in (x1, ..., xd, y1, ..., yd)."""
    d = len(hessian) // 2
    xx, xy, yx, yy = hessian[:d, :d], hessian[:d, d:], hessian[d:, :d], hessian[d:, d:]
    return 0.25 * (xx + yy + 1j * (xy - yx))


def _outer_square(first: Float[Array, "m real"]) -> Float[Array, "m square"]:
    """∂_a X ∂_b̄ X, stored as `Jet.mixed` is."""
    d = first.shape[1] // 2
    re, im = first[:, :d], first[:, d:]
    a, b = map(list, upper_pairs(d))
    real = re[:, a] * re[:, b] + im[:, a] * im[:, b]
    imaginary = im[:, a] * re[:, b] - re[:, a] * im[:, b]
    return jnp.concatenate([re**2 + im**2, real, imaginary], axis=1)


def _outer_products(x: Float[Array, "m real"], y: Float[Array, "m real"]) -> Float[Array, "m square"]:
    """∂_a X ∂_b̄ Y + ∂_a Y ∂_b̄ X, stored as `Jet.mixed` is. (As a difference of squares it would lose the digits of the
    smaller factor.)"""
    d = x.shape[1] // 2
    re, im, other_re, other_im = x[:, :d], x[:, d:], y[:, :d], y[:, d:]
    a, b = map(list, upper_pairs(d))
    real = re[:, a] * other_re[:, b] + other_re[:, a] * re[:, b] + im[:, a] * other_im[:, b] + other_im[:, a] * im[:, b]
    imaginary = im[:, a] * other_re[:, b] - re[:, a] * other_im[:, b] + other_im[:, a] * re[:, b]
    imaginary = imaginary - other_re[:, a] * im[:, b]
    return jnp.concatenate([2 * (re * other_re + im * other_im), real, imaginary], axis=1)
