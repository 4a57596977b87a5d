"""`g2links polynomials`: the catalogue, and what is known of a polynomial."""

from typing import Annotated, Any

import typer

from g2links.cli import options
from g2links.cli.session import Session
from g2links.errors import InputError


def polynomials(
    polynomial: Annotated[
        str | None,
        typer.Option("--polynomial", help="Expression, YAML file or name; without it, the whole catalogue is listed."),
    ] = None,
    weights: options.Weights = None,
    json: options.JsonFile = None,
) -> None:
    """What is known of the polynomials of the catalogue, or of one that is given, before any work is done."""
    from g2links.reports.tables import fixed_width
    from g2links.workflow.polynomials import (
        catalogue_polynomials,
        describe,
        refusals_name_the_file,
        resolve_polynomial,
        smoothness,
    )

    session = Session(json)
    if polynomial is None and weights is not None:
        raise InputError("--weights", weights, "with --polynomial only")
    if polynomial is None:
        records = [describe(f) for f in catalogue_polynomials()]
        session.say(fixed_width(["name", "weights", *_COLUMNS.values()], [_row(record) for record in records]))
        session.write_json({"command": "polynomials", "polynomials": records})
        return
    f = resolve_polynomial(polynomial, options.integers(weights, "--weights"))
    with refusals_name_the_file(polynomial):
        record = {**describe(f), "quasi_smooth": smoothness(f)}
    for line in _lines(record):
        session.say(line)
    session.write_json({"command": "polynomials", "polynomials": [record]})


_COLUMNS = {
    "h11": "h11",
    "h21": "h21",
    "euler": "Euler number",
    "milnor_number": "Milnor number",
    "b3": "b3 of the link",
    "nu": "nu",
    "kahler_volume": "int omega^3/6",
    "holomorphic_volume": "int |h|^2",
}


def _row(record: dict[str, Any]) -> list[str]:
    values = {**record, "b3": record["betti"][3]}
    numbers = [values[name] for name in _COLUMNS]
    return [record["name"], " ".join(map(str, record["weights"])), *("-" if v is None else f"{v:.7g}" for v in numbers)]


def _lines(record: dict[str, Any]) -> list[str]:
    volume, verdict = record["holomorphic_volume"], record["quasi_smooth"]
    return [
        f"{record['polynomial']}",
        f"  weights        {' '.join(map(str, record['weights']))}, degree {record['degree']}",
        f"  quasi-smooth   {'proved' if verdict['proved'] else 'not proved'}: {verdict['reason']}",
        *(_threefold_lines(record) if "betti" in record else [f"  Euler number   {record['euler']:g}"]),
        f"  symmetry       {record['permutations']} permutations{', complex conjugation' if record['real'] else ''}",
        f"  int omega^n/n! {record['kahler_volume']:.10g}, n = {len(record['weights']) - 2}",
        f"  int |h|^2      {'by Monte Carlo only' if volume is None else f'{volume:.10g}'}",
    ]


def _threefold_lines(record: dict[str, Any]) -> list[str]:
    orbifold = "; ".join(
        f"Z{s['order']} on {('points', 'a curve', 'a surface')[s['dimension']]} with "
        + ", ".join(f"z{i} = 0" for i in range(len(record["weights"])) if i not in s["variables"])
        for s in record["strata"]
    )
    return [
        f"  V              {'orbifold, ' + orbifold if orbifold else 'smooth'}",
        f"  resolution     h11 = {record['h11']}, h21 = {record['h21']}, Euler number {record['euler']}; "
        f"{record['polynomial_deformations']} deformations are polynomial",
        f"  link           Betti numbers {' '.join(map(str, record['betti']))}, "
        f"Crowley-Nordström invariant nu = {record['nu']}",
        f"  singularity    Milnor number {record['milnor_number']}",
    ]
