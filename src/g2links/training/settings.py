"""How a training runs: plain values, each with the meaning that `settings/hps.yaml` gives it, and the learning rate
that they make. None has a default here: those of `settings/hps.yaml` are the only ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from g2links.errors import InputError

SCHEDULES = ("constant", "cosine", "exponential", "plateau")


@dataclass(frozen=True)
class Schedule:
    """How the learning rate moves.

    Args:
        kind: constant; cosine, falling to `final_factor` at the last step; exponential, times `decay` after
            every epoch but not below `final_factor`; plateau, times `decay` when the validation loss has not
            improved for `patience` epochs.
        warmup_epochs: epochs of linear growth before that.

    Raises:
        InputError: for an unknown kind.
    """

    kind: str
    warmup_epochs: int
    final_factor: float
    decay: float
    patience: int

    def __post_init__(self) -> None:
        if self.kind not in SCHEDULES:
            raise InputError("schedule", self.kind, f"choose one of {', '.join(SCHEDULES)}")

    def factor(self, epoch: float, epochs: int, drops: int) -> float:
        """The learning rate over its largest value.

        Args:
            epoch: epochs done so far; a fraction inside an epoch.
            epochs: how many there will be.
            drops: how often a plateau was met.
        """
        if epoch < self.warmup_epochs:
            return epoch / self.warmup_epochs
        done = epoch - self.warmup_epochs
        if self.kind == "cosine":
            share = min(1.0, done / max(epochs - self.warmup_epochs, 1e-9))
            return self.final_factor + (1 - self.final_factor) * 0.5 * (1 + math.cos(math.pi * share))
        if self.kind == "exponential":
            return max(self.final_factor, self.decay ** math.floor(done))
        if self.kind == "plateau":
            return max(self.final_factor, self.decay**drops)
        return 1.0


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when the validation loss has not fallen by more than `min_delta` for `patience` epochs."""

    enabled: bool
    patience: int
    min_delta: float


@dataclass(frozen=True, kw_only=True)
class Physics:
    """Weights of the identities in the loss (`physics.TERMS`); a term that a task does not have counts for nothing.

    Args:
        d_phi, d_psi, d_eta, volume, positivity: factors of the mean squares; 0 leaves a term out.
        start_epoch: how many epochs go by without them.
        ramp_epochs: over how many more they then grow to these values.
        points: at how many training points they are taken.
        batch_size: of these, how many in a step.

    Raises:
        InputError: when a number is out of range.
    """

    d_phi: float = 0.0
    d_psi: float = 0.0
    d_eta: float = 0.0
    volume: float = 0.0
    positivity: float = 0.0
    start_epoch: int
    ramp_epochs: int
    points: int
    batch_size: int

    def __post_init__(self) -> None:
        for name in ("ramp_epochs", "points", "batch_size"):
            if getattr(self, name) < 1:
                raise InputError(f"physics.{name}", getattr(self, name), "a whole number, at least 1")
        if self.start_epoch < 0:
            raise InputError("physics.start_epoch", self.start_epoch, "a whole number, at least 0")
        for name in ("d_phi", "d_psi", "d_eta", "volume", "positivity"):
            if not getattr(self, name) >= 0:
                raise InputError(f"physics.{name}", getattr(self, name), "a number, at least 0")

    def terms(self, known: Sequence[str]) -> tuple[str, ...]:
        """Those of the known terms whose weight is above 0."""
        return tuple(term for term in known if getattr(self, term) > 0)

    def weights(self, terms: Sequence[str]) -> np.ndarray:
        """Those of some terms."""
        return np.array([getattr(self, term) for term in terms], dtype=float)

    def share(self, epoch: int) -> float:
        """Of the weights, in epoch number `epoch` (from 0): 0 at first, at last 1."""
        return min(1.0, max(0.0, (epoch + 1 - self.start_epoch) / self.ramp_epochs))


@dataclass(frozen=True)
class Settings:
    """What `train` needs to know besides the model and the data.

    Args:
        epochs: passes over the data; for the potential architecture, least-squares iterations.
        batch_size: base points in a step; the potential architecture uses them all.
        learning_rate: the largest one.
        validate_every: epochs from one validation to the next.
        l2: factor of the sum of squared matrices in the loss.
        optimiser: adam, soap, or lm for least squares; the potential architecture is always fitted by least squares.
        physics: identities in the loss; not for the potential architecture, which has them by construction.
        max_points: how many training points the least-squares solver uses at most.

    Raises:
        InputError: when a number is out of range.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    schedule: Schedule
    early_stopping: EarlyStopping
    validate_every: int
    l2: float
    seed: int
    max_points: int
    optimiser: str
    physics: Physics

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "validate_every", "max_points"):
            if getattr(self, name) < 1:
                raise InputError(name, getattr(self, name), "a whole number, at least 1")
        if self.optimiser not in ("adam", "soap", "lm"):
            raise InputError("optimiser", self.optimiser, "adam, soap or lm")
        if not self.learning_rate > 0:
            raise InputError("learning_rate", self.learning_rate, "a number above 0")

    def learning_rates(self, epoch: int, steps: int, drops: int) -> np.ndarray:
        """The learning rate of each step of epoch number `epoch` (from 0); the first step of all has one
        above 0."""
        factors = [self.schedule.factor(epoch + (i + 1) / steps, self.epochs, drops) for i in range(steps)]
        return self.learning_rate * np.array(factors)
