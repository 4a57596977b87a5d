"""`g2links polynomials`: the catalogue, and what is known of a polynomial."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from g2links.cli import options
from g2links.cli.session import Session
from g2links.cli.varieties import OF_THE_VARIETY, named_variety
from g2links.errors import InputError

if TYPE_CHECKING:
    from g2links.records import IntersectionRecord, PolynomialRecord, SmoothnessRecord


def polynomials(
    polynomial: Annotated[
        str | None,
        typer.Option("--polynomial", help="Expression, YAML file or name; without it, the whole catalogue is listed."),
    ] = None,
    weights: options.Weights = None,
    configuration: options.Configuration = None,
    ambient: options.Ambient = None,
    equations: options.Equations = None,
    polarisation: options.Polarisation = None,
    seed: options.Seed = 0,
    json: options.JsonFile = None,
) -> None:
    """What is known of the varieties of the catalogue, or of one that is given, before any work is done."""
    from g2links.varieties.complete_intersection import CompleteIntersection
    from g2links.workflow.intersections import describe_intersection, search_of
    from g2links.workflow.polynomials import describe, refusals_name_the_file, resolve_variety, smoothness

    session = Session(json)
    if polynomial is None and weights is not None:
        raise InputError("--weights", weights, "with --polynomial only")
    if polynomial is configuration is ambient is equations is polarisation is None:
        _list(session)
        return
    values = (polynomial, weights, configuration, ambient, equations, polarisation)
    named = named_variety(dict(zip(OF_THE_VARIETY, values, strict=True)), seed)
    variety = resolve_variety(named.given, named.weights)
    with refusals_name_the_file(named.given):
        if isinstance(variety, CompleteIntersection):
            known, searched = describe_intersection(variety), search_of(variety)
            lines, record = _intersection_lines(known, searched), {**known, "smooth": searched}
        else:
            (f,) = variety.equations
            facts, verdict = describe(f), smoothness(f)
            lines, record = _lines(facts, verdict), {**facts, "quasi_smooth": verdict}
    session.say(*lines)
    session.write_json({"command": "polynomials", "polynomials": [record]})


def _list(session: Session) -> None:
    from g2links.reports.tables import Table
    from g2links.varieties.intersection_catalogue import INTERSECTIONS, named_intersection
    from g2links.workflow.intersections import describe_intersection
    from g2links.workflow.polynomials import catalogue_polynomials, describe

    records = [describe(f) for f in catalogue_polynomials()]
    session.say(Table(["name", "weights", *_COLUMNS.values()], [_row(record) for record in records]))
    others = [describe_intersection(named_intersection(name)) for name in INTERSECTIONS]
    rows = [[r["name"], r["configuration"], *_cells(r, _OF_INTERSECTIONS)] for r in others]
    session.say("")
    session.say(Table(["name", "configuration", *_OF_INTERSECTIONS.values()], rows))
    session.write_json({"command": "polynomials", "polynomials": records, "complete_intersections": others})


_OF_INTERSECTIONS = {
    "degree": "degree",
    "h11": "h11",
    "h21": "h21",
    "euler": "Euler number",
    "kahler_volume": "int omega^3/6",
}


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


def _row(record: "PolynomialRecord") -> list[str]:
    values = {**record, "b3": record["betti"][3]}
    return [record["name"], " ".join(map(str, record["weights"])), *_cells(values, _COLUMNS)]


def _cells(values: Mapping[str, object], names: Iterable[str]) -> list[str]:
    from g2links.reports.tables import number

    return ["-" if values[name] is None else number(values[name]) for name in names]


def _lines(record: "PolynomialRecord", verdict: "SmoothnessRecord") -> list[str]:
    volume = record["holomorphic_volume"]
    return [
        f"{record['polynomial']}",
        f"  weights        {' '.join(map(str, record['weights']))}, degree {record['degree']}",
        f"  quasi-smooth   {'proved' if verdict['proved'] else 'not proved'}: {verdict['reason']}",
        *(_threefold_lines(record) if "betti" in record else [f"  Euler number   {record['euler']:g}"]),
        f"  symmetry       {record['permutations']} permutations{', complex conjugation' if record['real'] else ''}",
        f"  int omega^n/n! {record['kahler_volume']:.10g}, n = {len(record['weights']) - 2}",
        f"  int |h|^2      {'by Monte Carlo only' if volume is None else f'{volume:.10g}'}",
    ]


def _intersection_lines(record: "IntersectionRecord", searched: "SmoothnessRecord") -> list[str]:
    n, numbers = record["dimension"], record.get("intersection_numbers", {})
    lines = [
        f"{record['name']}",
        f"  configuration  {record['configuration']}",
        f"  polarisation   {' '.join(map(str, record['polarisation']))}",
        f"  smooth         not proved: {searched['reason']}",
        f"  Euler number   {record['euler']:g}",
        f"  degree         {record['degree']:g}",
        f"  int omega^n/n! {record['kahler_volume']:.10g}, n = {n}",
    ]
    if numbers:
        lines.append(f"  int JJJ        {', '.join(f'{name}: {value:g}' for name, value in numbers.items())}")
        lines.append(f"  int c2 J       {' '.join(f'{value:g}' for value in record['c2'])}")
    if "h11" in record:
        lines.append(f"  Hodge numbers  h11 = {record['h11']}, h21 = {record['h21']}")
    return lines


def _threefold_lines(record: "PolynomialRecord") -> list[str]:
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
