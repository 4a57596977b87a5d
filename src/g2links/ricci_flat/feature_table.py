"""Features and their derivatives at many points, and the terms of the Monge-Ampère equation for a potential on them.

The residual at a point is log(det g/|h|²) minus its weighted mean. Its gradient with respect to the parameters costs a
few small matrix products at each point, as the features' derivatives are computed once for all; sums over the points
are made in chunks, so memory stays bounded.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Bool, Complex, Float

from g2links._typing import Array, Scalar
from g2links.calculus.jets import Jet
from g2links.calculus.map_points import padded_blocks
from g2links.potentials.families import Parameters, PointAnsatz, unravel
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.metric import leading_minors
from g2links.potentials.own import Places
from g2links.potentials.reference import reference_jet
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.points.sampling import Points
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety

_CHUNK = 500
"""Points of one block: the features of 250 functions then take 30 MB."""
_SIDE_BY_SIDE = 20
"""Points whose features are evaluated at once, out of a chunk: the products of hundreds of monomials then stay in the
cache, which makes it twice as fast on P(1,1,1,6,9)[18]."""
_Sums = tuple[Array, Array, Array, Array, Array]
_NOT_POSITIVE = 1e-30
"""What takes the place of a determinant that is not positive: below every one that is."""


@runtime_checkable
class FeatureTable(Protocol):
    """The features of one ansatz at n points, here or on several devices and processes. A vector holds the parameters,
    one after another (`potentials.families.unravel`)."""

    @property
    def ansatz(self) -> PointAnsatz:
        """The family of potentials."""

    @property
    def weights(self) -> np.ndarray:
        """(n,) for |Ω|² averages; they sum to 1."""

    def part(self, n: int) -> "FeatureTable":
        """The first n points."""

    def feature_values(self) -> np.ndarray:
        """(n, features)."""

    def log_ratios(self, vector: np.ndarray) -> np.ndarray:
        """(n,) log(det g/|h|²); very negative where g is not positive definite."""

    def is_positive(self, values: np.ndarray) -> np.ndarray:
        """(n,) whether g is positive definite, from `log_ratios`."""

    def loss(self, vector: np.ndarray) -> float:
        """rᵀWr for the centred residual r; infinite where g is not positive at every point."""

    def triangle(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows (m, p) and residual (m,) with the products and the lengths of W^{1/2} J and W^{1/2} r, r centred."""

    def normal_equations(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """JᵀWJ, JᵀWr and rᵀWr for the centred residual r."""


class FeatureData(NamedTuple):
    """What the equation needs to know of each point; leading axis n.

    Attributes:
        features: jets of the features; for a potential of a user the `own.Place`.
        reference: (n, d²) ∂_a∂_b̄ K_ref, stored as `Jet.mixed`.
        log_volume: (n,) log|h|².
        weights: (n,) for |Ω|² averages; they sum to 1.
    """

    features: Any
    reference: Float[Array, "n square"]
    log_volume: Float[Array, " n"]
    weights: Float[Array, " n"]

    def rows(self, start: int, stop: int) -> "FeatureData":
        """A range of points, with their weights scaled to sum to 1."""
        part: FeatureData = jax.tree.map(lambda x: x[start:stop], self)
        return part._replace(weights=part.weights / jnp.sum(part.weights))


@dataclass(frozen=True, eq=False)
class LocalFeatures:
    """A `FeatureTable` in this process."""

    ansatz: PointAnsatz
    data: FeatureData

    @classmethod
    def of(cls, variety: AbstractVariety, ansatz: PointAnsatz, points: Points) -> "LocalFeatures":
        """Evaluate the features of an ansatz."""
        return cls(ansatz, prepare(variety, ansatz.features, points))

    @property
    def weights(self) -> np.ndarray:
        """See `FeatureTable`."""
        return np.asarray(self.data.weights)

    def for_ansatz(self, ansatz: PointAnsatz) -> "LocalFeatures":
        """The same points for another family on the same features."""
        return replace(self, ansatz=ansatz)

    def part(self, n: int) -> "LocalFeatures":
        """See `FeatureTable`."""
        return self.rows(0, n)

    def rows(self, start: int, stop: int) -> "LocalFeatures":
        """A range of points, with their weights scaled to sum to 1."""
        return replace(self, data=self.data.rows(start, stop))

    def feature_values(self) -> np.ndarray:
        """See `FeatureTable`."""
        return np.asarray(self.data.features.value)

    def log_ratios(self, vector: np.ndarray) -> np.ndarray:
        """See `FeatureTable`."""
        return np.asarray(log_ratios(self.ansatz, unravel(self.ansatz, vector), self.data))

    def is_positive(self, values: np.ndarray) -> np.ndarray:
        """See `FeatureTable`."""
        return np.asarray(is_positive(values, self.data.log_volume))

    def loss(self, vector: np.ndarray) -> float:
        """See `FeatureTable`."""
        return float(_loss(self.ansatz, unravel(self.ansatz, vector), self.data))

    def triangle(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `FeatureTable`: all rows, as they are."""
        rows, residual = _rows(self.ansatz, unravel(self.ansatz, vector), self.data)
        return np.asarray(rows), np.asarray(residual)

    def normal_equations(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """See `FeatureTable`."""
        normal, gradient, loss = _normal_equations(self.ansatz, unravel(self.ansatz, vector), self.data)
        return np.asarray(normal), np.asarray(gradient), float(loss)


def prepare(variety: AbstractVariety, features: InvariantFeatures | Places, points: Points) -> FeatureData:
    """Evaluate the features and their derivatives at all points once."""
    n, table = points.n, None
    for part, rows in padded_blocks(points, _CHUNK):
        block = _evaluate(variety, features, rows)
        if table is None:
            table = jax.tree.map(lambda x: np.empty((n, *x.shape[1:]), x.dtype), block)
        jax.tree.map(lambda whole, x, part=part: _fill(whole, part, x), table, block)
    leaves, tree = jax.tree.flatten(table)
    del table
    # one after another, so that only one of them is in memory twice
    jets, reference, log_volume = jax.tree.unflatten(tree, [jax.device_put(leaves.pop(0)) for _ in range(len(leaves))])
    weights = jax.device_put(points.weights / np.sum(points.weights))
    return FeatureData(jets, reference, log_volume, weights)


def _fill(whole: np.ndarray, part: slice, values: Array) -> None:
    whole[part] = np.asarray(values)[: part.stop - part.start]


@partial(jax.jit, static_argnums=(0, 1))
def _evaluate(
    variety: AbstractVariety, features: InvariantFeatures | Places, at: ChartPoint
) -> tuple[Any, Array, Array]:
    """Compiled once for all chunks of points."""

    def one_point(at: ChartPoint) -> tuple[Any, Array, Scalar]:
        frame = tangent_frame(variety, at)
        log_volume = jnp.log(jnp.abs(residue(variety, at)) ** 2)
        return features.jet(at.z, frame), reference_jet(variety, at.z, frame).mixed[0], log_volume

    evaluated: tuple[Any, Array, Array] = jax.lax.map(one_point, at, batch_size=_SIDE_BY_SIDE)
    return evaluated


@partial(jax.jit, static_argnums=0)
def metrics_from_jets(ansatz: PointAnsatz, parameters: Parameters, data: FeatureData) -> Complex[Array, "n d d"]:
    """g_{ab̄} at every point."""
    return jax.vmap(lambda point: _kahler_jet(ansatz, parameters, point).hermitian()[0])(data)


def _kahler_jet(ansatz: PointAnsatz, parameters: Parameters, point: FeatureData) -> Jet:
    """u with the second derivatives of K_ref + u."""
    u = ansatz.apply(parameters, point.features)
    return Jet(u.value, u.first, u.mixed + point.reference[None])


def log_ratio(ansatz: PointAnsatz, parameters: Parameters, point: FeatureData) -> Scalar:
    """log(det g/|h|²) at one point; very negative where g is not positive definite."""
    k = _kahler_jet(ansatz, parameters, point)
    g = k.hermitian()[0]
    minors = leading_minors(g)
    positive = jnp.all(jnp.stack(minors) > 0) & jnp.isfinite(k.value[0])
    return jnp.log(jnp.where(positive, minors[-1], _NOT_POSITIVE)) - point.log_volume


@partial(jax.jit, static_argnums=0)
def log_ratios(ansatz: PointAnsatz, parameters: Parameters, data: FeatureData) -> Float[Array, " n"]:
    """`log_ratio` at every point, in chunks."""
    return jax.lax.map(lambda point: log_ratio(ansatz, parameters, point), data, batch_size=_CHUNK)


def is_positive(
    values: Float[Array | np.ndarray, " n"], log_volume: Float[Array | np.ndarray, " n"]
) -> Bool[Array | np.ndarray, " n"]:
    """Whether g is positive definite, from `log_ratios`."""
    return values + log_volume > np.log(2 * _NOT_POSITIVE)


@partial(jax.jit, static_argnums=0)
def _loss(ansatz: PointAnsatz, parameters: Parameters, data: FeatureData) -> Scalar:
    values = log_ratios(ansatz, parameters, data)
    mean = jnp.sum(data.weights * values)
    return jnp.where(
        jnp.all(is_positive(values, data.log_volume)), jnp.sum(data.weights * (values - mean) ** 2), jnp.inf
    )


@partial(jax.jit, static_argnums=0)
def _rows(ansatz: PointAnsatz, parameters: Parameters, data: FeatureData) -> tuple[Array, Array]:
    """W^{1/2} J (n, p) and W^{1/2} r (n,) for the centred residual r."""
    vector, restore = ravel_pytree(parameters)

    def value_and_row(point: FeatureData) -> tuple[Scalar, Array]:
        return jax.value_and_grad(lambda v: log_ratio(ansatz, restore(v), point))(vector)

    values, rows = jax.lax.map(value_and_row, data, batch_size=_CHUNK)
    root = jnp.sqrt(data.weights)
    return root[:, None] * (rows - (data.weights @ rows)[None]), root * (values - data.weights @ values)


@partial(jax.jit, static_argnums=0)
def _normal_equations(ansatz: PointAnsatz, parameters: Parameters, data: FeatureData) -> tuple[Array, Array, Scalar]:
    """JᵀWJ, JᵀWr and rᵀWr for the centred residual r, summed over chunks of points."""
    vector, restore = ravel_pytree(parameters)

    def value_and_row(point: FeatureData) -> tuple[Scalar, Array]:
        return jax.value_and_grad(lambda v: log_ratio(ansatz, restore(v), point))(vector)

    def sums(chunk: FeatureData) -> _Sums:
        value, row = jax.vmap(value_and_row)(chunk)
        weighted = chunk.weights[:, None] * row
        mean, square = jnp.sum(chunk.weights * value), jnp.sum(chunk.weights * value**2)
        return weighted.T @ row, weighted.T @ value, jnp.sum(weighted, axis=0), mean, square

    def add(total: _Sums, chunk: FeatureData) -> tuple[_Sums, None]:
        together: _Sums = jax.tree.map(jnp.add, total, sums(chunk))
        return together, None

    n, size = len(data.weights), len(vector)
    whole = n // _CHUNK * _CHUNK
    chunks = jax.tree.map(lambda x: x[:whole].reshape(-1, _CHUNK, *x.shape[1:]), data)
    zero = (jnp.zeros((size, size)), jnp.zeros(size), jnp.zeros(size), jnp.zeros(()), jnp.zeros(()))
    total, _ = jax.lax.scan(add, zero, chunks)
    if whole < n:
        total, _ = add(total, jax.tree.map(lambda x: x[whole:], data))
    square, product, row_mean, mean, value_square = total
    return square - jnp.outer(row_mean, row_mean), product - row_mean * mean, value_square - mean**2
