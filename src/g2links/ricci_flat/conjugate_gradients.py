"""Least squares by conjugate gradients, for a matrix that is known only by its products with vectors (CGLS: Björck,
Numerical Methods for Least Squares Problems, section 7.4)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_Map = Callable[[np.ndarray], np.ndarray]


class Progress(NamedTuple):
    """Where an iteration is: each list has one number for the start and one for every step.

    Attributes:
        losses: |b - A x|².
        gradients: the square of the gradient in y, half of that of |b - A x|² + shift |y|².
    """

    losses: list[float]
    gradients: list[float]

    @property
    def steps(self) -> int:
        """The steps so far."""
        return len(self.losses) - 1


def least_squares(
    apply: _Map,
    adjoint: _Map,
    target: np.ndarray,
    enough: Callable[[Progress], bool],
    *,
    preconditioner: _Map = lambda y: y,
    damping: float = 0.0,
) -> np.ndarray:
    """x = S y near the minimum of |b - A x|² + shift |y|², from x = 0.

    Args:
        apply: A.
        adjoint: A†.
        target: b.
        enough: whether to stop; asked after every step, so that there is one at least.
        preconditioner: a self-adjoint S for which A S is well conditioned.
        damping: shift = damping |A S d|²/|d|², d the first direction.

    Returns:
        x, in the precision of S.
    """
    rest, gradient = target, preconditioner(adjoint(target))
    y, direction = np.zeros_like(gradient), gradient
    progress, shift = Progress([_square(rest)], [_square(gradient)]), 0.0
    while not (progress.steps and enough(progress)):
        image = apply(preconditioner(direction))
        if not progress.steps:
            shift = damping * _square(image) / _square(direction)
        rate = progress.gradients[-1] / (_square(image) + shift * _square(direction))
        y = y + rate * direction
        rest = rest - rate * image
        gradient = preconditioner(adjoint(rest)) - shift * y
        progress.losses.append(_square(rest))
        progress.gradients.append(_square(gradient))
        direction = gradient + progress.gradients[-1] / progress.gradients[-2] * direction
    return preconditioner(y)


def _square(x: np.ndarray) -> float:
    return float(np.vdot(x, x).real)
