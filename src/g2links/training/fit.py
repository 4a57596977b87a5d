"""Training: the one entry, and the loop over epochs that all architectures share."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from g2links.errors import InputError
from g2links.networks.architecture import Row, Weights
from g2links.networks.hermitian_potential import HermitianPotential
from g2links.networks.model import LinkModel
from g2links.networks.potential import FeaturePotential
from g2links.training.data import RowBlocks
from g2links.training.first_order import FirstOrder
from g2links.training.matrix_free import MatrixFree
from g2links.training.progress import Hook, Outcome, Progress, Snapshot
from g2links.training.second_order import SecondOrder
from g2links.training.settings import Settings

_BEST = "best_"


class TrainingResult(NamedTuple):
    """How a training ended; the model holds the weights with the smallest validation loss.

    Attributes:
        outcome: why it ended.
        epochs: how many epochs were done, with those before a resume.
        best_loss, best_epoch: of the weights kept.
        history: `loss`, `validation_loss` and `rate` (learning rate, or damping), one entry for each epoch.
        seconds: wall time of this call.
        snapshot: to go on from.
    """

    outcome: Outcome
    epochs: int
    best_loss: float
    best_epoch: int
    history: dict[str, list[float | None]]
    seconds: float
    snapshot: Snapshot


@runtime_checkable
class Optimiser(Protocol):
    """What changes the weights: `FirstOrder` or `SecondOrder`."""

    def epoch(self, number: int, drops: int) -> tuple[float, float] | None:
        """One epoch: training loss and learning rate; None when there is nothing left to gain."""

    def validation_loss(self) -> float:
        """The loss on the validation data."""

    def weights(self) -> Weights:
        """The present weights."""

    def arrays(self) -> dict[str, Any]:
        """All arrays that the next epoch depends on."""

    def restore(self, arrays: dict[str, Any]) -> None:
        """The inverse of `arrays`."""


def train(
    model: LinkModel,
    rows: Row | RowBlocks,
    validation: Row | RowBlocks,
    settings: Settings,
    *,
    on_epoch: Hook | None = None,
    resume: Snapshot | None = None,
    deadline: float | None = None,
) -> TrainingResult:
    """Fit `model`, from the weights that it has (see `LinkModel.initialise`), and leave it with the best
    ones.

    Args:
        rows: training data, from `data.link_rows`, or blocks of them that are read when they are needed.
        validation: data to choose the weights by, of other base points.
        on_epoch: called after every epoch with the state to save; returning True stops the training.
        resume: such a state; the training goes on from it, and ends with the bits of one that was never
            interrupted.
        deadline: no epoch starts after this `time.monotonic()`.

    Raises:
        InputError: when `resume` belongs to another model, or for identities in the loss of a potential.
    """
    start = time.monotonic()
    optimiser = _optimiser_of(model, settings)(model, rows, validation, settings)
    progress, best = Progress(), model.state
    if resume is not None:
        progress, best = Progress.from_state(resume.state), _best(resume, model.state)
        optimiser.restore(resume.arrays)
    outcome = Outcome.LIMIT
    while progress.epoch < settings.epochs:
        if progress.exhausted(settings):
            outcome = Outcome.EARLY
            break
        if deadline is not None and time.monotonic() > deadline:
            outcome = Outcome.STOPPED
            break
        done = optimiser.epoch(progress.epoch, progress.drops)
        if done is None:
            outcome = Outcome.EARLY
            break
        due = (progress.epoch + 1) % settings.validate_every == 0 or progress.epoch + 1 == settings.epochs
        if progress.record(done[0], optimiser.validation_loss() if due else None, done[1], settings):
            best = optimiser.weights()
        if on_epoch is not None and on_epoch(_snapshot(optimiser, progress, best)):
            outcome = Outcome.STOPPED
            break
    snapshot = _snapshot(optimiser, progress, best)
    model.assign(best if progress.best_epoch else optimiser.weights())
    seconds = time.monotonic() - start
    return TrainingResult(
        outcome, progress.epoch, progress.best_loss, progress.best_epoch, progress.history, seconds, snapshot
    )


def _optimiser_of(model: LinkModel, settings: Settings) -> Callable[..., Optimiser]:
    if isinstance(model.architecture, HermitianPotential):
        return MatrixFree
    least_squares = isinstance(model.architecture, FeaturePotential) or settings.optimiser == "lm"
    return SecondOrder if least_squares else FirstOrder


def _snapshot(optimiser: Optimiser, progress: Progress, best: Weights) -> Snapshot:
    kept = {f"{_BEST}{i}": np.asarray(value) for i, value in enumerate(best.trainable)}
    return Snapshot({**optimiser.arrays(), **kept}, progress.to_state())


def _best(snapshot: Snapshot, like: Weights) -> Weights:
    """The best weights of a snapshot.

    Raises:
        InputError: when they do not fit the model.
    """
    try:
        values = tuple(np.asarray(snapshot.arrays[f"{_BEST}{i}"]) for i in range(len(like.trainable)))
    except KeyError as error:
        raise InputError("resume", sorted(snapshot.arrays), f"it has no {error}: it is of another model") from error
    if [v.shape for v in values] != [np.shape(v) for v in like.trainable]:
        raise InputError("resume", [v.shape for v in values], "its weights are those of another model")
    return Weights(values, like.fixed)
