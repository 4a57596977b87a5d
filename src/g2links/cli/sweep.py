"""`g2links sweep`: many runs, and one table of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from g2links.cli import choices, options
from g2links.cli.session import FAILED, Session, require_new_home
from g2links.errors import InputError

if TYPE_CHECKING:
    from g2links.workflow.sweep import Sweep

_MOST_FAILURES = 10
"""Sentences on the screen; the table has all of them."""

_WHERE, _TABLE = "Where the tasks are done", "The table"
"""Panels of the help."""


def sweep(
    file: Annotated[str, typer.Argument(metavar="FILE.yaml", help="Axes and options, see docs/sweeps.md.")],
    workers: Annotated[
        int,
        typer.Option(
            "--workers",
            rich_help_panel=_WHERE,
            min=1,
            help="Processes of this machine; more than 1 need the extra cluster.",
        ),
    ] = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", rich_help_panel=_WHERE, metavar="ADDRESS", help="A Dask scheduler, such as tcp://host:8786."
        ),
    ] = None,
    emit: Annotated[
        choices.Emitted | None,
        typer.Option("--emit", rich_help_panel=_WHERE, help="Write an sbatch script instead of doing the tasks."),
    ] = None,
    collect: Annotated[
        bool, typer.Option("--collect", rich_help_panel=_TABLE, help="Start nothing; make the table of what is done.")
    ] = False,
    tasks: Annotated[
        str | None,
        typer.Option("--tasks", rich_help_panel=_WHERE, metavar="FIRST-LAST", help="These tasks alone, and no table."),
    ] = None,
    plot: Annotated[
        tuple[str, str] | None,
        typer.Option("--plot", rich_help_panel=_TABLE, metavar="X Y", help="A picture of column Y against column X."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", rich_help_panel=_TABLE, help="Name of the table (default: that of the file)."),
    ] = None,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
    verbose: options.Verbose = False,
) -> None:
    """One run for each element of a table of varieties and options, and one table of what they gave.

    The same command again does what is missing.
    """
    from g2links.settings.sweep_files import sweep_name
    from g2links.storage.layout import Home
    from g2links.workflow import sweep as verb
    from g2links.workflow.sweep_rows import columns_of
    from g2links.workflow.sweep_slurm import write_slurm_script
    from g2links.workflow.sweep_tasks import sweep_tasks

    session = Session(json, quiet, verbose)
    require_new_home(home)
    if plot is not None and (tasks or emit):
        raise InputError("--plot", " ".join(plot), "not with --tasks or --emit, which make no table")
    verb.require_engine(workers, scheduler)
    wanted = None if plot is None else tuple(column.replace("-", "_") for column in plot)
    if wanted is not None or emit is not None:
        axes, all_tasks = sweep_tasks(file, Home(home))
        verb.require_columns(wanted or (), columns_of(axes))
    if emit is not None:
        script = write_slurm_script(file, Home(home), name or sweep_name(file), len(all_tasks))
        session.say(f"{len(all_tasks)} tasks: sbatch {script}")
        session.name_file(script)
        session.write_json({"command": "sweep", "tasks": len(all_tasks), "script": script})
        return
    found = verb.sweep(
        file,
        home=home,
        name=name,
        workers=workers,
        scheduler=scheduler,
        tasks=tasks,
        collect=collect,
        progress=session.progress,
    )
    drawn = wanted is not None and any(None not in (row[wanted[0]], row[wanted[1]]) for row in found.rows)
    picture = found.plot(*wanted) if drawn and wanted is not None else None
    session.say(*found.words)
    for warning in _warnings(found):
        session.warn(warning)
    for path in [*found.files, *([] if picture is None else [picture])]:
        session.say(str(path))
        session.name_file(path)
    record = {"command": "sweep", "done": found.done, "failed": found.failed, "missing": found.missing}
    table = found.files[0] if found.files else None
    session.write_json({**record, "table": table, "plot": picture, "passed": found.passed})
    if not found.passed:
        raise typer.Exit(FAILED)


def _warnings(found: "Sweep") -> list[str]:
    failures = found.failures
    more = [f"FAILED: {len(failures) - _MOST_FAILURES} more, see the table"] if len(failures) > _MOST_FAILURES else []
    shown = [f"FAILED: {failure}" for failure in failures[:_MOST_FAILURES]]
    return [*shown, *more, *(f"note: {note}" for note in found.notes)]
