"""The inputs of the networks: real functions on V that tell its points apart."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from g2links._typing import ComplexPoint, Index
from g2links.kahler.features import InvariantFeatures
from g2links.learn.batching import in_chunks
from g2links.varieties.charts import selector, tangent_frame
from g2links.varieties.polynomial import VARIABLES, Polynomial
from g2links.varieties.residue import residue

_CHUNK = 2000


@cache
def separating_features(polynomial: Polynomial) -> InvariantFeatures:
    """The features of the lowest degree whose monomials contain every variable: for weights 1 the 25 real and
    imaginary parts of z_i conj(z_j)/|z|²."""
    degree = 1
    while not all((degree % w == 0) for w in polynomial.weights):
        degree += 1
    return InvariantFeatures(polynomial, degree, symmetric=False)


def feature_table(features: InvariantFeatures, z: np.ndarray) -> np.ndarray:
    """The features of n points, (n, features)."""
    return np.asarray(jax.jit(lambda p: in_chunks(features, p, _CHUNK))(jnp.asarray(z)))


def chart_features(polynomial: Polynomial, z: ComplexPoint, one: Index, el: Index) -> Float[Array, " m"]:
    """What the dense network sees of a gauge point: the separating features, the one-hot `one` (5), the
    one-hot `el` (5), the slopes ∂z_el/∂z_a of the chart (6) and the coefficient h of Ω (2), with its sign.

    Slopes and h turn with high powers of the phases of z; a network finds them only slowly on its own. For
    weights 1 the coordinates are first put into the order (one, el, the other three), which is that of the
    chart's frame: so what a network learns in one chart helps it in the others.
    """
    slots = jnp.arange(VARIABLES)
    marks = [(slots == one).astype(float), (slots == el).astype(float)]
    slope = tangent_frame(polynomial, z, one, el)[:, el]
    h = residue(polynomial, z, one, el)
    if set(polynomial.weights) == {1}:
        z = jnp.concatenate([jnp.stack(marks), selector(one, el)]) @ z
    frame = [slope.real, slope.imag, h.real[None], h.imag[None]]
    return jnp.concatenate([separating_features(polynomial)(z), *marks, *frame])
