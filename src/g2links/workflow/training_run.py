"""Step 3: train a network on the data sets of step 2, in memory or as a run."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import numpy as np

from g2links.errors import InputError, TrainingError
from g2links.networks.architecture import Row
from g2links.networks.hermitian_potential import network_degree
from g2links.networks.locations import largest, worst_points
from g2links.networks.own import OwnFamily
from g2links.networks.shared import shares_weights
from g2links.potentials.families import AlgebraicAnsatz, Ansatz
from g2links.potentials.features import default_degree
from g2links.potentials.mixed import MixedAnsatz
from g2links.potentials.sections import HermitianAnsatz
from g2links.records import ArchitectureData, Epoch, NetworkChoices, NetworkOrigin, NetworkRecord, WorstPoint
from g2links.ricci_flat.family import little_symmetry
from g2links.settings.hyperparameters import Hyperparameters
from g2links.storage.checkpoints import Checkpoints
from g2links.storage.files import sha256
from g2links.storage.fit_log import Progress
from g2links.storage.keras_files import write_model
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, find_link_run, load_cy, load_link_model
from g2links.storage.new_sets import remove_leftovers
from g2links.storage.numbering import claim_run
from g2links.storage.provenance import now, provenance
from g2links.storage.published_sets import open_set
from g2links.storage.records import read_record
from g2links.storage.shards import PARTS
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
from g2links.varieties.hypersurface import WeightedHypersurface, require_hypersurface
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.samples import rows_of

_START_ROWS = 100_000
"""From how many training points the statistics of the start are taken at most, of however many files."""
OF_ARCHITECTURES = ("architecture", "layers", "units", "activation", "normalisation", "physics")
"""Hyperparameters that a user's network does not have."""


@dataclass(frozen=True)
class TrainingData:
    """What a network learns from, chooses its weights by, and is judged on: three sets that share no base point.

    Attributes:
        variety, normalisation: V, and c in Υ = cΩ.
        cy_run: the Calabi-Yau run that they come from, if it was saved.
        origin: what the record of a run says of them.
        ansatz: the family of the metric, where it is known.
    """

    train: Row | RowBlocks
    validation: Row | RowBlocks
    test: Row | RowBlocks
    variety: AbstractVariety
    normalisation: float
    cy_run: int | None = None
    origin: NetworkOrigin = field(default_factory=NetworkOrigin)
    ansatz: Ansatz | None = None

    @property
    def base_points(self) -> dict[str, int]:
        """How many there are in each set."""
        return {name: sum(as_blocks(getattr(self, name)).sizes) for name in ("train", "validation", "test")}

    def resolved(self, chosen: Hyperparameters) -> Hyperparameters:
        """The hyperparameters with values in place of `auto`."""
        return chosen.resolved(
            self.base_points["train"],
            shared=shares_weights(self.variety),
            layerless=layerless_potential(self) is not None,
        )


def read_training_data(home: Home, task: str, cy_run: int | None = None) -> TrainingData:
    """The data sets of step 2 in a home, all three of those that are published now, whatever is sampled meanwhile.

    Raises:
        InputError: when they were made from another Calabi-Yau run than `cy_run`.
        ArtefactError: when the data or the metric cannot be read.
    """
    data = open_set(home.link_data)
    remove_leftovers(home.link_data)
    sets = {part: rows_of(data, part, task) for part in PARTS}
    origin = sets["train"].cy_run
    if cy_run is not None and cy_run != origin:
        raise InputError(
            "--cy-run-number",
            cy_run,
            f"the data sets were made from run {origin}; run sampling.py for run {cy_run} first",
        )
    run = find_cy(home, origin)
    metric = load_cy(run.model_path, sha256=run.sha256)
    checksums = {part: rows.sha256 for part, rows in sets.items()}
    train_rows, validation_rows, test_rows = (sets[part].rows for part in PARTS)
    return TrainingData(
        train_rows,
        validation_rows,
        test_rows,
        metric.variety,
        metric.normalisation,
        run.number,
        {"cy_run": run.number, "cy_sha256": run.sha256, "data_sha256": checksums},
        metric.ansatz,
    )


def require_saved_model(home: Home, task: str, saved: int | str | None) -> None:
    """Refuse, before any data are read, a model to go on from that is not there.

    Raises:
        InputError, ArtefactError: no such run, or no such file.
    """
    if isinstance(saved, int):
        try:
            find_link_run(home, task, saved)
        except InputError as error:
            raise InputError("saved_model", saved, error.allowed) from error
    elif saved is not None and not os.path.isfile(saved):
        raise InputError("saved_model", saved, "the number of a run, or a .keras file that is there")


def _identified(home: Home, task: str, saved: int | str | None) -> dict[str, str]:
    """The checksum of the model to go on from, which another may replace under the same name."""
    if saved is None:
        return {}
    path = find_link_run(home, task, saved).model_path if isinstance(saved, int) else saved
    return {"saved_model_sha256": sha256(path)}


def fit_network(
    data: TrainingData,
    chosen: Hyperparameters,
    *,
    network: OwnFamily | None = None,
    home: Home | None = None,
    saved_sha256: str | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress = lambda *_: None,
    stop: Callable[[], bool] = lambda: False,
    time_limit: float | None = None,
) -> tuple[LinkModel, NetworkRecord]:
    """Train on one set, choose the weights by another, judge them on the third; the model and its record.

    Args:
        data: the three sets.
        chosen: `resolved` hyperparameters.
        network: a user's, in place of the architecture that they name.
        home: where a run that training continues from is looked up; the current folder if None.
        saved_sha256: the checksum that its model has to have; that of its record, or any of a file, if None.
        checkpoints: where states are saved, and resumed from, to the same bits; None leaves nothing on the disk.
        progress: called with what is being done, steps done, and steps in all.
        stop: asked after every epoch; True ends the training at its best weights.
        time_limit: seconds after which no epoch starts.

    Raises:
        InputError: when a setting does not fit.
        TrainingError: when the loss is not finite, or no epoch fits into the time.
    """
    started = time.monotonic()
    model = _initial_model(home or Home(), chosen, data, network, saved_sha256)
    settings = settings_of(chosen)
    log = _Log(checkpoints, progress, settings.epochs, stop)
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
        **_chosen(chosen, network),
        "cy_run": data.cy_run,
        **data.origin,
        "task": chosen.task,
        "figures": figures,
        "base_points": data.base_points,
        "weights": int(sum(np.size(w) for w in model.state.trainable)),
        "stopped_because": result.outcome.value,
        "best_epoch": result.best_epoch,
        "worst_points": _worst_points(model, data.test, test),
        "history": _history(result.history, log.seconds),
        "versions": provenance(),
        "date": now(),
    }
    return model, cast("NetworkRecord", record)


class NetworkRun(NamedTuple):
    """A run of step 3.

    Attributes:
        model, record: as saved.
        number: of the run.
        path: of the model.
        resumed: whether it went on from a checkpoint.
        notes: what the user should know.
    """

    model: LinkModel
    record: NetworkRecord
    number: int
    path: str
    resumed: bool
    notes: tuple[str, ...]


def run_training(
    home: Home,
    data: TrainingData,
    chosen: Hyperparameters,
    *,
    network: OwnFamily | None = None,
    progress: Progress = lambda *_: None,
    time_limit: float | None = None,
    fresh: bool = False,
    complete: Callable[[NetworkRun], object] = lambda _: None,
) -> NetworkRun:
    """`fit_network` on the data of a home, saved there as a run. The same call after an interruption resumes and ends
    with the same bits; `complete` writes what else belongs to the run, which is not finished before.

    Raises:
        InputError, TrainingError: see `fit_network`.
        ArtefactError: when the disk refuses.
    """
    saved = _identified(home, chosen.task, chosen.saved_model)
    config = {**_chosen(chosen, network), **data.origin, **saved}
    with claim_run(home.make(home.link_models), chosen.task, config, fresh=fresh) as run:
        checkpoints = Checkpoints(run.work)
        if run.published:
            record = read_record(run.json_path, NetworkRecord)
            model = load_link_model(chosen.task, run.model_path, sha256=record["sha256"])
        else:
            model, record = fit_network(
                data,
                chosen,
                network=network,
                home=home,
                saved_sha256=saved.get("saved_model_sha256"),
                checkpoints=checkpoints,
                progress=progress,
                time_limit=time_limit,
            )
            run.publish(lambda temporary: write_model(model, temporary, run.model_path), record)
        notes = (*(() if run.note is None else (run.note,)), *checkpoints.notes)
        finished = NetworkRun(model, record, run.number, str(run.model_path), run.resumed, notes)
        complete(finished)
        run.finish()
    return finished


def settings_of(chosen: Hyperparameters) -> Settings:
    """The part of the hyperparameters that steers the training, once they are `resolved`."""
    assert chosen.epochs != "auto"
    assert chosen.lm_points != "auto"
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
        max_points=chosen.lm_points,
        physics=Physics(**chosen.physics.model_dump()),
    )


def layerless_potential(data: TrainingData) -> ArchitectureData | None:
    """What `potential` is by default where a network of features of low degree is poor: of little symmetry a full
    Hermitian matrix, of the degree of the metric where that is known and the points determine it; for weights above 1
    the family of the metric, if that is made of its features alone."""
    variety, ansatz = data.variety, data.ansatz
    if isinstance(ansatz, AlgebraicAnsatz) and not isinstance(variety, WeightedHypersurface):
        return {"kind": "potential", "family": "algebraic", "ansatz": ansatz.to_config()}
    if little_symmetry(variety):
        degree = network_degree(variety, data.base_points["train"])
        if isinstance(ansatz, HermitianAnsatz):
            degree = min(degree, ansatz.sections.degree)
        return {"kind": "potential", "family": "hermitian", "degree": degree}
    if variety.heaviest > 1 and isinstance(ansatz, AlgebraicAnsatz | MixedAnsatz):
        return {"kind": "potential", "family": "algebraic", "ansatz": ansatz.to_config()}
    return None


def architecture_of(chosen: Hyperparameters, variety: AbstractVariety) -> ArchitectureData:
    """The part that shapes a network with layers, as `LinkModel` takes it, once they are `resolved`.

    Raises:
        InputError: for other varieties than hypersurfaces, which have potentials without layers alone.
    """
    variety = require_hypersurface(variety, f"architecture {chosen.architecture} with layers")
    data: ArchitectureData = {
        "kind": chosen.architecture,
        "widths": list(chosen.widths),
        "activation": chosen.activation,
    }
    if chosen.architecture == "potential":
        return {**data, "degree": default_degree(variety), "symmetric": True}
    data["dropout"] = chosen.regularisation.dropout
    data["standard_inputs"] = chosen.normalisation.inputs == "standard"
    if chosen.architecture == "ambient":
        return {**data, "shared": shares_weights(variety)}
    return {**data, "symmetric": True, "standard_outputs": chosen.normalisation.outputs == "standard"}


def _chosen(chosen: Hyperparameters, network: OwnFamily | None) -> NetworkChoices:
    """What a record says of the choices: of a user's network its name and checksum, and no hyperparameter of others."""
    values = chosen.model_dump(mode="json")
    if network is None:
        return {"hyperparameters": values}
    kept = {name: value for name, value in values.items() if name not in OF_ARCHITECTURES}
    return {
        "hyperparameters": {**kept, "architecture": "own"},
        "network": {"name": network.name, "sha256": network.fingerprint()},
    }


def _initial_model(
    home: Home, chosen: Hyperparameters, data: TrainingData, network: OwnFamily | None, saved_sha256: str | None
) -> LinkModel:
    own: ArchitectureData | None = None if network is None else {"kind": "own", "name": network.name}
    architecture = (
        own or (chosen.units == "auto" and layerless_potential(data)) or architecture_of(chosen, data.variety)
    )
    model = LinkModel(data.variety.to_config(), chosen.task, architecture, data.normalisation, data.cy_run)
    if chosen.saved_model is None:
        rows = np.arange(min(_START_ROWS, data.base_points["train"]))
        model.initialise(take_rows(data.train, rows), chosen.seed)
        return model
    saved = load_link_model(chosen.task, chosen.saved_model, home.path, sha256=saved_sha256)
    if saved.architecture.to_config() != model.architecture.to_config():
        raise InputError(
            "saved_model",
            chosen.saved_model,
            f"its architecture is {saved.architecture.to_config()}; make the keys agree",
        )
    model.assign(saved.state)
    return model


def _figures(
    model: LinkModel, data: TrainingData, test: Evaluation, result: TrainingResult, seconds: float
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


def _worst_points(model: LinkModel, rows: Row | RowBlocks, test: Evaluation) -> list[WorstPoint]:
    worst = np.sort(largest(test.relative))
    found = take_rows(rows, worst)
    return worst_points(model.variety, found.at, test.relative[worst])


class _Log:
    """After each epoch: a checkpoint and progress."""

    def __init__(
        self, checkpoints: Checkpoints | None, progress: Progress, epochs: int, stop: Callable[[], bool]
    ) -> None:
        self.checkpoints, self.progress, self.epochs, self.stop = checkpoints, progress, epochs, stop
        self.seconds: list[float] = []
        self.seconds_before = 0.0
        self._started = time.monotonic()

    def restore(self) -> Snapshot | None:
        """The snapshot of the last checkpoint, if there is one."""
        saved = None if self.checkpoints is None else self.checkpoints.load_latest()
        if saved is None:
            return None
        self.seconds = list(saved.state["seconds"])
        self.seconds_before = self.seconds[-1]
        return Snapshot(saved.arrays, saved.state["training"])

    def __call__(self, snapshot: Snapshot) -> bool:
        epoch = snapshot.state["epoch"]
        self.seconds.append(self.seconds_before + time.monotonic() - self._started)
        if self.checkpoints is not None:
            arrays = {name: np.asarray(value) for name, value in snapshot.arrays.items()}
            self.checkpoints.save(epoch, arrays, {"training": snapshot.state, "seconds": self.seconds})
        loss = snapshot.state["history"]["loss"][-1]
        self.progress(f"training, loss {loss:.3e}", epoch, self.epochs)
        return self.stop()


def _history(history: dict[str, list[float | None]], seconds: list[float]) -> list[Epoch]:
    """An entry for each epoch. A validation loss that is not a number, where a potential is no metric at one of the
    points yet, is as none: such an epoch is never the best."""
    rows = zip(history["loss"], history["validation_loss"], history["rate"], seconds, strict=True)
    return [
        {
            "epoch": i + 1,
            "loss": loss,
            "validation_loss": None if validation is None or not np.isfinite(validation) else validation,
            "learning_rate": rate,
            "seconds": second,
        }
        for i, (loss, validation, rate, second) in enumerate(rows)
    ]


def _first(rows: Row | RowBlocks, n: int) -> Row:
    """At most the first n rows, of the first block."""
    return as_blocks(rows).read(0).part(slice(n))
