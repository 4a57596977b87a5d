"""`g2links runs list|show|compare|remove`: what there is."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import choices, options
from g2links.cli.session import FAILED, Session, require_home
from g2links.errors import G2LinksError

app = typer.Typer(no_args_is_help=True, help="List, show, compare and remove finished runs.")

_NAME = 28
"""Characters of a polynomial in the list; `--json` has all of them."""
_RunTask = Annotated[choices.RunTask, typer.Option("--task", help="A Calabi-Yau run (cy), or a network of this task.")]


@app.command("list", epilog=options.example("runs list"))
def list_runs(home: options.Home = Path(), json: options.JsonFile = None) -> None:
    """All finished runs and their main figures; exit code 1 where one of them is damaged."""
    from g2links.reports.tables import Table, number
    from g2links.storage.layout import Home
    from g2links.workflow.listing import finished_runs

    session = Session(json)
    require_home(home)
    rows = finished_runs(Home(home))
    header = ["run", "cy_run", "polynomial", "date", "architecture", "main figure", "value", "seconds"]
    table = [
        [
            *(row["name"], str(row["cy_run"]), _short(row["polynomial"]), row["date"][:16].replace("T", " ")),
            *(row["architecture"], row["figure"], number(row["value"]), number(row["seconds"])),
        ]
        for row in rows
        if "problem" not in row
    ]
    damaged = [f"damaged: {row['problem']}" for row in rows if "problem" in row]
    if table:
        session.say(Table(header, table))
    session.say(*damaged)
    if not rows:
        session.say("there are no finished runs")
    session.write_json({"runs": rows})
    if damaged:
        raise typer.Exit(FAILED)


@app.command(epilog=options.example("runs show 1 --task 3form"))
def show(
    run: Annotated[int, typer.Argument(metavar="N", min=1, help="Run number.")],
    task: _RunTask = "cy",
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """One run: what it is, its figures with errors, its checks, and its files."""
    from g2links.storage.layout import Home
    from g2links.workflow.run_details import run_details

    session = Session(json)
    require_home(home)
    session.finish(run_details(Home(home), task, run))


@app.command(epilog=options.example("runs remove 2 --task 4form"))
def remove(
    run: Annotated[int, typer.Argument(metavar="N", min=1, help="Run number.")],
    task: _RunTask = "cy",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, as in scripts.")] = False,
    home: options.Home = Path(),
    json: options.JsonFile = None,
    quiet: options.Silent = False,
) -> None:
    """Remove a run with its model, record, points, pictures and checks, unless something depends on it.

    Its number is not used again. Interrupted, the same command removes the rest.
    """
    from g2links.storage.layout import Home
    from g2links.workflow import removal as verb

    session = Session(json, quiet)
    require_home(home)
    planned = verb.plan_removal(Home(home), task, run)
    if not yes:
        if not (sys.stdin is not None and sys.stdin.isatty()):
            raise G2LinksError(f"{planned.name} is not removed: there is no terminal to ask at, and no --yes")
        if not _agreed(planned.name, planned.files):
            session.say("nothing was removed")
            session.write_json({"command": "runs remove", "run": planned.name, "removed": []})
            return
    done = verb.remove(Home(home), task, run)
    session.say(f"removed {done.name}: {len(done.files)} files")
    session.write_json({"command": "runs remove", "run": done.name, "removed": list(map(str, done.files))})


def _agreed(name: str, files: list[Path]) -> bool:
    """Whether somebody at a terminal says yes; the question goes to stderr, as stdout may be for JSON."""
    for path in files:
        print(f"  {path}", file=sys.stderr)
    print(f"Remove {name} with these files? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _short(name: str | None) -> str:
    if name is None:
        return "-"
    return name if len(name) <= _NAME else name[: _NAME - 3] + "..."


@app.command(epilog=options.example("runs compare 1 2 --html runs.html"))
def compare(
    numbers: Annotated[list[int], typer.Argument(help="Run numbers.")],
    task: Annotated[
        choices.Compared, typer.Option("--task", help="All networks and their checks, or runs of one kind.")
    ] = "all",
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write a page with sortable tables, too.")
    ] = None,
    home: options.Home = Path(),
    json: options.JsonFile = None,
) -> None:
    """The figures of several runs side by side, with mean and maximum of those of their checks."""
    from g2links.reports.tables import comparison_table
    from g2links.storage.layout import Home
    from g2links.workflow.listing import comparable, require_page

    session = Session(json)
    require_home(home)
    require_page(html, "--html")
    records = {f"run {n}": comparable(Home(home), task, n) for n in numbers}
    session.say(comparison_table(records))
    if html is not None:
        from g2links.reports.pages.comparison import write_comparison_page

        write_comparison_page(html, records, task=task)
        session.say(f"page of these runs: {html}")
    session.write_json({"task": task, "runs": records, **({} if html is None else {"file": html})})
