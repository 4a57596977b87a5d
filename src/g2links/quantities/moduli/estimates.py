"""Weil-Petersson metric and Yukawa couplings of complex structures by random points, without a metric of V."""

from collections.abc import Callable, Sequence
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
from g2links.quantities.moduli.null_functions import exponent_table, invariants, null_values
from g2links.varieties.hypersurface import WeightedHypersurface

THREEFOLD = 3
"""Couplings are of three directions there."""
_TOGETHER, _BLOCK = 100, 2000
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
    functions = invariants(variety, directions)
    z = jax.ShapeDtypeStruct((variety.variables,), complex)
    table = exponent_table(int(np.prod(jax.eval_shape(functions, z, z).shape)))

    def at_point(point: ComplexPoint) -> tuple[Array, Array]:
        return integrands(variety, directions, every, threes, point), null_values(variety, functions, table, point)

    evaluate = compiled(at_point, _TOGETHER, _BLOCK)
    width = 1 + 2 * (len(every) + count + len(threes))
    fit, done = CrossFit(width, len(table) + 1), 0
    for kept in kept_points(variety, directions, n, seed):
        collect(fit, kept, evaluate, width + len(table), n)
        done += len(kept.z)
        progress(min(done, n), n)
    return results(fit.estimates(), count, every, threes)._replace(points=done)


def collect(
    fit: CrossFit, kept: Kept, evaluate: Callable[..., tuple[np.ndarray, np.ndarray]], last: int, n: int
) -> None:
    """One block: its volume from all candidates, the other functions from those kept; the last control is the
    difference of these two for the constant 1.

    Args:
        fit: of 1, the values and the controls.
        kept: the block.
        evaluate: gives values and functions of mean 0 at points, of which there are `n` in all.
        last: the place of the last control.
        n: about how many points there are in all blocks.
    """
    values, controls = evaluate(kept.z, n)
    weights = kept.weights[:, None]
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


def results(estimates: Estimates, count: int, pairs: Int[np.ndarray, "p 2"], triples: Int[np.ndarray, "t 3"]) -> Moduli:
    """Metric and couplings from the averages of 1 and of `integrands`, but for the number of points."""
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
