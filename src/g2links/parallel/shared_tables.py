"""Tables of which each process has its own part, by numbers that all of them know."""

import itertools
import weakref
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedTables(dict[int, T], Generic[T]):
    """What this process has of each table. The first process gives the numbers; what it no longer needs, the others
    hear of with the next table."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers, self._forgotten = itertools.count(), list[int]()

    def new(self) -> tuple[int, list[int]]:
        """The number of the next table, and those of tables that all processes are to drop."""
        forgotten = list(self._forgotten)
        self._forgotten.clear()
        return next(self._numbers), forgotten

    def lives_with(self, number: int, owner: object) -> None:
        """A table is forgotten when nobody has its owner any more."""
        weakref.finalize(owner, self._forgotten.append, number)

    def drop(self, numbers: Iterable[int]) -> None:
        """Give their memory back."""
        for number in numbers:
            self.pop(number, None)
