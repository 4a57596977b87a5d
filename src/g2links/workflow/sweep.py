"""`g2links.sweep`: a table of varieties and options, one run for each."""

import html
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from g2links.errors import InputError
from g2links.plot.scatter import columns
from g2links.reports.canvas import SCREEN, save
from g2links.reports.tables import Table, Words, number, text
from g2links.settings.sweep_files import sweep_name
from g2links.storage.files import require_writable
from g2links.storage.layout import Home
from g2links.storage.sweep_table import NO_PARQUET, SweepTable, read_sweep_table, write_sweep_table
from g2links.workflow.progress import ProgressWish, progress_if_watched
from g2links.workflow.sweep_cluster import require_address, require_dask, require_workers, run_on_cluster
from g2links.workflow.sweep_rows import DONE, FAILED, MISSING, columns_of, row_of
from g2links.workflow.sweep_run import adopt, found_run, run_task
from g2links.workflow.sweep_tasks import SweepTask, sweep_tasks

_SHOWN = ("run", "sigma", "supremum", "volume", "volume_exact", "status")
"""The columns on the screen, beside the axes."""
_MOST_ROWS = 20
"""On the screen."""
_NAME = re.compile(r"[\w.][\w.\- ]{0,99}")
"""Of a sweep: that of a file in any folder."""
_RANGE = re.compile(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})")


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """What became of the tasks of a sweep.

    Attributes:
        name: of its table.
        table: axes, columns and rows.
        home: where the runs are.
        files: the tables that were written, CSV first.
        notes: what else is to be said.
    """

    name: str
    table: SweepTable
    home: Home
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One for each task, by the names of the columns; None where there is nothing."""
        return self.table.rows

    @property
    def done(self) -> int:
        """How many tasks have a metric that is good enough."""
        return self._count(DONE)

    @property
    def failed(self) -> int:
        """How many have none, or one that is not."""
        return self._count(FAILED)

    @property
    def missing(self) -> int:
        """How many nobody has done."""
        return self._count(MISSING)

    @property
    def passed(self) -> bool:
        """Whether all are done."""
        return self.done == len(self.rows)

    @property
    def failures(self) -> list[str]:
        """One sentence for each task that failed."""
        return [f"task {row['task']}: {row['reason']}" for row in self.rows if row["status"] == FAILED]

    def to_dataframe(self) -> Any:
        """A pandas DataFrame, one row for each task.

        Raises:
            ImportError: pandas is not installed.
        """
        import pandas

        return pandas.DataFrame(self.rows, columns=self.table.columns)

    def plot(self, x: str, y: str, path: str | os.PathLike[str] | None = None) -> Path:
        """One column against another.

        Args:
            x, y: names of columns.
            path: of the PNG or PDF; `plots/sweep_{name}_{y}_{x}.png` of the home if not given.

        Raises:
            InputError: for a column that there is not, or columns that no row has both of.
        """
        require_columns((x, y), self.table.columns)
        target = self.home.make(self.home.plots) / f"sweep_{self.name}_{y}_{x}.png" if path is None else Path(path)
        save(columns(self.rows, x, y, title=f"Sweep {self.name}"), target, dpi=SCREEN)
        return target

    @property
    def words(self) -> list[Words]:
        """The first rows of the table, and how many tasks are done."""
        header = [name for name in self.table.columns if name in ("task", *self.table.axes, *_SHOWN)]
        rows = [[_cell(row[name]) for name in header] for row in self.rows[:_MOST_ROWS]]
        rest = f"; the first {_MOST_ROWS} are shown" if len(self.rows) > _MOST_ROWS else ""
        counts = f"{self.done} done, {self.failed} failed, {self.missing} missing"
        return [Table(header, rows), f"sweep {self.name}: {len(self.rows)} tasks, {counts}{rest}"]

    def __repr__(self) -> str:
        return text(self.words)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"

    def _count(self, status: str) -> int:
        return sum(row["status"] == status for row in self.rows)


def sweep(
    file: str | os.PathLike[str] | Mapping[str, Any],
    *,
    home: str | os.PathLike[str] = ".",
    name: str | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    tasks: str | None = None,
    collect: bool = False,
    progress: ProgressWish = None,
) -> Sweep:
    """One run for each element of a table of varieties and options, and one table of what they gave.

    Each task is a run of the home like any other. What is finished is not done again, whoever has done it: the same
    call goes on with what is missing. A task that fails is a row with its reason.

    Args:
        file: a YAML file, or what would stand there: every key with a list is an axis, whose values are combined with
            those of all others; `options` has what all tasks have in common. Keys are the options of `g2links cy`;
            `polynomial` may be `every-fermat`.
        home: the folder of the runs; the table is `sweeps/{name}.csv` there.
        name: that of the file if not given.
        workers: processes of this machine, with one task and a share of the cores each; 1 works in this process.
        scheduler: the address of a Dask scheduler, in place of `workers`; its workers see the home under the same path.
        tasks: "3-8" does these alone, and writes no table.
        collect: start nothing; make the table of what is there.
        progress: whether to show a bar; None for where somebody watches (`workflow.progress.ProgressWish`).

    Raises:
        InputError, PolynomialError: for a file, a key or a value that cannot be, before any work.
        ArtefactError: the disk refuses, or the scheduler has gone away.

    Example:
        >>> found = g2links.sweep({"polynomial": ["p11222", "p11226"], "options": {"quick": True}})  # doctest: +SKIP
        >>> found.done, found.rows[0]["sigma"]  # doctest: +SKIP
    """
    place, name = Home(home), _require_name(sweep_name(file) if name is None else name)
    require_engine(workers, scheduler)
    axes, all_tasks = sweep_tasks(file, place)
    chosen = all_tasks if tasks is None else _range(tasks, all_tasks)
    require_writable(place.sweeps)
    reasons: dict[int, str] = {}
    adopt(place, chosen)
    try:
        if not collect:
            reasons = _work(chosen, place, workers, scheduler, progress)
    except KeyboardInterrupt:
        if tasks is None:
            _saved(name, axes, all_tasks, place, reasons)
        raise
    if tasks is not None:
        table = SweepTable(
            axes, columns_of(axes), [row_of(place, each, reasons.get(each.number, "")) for each in chosen]
        )
        return Sweep(name, table, place)
    return _saved(name, axes, all_tasks, place, reasons)


def open_sweep(name: str, home: str | os.PathLike[str] = ".") -> Sweep:
    """The table of a sweep that was saved.

    Raises:
        ArtefactError: there is none of the name, or it is damaged or altered; the same sweep again makes it anew.

    Example:
        >>> g2links.open_sweep("family").rows[0]["sigma"]  # doctest: +SKIP
    """
    path = Home(home).sweeps / f"{_require_name(name)}.csv"
    return Sweep(name, read_sweep_table(path), Home(home), (path,))


def require_columns(names: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse columns that there are not.

    Raises:
        InputError: lists those that there are.
    """
    for name in names:
        if name not in columns:
            raise InputError("plot", name, f"two of the columns {', '.join(columns)}")


def require_engine(workers: int, scheduler: str | None) -> None:
    """Refuse what the tasks cannot run on.

    Raises:
        InputError: names `workers` or `scheduler`.
    """
    require_workers(workers)
    if scheduler is not None:
        require_address(scheduler)
        require_dask("scheduler", scheduler)
    elif workers > 1:
        require_dask("workers", workers)


def _work(
    tasks: list[SweepTask], home: Home, workers: int, scheduler: str | None, progress: ProgressWish
) -> dict[int, str]:
    """Do what is missing; for each task of which nothing was saved, why."""
    missing = [task for task in tasks if found_run(home, task) is None]
    reasons: dict[int, str] = {}
    if not missing:
        return reasons
    with progress_if_watched(progress) as show:

        def told(task: SweepTask, why: str) -> None:
            reasons[task.number] = why
            bad = sum(map(bool, reasons.values()))
            show(f"tasks, {bad} failed" if bad else "tasks", len(reasons), len(missing))

        show("tasks", 0, len(missing))
        if scheduler is not None or min(workers, len(missing)) > 1:
            run_on_cluster(missing, home, told, workers=min(workers, len(missing)), scheduler=scheduler)
            return reasons

        def inside(task: SweepTask, what: str, *_: int) -> None:
            show(f"tasks, {task.label}: {what}", len(reasons), len(missing))

        for task in missing:
            told(task, run_task(task, home, partial(inside, task)))
    return reasons


def _saved(name: str, axes: list[str], tasks: list[SweepTask], home: Home, reasons: Mapping[int, str]) -> Sweep:
    rows = [row_of(home, task, reasons.get(task.number, "")) for task in tasks]
    table = SweepTable(axes, columns_of(axes), rows)
    files = write_sweep_table(home.make(home.sweeps) / f"{name}.csv", table)
    return Sweep(name, table, home, tuple(files), () if len(files) > 1 else (NO_PARQUET,))


def _range(text: str, tasks: list[SweepTask]) -> list[SweepTask]:
    match = _RANGE.fullmatch(text.strip())
    first, last = (int(part) for part in match.groups()) if match else (0, 0)
    if not 1 <= first <= last <= len(tasks):
        raise InputError("tasks", text, f"the first and the last task, of 1 to {len(tasks)}, such as 1-{len(tasks)}")
    return tasks[first - 1 : last]


def _require_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InputError("name", name, "letters, digits, blanks and . _ -, at most 100")
    return name


def _cell(value: Any) -> str:
    return "-" if value is None else number(value)
