"""The equation for a Hermitian matrix linearised at one h, as products with the sections of some points
(`hermitian_search` says what they are)."""

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from g2links.potentials.sigma import sigma_of
from g2links.ricci_flat.hermitian_products import gram, hermitian_forms, weighted_gram

_BLOCK = 8000
"""Points whose Gram matrices are made at once."""


@runtime_checkable
class SectionProducts(Protocol):
    """The residual and its derivative J at one h.

    Attributes:
        values: (n,) log(det g/|h_Ω|²) up to a constant; -inf where g is not positive definite.
    """

    values: np.ndarray

    def forms(self, delta: np.ndarray) -> np.ndarray:
        """(n,) float32, J δ."""

    def adjoint(self, y: np.ndarray) -> np.ndarray:
        """(N, N) complex64, Jᵀ y for y (n,)."""

    def towards(self, delta: np.ndarray) -> None:
        """Prepare for `values_along`."""

    def values_along(self, length: float) -> np.ndarray:
        """(n,) `values` at h + length δ."""


@runtime_checkable
class SectionTable(Protocol):
    """The sections at n points, here or in several processes."""

    @property
    def weights(self) -> np.ndarray:
        """(n,) for |Ω|² averages; they sum to 1."""

    @property
    def sections(self) -> int:
        """N."""

    def part(self, n: int) -> "SectionTable":
        """The first n points."""

    def log_ratios(self, h: np.ndarray) -> np.ndarray:
        """(n,) log(det g/|h_Ω|²) up to a constant; -inf where g is not positive definite."""

    def moments(self) -> np.ndarray:
        """(N, N) complex128 Σ w s† s/|s|²."""

    def linearised(self, h: np.ndarray) -> SectionProducts:
        """The equation at h."""


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

    @property
    def sections(self) -> int:
        """N."""
        return int(self.rows.shape[2])

    def part(self, n: int) -> "SectionData":
        """The first n points."""
        first = self.first(n)
        return replace(first, weights=first.weights / np.sum(first.weights))

    def first(self, n: int) -> "SectionData":
        """The first n points with the weights that they have among all."""
        added = None if self.added is None else self.added[:n]
        return SectionData(self.rows[:n], self.log_volume[:n], self.weights[:n], added)

    def gram(self, h: np.ndarray) -> np.ndarray:
        """(n, d + 1, d + 1) H at every point, V h V† and what is added: linear in h."""
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
        """See `SectionTable`."""
        return _log_ratios(self.gram(h)) - self.log_volume

    def moments(self) -> np.ndarray:
        """See `SectionTable`."""
        s = self.rows[:, 0]
        return gram(s, self.weights / np.linalg.norm(s, axis=1) ** 2)

    def linearised(self, h: np.ndarray) -> "LocalProducts":
        """See `SectionTable`."""
        return LocalProducts(self, h)


class LocalProducts:
    """Of the points of one process; see `SectionProducts`."""

    def __init__(self, data: SectionData, h: np.ndarray) -> None:
        self._data, self._gram = data, data.gram(h)
        self.values = _log_ratios(self._gram) - data.log_volume
        self._rows, self._signature = _orthonormal(data.rows, self._gram), data.signature(self._gram)

    def forms(self, delta: np.ndarray) -> np.ndarray:
        """See `SectionProducts`."""
        squares = hermitian_forms(self._rows, delta).reshape(-1, self._signature.shape[1])
        same = len(self._signature) == 1
        return np.asarray(squares @ self._signature[0] if same else np.sum(squares * self._signature, axis=1))

    def adjoint(self, y: np.ndarray) -> np.ndarray:
        """See `SectionProducts`."""
        return weighted_gram(self._rows, np.ravel(y[:, None] * self._signature))

    def towards(self, delta: np.ndarray) -> None:
        """See `SectionProducts`."""
        self._change = self._data.gram(delta)

    def values_along(self, length: float) -> np.ndarray:
        """See `SectionProducts`."""
        return _log_ratios(self._gram + length * self._change) - self._data.log_volume


def loss_of(table: SectionTable, h: np.ndarray) -> float:
    """Σ w (log ratio - mean)² over the points of a table; infinite where g is not positive at every one."""
    return variance(table.log_ratios(h), table.weights)


def variance(values: np.ndarray, weights: np.ndarray) -> float:
    """Σ w (value - mean)²; infinite where one is not finite."""
    if not np.all(np.isfinite(values)):
        return float("inf")
    return float(weights @ (values - weights @ values) ** 2)


def sigma_and_positivity(table: SectionTable, h: np.ndarray) -> tuple[float, float]:
    """<|1 - η/<η>|> over the points of a table, and the share of their weight where g is positive definite."""
    values = table.log_ratios(h)
    return sigma_of(np.exp(values), table.weights), float(table.weights @ np.isfinite(values))


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


def _times(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    n, size, count = rows.shape
    return np.asarray((rows.reshape(-1, count) @ matrix).reshape(n, size, count))
