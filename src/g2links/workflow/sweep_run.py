"""One task of a sweep: done in a home as a run like any other, once, whoever asks for it."""

import gc
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from g2links.errors import ArtefactError, G2LinksError, InputError, foreseen
from g2links.records import MetricRecord, SweepTaskRecord
from g2links.storage.files import reason
from g2links.storage.finished import FinishedRun, run_numbers
from g2links.storage.json_files import plain
from g2links.storage.layout import Home
from g2links.storage.locks import folder_lock
from g2links.storage.models import CY_STEM, find_cy
from g2links.storage.records import read_record, write_record
from g2links.varieties.registry import saved_variety
from g2links.workflow.fit import FitReport
from g2links.workflow.progress import Show, progress_lines
from g2links.workflow.steps import metric_step
from g2links.workflow.sweep_tasks import SweepTask, nameless

_OUTCOME, _LOG = "outcome.json", "log.txt"
_SECONDS_TO_WAIT = 60.0
"""For another process that works on the same task: a worker ends so long after its sweep was killed, at most."""
_MOST_MAPPINGS = 30_000
"""Of memory, in one process: compiled functions have some each. Linux allows 65,530, and XLA dies where that is not
enough, as after some dozen varieties."""


def run_task(task: SweepTask, home: Home, show: Show = lambda *_: None) -> str:
    """Solve the metric of a task, unless that is done already, and note what came of it.

    Returns:
        Why there is no run, in one sentence; empty where there is one.
    """
    try:
        folder = home.make(task_folder(home, task))
        with folder_lock(folder, _SECONDS_TO_WAIT):
            if (folder / _LOG).exists():  # another process may have been killed after its run, and before it said so
                adopt(home, [task])
            if found_run(home, task) is not None:
                return ""
            return _solved(task, home, folder, show)
    except ArtefactError as error:
        return str(error)


def run_task_from_data(data: Mapping[str, Any], home: str) -> str:
    """`run_task` in another process, which is sent plain data."""
    return run_task(SweepTask(**data), Home(home))


def task_data(task: SweepTask) -> dict[str, Any]:
    """What `run_task_from_data` takes."""
    return asdict(task)


def task_folder(home: Home, task: SweepTask) -> Path:
    """Where its log and its outcome are."""
    return home.sweeps / "tasks" / task.key


def found_run(home: Home, task: SweepTask) -> FinishedRun[MetricRecord] | None:
    """The run of a task, where there is one that is whole."""
    outcome = outcome_of(home, task)
    if outcome is None or outcome["run"] is None:
        return None
    try:
        return find_cy(home, outcome["run"])
    except G2LinksError:  # removed, damaged or altered since: to be done again
        return None


def outcome_of(home: Home, task: SweepTask) -> SweepTaskRecord | None:
    """What was noted of a task; None where nothing was, or the note is damaged, or of another task."""
    path = task_folder(home, task) / _OUTCOME
    if not path.exists():
        return None
    try:
        record = read_record(path, SweepTaskRecord)
    except ArtefactError:
        return None
    return record if record["config"] == task.config else None


def adopt(home: Home, tasks: list[SweepTask]) -> None:
    """Note the finished runs that are those of tasks of which no run is known, such as runs of `g2links cy`."""
    unknown = [task for task in tasks if found_run(home, task) is None]
    if not unknown:
        return
    records: list[tuple[int, MetricRecord]] = []
    for number in run_numbers(home.cy_models, CY_STEM):
        try:
            records.append((number, find_cy(home, number).record))
        except ArtefactError:
            continue  # a damaged run is nobody's
    for task in unknown:
        try:
            same = [(number, record) for number, record in records if _may_be_of(record, task)]
            options = plain(task.resolved()[1].to_record()) if same else None
        except InputError:
            continue  # options that do not suit V, which the task will say itself
        run = next((number for number, record in same if record["options"] == options), None)
        if run is not None:
            _note(home, task, run, "", dict(records)[run]["figures"]["seconds"])


def _may_be_of(record: MetricRecord, task: SweepTask) -> bool:
    """Whether all but the options, which take time to resolve, are those of a task; that with a start is not asked, as
    records do not say what the start was."""
    return (
        nameless(saved_variety({**record})) == nameless(task.variety)
        and record.get("time_limit") == task.time_limit
        and task.start_sha256 is None
        and "potential" not in record["ansatz"]
    )


def _solved(task: SweepTask, home: Home, folder: Path, show: Show) -> str:
    begun = time.monotonic()
    with _log(folder) as log:
        lines = progress_lines(partial(print, file=log, flush=True))

        def both(what: str, done: int, total: int) -> None:
            lines(what, done, total)
            show(what, done, total)

        def noted(report: FitReport) -> None:
            _note(home, task, report.run, "", time.monotonic() - begun)

        try:
            variety, options = task.resolved()
            report = metric_step(home, variety, options, time_limit=task.time_limit, progress=both, complete=noted)
            print(*report.words, sep="\n", file=log, flush=True)
            return ""
        except Exception as error:  # noqa: BLE001  (the boundary of a task: the others go on, whatever it is)
            why = _sentence(error)
            traceback.print_exc(file=log)
        finally:
            _forget_compiled_functions()
        _note(home, task, None, why, time.monotonic() - begun)
        return why


def _note(home: Home, task: SweepTask, run: int | None, why: str, seconds: float) -> None:
    record: SweepTaskRecord = {"config": task.config, "run": run, "reason": why, "seconds": seconds}
    folder = home.make(task_folder(home, task))
    write_record(folder / _OUTCOME, SweepTaskRecord, record)


@contextmanager
def _log(folder: Path) -> Iterator[TextIO]:
    """What a task says, after what it has said before."""
    path = folder / _LOG
    with ExitStack() as opened:
        try:
            log = opened.enter_context(path.open("a", encoding="utf-8"))
        except OSError as error:
            raise ArtefactError(f"{path}: cannot be written: {reason(error)}") from error
        yield log


def _sentence(error: Exception) -> str:
    if isinstance(error, G2LinksError):
        return " ".join(str(error).split())
    return foreseen(error) or f"a bug of g2links ({type(error).__name__}): {' '.join(str(error).split())}"


def _forget_compiled_functions() -> None:
    """Each variety has its own, and no other task needs them."""
    maps = Path("/proc/self/maps")
    if maps.exists() and len(maps.read_bytes().splitlines()) > _MOST_MAPPINGS:
        import jax

        jax.clear_caches()
        gc.collect()
