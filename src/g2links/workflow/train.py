"""`g2links.train`: a network from data of the link, in one call."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from g2links.errors import InputError, TrainingError
from g2links.networks.model import LinkModel
from g2links.networks.shared import shares_weights
from g2links.settings.config import load_hyperparameters
from g2links.storage.shards import PARTS
from g2links.training import Evaluation, Snapshot, evaluate
from g2links.training import train as fit
from g2links.varieties.hypersurface import require_hypersurface
from g2links.workflow.interrupt import stop_on_interrupt
from g2links.workflow.link_samples import LinkSamples
from g2links.workflow.progress import Show, progress_if_watched
from g2links.workflow.training_run import architecture_of, settings_of


@dataclass(frozen=True, eq=False, repr=False)
class TrainedNetwork:
    """A network on the link, and how good it is on base points that it has not seen.

    Attributes:
        model: points (n, 10) to packed components (n, k); its `phi`, `psi` or `metric` are functions over charts.
        test: errors at the held-out base points.
        history: the loss, the validation loss and the rate of each epoch.
        stopped_because: in words.
    """

    model: LinkModel
    test: Evaluation
    history: dict[str, list[float | None]]
    stopped_because: str

    @property
    def relative_error(self) -> float:
        """The mean over the held-out base points; `test.relative` has the error at each."""
        return self.test.relative_error

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The packed components at points (n, 10) of the cone, in the canonical chart of each."""
        return np.asarray(self.model(points))

    def __repr__(self) -> str:
        return (
            f"TrainedNetwork({self.model.task} on {self.model.variety.name}: relative error "
            f"{self.relative_error:.2e}, worst {float(np.max(self.test.relative)):.2e}, "
            f"on {len(self.test.relative)} held-out base points)"
        )


def train(
    data: LinkSamples,
    task: str = "3form",
    *,
    time_limit: float | None = None,
    progress: bool | Show | None = None,
    **hyperparameters: Any,
) -> TrainedNetwork:
    """Fit a network to data of the link; nothing is written, and Ctrl-C ends the training with the best weights so far.

    Args:
        data: from `CalabiYau.sample`.
        task: "3form" (φ), "4form" (ψ) or "metric".
        time_limit: seconds after which no epoch starts.
        progress: as for `g2links.solve`.
        hyperparameters: keys of `hyperparameters/hps.yaml`, such as architecture, epochs, learning_rate.

    Raises:
        InputError: for data without parts, an unknown task, or a hyperparameter that cannot be.
        TrainingError: when the loss is not finite, or no epoch fits into the time.
    """
    started = time.monotonic()
    if data.variety is None or data.normalisation is None or not data.parts:
        raise InputError("data", data, "data of CalabiYau.sample, which know their variety and their parts")
    variety = require_hypersurface(data.variety, "networks of the link")
    rows = {part: data.rows(part, task) for part in PARTS}
    chosen = load_hyperparameters(None, task, hyperparameters)
    chosen = chosen.resolved(len(rows["train"].components), shared=shares_weights(variety))
    settings, architecture = settings_of(chosen), architecture_of(chosen, variety)
    model = LinkModel(data.variety.to_config(), task, architecture, data.normalisation, data.cy_run)
    model.initialise(rows["train"], chosen.seed)
    with progress_if_watched(progress) as show, stop_on_interrupt() as stop:

        def after_epoch(snapshot: Snapshot) -> bool:
            loss = snapshot.state["history"]["loss"][-1]
            show(f"training, loss {loss:.3e}", snapshot.state["epoch"], settings.epochs)
            return stop()

        deadline = None if time_limit is None else started + time_limit
        result = fit(model, rows["train"], rows["val"], settings, on_epoch=after_epoch, deadline=deadline)
    test = evaluate(model, rows["test"])
    if result.epochs == 0 or result.best_epoch == 0 or not np.isfinite(test.relative_error):
        raise TrainingError("no epoch ended with a finite loss: allow more time, or lower the learning rate")
    return TrainedNetwork(model, test, result.history, result.outcome.value)
