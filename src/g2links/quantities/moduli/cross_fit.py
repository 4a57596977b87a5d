"""Averages of many functions over random points at once, with control variates fitted on other points."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

_FOLDS = 8
"""Parts of the points; the control variates of each are fitted on the others, so that the estimate is unbiased."""
_NEGLIGIBLE = 1e-11
"""Eigenvalues of the controls' correlations below this share of the largest are combinations that are not there."""


class Estimates(NamedTuple):
    """Averages and how they err together.

    Attributes:
        mean: (T,).
        covariance: (T, T) of the means.
    """

    mean: Float[np.ndarray, " T"]
    covariance: Float[np.ndarray, "T T"]


class CrossFit:
    """Collects values of T functions and of K functions of mean 0 at independent random points, block by block, of
    which it keeps sums of products alone.

    Args:
        targets: T.
        controls: K.
    """

    def __init__(self, targets: int, controls: int) -> None:
        self._targets = targets
        self._sums = np.zeros((_FOLDS, targets + controls))
        self._products = np.zeros((_FOLDS, targets + controls, targets + controls))
        self._counts, self._last = np.zeros(_FOLDS), 0

    def add(self, *parts: Float[np.ndarray, "_n _columns"], of: int, columns: np.ndarray | None = None) -> None:
        """A block of points, each value times the weight of its point. Blocks go to one part after the other.

        Args:
            parts: columns of the T functions and of the K, side by side.
            of: how many random points there were, with 0 at those left out; 0 for more rows of the block before.
            columns: those that are given, where the others are 0.
        """
        rows = np.concatenate(parts, axis=1)
        fold = self._last = int(np.argmin(self._counts)) if of else self._last
        self._counts[fold] += of
        every = np.arange(self._sums.shape[1]) if columns is None else columns
        self._sums[fold, every] += rows.sum(axis=0)
        self._products[fold][np.ix_(every, every)] += rows.T @ rows

    def estimates(self) -> Estimates:
        """The averages over all points that were added.

        Raises:
            ValueError: for fewer blocks than parts.
        """
        if not self._counts.all():
            raise ValueError(f"at least {_FOLDS} blocks of points are needed")
        t, total = self._targets, self._counts.sum()
        mean, squares = np.zeros(t), np.zeros((t, t))
        for fold in range(_FOLDS):
            others = np.arange(_FOLDS) != fold
            count = self._counts[others].sum()
            centre = self._sums[others].sum(axis=0) / count
            spread = self._products[others].sum(axis=0) / count - np.outer(centre, centre)
            change = np.concatenate([np.eye(t), -_fitted(spread[t:, t:], spread[t:, :t])])
            mean += self._sums[fold] @ change / total
            squares += change.T @ self._products[fold] @ change / total
        return Estimates(mean, (squares - np.outer(mean, mean)) / total)


def _fitted(controls: np.ndarray, mixed: np.ndarray) -> np.ndarray:
    """(K, T) the least-squares coefficients, without the combinations of controls that vanish."""
    if not len(controls):
        return mixed
    scale = 1 / np.sqrt(np.maximum(np.diag(controls), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(controls * np.outer(scale, scale))
    there = values > _NEGLIGIBLE * values[-1]
    vectors = vectors[:, there]
    solved: np.ndarray = scale[:, None] * (vectors @ ((vectors.T @ (scale[:, None] * mixed)) / values[there][:, None]))
    return solved
