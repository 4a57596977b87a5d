"""The sections at points that are spread over several processes: each makes the products with its own, the first one
has what they add up to (`section_products`)."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from g2links.parallel import processes
from g2links.parallel.collectives import gathered, summed
from g2links.parallel.cyclic import Cyclic
from g2links.parallel.everywhere import everywhere
from g2links.parallel.shared_tables import SharedTables
from g2links.potentials.sections import Sections
from g2links.records import VarietyData
from g2links.ricci_flat.hermitian_search import prepare_sections
from g2links.ricci_flat.section_products import LocalProducts, SectionData
from g2links.varieties.charts import ChartPoint
from g2links.varieties.points.sampling import Points
from g2links.varieties.registry import variety_from_config
from g2links.varieties.variety import AbstractVariety

_tables: SharedTables[SectionData] = SharedTables()
_products: dict[int, LocalProducts] = {}
"""The products of the last linearisation of each."""


class ShardedSections:
    """A `section_products.SectionTable` whose n points are spread over all processes.

    Attributes:
        weights: (n,) for |Ω|² averages; they sum to 1.
    """

    def __init__(self, number: int, sections: int, weights: np.ndarray) -> None:
        self._number, self._sections, self.weights = number, sections, weights / np.sum(weights)

    @classmethod
    def of(cls, variety: AbstractVariety, sections: Sections, points: Points) -> "ShardedSections":
        """Evaluate the sections, each process at its points."""
        number, forgotten = _tables.new()
        at = tuple(map(np.asarray, points.at))
        _prepare(number, forgotten, variety.to_config(), sections.degree, at, points.weights)
        table = cls(number, sections.count, points.weights)
        _tables.lives_with(number, table)
        return table

    @property
    def sections(self) -> int:
        """N."""
        return self._sections

    def part(self, n: int) -> "ShardedSections":
        """The first n points; its table is this one's, for as long as it lives."""
        first = ShardedSections(self._number, self._sections, self.weights[:n])
        first._whole = self
        return first

    _whole: "ShardedSections | None" = None

    def log_ratios(self, h: np.ndarray) -> np.ndarray:
        """See `section_products.SectionTable`."""
        return _log_ratios(self._number, len(self.weights), h)

    def moments(self) -> np.ndarray:
        """See `section_products.SectionTable`."""
        return _moments(self._number, len(self.weights))

    def linearised(self, h: np.ndarray) -> "ShardedProducts":
        """See `section_products.SectionTable`."""
        return ShardedProducts(self, self._number, h)


class ShardedProducts:
    """Of a table of several processes; see `section_products.SectionProducts`. Those of one linearisation at a time."""

    def __init__(self, table: ShardedSections, number: int, h: np.ndarray) -> None:
        self._table, self._number, self._n = table, number, len(table.weights)
        self.values = _linearise(number, self._n, h)

    def forms(self, delta: np.ndarray) -> np.ndarray:
        """See `section_products.SectionProducts`."""
        return _forms(self._number, self._n, delta)

    def adjoint(self, y: np.ndarray) -> np.ndarray:
        """See `section_products.SectionProducts`."""
        return _adjoint(self._number, y)

    def towards(self, delta: np.ndarray) -> None:
        """See `section_products.SectionProducts`."""
        _towards(self._number, delta)

    def values_along(self, length: float) -> np.ndarray:
        """See `section_products.SectionProducts`."""
        return _values_along(self._number, self._n, length)


class _Share(NamedTuple):
    """Which of n rows this process has."""

    rows: Cyclic
    own: int

    def joined(self, values: np.ndarray) -> np.ndarray:
        """(n,) from the values of each process at its rows."""
        padded = np.zeros(self.rows.each, values.dtype)
        padded[: self.own] = values
        return self.rows.joined(gathered(padded))


def _share(n: int) -> _Share:
    rows = Cyclic(n, processes.count())
    return _Share(rows, rows.own(processes.rank()))


@everywhere
def _prepare(
    number: int,
    forgotten: list[int],
    variety: VarietyData,
    degree: int,
    at: tuple[np.ndarray, ...],
    weights: np.ndarray,
) -> None:
    _tables.drop(forgotten)
    for old in forgotten:
        _products.pop(old, None)
    v, share = variety_from_config(variety), _share(len(weights))
    mine = share.rows.of(processes.rank())[: share.own]
    chart = ChartPoint(*(column[mine] for column in at))
    points = Points(chart, weights[mine], np.arange(share.own))
    own = prepare_sections(v, Sections(v, degree), points)
    _tables[number] = replace(own, weights=weights[mine] / np.sum(weights))


def _own_table(number: int, n: int) -> SectionData:
    """The rows of this process among the first n, with their weights relative to all of the table."""
    return _tables[number].first(_share(n).own)


@everywhere
def _log_ratios(number: int, n: int, h: np.ndarray) -> np.ndarray:
    return _share(n).joined(_own_table(number, n).log_ratios(h))


@everywhere
def _moments(number: int, n: int) -> np.ndarray:
    table = _own_table(number, n)
    total, weight = summed(table.moments()), summed(np.array([np.sum(table.weights)]))
    return np.asarray(total / weight)


@everywhere
def _linearise(number: int, n: int, h: np.ndarray) -> np.ndarray:
    _products.clear()  # one at a time, as each is as large as its table
    _products[number] = _own_table(number, n).linearised(h)
    return _share(n).joined(_products[number].values)


@everywhere
def _forms(number: int, n: int, delta: np.ndarray) -> np.ndarray:
    return _share(n).joined(_products[number].forms(delta))


@everywhere
def _adjoint(number: int, y: np.ndarray) -> np.ndarray:
    share = _share(len(y))
    mine = share.rows.of(processes.rank())[: share.own]
    return summed(_products[number].adjoint(y[mine]))


@everywhere
def _towards(number: int, delta: np.ndarray) -> None:
    _products[number].towards(delta)


@everywhere
def _values_along(number: int, n: int, length: float) -> np.ndarray:
    return _share(n).joined(_products[number].values_along(length))
