"""Points of a complete intersection of two equations in a weighted projective space, on random planes parallel to two
coordinate axes of C^N, with their law in closed form: `coordinate_lines` for two equations.

All coordinates but those of a pair S are drawn independently, with uniform phases and densities
p_i ∝ exp(-|z_i|^{2D/w_i}), D = Σ w; then f_1 = f_2 = 0 is solved for the two of S, and one of the solutions, of which
there are m_S = d_1 d_2/Π_{i∈S} w_i, is chosen at random. On X the volume |Ω_X|² is |dz|²/|δ_S|² in the others,
δ_S = det(∂f_j/∂z_i)_{i∈S}, so that as there the density on V with respect to |Ω|² is

    P_S = (1/m_S) |δ_S|² 2π Γ(ε)/(2D) Q_S^{-ε} / Π_{i∉S} N_i,    ε = (D - Σ_{i∈S} w_i)/D,    N_i = π Γ(1 + w_i/D),

with Q_S = Σ_{i∉S} |z_i|^{2D/w_i}, and that of the mixture over S, with probabilities c_S, is Σ c_S P_S. Not all δ_S
vanish at a point of a quasi-smooth X, so weights are bounded; the shares c_S are fitted to a pilot sample. Pairs
for which systems have fewer solutions than m_S, as many of them with probability 1, are left out.
"""

import itertools
import math
from fractions import Fraction
from functools import lru_cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array, ComplexPoint
from g2links.errors import PolynomialError
from g2links.varieties.points.elimination import eliminated
from g2links.varieties.polynomial import Polynomial

_PILOT, _FITS = 1500, 200
"""Points that the shares are fitted to, and steps of that fit."""
_STREAM = 0x504C414E
"""Of the pilot sample; no other step uses it."""
_TRIED = 20
"""Systems by which a pair is judged."""
_STEPS, _SOLVED, _SAME = 8, 1e-9, 1e-7
"""Newton's steps, the size of the last of them, relative, and the relative distance of two solutions that are one."""
_TURNS = ((1.0, 0.7 + 0.4j), (0.4, -0.5 + 0.9j), (2.5, 0.2 - 0.8j), (0.1, 1.1j), (10.0, -1.3))
"""Units of the second unknown, and how much of the first one it has in it, so that no two solutions have the same; in
turn, where solutions are missing."""
_BLOCK, _TINY = 4000, 1e-300
"""Systems that are solved at once; and what keeps the logarithm of 0 finite."""
Pair = tuple[int, int]


class Law(NamedTuple):
    """A mixture of coordinate planes: pairs, and their probabilities."""

    pairs: tuple[Pair, ...]
    shares: np.ndarray


@lru_cache(32)
def fitted_law(equations: tuple[Polynomial, ...]) -> Law:
    """The shares with the smallest second moment of the weights, ∫|Ω|²/Σ c_S P_S, as a pilot sample estimates it. Where
    it is smallest its derivatives by the shares are equal, so each share is multiplied by the root of its own.

    Raises:
        PolynomialError: for other than two equations, or where no pair will do.
    """
    if len(equations) != 2:
        raise PolynomialError("equations", f"{len(equations)} equations", "two, where there are weights above 1")
    variables, rng = equations[0].variables, np.random.default_rng([_STREAM])
    pairs = tuple(pair for pair in itertools.combinations(range(variables), 2) if _is_usable(equations, pair, rng))
    if not pairs:
        raise PolynomialError("equations", equations[0].name, "two that can be solved for some pair of coordinates")
    law = Law(pairs, np.full(len(pairs), 1 / len(pairs)))
    z = draw(equations, law, _PILOT, rng)
    table = np.exp(np.asarray(_log_densities(equations, pairs, jnp.asarray(z))))
    total = table @ law.shares
    shares = law.shares
    for _ in range(_FITS):
        mixed = table @ shares
        shares = shares * np.sqrt(np.mean(table / mixed[:, None] / total[:, None] / mixed[:, None], axis=0))
        shares = shares / shares.sum()
    return Law(pairs, shares)


def draw(equations: tuple[Polynomial, ...], law: Law, n: int, rng: np.random.Generator) -> np.ndarray:
    """`n` independent points of X, (n, N) complex128.

    Raises:
        PolynomialError: when a system has fewer solutions than it must.
    """
    z = _others(equations[0].weights, n, rng)
    pair = rng.choice(len(law.pairs), size=n, p=law.shares)
    choice = rng.random(n)
    for number, places in enumerate(law.pairs):
        rows = np.flatnonzero(pair == number)
        for some in np.split(rows, range(_BLOCK, len(rows), _BLOCK)):
            if not len(some):
                continue
            solved, complete = _solutions(equations, places, z[some])
            if not complete.all():
                lacking = f"{np.count_nonzero(~complete)} of {len(some)} systems lack solutions"
                raise PolynomialError("equations", equations[0].name, f"a complete intersection: {lacking}")
            chosen = (choice[some] * solved.shape[1]).astype(int)
            z[some] = solved[np.arange(len(some)), chosen]
    return z


def weights(equations: tuple[Polynomial, ...], law: Law, z: np.ndarray) -> np.ndarray:
    """The density of |Ω|² with respect to the law, 1/Σ c_S P_S, at points of X in any gauge."""
    logs = np.asarray(_log_densities(equations, law.pairs, jnp.asarray(z)))
    return np.asarray(1 / (np.exp(logs) @ law.shares))


def _others(weights: tuple[int, ...], n: int, rng: np.random.Generator) -> np.ndarray:
    shapes = np.array(weights) / sum(weights)
    moduli = np.sqrt(rng.gamma(np.broadcast_to(shapes, (n, len(weights)))) ** shapes)
    drawn: np.ndarray = moduli * np.exp(2j * np.pi * rng.random(moduli.shape))
    return drawn


def _is_usable(equations: tuple[Polynomial, ...], places: Pair, rng: np.random.Generator) -> bool:
    count = _count(equations, places)
    if count.denominator != 1 or not _turned(equations, places):
        return False
    complete = _solutions(equations, places, _others(equations[0].weights, _TRIED, rng))[1]
    return bool(complete.all())


def _count(equations: tuple[Polynomial, ...], places: Pair) -> Fraction:
    """m_S, as the weights say."""
    w = equations[0].weights
    return Fraction(equations[0].degree * equations[1].degree, w[places[0]] * w[places[1]])


def _turned(equations: tuple[Polynomial, ...], places: Pair) -> Pair | None:
    """The pair in the order (x, y) in which x occurs in both equations; None where neither does."""
    for x, y in (places, places[::-1]):
        if all(f.exponents[:, x].any() for f in equations):
            return x, y
    return None


def _solutions(equations: tuple[Polynomial, ...], places: Pair, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, m_S, N) points of X that differ from rows of `z` in two coordinates alone, and (n,) whether they are all that
    there are."""
    x, y = _turned(equations, places) or places
    count = int(_count(equations, places))
    systems = [_in_two(f, x, y, z) for f in equations]
    (first, a), (second, b) = systems
    found, complete = np.ones((len(z), count, 2), dtype=complex), np.zeros(len(z), dtype=bool)
    for unit, shear in _TURNS:
        left = np.flatnonzero(~complete)
        if not len(left):
            break
        (one, moved), (two, turned) = (_sheared(e, shear) for e in (first, second))
        scaled = (a[left] @ moved * unit ** one[:, 1], b[left] @ turned * unit ** two[:, 1])
        with np.errstate(all="ignore"):
            try:
                near = eliminated((one, two), scaled, (0, 1), count) * np.array([1, unit])
            except np.linalg.LinAlgError:
                continue
            near[..., 1] += shear * near[..., 0]
            found[left], complete[left] = _polished([(e, c[left]) for e, c in systems], near)
    points = np.repeat(z[:, None], count, axis=1)
    points[..., x], points[..., y] = found[..., 0], found[..., 1]
    return points, complete


def _sheared(exponents: np.ndarray, shear: complex) -> tuple[np.ndarray, np.ndarray]:
    """The monomials (M', 2) of x^a (y + shear x)^b for those (M, 2) given, and the matrix (M, M') of their
    coefficients."""
    rows = [{(a + k, b - k): math.comb(b, k) * shear**k for k in range(b + 1)} for a, b in exponents.tolist()]
    every = sorted({key for row in rows for key in row})
    return np.array(every), np.array([[row.get(key, 0) for key in every] for row in rows], dtype=complex)


def _in_two(f: Polynomial, x: int, y: int, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """f as polynomials in two coordinates, the others given: (M, 2) exponents, and (n, M) coefficients."""
    own, place = np.unique(f.exponents[:, [x, y]], axis=0, return_inverse=True)
    rest = f.exponents.copy()
    rest[:, [x, y]] = 0
    coefficients = np.zeros((len(z), len(own)), dtype=complex)
    for term, (c, e) in enumerate(zip(f.coefficients, rest, strict=True)):
        coefficients[:, place.reshape(-1)[term]] += c * np.prod(z ** e[None], axis=1)
    return own, coefficients


def _polished(systems: list[tuple[np.ndarray, np.ndarray]], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, m, 2) after Newton's steps, and whether those of a row are different solutions."""
    steps = np.zeros_like(points)
    for _ in range(_STEPS):
        rows = [_with_slopes(e, c, points) for e, c in systems]
        (f, fx, fy), (g, gx, gy) = rows
        det = fx * gy - fy * gx
        steps = np.stack([f * gy - g * fy, g * fx - f * gx], axis=2) / det[..., None]
        points = points - steps
    size = np.linalg.norm(points, axis=2)
    solved = np.all(np.linalg.norm(steps, axis=2) < _SOLVED * size, axis=1)
    apart = np.linalg.norm(points[:, :, None] - points[:, None], axis=3) / (size[:, :, None] + size[:, None])
    apart[:, np.arange(size.shape[1]), np.arange(size.shape[1])] = 1
    return points, solved & np.all(apart > _SAME, axis=(1, 2))


def _with_slopes(exponents: np.ndarray, coefficients: np.ndarray, points: np.ndarray) -> list[np.ndarray]:
    """The values (n, m) of one equation, and its two derivatives."""
    highest = int(exponents.max())
    powers = points[..., None] ** np.arange(highest + 1)
    x, y = powers[..., 0, exponents[:, 0]], powers[..., 1, exponents[:, 1]]
    lower_x = exponents[:, 0] * powers[..., 0, np.maximum(exponents[:, 0] - 1, 0)]
    lower_y = exponents[:, 1] * powers[..., 1, np.maximum(exponents[:, 1] - 1, 0)]
    return [np.einsum("nmk,nk->nm", table, coefficients) for table in (x * y, lower_x * y, x * lower_y)]


@partial(jax.jit, static_argnums=(0, 1))
def _log_densities(equations: tuple[Polynomial, ...], pairs: tuple[Pair, ...], z: Array) -> Array:
    """(n, pairs) log P_S at points of X."""
    w = equations[0].weights
    total = sum(w)
    log_norms = np.array([math.log(math.pi) + math.lgamma(1 + v / total) for v in w])
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    chosen = np.array([w[a] + w[b] for a, b in pairs])
    order = (total - chosen) / total
    counts = np.array([float(_count(equations, pair)) for pair in pairs])
    constants = np.array([math.log(math.pi / total) + math.lgamma(o) for o in order]) - np.log(counts)
    constants = constants - (log_norms.sum() - log_norms[first] - log_norms[second])

    def one(z: ComplexPoint) -> Array:
        f, g = (equation.gradient(z) for equation in equations)
        minors = f[first] * g[second] - f[second] * g[first]
        terms = (z.real**2 + z.imag**2) ** (total / np.array(w))
        others = jnp.sum(terms) - terms[first] - terms[second]
        slopes = minors.real**2 + minors.imag**2
        return jnp.log(slopes + _TINY) + constants - order * jnp.log(jnp.maximum(others, _TINY))

    return jax.vmap(one)(z)
