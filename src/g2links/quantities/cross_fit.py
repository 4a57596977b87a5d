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
        self._counts = np.zeros(_FOLDS)

    def add(self, targets: Float[np.ndarray, "n T"], controls: Float[np.ndarray, "n K"], of: int) -> None:
        """More points, times their weights.

        Args:
            targets, controls: the values.
            of: how many random points these n are, where those left out have the values 0.
        """
        rows = np.concatenate([targets, controls], axis=1)
        fold = np.argmin(self._counts)
        self._counts[fold] += of
        self._sums[fold] += rows.sum(axis=0)
        self._products[fold] += rows.T @ rows

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
