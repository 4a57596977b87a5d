"""The inputs of the networks: real functions on V that tell its points apart."""

import math
from functools import cache, partial
from itertools import combinations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from g2links._typing import Array
from g2links.calculus.batching import in_chunks
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.hermitian_forms import HermitianForms, all_forms, pair_forms
from g2links.varieties.charts import ChartPoint, selector, tangent_frame
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import exponents_of_degree, monomial_count
from g2links.varieties.residue import residue

_CHUNK = 2000
"""Rows of the table of inputs that are made at once: 100 numbers each."""
_MOST_LINEAR = 100
"""More inputs than these make a first layer larger than the rest of the network."""
Exponents = tuple[int, ...]


@cache
def separating_features(variety: WeightedHypersurface) -> HermitianForms:
    """Invariants of the circle that tell the points of V apart: for weights 1 the 25 real and imaginary parts of
    z_i conj(z_j)/|z|².

    For other weights: |ζ_i|², with ζ_i = z_i r^{-w_i}; ζ_j conj(ζ^m) for the monomials of degree w_j; and
    ζ_i^{w_j/g} conj(ζ_j)^{w_i/g}, g = gcd(w_i, w_j). The last alone separate, because their exponents span all integer
    relations Σ w_i m_i = 0 on every set of coordinates; the others make nearly all smooth invariants smooth functions
    of these. They are left out where there would be more than 100 of them.
    """
    weights = variety.weights
    if set(weights) == {1}:
        return all_forms(weights, exponents_of_degree(weights, 1))
    n = len(weights)
    pairs = [(_power(i, 1, n), _power(i, 1, n)) for i in range(n)]
    if sum(monomial_count(weights, w) for w in weights) <= _MOST_LINEAR:
        pairs += [
            (_power(j, 1, n), tuple(m)) for j, w in enumerate(weights) for m in exponents_of_degree(weights, w).tolist()
        ]
    for i, j in combinations(range(n), 2):
        g = math.gcd(weights[i], weights[j])
        pairs.append((_power(i, weights[j] // g, n), _power(j, weights[i] // g, n)))
    return pair_forms(weights, list({frozenset(pair): pair for pair in pairs}.values()))


def _power(i: int, power: int, variables: int) -> Exponents:
    return tuple(power * int(k == i) for k in range(variables))


def feature_table(features: InvariantFeatures | HermitianForms, z: np.ndarray) -> np.ndarray:
    """The features of n points, (n, features)."""
    return np.asarray(_feature_table(features, jnp.asarray(z)))


@partial(jax.jit, static_argnums=0)
def _feature_table(
    features: InvariantFeatures | HermitianForms, z: Complex[Array, "n variables"]
) -> Float[Array, "n m"]:
    return in_chunks(features, z, _CHUNK)


def chart_features(variety: WeightedHypersurface, at: ChartPoint) -> Float[Array, " m"]:
    """What the dense network sees of a gauge point: the separating features, the one-hot of the fixed
    coordinate (5) and of the one that is solved for (5), the slopes of that one, ∂z_s/∂z_a (6),
    and the coefficient h of Ω (2), with its sign.

    Slopes and h turn with high powers of the phases of z; a network finds them only slowly on its own. For
    weights 1 the coordinates are first put into the order (fixed, solved for, the other three), which is that of the
    chart's frame: so what a network learns in one chart helps it in the others.
    """
    z, slots = at.z, jnp.arange(len(at.z))
    marks = [(slots == at.fixed).astype(float), (slots == at.solved).astype(float)]
    slope = tangent_frame(variety, at)[:, at.solved[0]]
    h = residue(variety, at)
    if variety.heaviest == 1:
        z = jnp.concatenate([jnp.stack(marks), selector(at)]) @ z
    frame = [slope.real, slope.imag, h.real[None], h.imag[None]]
    return jnp.concatenate([separating_features(variety)(z), *marks, *frame])
