"""Step 3: train a network on the data sets of step 2 and save it as a run."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from g2links.errors import InputError, TrainingError
from g2links.networks.architecture import Row
from g2links.networks.locations import coordinate_shares, largest, worst_points
from g2links.networks.shared import shares_weights
from g2links.potentials.features import default_degree
from g2links.settings.hyperparameters import Hyperparameters
from g2links.storage.checkpoints import Checkpoints
from g2links.storage.finished import FinishedRun
from g2links.storage.fit_log import Progress
from g2links.storage.json_files import read_json
from g2links.storage.keras_files import save_model
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, load_cy, load_link_model
from g2links.storage.numbering import Run, claim_run
from g2links.storage.provenance import provenance
from g2links.training import (
    EarlyStopping,
    Evaluation,
    LinkModel,
    Physics,
    RowBlocks,
    Schedule,
    Settings,
    Snapshot,
    TrainingResult,
    evaluate,
    train,
)
from g2links.training.data import as_blocks, take_rows
from g2links.workflow.samples import read_rows

_LEAST_SQUARES_POINTS = {"potential": 4000, "ambient": 2000, "direct": 4000}
"""How many training points a step of least squares takes at most; a direct network is not fitted so."""


@dataclass
class TrainReport:
    """What step 3 did: the run, its record, and for the pictures predictions at held-out base points (of a set in
    shards, those of the first), their relative errors, and where the points are
    (`networks.locations.coordinate_shares`).
    """

    run: int
    record: dict[str, Any]
    truth: np.ndarray
    prediction: np.ndarray
    errors: np.ndarray
    shares: np.ndarray
    weighted: bool
    notes: list[str] = field(default_factory=list)
    resumed: bool = False
    model_path: str = ""


@dataclass(frozen=True)
class _Data:
    train: Row | RowBlocks
    validation: Row | RowBlocks
    test: Row | RowBlocks
    cy_run: FinishedRun
    checksums: dict[str, str]


def train_link_model(
    home: Home,
    chosen: Hyperparameters,
    cy_run: int | None = None,
    *,
    progress: Progress = lambda *_: None,
    time_limit: float | None = None,
    fresh: bool = False,
) -> TrainReport:
    """Train on `g2_train.npz`, choose the weights by `g2_val.npz`, judge them on `g2_test.npz`, and save the run.

    The three sets share no base point. The same call after an interruption resumes and ends with the same bits.

    Raises:
        InputError: when the data were made from another Calabi-Yau run than `cy_run`, or a setting does not fit.
        ArtefactError: when the data or a model cannot be read, or the disk refuses.
    """
    progress("reading data", 0, 1)
    data = _read(home, chosen.task, cy_run)
    variety = load_cy(data.cy_run.model_path).variety
    chosen = chosen.resolved(sum(as_blocks(data.train).sizes), shared=shares_weights(variety))
    config = {
        "hyperparameters": chosen.model_dump(mode="json"),
        "cy_run": data.cy_run.number,
        "cy_sha256": data.cy_run.sha256,
        "data_sha256": data.checksums,
    }
    with claim_run(home.make(home.link_models), chosen.task, config, fresh=fresh) as run:
        if run.published:
            record = read_json(run.json_path)
            model = load_link_model(chosen.task, run.model_path)
        else:
            model, record = _train(home, chosen, data, config, run, progress, time_limit)
        shown = as_blocks(data.test).read(0)
        judged = evaluate(model, shown)
        report = TrainReport(
            run=run.number,
            record=record,
            truth=np.asarray(shown.components),
            prediction=judged.prediction,
            errors=judged.relative,
            shares=coordinate_shares(model.variety, np.asarray(shown.at.z)),
            weighted=model.variety.heaviest > 1,
            notes=[] if run.note is None else [run.note],
            resumed=run.resumed,
            model_path=str(run.model_path),
        )
        run.finish()
    return report


def settings_of(chosen: Hyperparameters) -> Settings:
    """The part of the hyperparameters that steers the training, once they are `resolved`."""
    assert not isinstance(chosen.epochs, str)
    return Settings(
        epochs=chosen.epochs,
        batch_size=chosen.batch_size,
        learning_rate=chosen.learning_rate,
        schedule=Schedule(**chosen.schedule.model_dump()),
        early_stopping=EarlyStopping(**chosen.early_stopping.model_dump()),
        validate_every=chosen.validation.every_epochs,
        l2=chosen.regularisation.l2,
        seed=chosen.seed,
        optimiser=chosen.optimiser,
        max_points=_LEAST_SQUARES_POINTS[chosen.architecture],
        physics=Physics(**chosen.physics.model_dump()),
    )


def architecture_of(chosen: Hyperparameters, variety: Any) -> dict[str, Any]:
    """The part that shapes the network, as `LinkModel` takes it, once they are `resolved`."""
    common = {"kind": chosen.architecture, "widths": list(chosen.widths), "activation": chosen.activation}
    if chosen.architecture == "potential":
        return {**common, "degree": default_degree(variety), "symmetric": True}
    inputs = {
        "dropout": chosen.regularisation.dropout,
        "standard_inputs": chosen.normalisation.inputs == "standard",
    }
    if chosen.architecture == "ambient":
        return {**common, **inputs, "shared": shares_weights(variety)}
    return {**common, **inputs, "symmetric": True, "standard_outputs": chosen.normalisation.outputs == "standard"}


def _train(
    home: Home,
    chosen: Hyperparameters,
    data: _Data,
    config: dict[str, Any],
    run: Run,
    progress: Progress,
    time_limit: float | None,
) -> tuple[LinkModel, dict[str, Any]]:
    started = time.monotonic()
    model = _initial_model(home, chosen, data)
    settings = settings_of(chosen)
    log = _Log(Checkpoints(run.work), progress, settings.epochs)
    resume = log.restore()
    progress("training", 0, settings.epochs)
    result = train(
        model,
        data.train,
        data.validation,
        settings,
        on_epoch=log,
        resume=resume,
        deadline=None if time_limit is None else started + time_limit,
    )
    progress("judging on held-out base points", 0, 1)
    test = evaluate(model, data.test)
    figures = _figures(model, data, test, result, log.seconds_before + time.monotonic() - started)
    if result.epochs == 0:
        raise TrainingError("the time limit was reached before the first epoch: allow more time (--time-limit)")
    if not np.isfinite(figures["relative_error"]) or result.best_epoch == 0:
        raise TrainingError("the loss is not finite: lower the learning rate, or look for faults in the data")
    record = {
        **config,
        "task": chosen.task,
        "figures": figures,
        "base_points": {name: sum(as_blocks(getattr(data, name)).sizes) for name in ("train", "validation", "test")},
        "weights": int(sum(np.size(w) for w in model.state.trainable)),
        "stopped_because": result.outcome.value,
        "best_epoch": result.best_epoch,
        "worst_points": _worst_points(model, data.test, test),
        "history": _history(result.history, log.seconds),
        "versions": provenance(),
    }
    run.publish(lambda path: save_model(model, path), record)
    return model, record


def _initial_model(home: Home, chosen: Hyperparameters, data: _Data) -> LinkModel:
    metric = load_cy(data.cy_run.model_path)
    architecture = architecture_of(chosen, metric.variety)
    model = LinkModel(metric.variety.to_config(), chosen.task, architecture, metric.normalisation, data.cy_run.number)
    if chosen.saved_model is None:
        model.initialise(as_blocks(data.train).read(0), chosen.seed)
        return model
    saved = load_link_model(chosen.task, chosen.saved_model, home.path)
    if saved.architecture.to_config() != model.architecture.to_config():
        raise InputError(
            "saved_model",
            chosen.saved_model,
            f"its architecture is {saved.architecture.to_config()}; make the keys agree",
        )
    model.assign(saved.state)
    return model


def _figures(
    model: LinkModel, data: _Data, test: Evaluation, result: TrainingResult, seconds: float
) -> dict[str, float]:
    train_part = evaluate(model, _first(data.train, len(test.relative)))
    return {
        "relative_error": test.relative_error,
        "relative_error_max": float(np.max(test.relative)),
        "relative_error_train": train_part.relative_error,
        "normalised_rmse": test.rmse,
        "normalised_rmse_train": train_part.rmse,
        "best_validation_loss": result.best_loss,
        "seconds": seconds,
    }


def _worst_points(model: LinkModel, rows: Row | RowBlocks, test: Evaluation) -> list[dict[str, Any]]:
    worst = np.sort(largest(test.relative))
    found = take_rows(rows, worst)
    return worst_points(model.variety, found.at, test.relative[worst])


class _Log:
    """After each epoch: a checkpoint and progress."""

    def __init__(self, checkpoints: Checkpoints, progress: Progress, epochs: int) -> None:
        self.checkpoints, self.progress, self.epochs = checkpoints, progress, epochs
        self.seconds: list[float] = []
        self.seconds_before = 0.0
        self._started = time.monotonic()

    def restore(self) -> Snapshot | None:
        """The snapshot of the last checkpoint, if there is one."""
        saved = self.checkpoints.load_latest()
        if saved is None:
            return None
        self.seconds = list(saved.state["seconds"])
        self.seconds_before = self.seconds[-1]
        return Snapshot(saved.arrays, saved.state["training"])

    def __call__(self, snapshot: Snapshot) -> bool:
        epoch = snapshot.state["epoch"]
        self.seconds.append(self.seconds_before + time.monotonic() - self._started)
        arrays = {name: np.asarray(value) for name, value in snapshot.arrays.items()}
        self.checkpoints.save(epoch, arrays, {"training": snapshot.state, "seconds": self.seconds})
        loss = snapshot.state["history"]["loss"][-1]
        self.progress(f"training, loss {loss:.3e}", epoch, self.epochs)
        return False


def _history(history: dict[str, list[float | None]], seconds: list[float]) -> list[dict[str, Any]]:
    rows = zip(history["loss"], history["validation_loss"], history["rate"], seconds, strict=True)
    return [
        {
            "epoch": i + 1,
            "loss": loss,
            "validation_loss": validation,
            "learning_rate": rate,
            "seconds": second,
        }
        for i, (loss, validation, rate, second) in enumerate(rows)
    ]


def _read(home: Home, task: str, cy_run: int | None) -> _Data:
    sets = {part: read_rows(home, part, task) for part in ("train", "val", "test")}
    origin = sets["train"].cy_run
    if cy_run is not None and cy_run != origin:
        raise InputError(
            "--cy-run-number",
            cy_run,
            f"the data sets were made from run {origin}; run sampling.py for run {cy_run} first",
        )
    checksums = {part: data.sha256 for part, data in sets.items()}
    return _Data(sets["train"].rows, sets["val"].rows, sets["test"].rows, find_cy(home, origin), checksums)


def _first(rows: Row | RowBlocks, n: int) -> Row:
    """At most the first n rows, of the first block."""
    return as_blocks(rows).read(0).part(slice(n))
