"""The Monge-Ampère equation for a full Hermitian matrix h, by matrix-free Gauss-Newton steps.

With V the rows s, ∂_1 s, ..., ∂_d s at a point and H = V h V† (d + 1, d + 1), the residual is

    log det H - (d + 1) log H_00 - log|h_Ω|²,    its derivative along δ:  tr (H⁻¹ - (d + 1) e_0 e_0†/H_00) V δ V†.

With Cholesky's H = L L†, whose first column belongs to e_0, the bracket is L⁻† diag(-d, 1, ..., 1) L⁻¹: J δ is a sum
over the rows of L⁻¹ V, orthonormal for h, and J δ and Jᵀ w are one product each of all these rows with an (N, N)
matrix. They are made in single precision: the products only steer the search, and the metric that is found is measured
in double precision.

Where t is no class of sections, K has Σ (t_α - d_α/κ) log|z^(α)|² beside (1/κ) log s† h s. With B (d, d) its ∂_a∂_b̄
times κ the same holds for H = V h V† + (0 ⊕ B) (V h V†)_00, which is linear in h too, but that -d becomes
-d + H_00 tr H⁻¹(0 ⊕ B).
"""

import time
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array
from g2links.calculus.map_points import padded_blocks
from g2links.errors import InputError
from g2links.potentials.reference import reference_jet
from g2links.potentials.sections import Sections
from g2links.potentials.sigma import sigma_of
from g2links.ricci_flat.conjugate_gradients import Progress, least_squares
from g2links.ricci_flat.hermitian_products import hermitian_forms, orthonormaliser, weighted_gram
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.points.sampling import Points
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety

_CHUNK = 2000
"""Points whose sections are evaluated at once."""
_BLOCK = 8000
"""Points whose Gram matrices are made at once."""
_CG_STEPS = 150
"""Of conjugate gradients in one Gauss-Newton step, at most: more do not pay before the next linearisation."""
_CG_WINDOW, _CG_FALL = 5, 0.01
"""They end where five of them take off less than 1 %."""
_CURVATURE, _CG_SHARE = 4.0, 0.2
"""They end where the linear residual is below what the second order adds, 4 |r|⁴, and below a fifth."""
_SHORTEST = 1 / 64
"""The part of a step below which it is given up, and the damping raised."""


@dataclass(frozen=True, eq=False)
class SectionData:
    """The sections at each of n points.

    Attributes:
        rows: (n, d + 1, N) complex64 s and ∂_a s, divided by r^k.
        log_volume: (n,) log|h_Ω|².
        weights: (n,) for |Ω|² averages; they sum to 1.
        added: (n, d, d) B, what the metric has beside that of the sections, times κ; None where that is nothing.
    """

    rows: np.ndarray
    log_volume: np.ndarray
    weights: np.ndarray
    added: np.ndarray | None = None

    def part(self, n: int) -> "SectionData":
        """The first n points."""
        added = None if self.added is None else self.added[:n]
        return SectionData(self.rows[:n], self.log_volume[:n], self.weights[:n] / np.sum(self.weights[:n]), added)

    def gram(self, h: np.ndarray) -> np.ndarray:
        """(n, d + 1, d + 1) H at every point."""
        blocks = (self.rows[i : i + _BLOCK] for i in range(0, len(self.rows), _BLOCK))
        gram = np.concatenate([_times(rows, h.astype(rows.dtype)) @ rows.conj().transpose(0, 2, 1) for rows in blocks])
        if self.added is not None:
            gram[:, 1:, 1:] += gram[:, :1, :1].real * self.added
        return gram

    def signature(self, gram: np.ndarray) -> np.ndarray:
        """(n or 1, d + 1) the diagonal between L⁻† and L⁻¹ in the derivative of log det H - (d + 1) log H_00."""
        d = self.rows.shape[1] - 1
        signature = np.array([[-d] + d * [1]], dtype=np.float32)
        if self.added is None:
            return signature
        inverse = np.linalg.inv(gram.astype(np.complex128))[:, 1:, 1:]
        traces = np.einsum("nab,nba->n", inverse, self.added).real
        signature = np.repeat(signature, len(gram), axis=0)
        signature[:, 0] += gram[:, 0, 0].real * traces
        return signature

    def log_ratios(self, h: np.ndarray) -> np.ndarray:
        """log(det g/|h_Ω|²) up to a constant; -inf where g is not positive definite."""
        return _log_ratios(self.gram(h)) - self.log_volume

    def loss(self, h: np.ndarray) -> float:
        """Σ w (log ratio - mean)²; infinite where g is not positive at every point."""
        return _variance(self.log_ratios(h), self.weights)

    def sigma_and_positivity(self, h: np.ndarray) -> tuple[float, float]:
        """<|1 - η/<η>|> over these points, and the share of their weight where g is positive definite."""
        values = self.log_ratios(h)
        return sigma_of(np.exp(values), self.weights), float(self.weights @ np.isfinite(values))


def prepare_sections(variety: AbstractVariety, sections: Sections, points: Points) -> SectionData:
    """Evaluate the sections at all points once."""
    n = points.n
    rows = np.empty((n, variety.dimension + 1, sections.count), dtype=np.complex64)
    log_volume = np.empty(n)
    added = None if variety.is_integral else np.empty((n, *(variety.dimension,) * 2), dtype=np.complex128)
    for part, padded in padded_blocks(points, _CHUNK):
        values = _evaluate(variety, sections, padded)
        rows[part], log_volume[part], beside = (np.asarray(value)[: part.stop - part.start] for value in values)
        if added is not None:
            added[part] = beside
    return SectionData(rows, log_volume, points.weights / np.sum(points.weights), added)


@partial(jax.jit, static_argnums=(0, 1))
def _evaluate(variety: AbstractVariety, sections: Sections, at: ChartPoint) -> tuple[Array, Array, Array]:
    of_class = sections.of_class
    rest = [of_class.root * (t - own) for t, own in zip(variety.polarisation, of_class.kahler, strict=True)]

    def one_point(at: ChartPoint) -> tuple[Array, Array, Array]:
        frame = tangent_frame(variety, at)
        s = sections.jet(at.z, frame)
        beside = (
            jnp.zeros(0) if variety.is_integral else reference_jet(variety, at.z, frame, kahler=rest).hermitian()[0]
        )
        return jnp.concatenate([s.value[None], s.first]), 2 * jnp.log(jnp.abs(residue(variety, at))), beside

    return jax.vmap(one_point)(at)


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
    """What `levenberg_marquardt.minimise` asks of it; sections are made orthonormal over the points, which makes the
    linear problem well conditioned.

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
        s = data.rows[:, 0]
        self._to_white = orthonormaliser(s, data.weights / np.linalg.norm(s, axis=1) ** 2)

    def loss(self, vector: np.ndarray) -> float:
        """`SectionData.loss`."""
        return self.data.loss(matrix_of(vector))

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
        self._rows = _orthonormal(data.rows, self._gram)
        self._signature = data.signature(self._gram)

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
        delta = least_squares(
            self._apply,
            self._adjoint,
            -residual,
            self._is_enough,
            preconditioner=lambda x: self._white @ x @ self._white,
            damping=damping,
        )
        return delta.astype(np.complex128)

    def _is_enough(self, progress: Progress) -> bool:
        """Whether |r + J δ|² stalls, or has fallen well below |r|² and what the second order of δ adds to it, which is
        about 4 |r|⁴."""
        losses, steps = progress.losses, progress.steps
        late = self._deadline is not None and time.monotonic() > self._deadline
        stalls = steps >= _CG_WINDOW and losses[-1] > (1 - _CG_FALL) * losses[-1 - _CG_WINDOW]
        small = losses[-1] < min(_CURVATURE * losses[0] ** 2, _CG_SHARE * losses[0])
        return late or steps == _CG_STEPS or stalls or small

    def _apply(self, delta: np.ndarray) -> np.ndarray:
        """W^{1/2} (J δ - mean)."""
        squares = hermitian_forms(self._rows, delta).reshape(-1, self._signature.shape[1])
        same = len(self._signature) == 1
        values = squares @ self._signature[0] if same else np.sum(squares * self._signature, axis=1)
        return self._root * (values - np.float32(self._data.weights @ values))

    def _adjoint(self, y: np.ndarray) -> np.ndarray:
        """The transpose of `_apply`."""
        w = self._root * y
        w = w - self._data.weights.astype(np.float32) * np.sum(w)
        return weighted_gram(self._rows, np.ravel(w[:, None] * self._signature))


def _orthonormal(rows: np.ndarray, gram: np.ndarray) -> np.ndarray:
    """L⁻¹ V at every point, ((d + 1) n, N)."""
    inverse = np.linalg.inv(np.linalg.cholesky(gram.astype(np.complex128))).astype(rows.dtype)
    turned = np.empty_like(rows)
    for i in range(0, len(rows), _BLOCK):
        np.matmul(inverse[i : i + _BLOCK], rows[i : i + _BLOCK], out=turned[i : i + _BLOCK])
    return turned.reshape(-1, rows.shape[-1])


def _log_ratios(gram: np.ndarray) -> np.ndarray:
    """log det H - (d + 1) log H_00; -inf where H is not positive definite."""
    gram, size = gram.astype(np.complex128), gram.shape[-1]
    positive = np.linalg.eigvalsh(gram)[:, 0] > 0
    safe = np.where(positive[:, None, None], gram, np.eye(size))
    values = np.linalg.slogdet(safe)[1] - size * np.log(safe[:, 0, 0].real)
    return np.where(positive, values, -np.inf)


def _variance(values: np.ndarray, weights: np.ndarray) -> float:
    if not np.all(np.isfinite(values)):
        return float("inf")
    return float(weights @ (values - weights @ values) ** 2)


def _times(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    n, size, count = rows.shape
    return np.asarray((rows.reshape(-1, count) @ matrix).reshape(n, size, count))
