"""The tables of a page, as rows of text."""

from collections.abc import Iterator
from typing import NamedTuple

from g2links.checks.registry import all_checks, all_figures
from g2links.checks.thresholds import STATISTICS, describe, violation
from g2links.records import CheckRecord
from g2links.reports.pages.numbers import estimate_text, number_text, typeset


class FigureRow(NamedTuple):
    """A figure of a check: what it means, its statistics, what is needed, and whether it holds ("pass", "fail" or
    "noted")."""

    name: str
    meaning: str
    values: tuple[str, ...]
    needed: str
    status: str


_LEADING = 0.01
COLUMNS = ("mean or integral", "median", "deviation", "largest", "exact")


def figure_rows(record: CheckRecord) -> Iterator[FigureRow]:
    """Every figure of a check, and every threshold, whether or not it was measured."""
    check = all_checks().get(record["check"])
    figures, integrals = all_figures(), {} if check is None else check.integrals
    for name in dict.fromkeys([*record["figures"], *record["thresholds"]]):
        found, limit = record["figures"].get(name), record["thresholds"].get(name)
        meaning = integrals.get(name) or (figures[name].meaning if name in figures else "")
        needed = record.get("unjudged", {}).get(name, "") if limit is None else typeset(describe(limit))
        if found is None:
            yield FigureRow(name, meaning, ("not measured", "", "", "", ""), needed, "fail")
            continue
        if "standard_error" in found:
            exact = number_text(found["exact"]) if "exact" in found else ""
            values: tuple[str, ...] = (estimate_text(found["mean"], found["standard_error"]), "", "", "", exact)
        else:
            values = (*map(_number, (found[key] for key in STATISTICS)), "")
        finite = all(value is not None for value in found.values())
        holds = finite and (limit is None or violation(name, found, limit) is None)
        yield FigureRow(name, meaning, values, needed, "fail" if not holds else "noted" if limit is None else "pass")


def _number(value: float | None) -> str:
    """With more digits where these tell a value from the exact one."""
    return number_text(value, 6 if value is not None and abs(value) >= _LEADING else 4)
