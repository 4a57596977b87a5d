"""The page of several runs side by side."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from g2links.reports.pages.numbers import number_text
from g2links.reports.pages.render import write_page
from g2links.reports.tables import flatten

_OWN = "run"
"""Where entries stand that belong to no part of a record."""


class Cell(NamedTuple):
    """One entry of one run: as text, and the number or the text that it is sorted by; empty where there is none."""

    text: str
    key: str
    numeric: bool


class Section(NamedTuple):
    """One part of the records: its columns, those of them in which runs differ, and a row of cells for each run."""

    title: str
    columns: tuple[str, ...]
    differing: tuple[bool, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def write_comparison_page(path: str | os.PathLike[str], runs: Mapping[str, Mapping[str, Any]], *, task: str) -> None:
    """Write a page that compares records, a table for each of their parts, sorted by a click, whole or not at all.

    Args:
        path: of the file, whose folder exists.
        runs: title of the row -> record.
        task: what they are runs of, for the title.

    Raises:
        ArtefactError: the disk refuses.
    """
    sections = sections_of(runs)
    title = f"{len(runs)} runs side by side" if len(runs) != 1 else next(iter(runs))
    write_page(path, "comparison.html.j2", title=title, task=task, runs=list(runs), sections=sections)


def sections_of(runs: Mapping[str, Mapping[str, Any]]) -> list[Section]:
    """The parts that any of the runs has, in the order in which they come."""
    parts = {title: _parts(record) for title, record in runs.items()}
    names = dict.fromkeys(name for own in parts.values() for name in own)
    return [_section(name, {title: own.get(name, {}) for title, own in parts.items()}) for name in names]


def _parts(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    own = {name: value for name, value in record.items() if not isinstance(value, Mapping)}
    nested = {name: flatten(value) for name, value in record.items() if isinstance(value, Mapping)}
    return ({_OWN: own} if own else {}) | nested


def _section(name: str, entries: Mapping[str, Mapping[str, Any]]) -> Section:
    columns = tuple(dict.fromkeys(column for own in entries.values() for column in own))
    rows = tuple((title, tuple(_cell(own, column) for column in columns)) for title, own in entries.items())
    differing = tuple(len({cells[i].text for _, cells in rows}) > 1 for i in range(len(columns)))
    return Section(name, tuple(column.removeprefix("figures.") for column in columns), differing, rows)


def _cell(own: Mapping[str, Any], column: str) -> Cell:
    if column not in own:
        return Cell("", "", False)
    value = own[column]
    if isinstance(value, bool):
        return Cell("yes" if value else "NO", str(int(value)), True)
    if isinstance(value, int | float):
        return Cell(number_text(value), repr(value), True)
    return Cell(number_text(value), str(value), False)
