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
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from g2links._typing import Array
from g2links.calculus.map_points import padded_blocks
from g2links.errors import InputError
from g2links.potentials.reference import reference_jet
from g2links.potentials.sections import Sections
from g2links.ricci_flat.conjugate_gradients import Progress, least_squares
from g2links.ricci_flat.hermitian_products import inverse_root
from g2links.ricci_flat.section_products import SectionData, SectionTable, loss_of, variance
from g2links.varieties.charts import ChartPoint, tangent_frame
from g2links.varieties.points.sampling import Points
from g2links.varieties.residue import residue
from g2links.varieties.variety import AbstractVariety

_CHUNK = 2000
"""Points whose sections are evaluated at once."""
_CG_STEPS = 150
"""Of conjugate gradients in one Gauss-Newton step, at most: more do not pay before the next linearisation."""
_CG_WINDOW, _CG_FALL = 5, 0.01
"""They end where five of them take off less than 1 %."""
_CURVATURE, _CG_SHARE = 4.0, 0.2
"""They end where the linear residual is below what the second order adds, 4 |r|⁴, and below a fifth."""
_SHORTEST = 1 / 64
"""The part of a step below which it is given up, and the damping raised."""


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
        data: the points, here or in several processes.
        deadline: conjugate gradients stop at this `time.monotonic()`.

    Raises:
        InputError: when there are fewer points than sections.
    """

    def __init__(self, data: SectionTable, deadline: float | None = None) -> None:
        n, count = len(data.weights), data.sections
        if n < count:
            raise InputError("training_points", n, f"at least {count}, the number of sections")
        self.data, self.deadline = data, deadline
        self._to_white = inverse_root(data.moments())

    def loss(self, vector: np.ndarray) -> float:
        """See `section_products.loss_of`."""
        return loss_of(self.data, matrix_of(vector))

    def linearise(self, vector: np.ndarray) -> "HermitianLinearisation":
        """The linear problem at `vector`."""
        return HermitianLinearisation(self.data, matrix_of(vector), self._to_white, self.deadline)


class HermitianLinearisation:
    """r + J δ, with J applied by matrix products."""

    def __init__(self, data: SectionTable, h: np.ndarray, to_white: np.ndarray, deadline: float | None) -> None:
        self._weights, self._deadline = data.weights, deadline
        self._white = to_white.astype(np.complex64)
        self._products = data.linearised(h)
        self._values = self._products.values
        self.loss = variance(self._values, data.weights)
        self._root = np.sqrt(data.weights).astype(np.float32)

    def step(self, damping: float) -> np.ndarray:
        """By conjugate gradients, stopped early, then shortened until g is positive and the loss falls."""
        delta = self._conjugate_gradients(damping)
        self._products.towards(delta)
        length = 1.0
        while length > _SHORTEST:
            if variance(self._products.values_along(length), self._weights) < self.loss:
                break
            length *= 0.5
        return vector_of(length * delta)

    def _conjugate_gradients(self, damping: float) -> np.ndarray:
        residual = self._root * (self._values - self._weights @ self._values).astype(np.float32)
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
        values = self._products.forms(delta)
        return self._root * (values - np.float32(self._weights @ values))

    def _adjoint(self, y: np.ndarray) -> np.ndarray:
        """The transpose of `_apply`."""
        w = self._root * y
        w = w - self._weights.astype(np.float32) * np.sum(w)
        return self._products.adjoint(w)
