"""Weil-Petersson metric and Yukawa couplings of complex structures by random points, without a metric of V."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from g2links._typing import Array, ComplexPoint
from g2links.calculus.map_points import Progress, compiled
from g2links.quantities.moduli.candidates import Kept, kept_points
from g2links.quantities.moduli.cross_fit import CrossFit, Estimates
from g2links.quantities.moduli.kodaira_spencer import Directions, divergences, lift_at
from g2links.quantities.moduli.null_functions import null_functions
from g2links.varieties.hypersurface import WeightedHypersurface

THREEFOLD = 3
"""Couplings are of three directions there."""
TOGETHER, BLOCK = 100, 2000
"""Points evaluated side by side, and at once."""

Triple = tuple[int, int, int]
Pair = tuple[int, int]


class Measured(NamedTuple):
    """A value and its standard error."""

    value: float
    error: float


class Moduli(NamedTuple):
    """What random points say of the directions m_a.

    Attributes:
        volume: ∫_V |h|² d^{2n}x.
        metric: G_ab = -∂_a ∂̄_b log ∫|h|², for each pair (a, a), and the modulus for (a, b), a < b, where asked for.
        couplings: for each triple Y_abc = |∫Ω∧∂_a∂_b∂_cΩ|/∫|Ω∧Ω̄| / √(G_aa G_bb G_cc).
        points: at how many points the deformations were evaluated.
    """

    volume: Measured
    metric: dict[Pair, Measured]
    couplings: dict[Triple, Measured]
    points: int


def measure_moduli(
    variety: WeightedHypersurface,
    directions: Directions,
    n: int,
    seed: int,
    *,
    pairs: Sequence[Pair] = (),
    triples: Sequence[Triple] = (),
    progress: Progress = lambda *_: None,
) -> Moduli:
    """All of it from one set of random points.

    Args:
        variety: V.
        directions: m_a.
        n: about how many points.
        seed: of the random choices.
        pairs: (a, b), a < b, whose G_ab are asked for besides all G_aa.
        triples: of directions whose coupling is asked for, where V is a threefold.
        progress: called with the points done.
    """
    count = len(directions)
    every = np.array([*((a, a) for a in range(count)), *pairs], dtype=np.int64).reshape(-1, 2)
    threes = np.array(triples, dtype=np.int64).reshape(-1, 3)
    controls = null_functions(variety, directions)

    def at_point(point: ComplexPoint) -> tuple[Array, Array]:
        return integrands(variety, directions, every, threes, point), controls(point)

    evaluate = compiled(at_point, TOGETHER, BLOCK)
    blocks = ((kept, *evaluate(kept.z, n)) for kept in kept_points(variety, directions, n, seed))
    return averaged(blocks, count, every, threes, lambda done: progress(min(done, n), n))


def averaged(
    blocks: Iterable[tuple[Kept, np.ndarray, np.ndarray]],
    count: int,
    pairs: Int[np.ndarray, "p 2"],
    triples: Int[np.ndarray, "t 3"],
    progress: Callable[[int], None],
) -> Moduli:
    """Metric and couplings from blocks of points.

    Args:
        blocks: of random points, with what `integrands` gives there, and functions of mean 0.
        count: of the directions, whose (a, a) come first among the pairs.
        pairs, triples: of directions.
        progress: called with the points done.
    """
    fit: CrossFit | None = None
    done = 0
    for kept, values, controls in blocks:
        fit = CrossFit(1 + values.shape[1], controls.shape[1] + 1) if fit is None else fit
        _collect(fit, kept, values, controls)
        done += len(kept.z)
        progress(done)
    assert fit is not None
    return _results(fit.estimates(), count, pairs, triples)._replace(points=done)


def _collect(fit: CrossFit, kept: Kept, values: np.ndarray, controls: np.ndarray) -> None:
    """One block: its volume from all candidates, the other functions from those kept; the last control is the
    difference of these two for the constant 1."""
    last, weights = 1 + values.shape[1] + controls.shape[1], kept.weights[:, None]
    difference = weights - kept.before[:, None]
    candidates = len(kept.before) + len(kept.dropped)
    fit.add(kept.before[:, None], weights * values, weights * controls, difference, of=candidates)
    fit.add(kept.dropped[:, None], -kept.dropped[:, None], of=0, columns=np.array([0, last]))


def integrands(
    variety: WeightedHypersurface,
    directions: Directions,
    pairs: Int[np.ndarray, "p 2"],
    triples: Int[np.ndarray, "t 3"],
    z: ComplexPoint,
) -> Float[Array, " _values"]:
    """Real and imaginary parts of tr μ_a μ̄_b - k_a k̄_b, of k_a, and of 6 D(μ_a, μ_b, μ_c) h/h̄, at one point of X with
    s = 1 (`quantities.moduli.kodaira_spencer`)."""
    lift = lift_at(variety, z)
    m, k = directions(z), divergences(directions, lift, z)
    first, second = pairs.T
    metric = m[first] * jnp.conj(m[second]) * lift.trace - k[first] * jnp.conj(k[second])
    a, b, c = triples.T
    coupling = -6 * m[a] * m[b] * m[c] * lift.determinant
    values = jnp.concatenate([metric, k, coupling])
    return jnp.concatenate([values.real, values.imag])


def _results(
    estimates: Estimates, count: int, pairs: Int[np.ndarray, "p 2"], triples: Int[np.ndarray, "t 3"]
) -> Moduli:
    derived = partial(_derived, count, pairs, triples)
    mean = jnp.asarray(estimates.mean)
    values, slopes = np.asarray(derived(mean)), np.asarray(jax.jacrev(derived)(mean))
    errors = np.sqrt(np.einsum("ij,jk,ik->i", slopes, estimates.covariance, slopes, optimize=True))
    found = [Measured(float(v), float(e)) for v, e in zip(values, errors, strict=True)]
    metric = {(int(a), int(b)): x for (a, b), x in zip(pairs, found[1:], strict=False)}
    couplings = {(int(a), int(b), int(c)): x for (a, b, c), x in zip(triples, found[1 + len(pairs) :], strict=True)}
    return Moduli(found[0], metric, couplings, 0)


def _derived(count: int, pairs: np.ndarray, triples: np.ndarray, mean: Array) -> Array:
    """∫|h|², all G_ab, all Y_abc, as a function of the averages."""
    volume, real, imaginary = mean[0], *jnp.split(mean[1:], 2)
    averages = jax.lax.complex(real, imaginary) / volume
    places = [len(pairs), len(pairs) + count]
    metric, k, coupling = averages[: places[0]], averages[places[0] : places[1]], averages[places[1] :]
    full = metric + k[pairs[:, 0]] * jnp.conj(k[pairs[:, 1]])
    own = full[:count].real
    others = jnp.abs(full[count:])
    norms = jnp.sqrt(jnp.prod(own[triples], axis=1))
    return jnp.concatenate([volume[None], own, others, jnp.abs(coupling) / norms])


def all_triples(count: int) -> list[Triple]:
    """Unordered triples of so many directions."""
    places = range(count)
    return [(a, b, c) for a in places for b in places[a:] for c in places[b:]]
