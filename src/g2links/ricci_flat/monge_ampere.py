"""The Monge-Ampère equation det g = const |h|² as a weighted nonlinear least-squares problem.

The residual at a point is log(det g/|h|²) minus its weighted mean. The Levenberg-Marquardt step needs its
gradient with respect to the parameters at every point; with the features' derivatives computed once for all,
that costs a few small matrix products per point, and the normal equations are summed in chunks, so memory
stays bounded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Bool, Complex, Float

from g2links._typing import Array, Scalar
from g2links.calculus.jets import Jet
from g2links.calculus.map_points import padded_blocks
from g2links.errors import InputError
from g2links.potentials.families import AlgebraicAnsatz, Ansatz, Parameters, PointAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.metric import leading_minors
from g2links.potentials.own import Places
from g2links.potentials.reference import reference_jet
from g2links.potentials.sigma import sigma_of
from g2links.potentials.steep_features import SteepFeatures
from g2links.ricci_flat.levenberg_marquardt import (
    Linearisation,
    NormalEquations,
    Result,
    SingularValues,
    State,
    first_state,
    minimise,
)
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
_FEW, _MANY = 4, 10
"""Iterations over which the loss has to fall: the steps of an algebraic potential are large and costly, those of a
network small."""
_LEAST, _LEAST_OF_WEIGHTS, _LEAST_OF_MANY = 1e-8, 5e-8, 1e-5
"""Smaller singular values would give large coefficients that cancel, and with them the digits of every derivative of
the potential. The second is for weights other than 1, whose features of several degrees are nearly dependent; the third
for more than `_MANY_FEATURES` invariant polynomials, which are more so: on P(1,1,1,6,9)[18] at degree 22 the second
gives |dω| = 1.4e-8 and σ = 1.66e-2, the third 9e-11 and 1.83e-2. With powers of a steepness there are fewer degrees of
them: on P(1,1,2,8,12)[24], 259 unknowns, larger powers and no penalty, 5e-8 gives 4e-10 and 2.5e-2, and 1e-6 gives
3e-12 and 0.11."""
_PENALTY = 1e-8
"""On coefficients that cancel (`_Penalty`). On P(1,1,2,8,12)[24], 229 unknowns, 1e-11, 1e-9 and 1e-7 give |dω| 2.5e-10,
1.5e-10 and 4e-11, and σ 3.9e-2, 4.1e-2 and 4.5e-2. The command there ends at 6e-10 with it, and without it at 6e-9,
which is refused."""
_MANY_FEATURES = 250
"""See `_LEAST_OF_MANY`."""


class MongeAmpereData(NamedTuple):
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

    def rows(self, start: int, stop: int) -> "MongeAmpereData":
        """A range of points, with their weights scaled to sum to 1."""
        part: MongeAmpereData = jax.tree.map(lambda x: x[start:stop], self)
        return part._replace(weights=part.weights / jnp.sum(part.weights))

    def part(self, n: int) -> "MongeAmpereData":
        """The first n points."""
        return self.rows(0, n)

    def feature_values(self) -> np.ndarray:
        """(n, features)."""
        return np.asarray(self.features.value)


@runtime_checkable
class ShardedTable(Protocol):
    """The same of n points on several devices or processes, for one ansatz.

    Attributes:
        weights: (n,) for |Ω|² averages; they sum to 1.
        log_volume: (n,) log|h|².
    """

    weights: np.ndarray
    log_volume: np.ndarray

    def part(self, n: int) -> "ShardedTable":
        """The first n points."""

    def feature_values(self) -> np.ndarray:
        """(n, features)."""

    def log_ratios(self, vector: np.ndarray) -> np.ndarray:
        """(n,) `log_ratio`."""

    def triangle(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows (m, p) and residual (m,) with the products and the lengths of W^{1/2} J and W^{1/2} r, r centred."""

    def normal_equations(self, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """JᵀWJ, JᵀWr and rᵀWr for the centred residual r."""


Table = MongeAmpereData | ShardedTable
"""What is prepared of points, wherever they are."""


class Solution(NamedTuple):
    """The parameters found, why the search stopped, and the state to continue from."""

    parameters: Parameters
    result: Result
    state: State


def prepare(variety: AbstractVariety, features: InvariantFeatures | Places, points: Points) -> MongeAmpereData:
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
    return MongeAmpereData(jets, reference, log_volume, weights)


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
def metrics_from_jets(ansatz: PointAnsatz, parameters: Parameters, data: MongeAmpereData) -> Complex[Array, "n d d"]:
    """g_{ab̄} at every point."""
    return jax.vmap(lambda point: _kahler_jet(ansatz, parameters, point).hermitian()[0])(data)


def _kahler_jet(ansatz: PointAnsatz, parameters: Parameters, point: MongeAmpereData) -> Jet:
    """u with the second derivatives of K_ref + u."""
    u = ansatz.apply(parameters, point.features)
    return Jet(u.value, u.first, u.mixed + point.reference[None])


def log_ratio(ansatz: PointAnsatz, parameters: Parameters, point: MongeAmpereData) -> Scalar:
    """log(det g/|h|²) at one point; very negative where g is not positive definite."""
    k = _kahler_jet(ansatz, parameters, point)
    g = k.hermitian()[0]
    minors = leading_minors(g)
    positive = jnp.all(jnp.stack(minors) > 0) & jnp.isfinite(k.value[0])
    return jnp.log(jnp.where(positive, minors[-1], _NOT_POSITIVE)) - point.log_volume


@partial(jax.jit, static_argnums=0)
def log_ratios(ansatz: PointAnsatz, parameters: Parameters, data: MongeAmpereData) -> Float[Array, " n"]:
    """`log_ratio` at every point, in chunks."""
    return jax.lax.map(lambda point: log_ratio(ansatz, parameters, point), data, batch_size=_CHUNK)


def is_positive(values: Float[Array | np.ndarray, " n"], data: Table) -> Bool[Array | np.ndarray, " n"]:
    """Whether g is positive definite, from `log_ratios`."""
    return values + data.log_volume > np.log(2 * _NOT_POSITIVE)


def values_at(ansatz: PointAnsatz, parameters: Parameters, data: Table) -> Float[Array | np.ndarray, " n"]:
    """`log_ratios`, wherever the points are."""
    if isinstance(data, MongeAmpereData):
        return log_ratios(ansatz, parameters, data)
    return data.log_ratios(np.asarray(ravel_pytree(parameters)[0]))


def sigma_and_positivity(data: Table, ansatz: PointAnsatz, parameters: Parameters) -> tuple[float, float]:
    """σ from prepared data, as training reports it, and the share of the weight where g is positive definite."""
    values = values_at(ansatz, parameters, data)
    weights = np.asarray(data.weights)
    return sigma_of(np.exp(values), weights), float(weights @ np.asarray(is_positive(values, data)))


def initial_state(ansatz: PointAnsatz, data: Table, seed: int | np.random.SeedSequence) -> State:
    """A random start, with the first damping."""
    parameters = ansatz.initial(np.random.default_rng(seed), data.feature_values())
    return first_state(ravel_pytree(parameters)[0])


def state_at(ansatz: PointAnsatz, parameters: Parameters, data: Table) -> State:
    """A start at given parameters, as those of a neighbouring member of a family.

    Raises:
        InputError: where the metric that they give is not positive at every point of `data`.
    """
    state = first_state(ravel_pytree(parameters)[0])
    if not np.isfinite(_MongeAmpere(ansatz, data).loss(state.vector)):
        raise InputError(
            "start", "the given parameters", "a potential whose metric is positive on this threefold; take a nearer one"
        )
    return state


def levenberg_marquardt(
    ansatz: PointAnsatz,
    data: Table,
    state: State,
    *,
    iterations: int,
    on_iteration: Callable[[State], bool] | None = None,
    deadline: float | None = None,
    enough: float = 0.0,
) -> Solution:
    """Minimise Σ w (log ratio - mean)² from `state`.

    Args:
        ansatz: the family of potentials.
        data: from `prepare`, or a sharded one of the same ansatz.
        state: from `initial_state`, or saved by an earlier run.
        iterations: at which iteration count to stop.
        on_iteration: called after every accepted step; returning True stops the search.
        deadline: stop before an iteration would start after this `time.monotonic()`.
        enough: a loss that need not fall further.
    """
    state, result = minimise(
        _MongeAmpere(ansatz, data),
        state,
        iterations=iterations,
        on_iteration=on_iteration,
        deadline=deadline,
        window=_FEW if isinstance(ansatz, AlgebraicAnsatz) else _MANY,
        enough=enough,
    )
    return Solution(unravel(ansatz, state.vector), result, state)


def unravel(ansatz: Ansatz, vector: np.ndarray) -> Parameters:
    """Parameters from the flat vector of a `State`."""
    sizes = np.cumsum([int(np.prod(shape)) for shape in ansatz.shapes()])[:-1]
    parts = np.split(np.asarray(vector), sizes)
    return tuple(jnp.asarray(part.reshape(shape)) for part, shape in zip(parts, ansatz.shapes(), strict=True))


@dataclass(frozen=True)
class _MongeAmpere:
    """The problem as `levenberg_marquardt.minimise` sees it."""

    ansatz: PointAnsatz
    data: Table

    @cached_property
    def _penalty(self) -> "_Penalty | None":
        """Where features are steep and of several degrees, so that they are nearly dependent."""
        features = self.ansatz.features
        steep = isinstance(features, SteepFeatures) and features.degrees is not None
        return _Penalty.of(self.data.feature_values(), np.asarray(self.data.weights)) if steep else None

    def linearise(self, vector: np.ndarray) -> Linearisation:
        """By singular values for combinations of features, which are nearly dependent; by normal equations
        otherwise."""
        parameters, data = unravel(self.ansatz, vector), self.data
        if isinstance(self.ansatz, AlgebraicAnsatz):
            found = _rows(self.ansatz, parameters, data) if isinstance(data, MongeAmpereData) else data.triangle(vector)
            rows, residual = map(np.asarray, found)
            if self._penalty is not None:
                more, rest = self._penalty.rows(vector)
                rows, residual = np.concatenate([rows, more]), np.concatenate([residual, rest])
            return SingularValues.of(rows, residual, _least(self.ansatz))
        if isinstance(data, MongeAmpereData):
            normal, gradient, loss = _normal_equations(self.ansatz, parameters, data)
        else:
            normal, gradient, loss = data.normal_equations(vector)
        return NormalEquations(np.asarray(normal), np.asarray(gradient), float(loss))

    def loss(self, vector: np.ndarray) -> float:
        """Σ w (log ratio - mean)², and the penalty; infinite where g is not positive at every point, so that no step
        leads there."""
        loss = self._mean_square(vector)
        return loss if self._penalty is None else loss + float(np.sum(self._penalty.residual(vector) ** 2))

    def _mean_square(self, vector: np.ndarray) -> float:
        data = self.data
        if isinstance(data, MongeAmpereData):
            return float(_loss(self.ansatz, unravel(self.ansatz, vector), data))
        values = data.log_ratios(vector)
        if not np.all(is_positive(values, data)):
            return np.inf
        return float(data.weights @ (values - data.weights @ values) ** 2)


class _Penalty(NamedTuple):
    """λ Σ (c_i |X_i|)²/<Σ c_i X_i>² for the coefficients c, |X_i| the root of the mean square of a feature: what keeps
    them from cancelling, and with that the digits of ω. The scale of c means nothing, here neither.

    Attributes:
        sizes: (features,) λ^{1/2} |X_i|.
        means: (features,) <X_i>.
    """

    sizes: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, features: np.ndarray, weights: np.ndarray) -> "_Penalty":
        """From features (n, features) and the weights of their points, which sum to 1."""
        return cls(np.sqrt(_PENALTY * (weights @ features**2)), weights @ features)

    def residual(self, c: np.ndarray) -> np.ndarray:
        """(features,) whose sum of squares it is."""
        return np.asarray(self.sizes * c / (self.means @ c))

    def rows(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The derivatives (features, features) of the residual, and the residual."""
        residual, total = self.residual(c), self.means @ c
        return (np.diag(self.sizes) - np.outer(residual, self.means)) / total, residual


def _least(ansatz: AlgebraicAnsatz) -> float:
    if ansatz.features.variety.heaviest == 1:
        return _LEAST
    many = ansatz.unknowns > _MANY_FEATURES and not isinstance(ansatz.features, SteepFeatures)
    return _LEAST_OF_MANY if many else _LEAST_OF_WEIGHTS


@partial(jax.jit, static_argnums=0)
def _loss(ansatz: PointAnsatz, parameters: Parameters, data: MongeAmpereData) -> Scalar:
    values = log_ratios(ansatz, parameters, data)
    mean = jnp.sum(data.weights * values)
    return jnp.where(jnp.all(is_positive(values, data)), jnp.sum(data.weights * (values - mean) ** 2), jnp.inf)


@partial(jax.jit, static_argnums=0)
def _rows(ansatz: PointAnsatz, parameters: Parameters, data: MongeAmpereData) -> tuple[Array, Array]:
    """W^{1/2} J (n, p) and W^{1/2} r (n,) for the centred residual r."""
    vector, restore = ravel_pytree(parameters)

    def value_and_row(point: MongeAmpereData) -> tuple[Scalar, Array]:
        return jax.value_and_grad(lambda v: log_ratio(ansatz, restore(v), point))(vector)

    values, rows = jax.lax.map(value_and_row, data, batch_size=_CHUNK)
    root = jnp.sqrt(data.weights)
    return root[:, None] * (rows - (data.weights @ rows)[None]), root * (values - data.weights @ values)


@partial(jax.jit, static_argnums=0)
def _normal_equations(
    ansatz: PointAnsatz, parameters: Parameters, data: MongeAmpereData
) -> tuple[Array, Array, Scalar]:
    """JᵀWJ, JᵀWr and rᵀWr for the centred residual r, summed over chunks of points."""
    vector, restore = ravel_pytree(parameters)

    def value_and_row(point: MongeAmpereData) -> tuple[Scalar, Array]:
        return jax.value_and_grad(lambda v: log_ratio(ansatz, restore(v), point))(vector)

    def sums(chunk: MongeAmpereData) -> _Sums:
        value, row = jax.vmap(value_and_row)(chunk)
        weighted = chunk.weights[:, None] * row
        mean, square = jnp.sum(chunk.weights * value), jnp.sum(chunk.weights * value**2)
        return weighted.T @ row, weighted.T @ value, jnp.sum(weighted, axis=0), mean, square

    def add(total: _Sums, chunk: MongeAmpereData) -> tuple[_Sums, None]:
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
