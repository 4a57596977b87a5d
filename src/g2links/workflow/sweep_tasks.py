"""The tasks of a sweep: each element of the product of its axes, judged before any work, as plain data."""

import hashlib
import itertools
import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, get_type_hints

from g2links.errors import InputError
from g2links.settings.limits import require_seconds
from g2links.settings.sweep_files import SweepPlan, read_sweep
from g2links.settings.values import integers, require_kind
from g2links.storage.json_files import plain
from g2links.storage.layout import Home
from g2links.storage.models import find_cy
from g2links.storage.weight_systems import read_weight_systems
from g2links.varieties.catalogue import fermat_family
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.registry import variety_from_config
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.plan import fit_options
from g2links.workflow.polynomials import resolve_variety
from g2links.workflow.sizes import require_room_for_points

EVERY_FERMAT = "every-fermat"
"""In place of a polynomial: Σ z_i^{d/w_i} for each system of five weights that all divide their sum d; 147 of them."""

_LISTS = ("weights", "widths")
"""Whole numbers in one text, as on the command line."""
_KINDS: dict[str, Any] = {
    **get_type_hints(FitOptions),
    "polynomial": str,
    "quick": bool,
    "time_limit": float | None,
    "weights": tuple[int, ...] | None,
}
"""The options of a task and their types: those of `g2links cy` that say what is computed."""
_KEY_DIGITS = 16
"""Of a checksum, in the name of a folder: 64 bits tell 100,000 tasks apart."""


@dataclass(frozen=True)
class SweepTask:
    """One run of a sweep, as plain data.

    Attributes:
        number: from 1, in the order of the product.
        axes: the values by name, as the table shows them.
        variety: V as `AbstractVariety.to_config` has it.
        options: of `workflow.fit_options.FitOptions`, those that were given.
        quick: whether the others are those of a small run.
        time_limit: seconds, or None.
        start_sha256: checksum of the run to start from, if there is one.
    """

    number: int
    axes: Mapping[str, Any]
    variety: Mapping[str, Any]
    options: Mapping[str, Any]
    quick: bool = False
    time_limit: float | None = None
    start_sha256: str | None = None

    @cached_property
    def config(self) -> dict[str, Any]:
        """Everything that its result depends on: two tasks with the same are the same, whatever V is called."""
        data = {name: plain(value) for name, value in asdict(self).items() if name not in ("number", "axes")}
        return {**data, "variety": nameless(self.variety)}

    @cached_property
    def key(self) -> str:
        """A short checksum of `config`."""
        text = json.dumps(self.config, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:_KEY_DIGITS]

    @property
    def label(self) -> str:
        """For progress: number, and the values of the axes."""
        return " ".join([f"task {self.number}", *map(str, self.axes.values())])

    def resolved(self) -> tuple[AbstractVariety, FitOptions]:
        """V, and the options with those of a small run where it is one; the latter may take seconds to choose.

        Raises:
            InputError: for options that do not suit V.
        """
        variety = variety_from_config(self.variety)
        return variety, fit_options(variety, self.options, quick=self.quick)


def nameless(variety: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a variety without what it is called."""
    return {key: value for key, value in variety.items() if key != "name"}


def sweep_tasks(given: str | os.PathLike[str] | Mapping[str, Any], home: Home) -> tuple[list[str], list[SweepTask]]:
    """The names of the axes, and the tasks in the order of their product.

    Values are judged by what judges those of `g2links cy`. What only a search can find out, such as a polynomial that
    is singular, is left to the task.

    Raises:
        InputError, PolynomialError: for a value that cannot be; names file, line, key and what is allowed.
        ArtefactError: for a file that cannot be read.
    """
    plan = read_sweep(given, _KINDS)
    common = {name: _judged(plan, name, value) for name, value in plan.common.items()}
    axes = {
        name: [_judged(plan, name, value, index) for index, value in enumerate(values)]
        for name, values in plan.axes.items()
    }
    if common.get("polynomial") == EVERY_FERMAT:
        axes = {"polynomial": [common.pop("polynomial")], **axes}
    fermats: dict[str, AbstractVariety] = {}
    if EVERY_FERMAT in axes.get("polynomial", ()):
        fermats = _every_fermat()
        if "weights" in plan.written:
            weights = common.get("weights", axes.get("weights"))
            raise InputError(plan.place("weights"), weights, f"not with {EVERY_FERMAT}, which brings its own")
        axes["polynomial"] = [
            name for text in axes["polynomial"] for name in (fermats if text == EVERY_FERMAT else [text])
        ]
    make = _Maker(plan, home, fermats)
    tasks: list[SweepTask] = []
    numbers: dict[str, int] = {}
    for number, values in enumerate(itertools.product(*axes.values()), start=1):
        place = dict(zip(axes, values, strict=True))
        tasks.append(make(number, place, {**common, **place}))
        if numbers.setdefault(tasks[-1].key, number) != number:
            same = f"each run once; task {numbers[tasks[-1].key]} is the same"
            raise InputError(plan.place(next(iter(axes))), tasks[-1].label, same)
    return list(axes), tasks


def _every_fermat() -> dict[str, AbstractVariety]:
    """The varieties of `EVERY_FERMAT`, by name."""
    found: dict[str, AbstractVariety] = {}
    for weights in read_weight_systems():
        if all(sum(weights) % w == 0 for w in weights):
            name = f"P({','.join(map(str, weights))})[{sum(weights)}]"
            found[name] = WeightedHypersurface(fermat_family(weights, 0.0, name))
    return found


class _Maker:
    """Makes tasks; each polynomial, and each run to start from, is read once."""

    def __init__(self, plan: SweepPlan, home: Home, varieties: Mapping[str, AbstractVariety]) -> None:
        self._plan, self._home = plan, home
        self._varieties: dict[object, AbstractVariety] = {(name, None): each for name, each in varieties.items()}
        self._starts: dict[int | None, str | None] = {None: None}

    def __call__(self, number: int, place: Mapping[str, Any], chosen: Mapping[str, Any]) -> SweepTask:
        options = dict(chosen)
        variety = self._variety(options.pop("polynomial", "fermat_quintic"), options.pop("weights", None))
        quick, limit = options.pop("quick", False), options.pop("time_limit", None)
        try:
            points = FitOptions.from_names(options).n_points
            require_room_for_points(variety, points, self._home)
        except InputError as error:
            raise InputError(self._plan.place(error.field), error.value, error.allowed) from error
        config = plain(variety.to_config())
        return SweepTask(number, place, config, options, quick, limit, self._start(options.get("start_from")))

    def _variety(self, text: str, weights: tuple[int, ...] | None) -> AbstractVariety:
        if (text, weights) not in self._varieties:
            try:
                self._varieties[text, weights] = resolve_variety(text, weights)
            except InputError as error:
                why = error.allowed if error.field in self._plan.written else str(error)
                name = error.field if error.field in self._plan.written else "polynomial"
                value = weights if name == "weights" else text
                raise InputError(self._plan.place(name), value, why) from error
        return self._varieties[text, weights]

    def _start(self, run: int | None) -> str | None:
        if run not in self._starts:
            try:
                self._starts[run] = find_cy(self._home, run).sha256
            except InputError as error:
                raise InputError(self._plan.place("start_from"), run, error.allowed) from error
        return self._starts[run]


def _judged(plan: SweepPlan, name: str, value: object, index: int | None = None) -> Any:
    """The value, once it is known to be of its type and in its range."""
    place = plan.place(name, index)
    if name in _LISTS and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if name in _LISTS and isinstance(value, str):
        return integers(value, place)
    checked = require_kind(_KINDS[name], value, place)
    try:
        if name == "time_limit":
            require_seconds(checked)
        elif name in FitOptions.__dataclass_fields__:
            FitOptions.from_names({name: checked})
    except InputError as error:
        raise InputError(place, error.value, error.allowed) from error
    if isinstance(checked, float) and not math.isfinite(checked):
        raise InputError(place, checked, "a finite number")
    return checked
