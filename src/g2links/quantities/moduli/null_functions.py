"""Functions of mean 0 on V, by which averages against |Ω|² are made more precise (control variates).

The divergence of a vector field on V with respect to |Ω|² has the integral 0. For an invariant real function q on the
cone X let, with A_i = s^{w_i} and P the projection along A conj(∂f) onto ker ∂f,

    D q = ∂_i (A_j P_ij ∂̄_j q),

a second-order operator like the Laplacian, with D(F(q)) = F' D q + F'' Γ(q, q), Γ(p, q) = ∂_i p A_j P_ij ∂̄_j q. What
a sum over random points gives for D q is its error, known exactly; a combination of such errors, found by least
squares on other points, is taken away from that of an average (Oates, Girolami and Chopin, J. R. Statist. Soc. B 79
(2017) 695, for densities on R^n).

The functions are the monomials up to degree 3 in some invariants: of f the slope S and 1/S, which is large where V is
nearly singular; of a direction m, |m|² and the real part of the derivative of m along A conj(∂f); for many directions
|z_i|² instead. On the quintic family they make Weil-Petersson metric and couplings ten to thirty times as precise.
"""

import itertools
from collections.abc import Callable
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint
from g2links.quantities.moduli.kodaira_spencer import Directions, conjugate_gradient, norm_powers
from g2links.varieties.hypersurface import WeightedHypersurface

_FEW_DIRECTIONS = 2
"""Up to so many have functions of their own."""
_DEGREE = 3
"""Of the monomials: higher powers of 1/S have no use where V is nearly singular, as they are large at few points."""

Invariants = Callable[[ComplexPoint, ComplexPoint], Array]
"""(q,) of z and z̄ as independent variables."""


def exponent_table(count: int) -> np.ndarray:
    """(K, count) the monomials of degree 1 to 3 in so many invariants."""
    chosen = (
        row for degree in range(1, _DEGREE + 1) for row in itertools.combinations_with_replacement(range(count), degree)
    )
    return np.array([np.bincount(row, minlength=count) for row in chosen])


def invariants(variety: WeightedHypersurface, directions: Directions) -> Invariants:
    """S and 1/S, and |m|² and Re A conj(∂f)·∂m of each direction, or for many directions all |z_i|² but the last, each
    in units of the power of s that makes it invariant."""
    scale = float(np.abs(variety.polynomial.coefficients).max()) ** 2

    def at(z: ComplexPoint, zb: ComplexPoint) -> Array:
        powers = norm_powers(variety, z, zb)
        norm = powers[0] ** (variety.degree / variety.weights[0])
        gradient, conjugate = variety.polynomial.gradient(z), conjugate_gradient(variety, zb)
        slope = jnp.sum(powers * gradient * conjugate) / norm / scale
        values = [jnp.stack([1 / slope, slope])]
        if len(directions) > _FEW_DIRECTIONS:
            return jnp.concatenate([*values, (z * zb / powers)[:-1]])
        m, slopes = jax.jvp(directions, (z,), (powers * conjugate,))
        mb, conjugate_slopes = jax.jvp(lambda y: jnp.conj(directions(jnp.conj(y))), (zb,), (powers * gradient,))
        return jnp.concatenate([*values, m * mb / norm, (slopes + conjugate_slopes) / norm])

    return at


def null_functions(variety: WeightedHypersurface, directions: Directions) -> Callable[[ComplexPoint], Array]:
    """All functions of mean 0 that go with some directions, (K,) at one point of X with s = 1."""
    functions, z = invariants(variety, directions), jax.ShapeDtypeStruct((variety.variables,), complex)
    table = exponent_table(int(np.prod(jax.eval_shape(functions, z, z).shape)))
    return lambda point: null_values(variety, functions, table, point)


def null_values(
    variety: WeightedHypersurface, functions: Invariants, table: np.ndarray, z: ComplexPoint
) -> Float[Array, " K"]:
    """D of the monomials in the invariants at one point of X with s = 1.

    Args:
        variety: V.
        functions: the invariants.
        table: (K, q) their exponents.
        z: the point.
    """
    zb, unit = jnp.conj(z), jnp.eye(len(z), dtype=complex)

    def pairing(y: ComplexPoint) -> Array:
        """(N, N), A_j P_ij with rows i."""
        powers, gradient = norm_powers(variety, y, zb), variety.polynomial.gradient(y)
        scaled = powers * conjugate_gradient(variety, zb)
        return jnp.diag(powers) - jnp.outer(scaled, gradient * powers) / jnp.sum(gradient * scaled)

    def conjugate_slopes(y: ComplexPoint, v: ComplexPoint) -> Array:
        return jax.jvp(lambda x: functions(y, x), (zb,), (v,))[1]

    def slopes(v: ComplexPoint) -> Array:
        return jax.jvp(lambda y: functions(y, zb), (z,), (v,))[1]

    rows = pairing(z)
    turning = jnp.sum(jax.vmap(lambda e: e @ jax.jvp(pairing, (z,), (e,))[1])(unit), axis=0)

    def second(e: ComplexPoint, row: ComplexPoint) -> Array:
        return jax.jvp(lambda y: conjugate_slopes(y, row), (z,), (e,))[1]

    values = functions(z, zb).real
    laplacians = (jnp.sum(jax.vmap(second)(unit, rows), axis=0) + conjugate_slopes(z, turning)).real
    products = jax.vmap(slopes)(unit).T @ jax.vmap(lambda row: conjugate_slopes(z, row))(rows)
    return _of_monomials(table, values, laplacians, products.real)


def _of_monomials(table: np.ndarray, values: Array, laplacians: Array, products: Array) -> Float[Array, " K"]:
    """Σ_a F_a D q_a + Σ_ab F_ab Γ(q_a, q_b) for F each monomial in q."""
    lower, factors, which, what = _leibniz(table.tobytes(), table.shape)
    small = jnp.prod(jnp.stack([values**k for k in range(int(lower.max()) + 1)])[lower, np.arange(table.shape[1])], 1)
    operators = jnp.concatenate([laplacians, products.reshape(-1)])
    return jnp.sum(factors * small[which] * operators[what], axis=1)


@cache
def _leibniz(rows: bytes, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The monomials (L, q) that derivatives of those of a table have, and for each row of the table its terms, padded
    with zeros: a factor, which of these monomials, and which of (D q_a, Γ_ab)."""
    table = np.frombuffer(rows, dtype=np.int64).reshape(shape)
    places, unit = range(shape[1]), np.eye(shape[1], dtype=np.int64)
    terms: list[list[tuple[int, tuple[int, ...], int]]] = []
    for powers in table:
        own = []
        for a in np.flatnonzero(powers):
            once = powers - unit[a]
            own.append((int(powers[a]), tuple(once.tolist()), int(a)))
            for b in np.flatnonzero(once):
                own.append((int(powers[a] * once[b]), tuple((once - unit[b]).tolist()), int((a + 1) * len(places) + b)))
        terms.append(own)
    lower = sorted({powers for own in terms for _, powers, _ in own})
    longest = max(map(len, terms))
    padded = [own + [(0, lower[0], 0)] * (longest - len(own)) for own in terms]
    factors, which, what = (
        np.array([[of(term) for term in own] for own in padded])
        for of in (lambda t: float(t[0]), lambda t: lower.index(t[1]), lambda t: t[2])
    )
    return np.array(lower, dtype=np.int64), factors, which, what
