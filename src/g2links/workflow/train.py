"""`g2links.train`: a network from data of the link, in one call."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from g2links.errors import InputError
from g2links.networks.architecture import Row
from g2links.networks.locations import coordinate_shares
from g2links.networks.model import LinkModel
from g2links.networks.own import OwnFamily, register_network
from g2links.plot.components import component_errors, predictions
from g2links.plot.histories import training_history
from g2links.plot.locations import error_locations
from g2links.records import NetworkRecord
from g2links.reports.canvas import SCREEN, save
from g2links.reports.labels import TASK_ERRORS, TASKS
from g2links.reports.statistics import judge
from g2links.settings.config import load_hyperparameters
from g2links.settings.hyperparameters import Hyperparameters
from g2links.settings.limits import require_seconds
from g2links.storage.keras_files import save_model
from g2links.storage.layout import Home
from g2links.storage.models import find_link_run, load_link_model
from g2links.storage.shards import PARTS
from g2links.training import Evaluation, RowBlocks, evaluate
from g2links.training.data import as_blocks
from g2links.workflow.interrupt import stop_on_interrupt
from g2links.workflow.link_samples import LinkSamples
from g2links.workflow.progress import ProgressWish, Show, progress_if_watched
from g2links.workflow.samples import read_rows
from g2links.workflow.training_run import (
    OF_ARCHITECTURES,
    NetworkRun,
    TrainingData,
    fit_network,
    read_training_data,
    require_saved_model,
    run_training,
)


@dataclass(frozen=True, eq=False, repr=False)
class TrainedNetwork:
    """A network on the link, and how good it is on base points that it has not seen.

    Attributes:
        model: points (n, 10) to packed components (n, k); its `phi`, `psi` or `metric` are functions over charts.
        record: figures, hyperparameters, history, worst points and versions, as plain data.
        held_out: the base points that it is judged on.
        g2_run, path: its number and its file, if it was saved as a run.
        resumed: whether the run went on from a checkpoint.
        notes: what the user should know of the run.
    """

    model: LinkModel
    record: NetworkRecord
    held_out: Row | RowBlocks
    g2_run: int | None = None
    path: str | None = None
    resumed: bool = False
    notes: tuple[str, ...] = ()

    @cached_property
    def test(self) -> Evaluation:
        """Errors at the held-out base points; of a set in shards, at those of the first."""
        return evaluate(self.model, as_blocks(self.held_out).read(0))

    @property
    def figures(self) -> dict[str, float]:
        """What was measured: `relative_error`, `relative_error_max`, `normalised_rmse`, ..."""
        return dict(self.record["figures"])

    @property
    def failures(self) -> list[str]:
        """One sentence for each figure that is not finite."""
        return judge({name: value for name, value in self.figures.items() if value is not None}, {})

    @property
    def relative_error(self) -> float:
        """The mean over the held-out base points; `test.relative` has the error at each."""
        return self.figures["relative_error"]

    @property
    def history(self) -> dict[str, list[float | None]]:
        """The loss, the validation loss and the rate of each epoch."""
        epochs = self.record["history"]
        return {
            "loss": [epoch["loss"] for epoch in epochs],
            "validation_loss": [epoch["validation_loss"] for epoch in epochs],
            "rate": [epoch["learning_rate"] for epoch in epochs],
        }

    @property
    def stopped_because(self) -> str:
        """Why the training ended, in words."""
        return self.record["stopped_because"]

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The packed components at points (n, 10) real or (n, 5) complex of the cone, in the canonical chart of each.

        Raises:
            InputError: for another shape, numbers that are not finite, or points that are not on V.
        """
        return np.asarray(self.model(points))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a `.keras` file, which `g2links.load_link_model(task, path)` opens.

        Raises:
            ArtefactError: the name has another ending, or the disk refuses.
        """
        save_model(self.model, path)

    def plot(self, folder: str | os.PathLike[str]) -> list[str]:
        """Write pictures of the history, the predictions, the error of each component, and where on V the errors are
        large, named after the task and the run.

        Returns:
            The paths.

        Raises:
            ArtefactError: the disk refuses.
        """
        task, model = self.model.task, self.model
        stem = Path(folder) / (task if self.g2_run is None else f"{task}_run{self.g2_run}")
        runs = {"cy_run": self.record["cy_run"], "g2_run": self.g2_run}
        shown, test = as_blocks(self.held_out).read(0), self.test
        computed = np.asarray(shown.components)
        optimiser = str(self.record["hyperparameters"].get("optimiser", "adam"))
        figures = {
            "history": training_history(self.record["history"], task, optimiser=optimiser, **runs),
            "predictions": predictions(computed, test.prediction, task, **runs),
            "component_errors": component_errors(computed, test.prediction, task, **runs),
            "error_locations": error_locations(
                coordinate_shares(model.variety, np.asarray(shown.at.z)),
                {TASK_ERRORS[task]: test.relative},
                what=f"Error of {TASKS[task].title} over V",
                weighted=model.variety.heaviest > 1,
                **runs,
            ),
        }
        for name, figure in figures.items():
            save(figure, f"{stem}_{name}.png", dpi=SCREEN)
        return [f"{stem}_{name}.png" for name in figures]

    def __repr__(self) -> str:
        return (
            f"TrainedNetwork({self.model.task} on {self.model.variety.name}: relative error "
            f"{self.relative_error:.2e}, worst {self.figures['relative_error_max']:.2e}, "
            f"on {self.record['base_points']['test']} held-out base points)"
        )


def train(
    data: LinkSamples | None = None,
    task: str | None = None,
    *,
    home: str | os.PathLike[str] | None = None,
    cy_run: int | None = None,
    hyperparameters: str | os.PathLike[str] | None = None,
    time_limit: float | None = None,
    fresh: bool = False,
    progress: ProgressWish = None,
    network: Callable[[Any, Any], Any] | None = None,
    parameters: Any = None,
    complete: Callable[[TrainedNetwork], object] | None = None,
    **values: Any,
) -> TrainedNetwork:
    """Fit a network to data of the link.

    From `data` nothing is written, and Ctrl-C ends the training with the best weights so far. With `home` instead, the
    data sets there are used and the network is saved as a run, as by the command `g2links train`; interrupted, the same
    call goes on from its last checkpoint.

    Args:
        data: from `g2links.sample`.
        task: "3form" (φ), "4form" (ψ) or "metric"; that of the hyperparameters if None.
        home: the folder of data sets and runs.
        cy_run: the Calabi-Yau run that the data of the home must come from.
        hyperparameters: a YAML file; with `home`, None is its `hyperparameters/hps.yaml`, where there is one.
        time_limit: seconds after which no epoch starts.
        fresh: with `home`: start a new run even where an interrupted one could go on.
        progress: as for `g2links.sample`.
        network: a function of your own, from parameters and a point in its chart to the packed components
            (`g2links.register_network`); it takes the place of the families of g2links.
        parameters: its start, a tree of real arrays.
        complete: with `home`: called with the network before its run is finished, to write what else belongs to it;
            the same call after an interruption calls it again.
        values: keys of `hyperparameters/hps.yaml`, such as architecture, epochs, learning_rate.

    Raises:
        InputError: for data without parts, an unknown task, or a hyperparameter that cannot be.
        ArtefactError: when data or a model of the home cannot be read, or the disk refuses.
        TrainingError: when the loss is not finite, or no epoch fits into the time.

    Example:
        >>> network = g2links.train(data, "metric", epochs=10)  # doctest: +SKIP
        >>> network.relative_error  # doctest: +SKIP
    """
    if (data is None) == (home is None):
        raise InputError("data", data, "data of g2links.sample, or home= with data sets, one of the two")
    require_seconds(time_limit)
    file = hyperparameters or (None if home is None else Home(home).hyperparameters)
    family, chosen = _own(network, parameters, file, task, values)
    with progress_if_watched(progress) as show:
        if home is not None:
            return _as_run(Home(home), chosen, family, cy_run, show, time_limit, fresh, complete or (lambda _: None))
        for name, value in (("cy_run", cy_run), ("fresh", fresh or None), ("complete", complete)):
            if value is not None:
                raise InputError(name, value, "with home= only")
        assert data is not None
        return _in_memory(data, chosen, family, show, time_limit)


def open_network(home: Home, task: str, number: int | None = None) -> TrainedNetwork:
    """A run of step 3 that was saved, the most recent if no number is given, with the present data sets.

    Raises:
        InputError, ArtefactError: there is no such run, or it or the data are damaged.
    """
    run = find_link_run(home, task, number)
    model, rows = load_link_model(task, run.model_path, sha256=run.sha256), read_rows(home, "test", task).rows
    return TrainedNetwork(model, run.record, rows, run.number, str(run.model_path))


def _own(
    network: Callable[[Any, Any], Any] | None,
    parameters: Any,
    file: str | os.PathLike[str] | None,
    task: str | None,
    values: Mapping[str, Any],
) -> tuple[OwnFamily | None, Hyperparameters]:
    """A user's network, if there is one, and the hyperparameters."""
    if network is None:
        if parameters is not None:
            raise InputError("parameters", parameters, "those of `network`, which is missing")
        return None, load_hyperparameters(file, task, values)
    for name, value in values.items():
        if name.partition(".")[0] in OF_ARCHITECTURES:
            raise InputError(name, value, "not with a network of your own")
    chosen = load_hyperparameters(file, task, {**values, "architecture": "direct"})
    return register_network(network, parameters, chosen.task), chosen


def _as_run(
    home: Home,
    chosen: Hyperparameters,
    family: OwnFamily | None,
    cy_run: int | None,
    show: Show,
    time_limit: float | None,
    fresh: bool,
    complete: Callable[[TrainedNetwork], object],
) -> TrainedNetwork:
    require_saved_model(home, chosen.task, chosen.saved_model)
    show("reading data", 0, 1)
    data = read_training_data(home, chosen.task, cy_run)

    def network_of(done: NetworkRun) -> TrainedNetwork:
        return TrainedNetwork(done.model, done.record, data.test, done.number, done.path, done.resumed, done.notes)

    done = run_training(
        home,
        data,
        data.resolved(chosen),
        network=family,
        progress=show,
        time_limit=time_limit,
        fresh=fresh,
        complete=lambda done: complete(network_of(done)),
    )
    return network_of(done)


def _in_memory(
    samples: LinkSamples, chosen: Hyperparameters, family: OwnFamily | None, show: Show, time_limit: float | None
) -> TrainedNetwork:
    if samples.variety is None or samples.normalisation is None or not samples.parts:
        raise InputError("data", samples, "data of g2links.sample, which know their variety and their parts")
    variety = samples.variety
    learnt, validation, test = (samples.rows(part, chosen.task) for part in PARTS)
    data = TrainingData(learnt, validation, test, variety, samples.normalisation, samples.cy_run, ansatz=samples.ansatz)
    with stop_on_interrupt() as stop:
        model, record = fit_network(
            data, data.resolved(chosen), network=family, progress=show, stop=stop, time_limit=time_limit
        )
    return TrainedNetwork(model, record, data.test)
