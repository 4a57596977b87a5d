"""`g2links invariants`: what the weights alone say of V and of its link."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from g2links.cli import options
from g2links.cli.session import Session
from g2links.errors import InputError

if TYPE_CHECKING:
    from g2links.quantities.invariants import Invariants
    from g2links.reports.tables import Words
    from g2links.workflow.invariants import InvariantsTable

_SHOWN = 20
"""Rows of a table on the screen."""
_COLUMNS = {
    "degree": "degree",
    "milnor_number": "Milnor number",
    "h11": "h11",
    "h21": "h21",
    "euler": "Euler number",
    "basic_h21": "basic h21",
    "nu": "nu",
}


def invariants(
    polynomial: Annotated[
        str | None,
        typer.Option(
            "--polynomial", help="Expression, YAML file or name of a polynomial (default: the Fermat quintic)."
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option("--weights", metavar="W W W W W", help="Weights of an expression, or alone."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All 7,555 systems of weights.")] = False,
    where: Annotated[
        str | None,
        typer.Option("--where", help='Those of all systems for which this holds, such as "h21 < 5 and nu != 1".'),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="With --all or --where: write the table to this .csv or .npz file.")
    ] = None,
    json: options.JsonFile = None,
) -> None:
    """Milnor, Hodge and Betti numbers and the Crowley-Nordström invariant, exactly and without a metric."""
    from g2links.workflow import invariants as verb

    session = Session(json)
    many = everything or where is not None
    if out is not None:
        verb.require_table_target(out, "--out")
        if not many:
            raise InputError("--out", str(out), "with --all or --where only; --json writes one system")
    for name, value in (("--polynomial", polynomial), ("--weights", weights)):
        if many and value is not None:
            raise InputError(name, value, "not with --all and --where, which are about all systems of weights")
    if not many:
        found = verb.invariants(polynomial, weights=options.integers(weights, "--weights"))
        session.say("\n".join(_lines(found)))
        session.write_json({"command": "invariants", **found._asdict()})
        return
    table = verb.invariants("all")
    systems = len(table)
    table = table if where is None else table.where(where)
    checksum = None if out is None else table.save(out)
    session.say(*_shown(table, systems, out))
    rows = [row._asdict() for row in table] if out is None else None
    record = {"systems": len(table), "of": systems, "where": where, "file": out, "sha256": checksum, "rows": rows}
    session.write_json({"command": "invariants", **{key: value for key, value in record.items() if value is not None}})


def _lines(found: "Invariants") -> list[str]:
    return [
        f"weights {_blanks(found.weights)}, degree {found.degree}",
        f"  singularity  Milnor number {found.milnor_number}, signature of the Milnor fibre {found.signature}",
        f"  resolution   h11 = {found.h11}, h21 = {found.h21}, Euler number {found.euler}",
        f"  link         Betti numbers {_blanks(found.betti)}, basic h21 = {found.basic_h21}",
        f"  G2-structure nu = {found.nu} modulo 48 (Crowley-Nordström)",
    ]


def _shown(table: "InvariantsTable", systems: int, out: Path | None) -> list["Words"]:
    """The first rows and how many there are."""
    from itertools import islice

    from g2links.reports.tables import Table

    rows = [[_blanks(row.weights), *(str(getattr(row, name)) for name in _COLUMNS)] for row in islice(table, _SHOWN)]
    shown = [Table(["weights", *_COLUMNS.values()], rows)] if rows else []
    rest = "" if len(table) <= _SHOWN else f"; the first {_SHOWN} are shown"
    written = "" if out is None else f", written to {out}"
    return [*shown, f"{len(table)} of {systems} systems of weights{written}{rest}"]


def _blanks(numbers: Any) -> str:
    return " ".join(map(str, numbers))
