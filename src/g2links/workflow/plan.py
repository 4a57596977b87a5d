"""What a pipeline will do: the options of every step, judged before any work."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from g2links.checks.registry import find_check
from g2links.errors import ArtefactError, InputError
from g2links.links.splits import split_base_points
from g2links.networks.shared import shares_weights
from g2links.potentials.intersection_features import degree_of_invariants
from g2links.ricci_flat.family import degree_of_sections
from g2links.ricci_flat.feature_choice import small_degree
from g2links.settings.config import TASKS, load_hyperparameters
from g2links.settings.hyperparameters import Hyperparameters
from g2links.settings.limits import require_seconds
from g2links.settings.quick_sizes import (
    POINTS_FOR_WEIGHTS,
    SMALL_FEATURES,
    SMALL_SECTIONS,
    SMALL_TRAINING,
    size,
    small_fit,
)
from g2links.storage.files import sha256
from g2links.storage.layout import Home
from g2links.storage.models import find_cy
from g2links.varieties.hypersurface import WeightedHypersurface, require_hypersurface
from g2links.varieties.topology import THREEFOLD
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.base_points import SampleOptions
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.check import PSI_METHODS, require_options
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.sizes import require_room_for_points, require_room_for_samples
from g2links.workflow.training_run import architecture_of, require_saved_model, settings_of

METRIC_CHECKS = ("kahlerity", "contact", "measures")
"""What there is to check outside complex dimension 3."""

LINK_CHECKS = ("kahlerity", "analytic")
"""What is checked before the networks are."""

_WITHOUT_LAYERS = ("potential", "auto")
"""Architecture and units of networks for other varieties than hypersurfaces."""

_NOT_FITTED = ("time_limit",)
_OF_FILES = ("shard_size", "hyperparameters")
_CHECKING = ("n_points", "derivative", "epsilon", "seed")
_JOURNAL = {
    "solving": ("n_points", "ansatz", "degree", "seed"),
    "sampling": ("n_rotations", "seed", "hyperparameters"),
    "training": ("architecture", "seed", "hyperparameters"),
    "checking": ("seed",),
}
"""The options that stand in the journal of a pipeline by themselves."""


@dataclass(frozen=True)
class Plan:
    """The options of each step, with those of a quick run where it is one.

    Attributes:
        subject: V, or a metric on it that is solved already.
        solving, sampling, training, checking: options of the verbs.
        quick: whether the networks are those of a small run.
    """

    subject: CalabiYau | AbstractVariety
    solving: Mapping[str, Any]
    sampling: Mapping[str, Any]
    training: Mapping[str, Any]
    checking: Mapping[str, Any]
    quick: bool

    @property
    def variety(self) -> AbstractVariety:
        """V."""
        return self.subject.variety if isinstance(self.subject, CalabiYau) else self.subject

    @property
    def with_link(self) -> bool:
        """Whether there is a G2-structure to learn: for threefolds with an integral Kähler class."""
        return self.variety.dimension == THREEFOLD and self.variety.is_integral

    @property
    def fit_options(self) -> FitOptions:
        """Those of the search in `solving`; of a quick run, its small sizes where nothing else is said.

        Raises:
            InputError: for a name that there is not, or a value that cannot be.
        """
        chosen = {name: value for name, value in self.solving.items() if name not in _NOT_FITTED}
        return fit_options(self.variety, chosen, quick=self.quick)

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """Those of `g2links.train` in `training`, likewise."""
        return {**(SMALL_TRAINING if self.quick else {}), **self.training}

    @property
    def checks(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """For each label the name of the check and its options."""
        options = dict(self.checking)
        if not self.with_link:
            return {name: (name, options) for name in METRIC_CHECKS if find_check(name).suits(self.variety)}
        judged = {
            f"model ({method})": ("model", {**options, "psi_method": method, "quick": self.quick})
            for method in PSI_METHODS
        }
        return {name: (name, options) for name in LINK_CHECKS} | judged

    def config(self, home: Home) -> dict[str, Any]:
        """What tells one pipeline of a home from another: V, every option, and what the file of hyperparameters says,
        whatever the names of files are."""
        more = {name: _written(getattr(self, name), _JOURNAL[name]) for name in _JOURNAL}
        file = self.hyperparameters_file(home)
        if self.checking["n_points"] == size("check_points", None, self.quick):
            more["checking"].pop("n_points")
        return {
            "n_points": self.fit_options.n_points,
            "n_rotations": self.sampling["n_rotations"],
            "polynomial": self.variety.to_config(),
            "ansatz": self.solving.get("ansatz", "auto"),
            "degree": self.solving.get("degree"),
            "architecture": self.training.get("architecture"),
            "seed": self.solving["seed"],
            "quick": self.quick,
            "hyperparameters_sha256": sha256(file) if file.is_file() else None,
            **{name: options for name, options in more.items() if options},
        }

    def hyperparameters_file(self, home: Home) -> Path:
        """The user's, or that of the home, which need not be there."""
        return _existing(self.training.get("hyperparameters")) or home.hyperparameters

    def require_sensible(self, home: Home | None) -> None:
        """Refuse, before any work, what a step would refuse.

        Args:
            home: where the steps are saved; None for a pipeline in memory.

        Raises:
            InputError, ArtefactError: naming the option and what is allowed.
        """
        if isinstance(self.subject, CalabiYau):
            n_points = self.subject.points.n
        else:
            options = self.fit_options
            n_points = options.n_points
            require_room_for_points(self.variety, n_points, home)
            require_seconds(self.solving.get("time_limit"))
            if options.start_from is not None:
                find_cy(home or Home(), options.start_from)
        for name, chosen in self.checks.values():
            _require_known(f"option of check {name}", self.checking, _CHECKING)
            require_options(find_check(name), chosen)
        if self.with_link:
            self._require_samples(home, n_points)
            for task in TASKS:
                self._require_training(home, task)
        if not isinstance(self.subject, CalabiYau):
            self.fit_options.family(self.variety)
            self.variety.require_solvable()

    def _require_samples(self, home: Home | None, n_points: int) -> None:
        known = [*(option.name for option in fields(SampleOptions)), "hyperparameters"]
        _require_known("option of sample", self.sampling, known)
        if home is None:
            _require_known("option of sample in memory", self.sampling, [n for n in known if n not in _OF_FILES])
        file = self.sampling.get("hyperparameters")
        options = SampleOptions(**{name: value for name, value in self.sampling.items() if name != "hyperparameters"})
        taken = options.n_points or n_points
        if options.source == "run" and taken > n_points:
            raise InputError(
                "n_points of sample", taken, f"at most the {n_points} points of the metric, or source fresh"
            )
        require_room_for_samples(options, n_points, home)
        splits = options.splits
        if home is not None and "splits" not in self.sampling:
            shares = load_hyperparameters(_existing(file) or home.hyperparameters).splits
            splits = (shares.train, shares.validation, shares.test)
        split_base_points(min(taken, 1000), splits, np.random.default_rng(0))

    def _require_training(self, home: Home | None, task: str) -> None:
        values = dict(self.hyperparameters)
        require_seconds(values.pop("time_limit", None))
        file = _existing(values.pop("hyperparameters", None)) or (None if home is None else home.hyperparameters)
        chosen = load_hyperparameters(file, task, values)
        if isinstance(chosen.saved_model, str):
            raise InputError("saved_model", chosen.saved_model, "a run number, of which there is one for each task")
        require_saved_model(home or Home(), task, chosen.saved_model)
        resolved: Hyperparameters = chosen.resolved(1, shared=shares_weights(self.variety))
        settings_of(resolved)
        if isinstance(self.variety, WeightedHypersurface) or (chosen.architecture, chosen.units) != _WITHOUT_LAYERS:
            architecture_of(resolved, self.variety)


def fit_options(variety: AbstractVariety, chosen: Mapping[str, Any], *, quick: bool) -> FitOptions:
    """Options of step 1 from those that are given by name; of a quick run, its small sizes for the others.

    Raises:
        InputError: for a name that there is not, or a value that cannot be.
    """
    options = FitOptions.from_names(dict(chosen))
    if not quick:
        return options
    kind = options.family(variety).kind
    lowest, chosen = variety.heaviest, dict(chosen)
    if kind == "hermitian" and not isinstance(variety, WeightedHypersurface):
        chosen = {"degree": degree_of_sections(variety, SMALL_SECTIONS), **chosen}
    elif kind == "algebraic" and not isinstance(variety, WeightedHypersurface):
        chosen = {"degree": degree_of_invariants(variety, SMALL_SECTIONS), **chosen}
    if kind == "algebraic" and lowest > 1:
        lowest = small_degree(require_hypersurface(variety, "ansatz"), SMALL_FEATURES)
        chosen = {"n_points": POINTS_FOR_WEIGHTS, **chosen}
    return FitOptions.from_names(small_fit(kind, variety.variables, lowest, chosen))


def _written(options: Mapping[str, Any], without: Iterable[str]) -> dict[str, Any]:
    """The other options as plain data."""
    rest = {name: value for name, value in options.items() if name not in without}
    return {name: os.fspath(value) if isinstance(value, os.PathLike) else value for name, value in rest.items()}


def _existing(file: Any) -> Path | None:
    """A file that the user named."""
    if file is not None and not os.path.isfile(file):
        raise ArtefactError(f"hyperparameters: {file}: no such file")
    return None if file is None else Path(file)


def _require_known(what: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    for name in given:
        if name not in known:
            raise InputError(what, name, f"choose from {', '.join(known)}")
