"""Points of a complete intersection in a product of projective spaces on random linear sections (GEOMETRY, section 7).

A section is a random linear subspace in each factor, of codimensions c_1 + ... + c_r = n: it meets V in as many points
as the intersection number ∫_V Π J_α^{c_α} says, distributed as Π ω_α^{c_α}, ω_α the Fubini-Study form of the factor
(Shiffman and Zelditch, math/9803052; Braun, Brelidze, Douglas and Ovrut, 0712.3563). Sections of all kinds c, in
proportion to n!/Π c_α! · Π t_α^{c_α}, give points with the law of (Σ t_α ω_α)^n, so that weights need no more than its
determinant.
"""

import itertools
import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array, Hermitian
from g2links.errors import PolynomialError
from g2links.forms.linear import small_determinant
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.intersection import intersect
from g2links.varieties.points.path_tracking import LostSolutions, solve_systems
from g2links.varieties.points.random_lines import values_of
from g2links.varieties.points.roots import all_roots
from g2links.varieties.points.systems import Shape, monomials_of_multidegree
from g2links.varieties.residue import kahler_volume, residue, volume_factor
from g2links.varieties.variety import AbstractVariety

_SECTIONS = 4000
"""Solved at once, so that memory is bounded."""
_BLOCK = 20_000
"""Points whose weights are computed at once."""


def draw(variety: AbstractVariety, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """`n` points (n, N) on random sections, and the number (n,) of the section of each, ascending.

    Raises:
        PolynomialError: when a section has fewer points than it must, as where V is no complete intersection.
    """
    kinds = section_kinds(variety)
    points_of = {c: _meets(variety, c) for c in kinds}
    sections = rng.permutation(_numbers_of_sections(kinds, points_of, n, rng))
    found: list[np.ndarray] = [np.empty(0)] * len(sections)
    for number, c in enumerate(kinds):
        own = np.flatnonzero(sections == number)
        for some in np.split(own, range(_SECTIONS, len(own), _SECTIONS)):
            for place, points in zip(some, _on_sections(variety, c, len(some), rng), strict=True):
                found[place] = points
    numbers = np.repeat(np.arange(len(sections)), [len(points) for points in found])
    return np.concatenate(found)[:n], numbers[:n]


def weights(variety: AbstractVariety, at: ChartPoint) -> np.ndarray:
    """The density of |Ω|² with respect to the law of the points: ∫ω^n/n! · |h|²/(2^n det Σ t_α g_α)."""
    blocks = [slice(i, i + _BLOCK) for i in range(0, len(at.z), _BLOCK)]
    ratios = [_densities(variety, jax.tree.map(lambda column, part=part: column[part], at)) for part in blocks]
    return kahler_volume(variety) / volume_factor(variety.dimension) * np.concatenate([np.asarray(r) for r in ratios])


def section_kinds(variety: AbstractVariety) -> dict[tuple[int, ...], float]:
    """The codimensions (r,) of sections that meet V, and their shares among all sections."""
    n, factors = variety.dimension, variety.factors
    ranges = [range(min(n, len(factor.coordinates) - 1) + 1) for factor in factors]
    kinds = {
        c: math.prod(f.polarisation**k / math.factorial(k) for f, k in zip(factors, c, strict=True))
        for c in itertools.product(*ranges)
        if sum(c) == n and _meets(variety, c)
    }
    return {c: share / sum(kinds.values()) for c, share in kinds.items()}


def _meets(variety: AbstractVariety, c: tuple[int, ...]) -> int:
    """∫_V Π J_α^{c_α}, the number of points of V on a section."""
    rows = np.eye(len(c), dtype=int).tolist()
    return int(intersect(variety, [row for row, k in zip(rows, c, strict=True) for _ in range(k)]))


def _numbers_of_sections(
    kinds: dict[tuple[int, ...], float], points_of: dict[tuple[int, ...], int], n: int, rng: np.random.Generator
) -> np.ndarray:
    """The kind of each section, so many that they have `n` points or a few more: every part of the list of all
    sections, sorted by kind, is hit as often as chance allows (systematic sampling), so that the law is exact and
    its shares have hardly an error."""
    shares = np.array(list(kinds.values()))
    each = np.array([points_of[c] for c in kinds])
    total = math.ceil((n + each.sum()) / (shares @ each))  # of each kind there may be one less than its share
    chosen = np.searchsorted(np.cumsum(shares), (np.arange(total) + rng.random()) / total)
    return np.minimum(chosen, len(shares) - 1)


def _on_sections(
    variety: AbstractVariety, c: tuple[int, ...], count: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """For each of `count` random sections its points (D, N)."""
    sizes = tuple(len(factor.coordinates) - k for factor, k in zip(variety.factors, c, strict=True))
    shape = Shape(sizes, variety.degrees)
    bases = [
        rng.normal(size=(2, count, size, len(factor.coordinates)))
        for factor, size in zip(variety.factors, sizes, strict=True)
    ]
    frames = [re + 1j * im for re, im in bases]
    systems = tuple(_restricted(variety, j, sizes, frames, rng) for j in range(len(variety.equations)))
    if len(variety.equations) == 1:
        solved = _on_lines(shape, systems[0])
    else:
        try:
            solved = solve_systems(shape, systems, rng)
        except LostSolutions as error:
            allowed = f"a complete intersection of isolated singularities at most: {error}"
            raise PolynomialError("equations", variety.name, allowed) from error
    return list(_in_ambient(variety, frames, shape.split(solved)))


def _restricted(
    variety: AbstractVariety, j: int, sizes: tuple[int, ...], frames: list[np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """(sections, M) the coefficients of equation j in the coordinates of the sections, from its values at as many
    points of each."""
    exponents = monomials_of_multidegree(sizes, variety.degrees[j])
    nodes = np.exp(2j * np.pi * rng.random((len(exponents), sum(sizes))))
    inverse = np.linalg.inv(np.prod(nodes[:, None] ** exponents[None], axis=2))
    parts = np.split(nodes, np.cumsum(sizes)[:-1], axis=1)
    z = _in_ambient(variety, frames, [np.broadcast_to(p, (len(frames[0]), *p.shape)) for p in parts])
    values = np.asarray(values_of(variety.equations[j], z.reshape(-1, variety.variables)))
    coefficients: np.ndarray = values.reshape(len(z), -1) @ inverse.T
    return coefficients


def _in_ambient(variety: AbstractVariety, frames: list[np.ndarray], x: list[np.ndarray]) -> np.ndarray:
    """Points (sections, D, N) of C^N from their coordinates (sections, D, size) in the subspace of each factor."""
    z = np.empty((*x[0].shape[:2], variety.variables), dtype=complex)
    for factor, frame, part in zip(variety.factors, frames, x, strict=True):
        z[..., factor.coordinates] = part @ frame
    return z


def _on_lines(shape: Shape, coefficients: np.ndarray) -> np.ndarray:
    """The roots (n, D, Σ sizes) of one equation, in the only factor of which the section is a line."""
    line = int(np.flatnonzero(np.array(shape.sizes) > 1)[0])
    first = int(sum(shape.sizes[:line]))
    powers = shape.exponents[0][:, first + 1]
    order = np.argsort(powers)
    roots = all_roots(powers[order], coefficients[:, order])
    solved = np.ones((*roots.shape, sum(shape.sizes)), dtype=complex)
    solved[..., first + 1] = roots
    return solved


@partial(jax.jit, static_argnums=0)
def _densities(variety: AbstractVariety, at: ChartPoint) -> Array:
    def one_point(at: ChartPoint) -> Array:
        h, g = residue(variety, at), _fubini_study(variety, at)
        return (h.real**2 + h.imag**2) / small_determinant(g).real

    return jax.vmap(one_point)(at)


def _fubini_study(variety: AbstractVariety, at: ChartPoint) -> Hermitian:
    """Σ t_α g_α in the frame of the chart."""
    frame = tangent_frame(variety, at)
    total = jnp.zeros((variety.dimension,) * 2, dtype=complex)
    for factor in variety.factors:
        z, rows = factor.of(at.z), factor.of(frame)
        norm = jnp.sum(z.real**2 + z.imag**2)
        across = rows - jnp.outer(rows @ z.conj() / norm, z)
        total = total + factor.polarisation * (across @ across.conj().T) / norm
    return total
