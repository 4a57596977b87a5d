"""Removing runs that nothing depends on."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from g2links.errors import ArtefactError, InputError
from g2links.records import MetricRecord, NetworkRecord
from g2links.settings.config import TASKS
from g2links.storage.finished import RunFiles, run_numbers
from g2links.storage.journal import journal_path, steps_done
from g2links.storage.layout import Home
from g2links.storage.models import CY_STEM
from g2links.storage.new_sets import remove_leftovers
from g2links.storage.numbering import claims
from g2links.storage.published_sets import manifests_of_sets
from g2links.storage.records import read_record
from g2links.storage.removal import files_of, nobody_else, remove_run, require_removable, run_files

RUN_TASKS = ("cy", *TASKS)
"""Whose runs there are."""


class Removal(NamedTuple):
    """What is to be removed, or was: the name of a run, and its files."""

    name: str
    files: list[Path]


def stem_of(task: str) -> str:
    """What stands before `_run{N}` in the names of the runs of a task.

    Raises:
        InputError: for an unknown task.
    """
    if task not in RUN_TASKS:
        raise InputError("--task", task, f"choose one of {', '.join(RUN_TASKS)}")
    return CY_STEM if task == "cy" else task


def plan_removal(home: Home, task: str, number: int) -> Removal:
    """What `remove` would remove; nothing is touched.

    Raises:
        InputError: no such run, or something depends on it.
        ArtefactError: it is unfinished.
    """
    files = run_files(home, stem_of(task), number)
    require_removable(files)
    _require_independent(home, task, files)
    return Removal(f"{files.stem}_run{number}", files_of(home, files.stem, number, TASKS))


def remove(home: Home, task: str, number: int) -> Removal:
    """Remove a run with its points, pictures and checks; its number is not used again.

    Raises:
        InputError: no such run, or something depends on it.
        ArtefactError: it is unfinished, somebody works in the home, or the disk refuses.
    """
    stem = stem_of(task)
    if task == "cy":
        remove_leftovers(home.link_data)
    with nobody_else(home, stem):
        planned = plan_removal(home, task, number)
        remove_run(run_files(home, stem, number), planned.files)
    return planned


def _require_independent(home: Home, task: str, files: RunFiles) -> None:
    if files.removing.exists():
        return
    found = list(_from_metric(home, files.number) if task == "cy" else _from_network(home, task, files))
    done, step, key = steps_done(home), *(("cy", "cy_run") if task == "cy" else (f"train {task}", "g2_run"))
    if done.get(step, {}).get(key) == files.number:
        found.append(f"the unfinished pipeline of {journal_path(home)}")
    if found:
        needed = f"needed by {', '.join(found)}; remove that first"
        raise InputError(f"run number of {files.stem!r}", files.number, needed)


def _from_metric(home: Home, number: int) -> Iterator[str]:
    """What was made from a Calabi-Yau run, or is being made."""
    if any(manifest.extra.get("cy_run") == number for manifest in manifests_of_sets(home.link_data)):
        yield f"the data sets in {home.link_data}"
    for task in TASKS:
        yield from _runs(home, task, NetworkRecord, lambda made: made.get("cy_run") == number)
    yield from _runs(home, CY_STEM, MetricRecord, lambda made: _part(made, "options").get("start_from") == number)


def _from_network(home: Home, task: str, files: RunFiles) -> Iterator[str]:
    """Networks that training went on from this one, or goes on."""

    def goes_on(made: Mapping[str, Any]) -> bool:
        saved = _part(made, "hyperparameters").get("saved_model")
        if isinstance(saved, str):
            return Path(saved).resolve() == files.model_path.resolve()
        return saved == files.number

    yield from _runs(home, task, NetworkRecord, goes_on)


def _runs(home: Home, stem: str, kind: Any, wanted: Callable[[Mapping[str, Any]], bool]) -> Iterator[str]:
    """The finished runs whose record is wanted, and the unfinished ones whose configuration is. Damaged ones, which
    nobody can use, depend on nothing."""
    folder = run_files(home, stem, 1).folder
    finished = run_numbers(folder, stem)
    for number in finished:
        with contextlib.suppress(ArtefactError):
            if wanted(read_record(run_files(home, stem, number).json_path, kind)):
                yield f"{stem}_run{number}"
    for number, config in claims(folder, stem).items():
        if number not in finished and wanted(config):
            yield f"the unfinished {stem}_run{number}"


def _part(made: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = made.get(name)
    return part if isinstance(part, Mapping) else {}
