"""The Monge-Ampère equation for a full Hermitian matrix h, by matrix-free Gauss-Newton steps.

With V the rows s, ∂_1 s, ∂_2 s, ∂_3 s at a point and H = V h V† (4, 4), the residual is

    log det H - 4 log H_00 - log|h_Ω|²,    its derivative along δ:  tr (H⁻¹ - 4 e_0 e_0†/H_00) V δ V†.

The bracket is diagonalised once for each step, V rotated to match, and then J δ and Jᵀ w are one matrix product each of
all rows with an (N, N) matrix. They are made in single precision: the products only steer the search, and the metric
that is found is measured in double precision.
"""

import time
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from g2links.errors import InputError
from g2links.kahler.blocks import padded_blocks
from g2links.kahler.least_squares import FIRST_DAMPING, State
from g2links.kahler.metric import sigma_of
from g2links.kahler.sections import Sections
from g2links.varieties.charts import tangent_frame
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import residue
from g2links.varieties.sampling import Points

_CHUNK = 2000
_BLOCK = 8000
_CG_STEPS = 40
_CG_TOLERANCE = 0.1
_SHORTEST = 1 / 64


@dataclass(frozen=True, eq=False)
class SectionData:
    """The sections at each of n points.

    Attributes:
        rows: (n, 4, N) complex64 s and ∂_a s, divided by r^k.
        log_volume: (n,) log|h_Ω|².
        weights: (n,) for |Ω|² averages; they sum to 1.
    """

    rows: np.ndarray
    log_volume: np.ndarray
    weights: np.ndarray

    def part(self, n: int) -> "SectionData":
        """The first n points."""
        return SectionData(self.rows[:n], self.log_volume[:n], self.weights[:n] / np.sum(self.weights[:n]))

    def gram(self, h: np.ndarray) -> np.ndarray:
        """(n, 4, 4) V h V† at every point."""
        blocks = (self.rows[i : i + _BLOCK] for i in range(0, len(self.rows), _BLOCK))
        return np.concatenate([_times(rows, h.astype(rows.dtype)) @ rows.conj().transpose(0, 2, 1) for rows in blocks])

    def log_ratios(self, h: np.ndarray) -> np.ndarray:
        """log(det g/|h_Ω|²) up to a constant; -inf where g is not positive definite."""
        return _log_ratios(self.gram(h)) - self.log_volume

    def sigma_and_positivity(self, h: np.ndarray) -> tuple[float, float]:
        """<|1 - η/<η>|> over these points, and the share of their weight where g is positive definite."""
        values = self.log_ratios(h)
        return sigma_of(np.exp(values), self.weights), float(self.weights @ np.isfinite(values))


def prepare_sections(polynomial: Polynomial, sections: Sections, points: Points) -> SectionData:
    """Evaluate the sections at all points once."""
    n = len(points.z)
    rows = np.empty((n, 4, sections.count), dtype=np.complex64)
    log_volume = np.empty(n)
    for part, padded in padded_blocks(points, _CHUNK):
        values = _evaluate(polynomial, sections, *padded)
        rows[part], log_volume[part] = (np.asarray(value)[: part.stop - part.start] for value in values)
    return SectionData(rows, log_volume, points.weights / np.sum(points.weights))


@partial(jax.jit, static_argnums=(0, 1))
def _evaluate(polynomial: Polynomial, sections: Sections, z: Array, one: Array, el: Array) -> tuple[Array, Array]:
    def one_point(z: Array, one: Array, el: Array) -> tuple[Array, Array]:
        s = sections.jet(z, tangent_frame(polynomial, z, one, el))
        return jnp.concatenate([s.value[None], s.first]), 2 * jnp.log(jnp.abs(residue(polynomial, z, one, el)))

    return jax.vmap(one_point)(z, one, el)


def hermitian_start(h: np.ndarray) -> State:
    """The first state, at a given matrix."""
    return State(vector_of(h), FIRST_DAMPING, 0, ())


def vector_of(h: np.ndarray) -> np.ndarray:
    """The vector of a state: the real and the imaginary parts of h (N, N)."""
    return np.concatenate([np.ravel(h.real), np.ravel(h.imag)])


def matrix_of(vector: np.ndarray) -> np.ndarray:
    """h from the vector of a state."""
    n = round((len(vector) / 2) ** 0.5)
    re, im = vector.reshape(2, n, n)
    h = re + 1j * im
    return 0.5 * (h + h.conj().T)


class HermitianProblem:
    """What `least_squares.minimise` asks of it; sections are made orthonormal over the points, which makes the linear
    problem well conditioned.

    Args:
        data: the points.
        deadline: conjugate gradients stop at this `time.monotonic()`.

    Raises:
        InputError: when there are fewer points than sections.
    """

    def __init__(self, data: SectionData, deadline: float | None = None) -> None:
        n, _, count = data.rows.shape
        if n < count:
            raise InputError("training_points", n, f"at least {count}, the number of sections")
        self.data, self.deadline = data, deadline
        s = data.rows[:, 0].astype(np.complex128)
        norm = np.sum(np.abs(s) ** 2, axis=1)
        values, vectors = np.linalg.eigh((s.T * (data.weights / norm)) @ s.conj())
        values = np.maximum(values, 1e-10 * values[-1])
        self._to_white = (vectors / np.sqrt(values)) @ vectors.conj().T

    def loss(self, vector: np.ndarray) -> float:
        """Σ w (log ratio - mean)²; infinite where g is not positive at every point."""
        return _variance(self.data.log_ratios(matrix_of(vector)), self.data.weights)

    def linearise(self, vector: np.ndarray) -> "HermitianLinearisation":
        """The linear problem at `vector`."""
        return HermitianLinearisation(self.data, matrix_of(vector), self._to_white, self.deadline)


class HermitianLinearisation:
    """r + J δ, with J applied by matrix products."""

    def __init__(self, data: SectionData, h: np.ndarray, to_white: np.ndarray, deadline: float | None) -> None:
        self._data, self._deadline = data, deadline
        self._white = to_white.astype(np.complex64)
        self._gram = data.gram(h)
        self._values = _log_ratios(self._gram) - data.log_volume
        self.loss = _variance(self._values, data.weights)
        self._root = np.sqrt(data.weights).astype(np.float32)
        self._signs, self._rotated = _diagonalised(data.rows, self._gram)

    def step(self, damping: float) -> np.ndarray:
        """By conjugate gradients, stopped early, then shortened until g is positive and the loss falls."""
        delta = self._conjugate_gradients(damping)
        change = self._data.gram(delta)
        length = 1.0
        while length > _SHORTEST:
            values = _log_ratios(self._gram + length * change) - self._data.log_volume
            if _variance(values, self._data.weights) < self.loss:
                break
            length *= 0.5
        return vector_of(length * delta)

    def _conjugate_gradients(self, damping: float) -> np.ndarray:
        residual = self._root * (self._values - self._data.weights @ self._values).astype(np.float32)
        rest = -residual
        gradient = self._adjoint(rest)
        x, direction = np.zeros_like(gradient), gradient
        size = first = _square(gradient)
        shift = np.float32(0.0)
        for _ in range(_CG_STEPS):
            image = self._apply(direction)
            if not shift:
                shift = np.float32(damping * _square(image) / _square(direction))
            rate = size / (_square(image) + shift * _square(direction))
            x = x + rate * direction
            rest = rest - rate * image
            gradient = self._adjoint(rest) - shift * x
            size, before = _square(gradient), size
            late = self._deadline is not None and time.monotonic() > self._deadline
            if late or size < _CG_TOLERANCE**2 * first:
                break
            direction = gradient + (size / before) * direction
        return self._from_white(x).astype(np.complex128)

    def _from_white(self, x: np.ndarray) -> np.ndarray:
        return self._white @ x @ self._white

    def _apply(self, x: np.ndarray) -> np.ndarray:
        """W^{1/2} (J δ - mean), δ = A x A."""
        delta = self._from_white(x)
        values = np.empty(len(self._rotated), dtype=np.float32)
        for i in range(0, len(values), _BLOCK):
            rows = self._rotated[i : i + _BLOCK]
            squares = np.einsum("nri,nri->nr", _times(rows, delta), rows.conj()).real
            values[i : i + _BLOCK] = np.sum(self._signs[i : i + _BLOCK] * squares, axis=1)
        return self._root * (values - np.float32(self._data.weights @ values))

    def _adjoint(self, y: np.ndarray) -> np.ndarray:
        """The transpose of `_apply`."""
        w = self._root * y
        w = w - self._data.weights.astype(np.float32) * np.sum(w)
        total = np.zeros_like(self._white)
        for i in range(0, len(w), _BLOCK):
            rows = self._rotated[i : i + _BLOCK]
            factors = self._signs[i : i + _BLOCK] * w[i : i + _BLOCK, None]
            flat = rows.reshape(-1, rows.shape[-1])
            total += flat.conj().T @ (factors.reshape(-1, 1) * flat)
        return self._from_white(total)


class _Diagonal(NamedTuple):
    signs: np.ndarray
    rows: np.ndarray


def _diagonalised(rows: np.ndarray, gram: np.ndarray) -> _Diagonal:
    """Eigenvalues (n, 4) of H⁻¹ - 4 e_0 e_0†/H_00, and V in the basis of its eigenvectors."""
    form = np.linalg.inv(gram.astype(np.complex128))
    form[:, 0, 0] -= 4 / gram[:, 0, 0].real
    values, vectors = np.linalg.eigh(form)
    rotation = vectors.transpose(0, 2, 1).conj().astype(np.complex64)
    size = np.sqrt(np.abs(values))
    turned = (size[:, :, None] * rotation).astype(np.complex64) @ rows
    return _Diagonal(np.sign(values).astype(np.float32), turned)


def _log_ratios(gram: np.ndarray) -> np.ndarray:
    """log det H - 4 log H_00; -inf where H is not positive definite."""
    gram = gram.astype(np.complex128)
    positive = np.linalg.eigvalsh(gram)[:, 0] > 0
    safe = np.where(positive[:, None, None], gram, np.eye(4))
    values = np.linalg.slogdet(safe)[1] - 4 * np.log(safe[:, 0, 0].real)
    return np.where(positive, values, -np.inf)


def _variance(values: np.ndarray, weights: np.ndarray) -> float:
    if not np.all(np.isfinite(values)):
        return float("inf")
    return float(weights @ (values - weights @ values) ** 2)


def _times(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    n, four, count = rows.shape
    return np.asarray((rows.reshape(-1, count) @ matrix).reshape(n, four, count))


def _square(x: np.ndarray) -> np.float32:
    return np.float32(np.vdot(x, x).real)
