"""All isolated solutions of many systems of m equations on a product of projective spaces: of two equations in two
unknowns by elimination, of others, and where that misses one, by following paths.

The systems have the same degrees, so generic ones have the same number of solutions, the intersection number of their
classes. Those of one system are followed to those of another along a segment between their coefficients, turned by
a random phase for each equation, on which no two paths meet with probability 1 (Morgan and Sommese, Appl. Math.
Comput. 24, 1987, 101, and 29, 1989, 123). A step that is too long jumps to another path all the same, so what arrives
is counted: each system needs as many different solutions as the intersection number says, and is followed anew in
shorter steps where it lacks one.
"""

import itertools
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Complex

from g2links._typing import Array, Index
from g2links.varieties.points.elimination import eliminated, unknowns
from g2links.varieties.points.systems import Gradients, Shape, Systems
from g2links.varieties.polynomial import monomials

_CORRECTIONS, _POLISH, _AFTER_ELIMINATION = 1, 6, 3
"""Newton's steps after each step along the path, at its end, and from what elimination gives."""
_CONVERGED = 1e-10
"""Newton's last step at a solution, relative; rounding leaves 1e-14 where solutions are far apart."""
_SAME = 1e-12
"""1 - |<x, y>|² of two unit vectors below which they are one solution."""
_PATHS, _FEW_PATHS = 8192, 128
"""Followed together, so that memory is bounded and two sizes are compiled."""
_MOST_OF_FEW = 32
"""Blocks of the smaller size, from which on the larger one is faster."""


class Steps(NamedTuple):
    """How a path is divided.

    Attributes:
        number: of steps of the fourth-order method.
        grading: p, with which they end at s = 1 - (1 - i/number)^p.
    """

    number: int
    grading: int


_FIRST, _AGAIN = Steps(8, 1), (Steps(32, 1), Steps(128, 3), Steps(512, 4), Steps(2048, 4))
"""Where solutions are missing, paths are divided more finely, above all at the end: between solutions at a small
distance δ they turn at s = 1 - δ²."""


class LostSolutions(Exception):
    """Systems of which solutions are missing after the shortest steps."""


def solve_systems(shape: Shape, systems: Systems, rng: np.random.Generator) -> np.ndarray:
    """(n, D, Σ sizes) all D solutions of n systems, of norm 1 in each projective space.

    Raises:
        LostSolutions: when a system has fewer that can be told apart, as where they are not isolated.
    """
    found, missing = _by_elimination(shape, systems)
    if not len(missing):
        return found
    base = tuple(_random(rng, len(e)) for e in shape.exponents)
    known = _from_products(shape, base, rng)
    for steps in (_FIRST, *_AGAIN):
        wanted = tuple(c[missing] for c in systems)
        found[missing] = _follow(shape, base, known, wanted, rng, steps)
        missing = missing[~_complete(shape, wanted, found[missing])]
        if not len(missing):
            return found
    raise LostSolutions(f"{len(missing)} of {len(found)} systems have fewer than {len(known)} solutions")


def _by_elimination(shape: Shape, systems: Systems) -> tuple[np.ndarray, np.ndarray]:
    """(n, D, Σ sizes) the solutions, and which systems lack some: all of them, but for two equations in two unknowns,
    one of which occurs in both."""
    n, count, places = len(systems[0]), shape.solutions, unknowns(shape.sizes)
    found, missing = np.empty((n, count, sum(shape.sizes)), dtype=complex), np.arange(n)
    if len(shape.degrees) != 2:
        return found, missing
    (first, second), (x, y) = shape.exponents, places
    turned = [(a, b) for a, b in ((x, y), (y, x)) if first[:, a].max() and second[:, a].max()]
    if not turned:
        return found, missing
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            near = eliminated((first, second), (systems[0], systems[1]), turned[0], count)
    except np.linalg.LinAlgError:  # where a resultant has a lower degree, as never by chance
        return found, missing
    found, last = (np.array(part) for part in _polished(shape, shape.gradients(systems), near))
    return found, np.flatnonzero(~_told_apart(shape, found, last))


@partial(jax.jit, static_argnums=0)
def _polished(shape: Shape, systems: Gradients, points: Array) -> tuple[Array, Array]:
    """Points (n, D, Σ sizes) after Newton's steps, and the size of the next one."""

    def one(system: Gradients, x: Array) -> tuple[Array, Array]:
        x = _newton(shape, system, x, _AFTER_ELIMINATION)
        step = _correction(shape, system, x)
        return x, jnp.sqrt(jnp.sum(step.real**2 + step.imag**2))

    return jax.vmap(jax.vmap(one, in_axes=(None, 0)))(systems, points)


def _from_products(shape: Shape, base: Systems, rng: np.random.Generator) -> np.ndarray:
    """(D, Σ sizes) the solutions of one generic system, from those of products of linear forms."""
    forms = [[_random(rng, d, size) for d, size in zip(q, shape.sizes, strict=True)] for q in shape.degrees]
    nodes = [_random(rng, len(e), sum(shape.sizes)) for e in shape.exponents]
    start = tuple(
        np.linalg.solve(_table(e, x), _product(shape, own, x))
        for e, x, own in zip(shape.exponents, nodes, forms, strict=True)
    )
    known = np.array([np.concatenate(parts) for parts in _solutions_of_products(shape, forms)])
    wanted = tuple(c[None] for c in base)
    for steps in _AGAIN:
        found = _follow(shape, start, known, wanted, rng, steps)
        if _complete(shape, wanted, found).all():
            return found[0]
    raise LostSolutions(f"a generic system has fewer than {len(known)} solutions")


def _solutions_of_products(shape: Shape, forms: list[list[np.ndarray]]) -> Iterator[list[np.ndarray]]:
    """Where in each equation one of its linear forms is 0."""
    for choice in shape.choices:
        for picks in itertools.product(*(range(q[a]) for q, a in zip(shape.degrees, choice, strict=True))):
            rows = [own[a][i] for own, a, i in zip(forms, choice, picks, strict=True)]
            yield [
                _kernel([row for row, a in zip(rows, choice, strict=True) if a == space], size)
                for space, size in enumerate(shape.sizes)
            ]


def _product(shape: Shape, forms: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Values at points (n, Σ sizes) of the product of the linear forms (d, size) in each space."""
    parts = zip(shape.split(x), forms, strict=True)
    values: np.ndarray = np.prod([np.prod(part @ own.T, axis=1) for part, own in parts], axis=0)
    return values


def _kernel(rows: list[np.ndarray], size: int) -> np.ndarray:
    """The unit vector on which size - 1 linear forms are 0."""
    vector: np.ndarray = np.linalg.svd(np.array(rows).reshape(-1, size))[2][-1].conj()
    return vector


def _table(exponents: np.ndarray, x: np.ndarray) -> np.ndarray:
    """(n, M) monomials at points."""
    values: np.ndarray = np.prod(x[:, None, :] ** exponents[None], axis=2)
    return values


def _random(rng: np.random.Generator, *size: int) -> np.ndarray:
    return rng.normal(size=size) + 1j * rng.normal(size=size)


def _follow(
    shape: Shape, base: Systems, known: np.ndarray, systems: Systems, rng: np.random.Generator, steps: Steps
) -> np.ndarray:
    """(n, D, Σ sizes) where the paths end that begin at the known solutions (D, Σ sizes) of the base."""
    n, count = len(systems[0]), len(known)
    phases = np.exp(2j * np.pi * rng.random((n, len(shape.degrees))))
    ends = np.empty((n * count, known.shape[1]), dtype=complex)
    which, root = np.divmod(np.arange(n * count), count)
    size = _PATHS if n * count > _MOST_OF_FEW * _FEW_PATHS else _FEW_PATHS
    for first in range(0, n * count, size):
        part = np.minimum(np.arange(first, first + size), n * count - 1)
        starts = shape.gradients(tuple(phases[which[part], j, None] * c for j, c in enumerate(map(_unit, base))))
        goals = shape.gradients(tuple(c[which[part]] for c in map(_unit, systems)))
        arrived = np.asarray(_paths(shape, steps, starts, goals, known[root[part]]))
        ends[first : first + size] = arrived[: n * count - first]
    return ends.reshape(n, count, -1)


def _unit(coefficients: np.ndarray) -> np.ndarray:
    """Those (..., M) of norm 1, so that a segment between two of them turns evenly."""
    unit: np.ndarray = coefficients / np.linalg.norm(coefficients, axis=-1, keepdims=True)
    return unit


@partial(jax.jit, static_argnums=0)
def _paths(shape: Shape, steps: Steps, starts: Gradients, goals: Gradients, points: Array) -> Array:
    return jax.vmap(partial(_path, shape, steps))(starts, goals, points)


def _path(
    shape: Shape, steps: Steps, start: Gradients, goal: Gradients, x: Complex[Array, " k"]
) -> Complex[Array, " k"]:
    change = jax.tree.map(jnp.subtract, goal, start)

    def place(i: Index) -> Array:
        return 1 - (1 - i / steps.number) ** steps.grading

    def along(s: Array) -> Gradients:
        return jax.tree.map(lambda a, c: a + s * c, start, change)

    def step(i: Index, x: Array) -> Array:
        s, patch = place(i), x.conj()
        h = place(i + 1) - s

        def moved(part: float, y: Array) -> Array:
            return -h * _solved(shape, along(s + part * h), patch, y, change)

        first = moved(0, x)
        second = moved(0.5, x + first / 2)
        third = moved(0.5, x + second / 2)
        fourth = moved(1, x + third)
        predicted = x + (first + 2 * second + 2 * third + fourth) / 6
        return _newton(shape, along(s + h), predicted, _CORRECTIONS)

    return _newton(shape, goal, jax.lax.fori_loop(0, steps.number, step, x), _POLISH)


def _newton(shape: Shape, system: Gradients, x: Array, steps: int) -> Array:
    def step(_: Index, x: Array) -> Array:
        x = _normalised(shape, x)
        return x - _correction(shape, system, x)

    return _normalised(shape, jax.lax.fori_loop(0, steps, step, x))


def _correction(shape: Shape, system: Gradients, x: Array) -> Array:
    return _solved(shape, system, x.conj(), x, system)


def _solved(shape: Shape, system: Gradients, patch: Array, x: Array, values: Gradients) -> Array:
    """The vector along which a system changes by what another one is at x, and which is orthogonal to the patch of each
    space."""
    rows, sides = [], []
    for derivative, own, other in zip(shape.derivatives, system, values, strict=True):
        table = monomials(derivative.exponents, x)
        rows.append(jnp.sum(own * table[None], axis=1))
        sides.append(jnp.sum(other * table[None] * x[:, None]) / derivative.degree)
    slots = jnp.asarray(shape.slots)
    matrix = jnp.concatenate([slots * patch[None], jnp.stack(rows)])
    return _solution(matrix, jnp.concatenate([jnp.zeros(len(slots)), jnp.stack(sides)]))


def _solution(matrix: Array, side: Array) -> Array:
    """The solution of matrix v = side, by making the rows orthonormal one by one."""
    directions, lengths = [], []
    for _ in range(len(matrix)):
        norm = jnp.sqrt(jnp.sum(matrix[0].real ** 2 + matrix[0].imag ** 2))
        row, value = matrix[0].conj() / norm, side[0] / norm
        directions.append(row)
        lengths.append(value)
        shares = jnp.sum(matrix[1:] * row[None], axis=1)
        matrix, side = matrix[1:] - shares[:, None] * row.conj()[None], side[1:] - shares * value
    return jnp.sum(jnp.stack(lengths)[:, None] * jnp.stack(directions), axis=0)


def _normalised(shape: Shape, x: Array) -> Array:
    slots = jnp.asarray(shape.slots)
    return x / jnp.sqrt(slots.T @ (slots @ (x.real**2 + x.imag**2)))


def _complete(shape: Shape, systems: Systems, found: np.ndarray) -> Bool[np.ndarray, " n"]:
    """Whether all that was found of each system are different solutions."""
    n, count, size = found.shape
    repeated = shape.gradients(tuple(np.repeat(c, count, axis=0) for c in systems))
    last = np.linalg.norm(np.asarray(_corrections(shape, repeated, found.reshape(-1, size))), axis=1)
    return _told_apart(shape, found, last.reshape(n, count))


def _told_apart(shape: Shape, found: np.ndarray, last: np.ndarray) -> Bool[np.ndarray, " n"]:
    """Whether points (n, D, Σ sizes) are different solutions, with the sizes (n, D) of Newton's last steps."""
    count = found.shape[1]
    overlaps = np.ones((len(found), count, count))
    for part in shape.split(found):
        overlaps = overlaps * np.abs(part.conj() @ part.transpose(0, 2, 1)) ** 2
    overlaps[:, np.arange(count), np.arange(count)] = 0
    complete: np.ndarray = np.all(last < _CONVERGED, axis=1) & np.all(overlaps < 1 - _SAME, axis=(1, 2))
    return complete


@partial(jax.jit, static_argnums=0)
def _corrections(shape: Shape, systems: Gradients, points: Array) -> Array:
    return jax.vmap(partial(_correction, shape))(systems, points)
