"""Sweeps in YAML: every key with a list is an axis, whose values are combined with those of all others; `options` holds
what all tasks have in common. Keys are the options of `g2links cy`.
"""

import math
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from g2links.errors import InputError
from g2links.settings.values import did_you_mean
from g2links.storage.yaml_files import YamlFile, read_yaml

OPTIONS = "options"
"""The key of what all tasks have in common."""
MOST_TASKS = 100_000
"""Thirteen times the systems of weights; a product with more is a slip, and its table no longer one to look at."""


@dataclass(frozen=True)
class SweepPlan:
    """What a file of a sweep says, with names as in Python.

    Attributes:
        source: the file, or empty for a mapping.
        axes: by name, in the order of the file; the last one varies fastest.
        common: options of all tasks.
    """

    source: str
    axes: Mapping[str, list[Any]]
    common: Mapping[str, Any]
    lines: Mapping[tuple[str | int, ...], int]
    written: Mapping[str, tuple[str | int, ...]]

    def place(self, name: str, index: int | None = None) -> str:
        """File, line and key of an option, or of one of its values, for a sentence."""
        path = self.written.get(name, (name.replace("_", "-"),))
        full = path if index is None else (*path, index)
        line = self.lines.get(full, self.lines.get(path))
        return f"{_at(self.source, line)}{'.'.join(map(str, path))}"


def read_sweep(given: str | os.PathLike[str] | Mapping[str, Any], known: Collection[str]) -> SweepPlan:
    """The axes and options of a sweep; their values are judged by `workflow.sweep_tasks`.

    Args:
        given: the path of a YAML file, or what would stand there.
        known: the options that there are, with names as in Python.

    Raises:
        ArtefactError: the file is missing or not YAML.
        InputError: a key that there is not, or stands twice; lists where none can be; more than `MOST_TASKS`; names
            file, line and key.
    """
    file = YamlFile(dict(given)) if isinstance(given, Mapping) else read_yaml(given)
    source = "" if isinstance(given, Mapping) else str(given)
    names = ", ".join(sorted(name.replace("_", "-") for name in known))
    if not isinstance(file.data, dict) or not file.data:
        raise InputError(source or "sweep", file.data, f"needed: a mapping of options to values or lists ({names})")
    shared = file.data.get(OPTIONS)
    if not isinstance(shared, dict | None):
        raise InputError(f"{_at(source, file.lines.get((OPTIONS,)))}{OPTIONS}", shared, "needed: options and values")
    axes: dict[str, list[Any]] = {}
    common: dict[str, Any] = {}
    written: dict[str, tuple[str | int, ...]] = {}
    outer = [((key,), value) for key, value in file.data.items() if key != OPTIONS]
    for path, value in [*outer, *(((OPTIONS, key), value) for key, value in (shared or {}).items())]:
        key, place = str(path[-1]), f"{_at(source, file.lines.get(path))}{'.'.join(map(str, path))}"
        name = key.replace("-", "_")
        if name not in known:
            near = did_you_mean(key, names.split(", "), cutoff=0.6)
            raise InputError(place, value, f"no such option{near} (known: {names})")
        if name in written:
            raise InputError(place, value, f"once; {key} stands in {'.'.join(map(str, written[name]))} too")
        written[name] = path
        if not isinstance(value, list):
            common[name] = value
        elif path[0] == OPTIONS:
            raise InputError(place, value, f"one value; a list is an axis, and stands outside of {OPTIONS}")
        else:
            axes[name] = _axis(value, place)
    count = math.prod(map(len, axes.values()))
    if count > MOST_TASKS:
        raise InputError(source or "sweep", f"{count} tasks", f"at most {MOST_TASKS}")
    return SweepPlan(source, axes, common, file.lines, written)


def sweep_name(given: str | os.PathLike[str] | Mapping[str, Any]) -> str:
    """What the table of a sweep is called: the file without its ending; `sweep` where there is none."""
    return "sweep" if isinstance(given, Mapping) else Path(given).stem


def _axis(values: list[Any], place: str) -> list[Any]:
    if not values:
        raise InputError(place, values, "at least one value")
    for index, value in enumerate(values):
        if isinstance(value, list | dict) or value is None:
            raise InputError(place, value, "a number, text, true or false for each task")
        if any(value == other and type(value) is type(other) for other in values[:index]):
            raise InputError(place, value, "each value once")
    return values


def _at(source: str, line: int | None) -> str:
    if not source:
        return ""
    return f"{source}: " if line is None else f"{source}:{line}: "
