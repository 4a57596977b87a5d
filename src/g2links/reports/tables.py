"""Tables: text of fixed width wherever they are printed, and data for a terminal that draws its own."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from g2links.checks.thresholds import STATISTICS, describe, describe_limits, violation
from g2links.records import CheckRecord, Threshold

_ABSENT = "-"


class Table(NamedTuple):
    """A table of texts; as a string it has columns of fixed width, and no newline at its end.

    Attributes:
        header: the names of the columns.
        rows: the cells, one for each column.
        left: so many of the first columns are aligned left, the others right.

    Example:
        >>> print(Table(["k", "sigma"], [["6", "1.2e-3"], ["10", "2e-5"]]))
        k    sigma
        --  ------
        6   1.2e-3
        10    2e-5
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1

    def __str__(self) -> str:
        table = [self.header, *self.rows]
        widths = [max(len(row[i]) for row in table) for i in range(len(self.header))]
        lines = [_line(row, widths, self.left) for row in table]
        return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


Words = str | Table
"""A piece of what is said to the user."""


def text(words: Iterable[Words]) -> str:
    """All pieces, each from a new line."""
    return "\n".join(map(str, words))


def number(value: Any) -> str:
    """A number in at most ten characters; None, which stands for NaN, as "not finite"; the rest as text."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "not finite"
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int):
        return str(value)
    return f"{value:.7g}" if 0.1 <= abs(value) < 1e5 else f"{value:.4g}"


def check_words(record: CheckRecord) -> list[Words]:
    """The figures of a check from its JSON record, with PASS or FAIL, then the failures in words."""
    thresholds = record["thresholds"]
    integrals = {name: figures for name, figures in record["figures"].items() if "standard_error" in figures}
    names = [name for name in dict.fromkeys([*record["figures"], *thresholds]) if name not in integrals]
    rows = [_check_row(name, record["figures"].get(name), thresholds.get(name)) for name in names]
    header = ["figure", *STATISTICS, "threshold", "verdict"]
    tables = [Table(header, rows)]
    if integrals:
        rows = [_integral_row(name, figures, thresholds.get(name)) for name, figures in integrals.items()]
        tables.append(Table(["integral", "value", "std. error", "exact", "threshold", "verdict"], rows))
    return [_caption(record), *tables, *_unjudged(record), *_closing(record)]


def comparison_table(runs: Mapping[str, Mapping[str, Any]], *, only_differences: bool = False) -> Table:
    """Runs side by side, a row for each entry of their records; rows that differ are marked `*`.

    Args:
        runs: title of the column -> record; nested entries get dotted names.
        only_differences: leave out the rows in which all runs agree.
    """
    columns = {title: flatten(record) for title, record in runs.items()}
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    rows = []
    for name in names:
        cells = [number(column[name]) if name in column else _ABSENT for column in columns.values()]
        differs = len(set(cells)) > 1
        if differs or not only_differences:
            rows.append(["*" if differs else "", name, *cells])
    return Table(["", "entry", *columns], rows, left=2)


def flatten(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one, with dotted names; lists are kept as values."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat


def _check_row(name: str, figures: Mapping[str, Any] | None, threshold: Threshold | None) -> list[str]:
    limit = _ABSENT if threshold is None else describe(threshold)
    if figures is None:
        return [name, *["not measured", _ABSENT, _ABSENT, _ABSENT], limit, "FAIL"]
    return [name, *(number(figures[key]) for key in STATISTICS), limit, _verdict(name, figures, threshold)]


def _integral_row(name: str, figures: Mapping[str, Any], threshold: Threshold | None) -> list[str]:
    limit = _ABSENT if threshold is None else describe_limits(threshold)
    exact = number(figures["exact"]) if "exact" in figures else _ABSENT
    verdict = _verdict(name, figures, threshold)
    return [name, number(figures["mean"]), number(figures["standard_error"]), exact, limit, verdict]


def _verdict(name: str, figures: Mapping[str, Any], threshold: Threshold | None) -> str:
    if any(value is None or not math.isfinite(value) for value in figures.values()):
        return "FAIL"
    if threshold is None:
        return _ABSENT
    return "PASS" if violation(name, figures, threshold) is None else "FAIL"


def _caption(record: CheckRecord) -> str:
    numbers = {"CY": record["cy_run"], "G2": record["g2_run"]}
    runs = [f"{kind} run {number}" for kind, number in numbers.items() if number is not None]
    points = f"{record['n']} points" + (f" of {record['n_wanted']}, interrupted" if record.get("partial") else "")
    return f"Check {record['check']}: {', '.join([*runs, points])}"


def _unjudged(record: CheckRecord) -> list[str]:
    """A line for each reason why figures have no verdict."""
    figures: dict[str, list[str]] = {}
    for name, reason in record.get("unjudged", {}).items():
        figures.setdefault(reason, []).append(name)
    return [f"no verdict on {', '.join(names)}: {reason}" for reason, names in figures.items()]


def _closing(record: CheckRecord) -> list[str]:
    if record["passed"]:
        return ["PASSED: all thresholds hold."]
    return ["FAILED:", *(f"  {failure}" for failure in record["failures"])]


def _line(row: Sequence[str], widths: Sequence[int], left: int) -> str:
    cells = (cell.ljust(w) if i < left else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True)))
    return "  ".join(cells).rstrip()
