"""The equation for a potential on features, at points that are spread over all devices of all processes.

The table of features is one array of JAX, sharded by a mesh of the devices. Least squares by singular values needs the
triangle R of J = Q R alone: each device makes that of its own rows, and those of all of them stand in for J.
Normal equations are sums.
"""

import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from g2links._typing import Array, Scalar
from g2links.parallel.collectives import AXIS, guarded
from g2links.parallel.cyclic import Cyclic
from g2links.parallel.everywhere import everywhere
from g2links.parallel.shared_tables import SharedTables
from g2links.potentials.families import PointAnsatz, ansatz_from_config, unravel
from g2links.potentials.feature_ansatz import Parameters
from g2links.records import AnsatzData, VarietyData
from g2links.ricci_flat.feature_table import FeatureData, is_positive, log_ratio, prepare
from g2links.varieties.charts import ChartPoint
from g2links.varieties.points.sampling import Points
from g2links.varieties.registry import variety_from_config
from g2links.varieties.variety import AbstractVariety

_CHUNK = 500
"""Points of one block, as in `feature_table`."""


class _Table(NamedTuple):
    """What this process has of a table: its leaves are (p, each, ...) for p devices, sharded along the first axis."""

    ansatz: PointAnsatz
    data: FeatureData


_tables: SharedTables[_Table] = SharedTables()


class ShardedFeatures:
    """A `feature_table.FeatureTable`: n points on all devices.

    Attributes:
        ansatz: the family of potentials.
        weights: (n,) for |Ω|² averages; they sum to 1.
        log_volume: (n,) log|h|².
    """

    def __init__(self, number: int, ansatz: PointAnsatz, weights: np.ndarray, log_volume: np.ndarray) -> None:
        self._number, self.ansatz = number, ansatz
        self.weights, self.log_volume = weights / np.sum(weights), log_volume
        self._whole: ShardedFeatures | None = None

    @classmethod
    def of(cls, variety: AbstractVariety, ansatz: PointAnsatz, points: Points) -> "ShardedFeatures":
        """Evaluate the features, each process at its points."""
        number, forgotten = _tables.new()
        at = tuple(map(np.asarray, points.at))
        log_volume = _prepare(number, forgotten, variety.to_config(), ansatz.to_config(), at, points.weights)
        table = cls(number, ansatz, points.weights, log_volume)
        _tables.lives_with(number, table)
        return table

    def part(self, n: int) -> "ShardedFeatures":
        """The first n points; its table is this one's, for as long as it lives."""
        first = ShardedFeatures(self._number, self.ansatz, self.weights[:n], self.log_volume[:n])
        first._whole = self
        return first

    def feature_values(self) -> np.ndarray:
        """See `feature_table.FeatureTable`."""
        return _feature_values(self._number, len(self.weights))

    def log_ratios(self, vector: np.ndarray) -> np.ndarray:
        """See `feature_table.FeatureTable`."""
        return _log_ratios(self._number, len(self.weights), vector)

    def is_positive(self, values: np.ndarray) -> np.ndarray:
        """See `feature_table.FeatureTable`."""
        return np.asarray(is_positive(values, self.log_volume))

    def loss(self, vector: np.ndarray) -> float:
        """See `feature_table.FeatureTable`."""
        values = self.log_ratios(vector)
        if not np.all(self.is_positive(values)):
            return np.inf
        return float(self.weights @ (values - self.weights @ values) ** 2)

    def triangle(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `feature_table.FeatureTable`: the triangles of all devices, one below another."""
        both = _triangle(self._number, len(self.weights), vector)
        return both[:, :-1], both[:, -1]

    def normal_equations(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """See `feature_table.FeatureTable`."""
        size = len(vector)
        sums = _normal_sums(self._number, len(self.weights), vector)
        normal, gradient, loss = np.split(sums, [size * size, size * size + size])
        return normal.reshape(size, size), gradient, float(loss[0])


@cache
def _mesh() -> Mesh:
    return Mesh(np.array(jax.devices()), (AXIS,))


@cache
def _ansatz(config: str, variety: AbstractVariety) -> Any:
    return ansatz_from_config(json.loads(config), variety)


def _cyclic(n: int) -> Cyclic:
    return Cyclic(n, jax.device_count())


@everywhere
def _prepare(
    number: int,
    forgotten: list[int],
    variety: VarietyData,
    ansatz: AnsatzData,
    at: tuple[np.ndarray, ...],
    weights: np.ndarray,
) -> np.ndarray:
    """Returns log|h|² at all points."""
    _tables.drop(forgotten)
    v, rows = variety_from_config(variety), _cyclic(len(weights))
    own_ansatz: PointAnsatz = _ansatz(json.dumps(ansatz), v)
    own = [i for i, device in enumerate(jax.devices()) if device.process_index == jax.process_index()]
    numbers = np.concatenate([rows.of(i) for i in own])
    chart = ChartPoint(*(column[numbers] for column in at))
    table = prepare(v, own_ansatz.features, Points(chart, weights[numbers], np.arange(len(numbers))))
    table = table._replace(weights=jnp.concatenate([rows.dealt(weights / np.sum(weights), i) for i in own]))
    sharding = NamedSharding(_mesh(), PartitionSpec(AXIS))

    def spread(column: Any) -> jax.Array:
        parts = np.asarray(column).reshape(len(own), rows.each, *column.shape[1:])
        return jax.make_array_from_process_local_data(sharding, parts)

    _tables[number] = _Table(own_ansatz, jax.tree.map(spread, table))
    return rows.joined(np.asarray(guarded(_everywhere_the_same(), _tables[number].data.log_volume)))


@cache
def _everywhere_the_same() -> Callable[[jax.Array], jax.Array]:
    return jax.jit(lambda column: column, out_shardings=NamedSharding(_mesh(), PartitionSpec()))


@everywhere
def _feature_values(number: int, n: int) -> np.ndarray:
    rows, values = _cyclic(n), _tables[number].data.features.value
    return rows.joined(np.asarray(guarded(_everywhere_the_same(), values[:, : rows.each])))


def _run(kernel: Callable[..., Any], number: int, n: int, vector: np.ndarray) -> np.ndarray:
    """One of the functions below, on all devices, at the first n points."""
    ansatz, data = _tables[number]
    found = guarded(kernel, ansatz, _cyclic(n).each, unravel(ansatz, vector), data, np.int64(n))
    return np.asarray(found)


@everywhere
def _log_ratios(number: int, n: int, vector: np.ndarray) -> np.ndarray:
    return _cyclic(n).joined(_run(_values_kernel, number, n, vector))


@everywhere
def _triangle(number: int, n: int, vector: np.ndarray) -> np.ndarray:
    parts = _run(_triangle_kernel, number, n, vector)
    return parts.reshape(-1, parts.shape[-1])


@everywhere
def _normal_sums(number: int, n: int, vector: np.ndarray) -> np.ndarray:
    return _run(_sums_kernel, number, n, vector)


def _on_shares(function: Callable[[FeatureData, Array], Array], each: int, data: FeatureData, n: Array) -> jax.Array:
    """`function` of the first `each` rows of every device, whose weights sum to 1 over all devices, and are 0 beyond n,
    and of which of its rows are among these n; it gives the same on all devices."""

    def own(data: FeatureData, n: Array) -> Array:
        rows: FeatureData = jax.tree.map(lambda column: column[0, :each], data)
        number = jnp.arange(each) * jax.device_count() + jax.lax.axis_index(AXIS)
        weights = jnp.where(number < n, rows.weights, 0.0)
        weights = weights / jax.lax.psum(jnp.sum(weights), AXIS)
        return function(rows._replace(weights=weights), number < n)

    specs = jax.tree.map(lambda _: PartitionSpec(AXIS), data)
    found: jax.Array = jax.shard_map(
        own, mesh=_mesh(), in_specs=(specs, PartitionSpec()), out_specs=PartitionSpec(), check_vma=False
    )(data, n)
    return found


@partial(jax.jit, static_argnums=(0, 1))
def _values_kernel(ansatz: PointAnsatz, each: int, parameters: Parameters, data: FeatureData, n: Array) -> Array:
    """(p, each) log ratios."""

    def own(rows: FeatureData, _: Array) -> Array:
        values = jax.lax.map(lambda point: log_ratio(ansatz, parameters, point), rows, batch_size=_CHUNK)
        return jax.lax.all_gather(values, AXIS)

    return _on_shares(own, each, data, n)


def _rows(ansatz: PointAnsatz, parameters: Parameters, data: FeatureData, known: Array) -> tuple[Array, Array]:
    """J (each, p) and the log ratios (each,), both centred over all devices, and 0 where a row stands in."""
    vector, restore = ravel_pytree(parameters)

    def value_and_row(point: FeatureData) -> tuple[Scalar, Array]:
        return jax.value_and_grad(lambda v: log_ratio(ansatz, restore(v), point))(vector)

    values, rows = jax.lax.map(value_and_row, data, batch_size=_CHUNK)
    values, rows = jnp.where(known, values, 0.0), jnp.where(known[:, None], rows, 0.0)
    mean, row = jax.lax.psum((data.weights @ values, data.weights @ rows), AXIS)
    return rows - row[None], values - mean


@partial(jax.jit, static_argnums=(0, 1))
def _triangle_kernel(ansatz: PointAnsatz, each: int, parameters: Parameters, data: FeatureData, n: Array) -> Array:
    """(p, m, unknowns + 1) R of the rows of each device, with the residual as the last column."""

    def own(table: FeatureData, known: Array) -> Array:
        rows, residual = _rows(ansatz, parameters, table, known)
        both = jnp.sqrt(table.weights)[:, None] * jnp.concatenate([rows, residual[:, None]], axis=1)
        return jax.lax.all_gather(jnp.linalg.qr(both, mode="r"), AXIS)

    return _on_shares(own, each, data, n)


@partial(jax.jit, static_argnums=(0, 1))
def _sums_kernel(ansatz: PointAnsatz, each: int, parameters: Parameters, data: FeatureData, n: Array) -> Array:
    """JᵀWJ, JᵀWr and rᵀWr in one row."""

    def own(table: FeatureData, known: Array) -> Array:
        rows, residual = _rows(ansatz, parameters, table, known)
        weighted = table.weights[:, None] * rows
        parts = (jnp.ravel(weighted.T @ rows), weighted.T @ residual, (table.weights @ residual**2)[None])
        return jax.lax.psum(jnp.concatenate(parts), AXIS)

    return _on_shares(own, each, data, n)
