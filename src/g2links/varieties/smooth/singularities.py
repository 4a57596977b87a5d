"""Whether f = 0 is singular away from the origin: decided before any work starts."""

from functools import lru_cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from g2links._typing import Array, ComplexPoint, Index
from g2links.errors import PolynomialError
from g2links.forms import inverse
from g2links.varieties.polynomial import Polynomial, format_term
from g2links.varieties.smooth.criteria import is_invertible, require_degree, require_monomials, require_weights
from g2links.varieties.smooth.jacobian import jacobian_ranks

_STARTS = 1000
"""Of the search, at once."""
_STEPS = 60
"""Of each; Gauss-Newton steps converge in ten near a singular point of first order."""
_ZERO = 1e-9
"""|∇f| below it is that of a singular point, up to rounding."""
_REMEMBERED = 16
"""Polynomials whose verdict is kept: a pipeline and each of its steps ask for the same one."""


class GradientMinimum(NamedTuple):
    """The smallest |∇f|, relative to the coefficients, that was found on {max |z_i|^{1/w_i} = 1}, and where."""

    point: np.ndarray
    value: float


class Smoothness(NamedTuple):
    """Why f counts as quasi-smooth.

    Attributes:
        proved: whether `reason` is a proof for the coefficients as stored; numerical evidence otherwise.
        reason: in words.
        minimum: what the search for singular points found; None where none was needed.
    """

    proved: bool
    reason: str
    minimum: GradientMinimum | None


@lru_cache(maxsize=_REMEMBERED)
def require_isolated_singularity(polynomial: Polynomial, seed: int = 0) -> Smoothness:
    """Refuse f when ∇f (hence, by Euler's identity, f) vanishes somewhere away from 0.

    First its weights and monomials are judged (`criteria`), which decides for Fermat types, chains and loops. For
    other f a search for a singular point follows (damped Gauss-Newton steps from 1,000 random points at once), so that
    one can be shown and coefficients that are singular up to rounding are refused too; then a proof that there is none
    (`jacobian`), unless its matrices are too large.

    Raises:
        PolynomialError: not of the Calabi-Yau degree; with the condition that fails, or a singular point.
    """
    require_degree(polynomial)
    require_weights(polynomial.weights)
    require_monomials(polynomial)
    if is_invertible(polynomial):
        reason = (
            f"{len(polynomial.terms)} monomials with an invertible matrix of exponents fulfil the criterion of "
            "Kreuzer and Skarke"
        )
        return Smoothness(True, reason, None)
    minimum = smallest_gradient(polynomial, seed)
    if minimum.value < _ZERO:
        point = ", ".join(f"{z:.6g}" for z in minimum.point)
        raise _singular(
            polynomial, f"all its derivatives vanish at ({point}); a link needs an isolated singularity at 0"
        )
    ranks = jacobian_ranks(polynomial)
    if ranks is None:
        reason = f"numerical evidence: a search from {_STARTS} points found no |∇f| below {minimum.value:.2g}"
        return Smoothness(False, reason, minimum)
    last = ranks[-1]
    if not last.full:
        raise _singular(
            polynomial,
            f"its Jacobian ideal does not contain all {last.columns} monomials of degree {last.degree} that share the "
            f"symmetry of a power of z{last.variable}, so that its derivatives have common zeros away from 0",
        )
    return Smoothness(True, "a power of every variable lies in its Jacobian ideal (exact rank modulo a prime)", minimum)


def _singular(polynomial: Polynomial, reason: str) -> PolynomialError:
    terms = " + ".join(format_term(c, e) for c, e in polynomial.terms[:12])
    return PolynomialError("polynomial", terms, f"it is singular: {reason}")


def smallest_gradient(polynomial: Polynomial, seed: int = 0) -> GradientMinimum:
    """Search for the smallest relative |∇f| from many starting points."""
    rng = np.random.default_rng(seed)
    starts = rng.normal(size=(_STARTS, polynomial.variables)) + 1j * rng.normal(size=(_STARTS, polynomial.variables))
    # Singular points like to have vanishing coordinates: half of the starts lie close to coordinate planes.
    starts[_STARTS // 2 :] *= np.where(rng.random((_STARTS - _STARTS // 2, polynomial.variables)) < 0.4, 1e-3, 1.0)
    points, values = _search(polynomial, jnp.asarray(starts))
    best = int(np.argmin(values))
    return GradientMinimum(np.asarray(points[best]), float(values[best]))


@partial(jax.jit, static_argnums=0)
def _search(polynomial: Polynomial, starts: Array) -> tuple[Array, Array]:
    scale = float(np.sum(np.abs(polynomial.coefficients)))
    weights = jnp.asarray(polynomial.weights)
    identity = jnp.eye(polynomial.variables)

    def project(z: ComplexPoint) -> ComplexPoint:
        log_radius = jnp.log(jnp.max(jnp.abs(z) ** (1 / weights)))
        return jnp.exp(-weights * log_radius) * z

    def gradient(z: ComplexPoint) -> ComplexPoint:
        return polynomial.gradient(z) / scale

    def size(z: ComplexPoint) -> Float[Array, ""]:
        return jnp.linalg.norm(gradient(z))

    def step(_: Index, state: tuple[ComplexPoint, Array]) -> tuple[ComplexPoint, Array]:
        z, damping = state
        value, hessian = gradient(z), jax.jacfwd(gradient, holomorphic=True)(z)
        orbit = (weights * z).conj()
        normal = hessian.conj().T @ hessian + jnp.outer(orbit.conj(), orbit) + damping * identity
        trial = project(z - inverse(normal) @ (hessian.conj().T @ value))
        better = size(trial) < size(z)
        damping = jnp.clip(jnp.where(better, damping * 0.2, damping * 5.0), 1e-14, 1e3)
        return jnp.where(better, trial, z), damping

    def descend(z: ComplexPoint) -> tuple[ComplexPoint, Array]:
        point, _ = jax.lax.fori_loop(0, _STEPS, step, (project(z), jnp.asarray(1e-2)))
        return point, size(point)

    return jax.vmap(descend)(starts)
