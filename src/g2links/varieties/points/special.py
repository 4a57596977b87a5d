"""Points of a hypersurface that random samples miss: on the strata where coordinates vanish, where coordinates agree up
to phases, and where V is nearly singular. A symmetry of f leaves them fixed, or there are singular points of the
weighted space or of another f nearby, and that is where a metric that was fitted on random points is at its worst."""

import functools
from collections.abc import Iterator
from functools import partial
from itertools import combinations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex

from g2links._typing import Array
from g2links.varieties.charts import ChartPoint, embed, selector, slice_chart
from g2links.varieties.points.nearly_singular import flattest
from g2links.varieties.points.random_lines import values_of
from g2links.varieties.points.sampling import in_charts
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety

_ON_A_CURVE = 4
"""Random points of each curve on which all coordinates but three vanish."""
_ON_V = 1e-9
"""|f| over the sum of its |terms|, where a point is taken to lie on V."""
_DIGITS = 8
"""To which the invariants of two points of one orbit agree."""
_STREAM = 0x53504543
"""Of random numbers, for points on curves; no other step uses it."""
_AROUND, _NEAREST, _FARTHEST = 60, 0.003, 0.6
"""Points that are fitted around each special one."""


@functools.cache
def special_points(variety: AbstractVariety) -> ChartPoint:
    """For one equation in one weighted space: the points with at most two coordinates that are not 0, a few with
    three, and those where three or more coordinates of one weight are powers of a root of unity and the others 0; where
    V is near to having nodes, also those where it is nearest to that.

    Of each orbit of the symmetries of V one is given, but for the last kind, in its canonical chart; none for other
    varieties.
    """
    if len(variety.equations) > 1 or len(variety.charges) > 1:
        return _charts(variety, np.zeros((0, variety.variables), dtype=complex))
    f, charges = variety.equations[0], variety.charges[0]
    candidates = np.array([*_few_coordinates(f, charges), *_powers_of_roots(f, charges)])
    values, size = _terms(f, candidates).sum(axis=1), np.abs(_terms(f, candidates)).sum(axis=1)
    known = candidates[np.abs(values) <= _ON_V * size]
    flat = flattest(variety)
    nearly = flat.z if flat is not None and flat.nearly_singular else np.zeros((0, variety.variables))
    return _charts(variety, np.concatenate([known[_one_of_each_orbit(f, charges, known)], nearly]))


@functools.cache
def near_special_points(variety: AbstractVariety) -> ChartPoint:
    """`_AROUND` points around each special one, at distances in its chart from `_NEAREST` to `_FARTHEST`, by the same
    numbers for every variety."""
    centres = special_points(variety)
    moved = np.asarray(_moved(variety, centres, _steps(len(centres.z), variety.dimension)))
    z = moved.reshape(-1, variety.variables)
    values = np.max([np.abs(np.asarray(values_of(f, z))) for f in variety.equations], axis=0)
    return _charts(variety, z[np.isfinite(values) & (values < _ON_V)])


def _steps(centres: int, dimension: int) -> Complex[np.ndarray, "centres steps d"]:
    rng = np.random.default_rng(_STREAM)
    shape = (centres, _AROUND, dimension)
    directions = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    lengths = np.geomspace(_NEAREST, _FARTHEST, _AROUND)[None, :, None]
    return directions * lengths / np.linalg.norm(directions, axis=-1, keepdims=True)


@partial(jax.jit, static_argnums=0)
def _moved(variety: AbstractVariety, centres: ChartPoint, steps: Complex[Array, "centres steps d"]) -> Array:
    def around(centre: ChartPoint, step: Array) -> Array:
        chart = slice_chart(variety, centre.z)
        return embed(variety, chart, selector(chart.centre) @ chart.centre.z + step)

    return jax.vmap(lambda centre, some: jax.vmap(lambda step: around(centre, step))(some))(centres, steps)


def _charts(variety: AbstractVariety, z: np.ndarray) -> ChartPoint:
    if len(z):
        return in_charts(variety, z)
    equations, factors = len(variety.equations), len(variety.charges)
    return ChartPoint(jnp.asarray(z), jnp.zeros((0, factors), dtype=int), jnp.zeros((0, equations), dtype=int))


def _few_coordinates(f: Polynomial, charges: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Those with one, two or three coordinates that are not 0; of the third kind some at random, by the same numbers
    for every choice of coordinates, so that they are the same up to a permutation where the coordinates are."""
    drawn = np.random.default_rng(_STREAM).normal(size=(_ON_A_CURVE, 2, 2)) @ np.array([1.0, 1.0j])
    yield from np.eye(len(charges), dtype=complex)
    for count, values in ((2, np.ones((1, 1), dtype=complex)), (3, drawn)):
        for places in combinations(np.argsort(charges, kind="stable"), count):
            yield from _roots(f, np.array(places), values)


def _roots(f: Polynomial, places: np.ndarray, values: np.ndarray) -> Iterator[np.ndarray]:
    """The points of f = 0 with given `values` (k, places - 1) at all places but the last, and 0 elsewhere."""
    given, last = places[:-1], places[-1]
    others = np.setdiff1d(np.arange(f.variables), places)
    present = np.flatnonzero(~f.exponents[:, others].any(axis=1))
    powers = f.exponents[present, last]
    for row in values:
        products = f.coefficients[present] * np.prod(row ** f.exponents[np.ix_(present, given)], axis=1)
        coefficients = np.bincount(powers, products.real) + 1j * np.bincount(powers, products.imag)
        for root in np.roots(coefficients[::-1]) if len(coefficients) else ():
            z = np.zeros(f.variables, dtype=complex)
            z[given], z[last] = row, root
            yield z


def _powers_of_roots(f: Polynomial, charges: tuple[int, ...]) -> Iterator[np.ndarray]:
    """(1, ζ, ζ², ...) at three or more coordinates of one weight w, for the roots of unity ζ of order l·(degree/w): of
    a sum of powers they are the fixed points of the cyclic permutations of l coordinates, followed by phases."""
    for charge in sorted(set(charges)):
        equal = [i for i, other in enumerate(charges) if other == charge]
        for length in range(3, len(equal) + 1):
            order = length * (f.degree // charge)
            turns = np.exp(2j * np.pi / order * np.outer(np.arange(1, order), np.arange(length)))
            for places in combinations(equal, length):
                for powers in turns:
                    z = np.zeros(f.variables, dtype=complex)
                    z[list(places)] = powers
                    yield z


def _terms(f: Polynomial, z: np.ndarray) -> np.ndarray:
    """The terms of f at points (n, N), (n, M)."""
    return np.asarray(f.coefficients * np.prod(z[:, None, :] ** f.exponents, axis=2))


def _one_of_each_orbit(f: Polynomial, charges: tuple[int, ...], z: np.ndarray) -> np.ndarray:
    """The first of each class of points with the same moduli, weight by weight, and the same Re T_a conj(T_b) of the
    terms T of f, in any order: permutations, phases and conjugation change neither."""
    scale = np.max(np.abs(z) ** (1 / np.array(charges)), axis=1)
    z = z / scale[:, None] ** np.array(charges)
    moduli = np.sort(np.abs(z) + 10.0 * np.array(charges), axis=1)
    terms = _terms(f, z)
    products = np.einsum("na,nb->nab", terms, terms.conj()).real.reshape(len(z), -1)
    invariants = np.round(np.concatenate([moduli, np.sort(products, axis=1)], axis=1), _DIGITS) + 0.0
    return np.sort(np.unique(invariants, axis=0, return_index=True)[1])
