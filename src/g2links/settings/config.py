"""Hyperparameters of one task, from the packaged file, the user's file and the command line.

One error lists everything that is wrong: the place, the value, and what is allowed there.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from g2links.errors import InputError
from g2links.settings.hyperparameters import Hyperparameters, Task
from g2links.settings.polynomial_files import read_polynomial_yaml as read_polynomial_yaml
from g2links.settings.values import did_you_mean
from g2links.storage.yaml_files import YamlFile, read_yaml

TASKS: tuple[str, ...] = get_args(Task)


@dataclass(frozen=True)
class Problem:
    """One wrong key: where it stands ("hps.yaml:12: schedule.kind"), what was given, and what is allowed."""

    place: str
    value: object
    allowed: str


class ConfigurationError(InputError):
    """Everything that is wrong with a configuration: `problems`; the message has one line for each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple({(problem.place, problem.allowed): problem for problem in problems}.values())
        first = self.problems[0]
        super().__init__(first.place, first.value, first.allowed)
        self.args = ("\n".join(str(InputError(p.place, p.value, p.allowed)) for p in self.problems),)


def default_hyperparameters() -> Path:
    """The hyperparameters that come with the package."""
    return Path(str(resources.files("g2links"))) / "settings" / "hps.yaml"


def load_hyperparameters(
    path: str | os.PathLike[str] | None = None,
    task: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Hyperparameters:
    """The hyperparameters of one task.

    The packaged file gives every key a value; the user's file replaces those that it names, its `tasks:`
    entry of this task comes next, the overrides last.

    Args:
        path: the user's file; the packaged values stand if it is None or not there.
        task: one of TASKS; if None, the `task` of the overrides or of the file.
        overrides: nested mappings or dotted keys ("schedule.kind"); None means "not given".

    Raises:
        ArtefactError: the file cannot be read or is not YAML.
        ConfigurationError: wrong keys or values; all of them, those of the other tasks' entries too.
    """
    user = _Source(path, read_yaml(path)) if path is not None and _is_named(Path(path)) else _Source("", YamlFile({}))
    packaged = _Source(default_hyperparameters(), read_yaml(default_hyperparameters()))
    given = _nested(overrides or {})
    _stop_if_any(user.shape_problems())
    chosen = task or given.get("task") or user.common().get("task") or packaged.common()["task"]
    if chosen not in TASKS:
        raise ConfigurationError([Problem("task", chosen, _nearest(chosen, TASKS, "task"))])
    common = [packaged.common(), packaged.own(chosen), user.common()]
    problems = [
        problem
        for name in sorted(user.tasks(), key=lambda name: name != chosen)
        for problem in _problems(_merged(*common, user.own(name), {"task": name}), user, name, {})
    ]
    result = _merged(*common, user.own(chosen), given, {"task": chosen})
    _stop_if_any([*_problems(result, user, chosen, given), *problems])
    return Hyperparameters.model_validate(result)


def _is_named(path: Path) -> bool:
    """Whether something has this name, or that of its folder without being one: also a link that leads nowhere, which
    does not mean the defaults."""
    return os.path.lexists(path) or (os.path.lexists(path.parent) and not path.parent.is_dir())


@dataclass(frozen=True)
class _Source:
    """A file of hyperparameters: its keys, and where they stand."""

    name: str | os.PathLike[str]
    file: YamlFile

    def shape_problems(self) -> list[Problem]:
        """What is wrong before any single key can be judged."""
        data = self.file.data
        if data is not None and not isinstance(data, dict):
            return [Problem(str(self.name), data, "needed: a mapping of hyperparameters to values")]
        if not isinstance(self.tasks(), dict):
            return [Problem(self.place(("tasks",)), self.tasks(), "needed: tasks and their hyperparameters")]
        return [
            Problem(self.place(("tasks", name)), entry, _nearest(name, TASKS, "task"))
            for name, entry in self.tasks().items()
            if name not in TASKS
        ] + [
            Problem(self.place(("tasks", name)), entry, "needed: a mapping of hyperparameters to values")
            for name, entry in self.tasks().items()
            if name in TASKS and not isinstance(entry, dict | None)
        ]

    def common(self) -> dict[str, Any]:
        """The keys that hold for every task."""
        return {key: value for key, value in (self.file.data or {}).items() if key != "tasks"}

    def tasks(self) -> Any:
        """The keys that hold for single tasks: a mapping, unless `shape_problems` says that it is none."""
        return (self.file.data or {}).get("tasks") or {}

    def own(self, task: str) -> dict[str, Any]:
        """The keys that hold for one task only."""
        return self.tasks().get(task) or {}

    def place(self, path: Sequence[str]) -> str:
        """File, line and dotted key; the key alone if it is not in the file."""
        line = self.file.lines.get(tuple(path))
        return f"{self.name}:{line}: {'.'.join(path)}" if line else ".".join(path)


def _stop_if_any(problems: Sequence[Problem]) -> None:
    if problems:
        raise ConfigurationError(problems)


def _problems(data: Mapping[str, Any], user: _Source, task: str, given: Mapping[str, Any]) -> Iterator[Problem]:
    try:
        Hyperparameters.model_validate(data)
    except ValidationError as error:
        for detail in error.errors():
            yield _problem(detail, user, task, given)


def _problem(detail: Any, user: _Source, task: str, given: Mapping[str, Any]) -> Problem:
    path, owner, value = _resolve(detail)
    if detail["type"] == "extra_forbidden":
        allowed = _nearest(path[-1], owner.model_fields, "key")
    elif detail["type"] == "value_error":
        allowed = str(detail["ctx"]["error"])
    else:
        allowed = f"allowed: {owner.model_fields[path[-1]].description}"
    in_task = _has(user.own(task), path) and not _has(given, path)
    place = ".".join(path) if _has(given, path) else user.place(("tasks", task, *path) if in_task else path)
    return Problem(place, value, allowed)


def _resolve(detail: Any) -> tuple[tuple[str, ...], type[BaseModel], object]:
    """Dotted path down to a field, the section that owns it, and the value found there."""
    owner: type[BaseModel] = Hyperparameters
    path: list[str] = []
    for part in map(str, detail["loc"]):
        path.append(part)
        inner = owner.model_fields[part].annotation if part in owner.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        if len(path) < len(detail["loc"]):
            owner = inner
    if not path:  # a rule about several keys; its sentence begins with the key that is to be changed
        key = str(detail["ctx"]["error"]).split(maxsplit=1)[0]
        return (key,), owner, detail["input"][key]
    return tuple(path), owner, detail["input"]


def _nearest(name: object, known: Iterable[str], what: str) -> str:
    names = list(known)
    return f"no such {what}{did_you_mean(name, names)} (known: {', '.join(names)})"


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys become nested mappings; None is dropped."""
    result: dict[str, Any] = {}
    for key, value in flat.items():
        inner: Any = _nested(value) if isinstance(value, Mapping) else value
        for part in reversed(key.split(".")[1:]):
            inner = {part: inner}
        if value is not None:
            result = _merged(result, {key.split(".")[0]: inner})
    return result


def _merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Later layers win, key by key inside sections."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            old = result.get(key)
            both = isinstance(old, dict) and isinstance(value, Mapping)
            result[key] = _merged(old, value) if both and old is not None else value
    return result


def _has(data: Any, path: Sequence[str]) -> bool:
    for part in path:
        if not isinstance(data, Mapping) or part not in data:
            return False
        data = data[part]
    return bool(path)
