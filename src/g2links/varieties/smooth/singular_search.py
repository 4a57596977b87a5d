"""A search for singular points of V = {f_1 = ... = f_m = 0}: where a combination λ of the gradients vanishes.

From random points of V the equations f = 0, Σ λ_j ∇f_j = 0 are solved for (z, λ) by Newton's method in the sense of
least squares. An ordinary double point attracts what begins near it; that none is found is evidence, no proof.
"""

from functools import lru_cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array, Index
from g2links.errors import PolynomialError
from g2links.forms.linear import inverse
from g2links.varieties.variety import AbstractVariety

_STARTS, _STEPS = 2000, 25
_TOGETHER = 500
"""Starts that are followed side by side."""
_STREAM = 0x53494E47
"""Of the random starts; no other step uses it."""
_SOLVED = 1e-11
"""Of the residual at points of norm 1, where a solution is taken for one."""


class SingularSearch(NamedTuple):
    """What was found.

    Attributes:
        point: (N,) a singular point of V; None where none was found.
        smallest: the least singular value of (∂f_j/∂z_i) at the starts, with coordinates of norm 1 and rows of mean
            norm 1.
        starts: how many there were.
    """

    point: np.ndarray | None
    smallest: float
    starts: int


@lru_cache(64)
def search_singular_points(variety: AbstractVariety) -> SingularSearch:
    """Look for a singular point of V, from 2,000 random points of it."""
    points = variety.sample(_STARTS, np.random.SeedSequence([_STREAM]))
    z = _unit(variety, np.asarray(points.z))
    rows = np.array(_jacobians(variety, z))
    rows /= np.mean(np.linalg.norm(rows, axis=2, keepdims=True), axis=0)
    left, slopes, _ = np.linalg.svd(rows)
    ends, residuals = (np.asarray(part) for part in _search(variety, z, left[:, :, -1].conj()))
    found = np.flatnonzero(residuals < _SOLVED)
    return SingularSearch(ends[found[0]] if len(found) else None, float(np.min(slopes[:, -1])), len(z))


def require_nonsingular(variety: AbstractVariety) -> SingularSearch:
    """Refuse V where a singular point was found.

    Raises:
        PolynomialError: showing it.
    """
    found = search_singular_points(variety)
    if found.point is not None:
        shown = ", ".join(f"{c:.4g}" for c in _tidy(found.point))
        raise PolynomialError("equations", variety.name, f"V is singular, at ({shown})")
    return found


def _unit(variety: AbstractVariety, z: np.ndarray) -> np.ndarray:
    """Representatives of norm 1 in each factor; for weights above 1, with largest |z_i|^{1/w_i} equal to 1."""
    unit = z.copy()
    if variety.heaviest > 1:
        charges = np.array(variety.charges[0])
        return unit / np.max(np.abs(unit) ** (1 / charges), axis=1, keepdims=True) ** charges
    for factor in variety.factors:
        unit[:, factor.coordinates] /= np.linalg.norm(z[:, factor.coordinates], axis=1, keepdims=True)
    return unit


def _tidy(z: np.ndarray) -> np.ndarray:
    """With rounding errors taken for 0, and the largest coordinate real."""
    turned = z * np.exp(-1j * np.angle(z[np.argmax(np.abs(z))]))
    return np.where(np.abs(turned.real) < 1e-9, 0, turned.real) + 1j * np.where(
        np.abs(turned.imag) < 1e-9, 0, turned.imag
    )


@partial(jax.jit, static_argnums=0)
def _jacobians(variety: AbstractVariety, z: Array) -> Array:
    return jax.vmap(variety.jacobian)(z)


@partial(jax.jit, static_argnums=0)
def _search(variety: AbstractVariety, z: Array, multipliers: Array) -> tuple[Array, Array]:
    """Where Newton's method ends from each (z, λ), and what is left of the equations there."""
    slots, variables = jnp.asarray(np.array(variety.charges) > 0, dtype=float), variety.variables

    def normalised(both: Array) -> Array:
        z, multipliers = both[:variables], both[variables:]
        if variety.heaviest > 1:
            charges = jnp.asarray(variety.charges[0])
            z = z / jnp.max(jnp.abs(z) ** (1 / charges)) ** charges
        else:
            z = z / jnp.sqrt(slots.T @ (slots @ (z.real**2 + z.imag**2)))
        return jnp.concatenate([z, multipliers / jnp.sqrt(jnp.sum(multipliers.real**2 + multipliers.imag**2))])

    def equations(both: Array) -> Array:
        z, multipliers = both[:variables], both[variables:]
        return jnp.concatenate([variety.values(z), multipliers @ variety.jacobian(z)])

    def step(_: Index, both: Array) -> Array:
        slopes = jax.jacfwd(equations, holomorphic=True)(both)
        across = jnp.concatenate(
            [slots * both[None, :variables].conj(), jnp.zeros((len(slots), len(both) - variables))], 1
        )
        along = jnp.concatenate([jnp.zeros(variables), both[variables:].conj()])
        whole = jnp.concatenate([slopes, across, along[None]])
        moved = inverse(whole.conj().T @ whole) @ (slopes.conj().T @ equations(both))
        return normalised(both - moved)

    def one(start: Array) -> tuple[Array, Array]:
        both = jax.lax.fori_loop(0, _STEPS, step, normalised(start))
        left = equations(both)
        return both[:variables], jnp.sqrt(jnp.sum(left.real**2 + left.imag**2))

    return jax.lax.map(one, jnp.concatenate([z, multipliers], axis=1), batch_size=_TOGETHER)
