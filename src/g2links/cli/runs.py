"""`g2links runs list|compare`: what there is."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import options
from g2links.cli.session import FAILED, Session, require_home

app = typer.Typer(no_args_is_help=True, help="List and compare finished runs.")


@app.command("list")
def list_runs(home: options.Home = Path(), json: options.JsonFile = None) -> None:
    """All finished runs and their main figures; exit code 1 where one of them is damaged."""
    from g2links.reports.tables import fixed_width, number
    from g2links.storage.layout import Home
    from g2links.workflow.listing import finished_runs

    session = Session(json)
    require_home(home)
    rows = finished_runs(Home(home))
    header = ["run", "cy_run", "main figure", "value", "seconds"]
    table = [
        [r["name"], str(r["cy_run"]), r["figure"], number(r["value"]), number(r["seconds"])]
        for r in rows
        if "problem" not in r
    ]
    damaged = [f"damaged: {row['problem']}" for row in rows if "problem" in row]
    shown = [fixed_width(header, table)] if table else []
    session.say("\n".join([*shown, *damaged]) or "there are no finished runs")
    session.write_json({"runs": rows})
    if damaged:
        raise typer.Exit(FAILED)


@app.command()
def compare(
    numbers: Annotated[list[int], typer.Argument(help="Run numbers.")],
    task: Annotated[
        str, typer.Option("--task", help="all (networks and their checks), cy, 3form, metric or 4form.")
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
