"""What a training tells the outside world, and what it needs back to go on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

import numpy as np

from g2links.training.settings import Settings


class Outcome(Enum):
    """Why training ended; the value is the sentence for the user."""

    LIMIT = "the number of epochs asked for was reached"
    EARLY = "the validation loss no longer falls"
    STOPPED = "the time limit was reached or a stop was asked for"


class Snapshot(NamedTuple):
    """All that the rest of a training depends on: saved after some epoch and handed to `train`, it goes on
    with the same bits.

    Attributes:
        arrays: weights, best weights and the optimiser's memory.
        state: plain data: the epoch, the best loss, the counters, the history.
    """

    arrays: dict[str, np.ndarray]
    state: dict[str, Any]


Hook = Callable[[Snapshot], bool | None]
"""Called after every epoch; returning True stops the training."""


@dataclass
class Progress:
    """The plain part of a training's state.

    Attributes:
        epoch: epochs done.
        best_loss, best_epoch: of the smallest validation loss.
        waited: epochs since the validation loss last fell by more than min_delta.
        since_drop: epochs since then, or since the learning rate was last lowered.
        drops: how often it was lowered.
        history: name -> one number per epoch; None where there was no validation.
    """

    epoch: int = 0
    best_loss: float = float("inf")
    best_epoch: int = 0
    waited: int = 0
    since_drop: int = 0
    drops: int = 0
    history: dict[str, list[float | None]] = field(
        default_factory=lambda: {"loss": [], "validation_loss": [], "rate": []}
    )

    def record(self, loss: float, validation: float | None, rate: float, settings: Settings) -> bool:
        """Take in one more epoch; True when its weights are the best so far."""
        self.epoch += 1
        for name, value in (("loss", loss), ("validation_loss", validation), ("rate", rate)):
            self.history[name].append(value)
        self.waited, self.since_drop = self.waited + 1, self.since_drop + 1
        improved = validation is not None and validation < self.best_loss
        if validation is not None and validation < self.best_loss - settings.early_stopping.min_delta:
            self.waited = self.since_drop = 0
        if improved:
            assert validation is not None
            self.best_loss, self.best_epoch = validation, self.epoch
        if self.since_drop >= settings.schedule.patience:
            self.drops, self.since_drop = self.drops + 1, 0
        return improved

    def exhausted(self, settings: Settings) -> bool:
        """Whether early stopping ends the training here."""
        return settings.early_stopping.enabled and self.waited >= settings.early_stopping.patience

    def to_state(self) -> dict[str, Any]:
        """Plain data, a copy."""
        state = dict(vars(self))
        return {**state, "history": {name: list(values) for name, values in self.history.items()}}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Progress":
        """The inverse of `to_state`."""
        return cls(**{**state, "history": {name: list(values) for name, values in state["history"].items()}})
