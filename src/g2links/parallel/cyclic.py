"""The cyclic distribution of rows: row i belongs to share i mod p, so that the first rows, too, are spread evenly."""

from dataclasses import dataclass

import numpy as np

from g2links.errors import InputError


@dataclass(frozen=True)
class Cyclic:
    """n rows in p shares, of n/p rows each, rounded up: the last row stands in for those that a share lacks.

    Args:
        rows: n.
        shares: p.

    Raises:
        InputError: when one of them is not positive.

    Example:
        >>> from g2links.parallel.cyclic import Cyclic
        >>> Cyclic(5, 2).of(1)
        array([1, 3, 4])
    """

    rows: int
    shares: int

    def __post_init__(self) -> None:
        for name, value in (("rows", self.rows), ("shares", self.shares)):
            if value < 1:
                raise InputError(name, value, "a positive integer")

    @property
    def each(self) -> int:
        """Rows of a share, with those that stand in."""
        return -(-self.rows // self.shares)

    def own(self, share: int) -> int:
        """Rows of a share, without those that stand in."""
        return len(range(share, self.rows, self.shares))

    def of(self, share: int) -> np.ndarray:
        """(each,) int64, the numbers of its rows."""
        return np.minimum(np.arange(self.each) * self.shares + share, self.rows - 1)

    def dealt(self, column: np.ndarray, share: int) -> np.ndarray:
        """(each, ...), the rows of a share of a column (n, ...), and 0 where one stands in."""
        part = np.array(column[self.of(share)])
        part[self.own(share) :] = 0
        return part

    def joined(self, parts: np.ndarray) -> np.ndarray:
        """(n, ...), the column whose shares are (p, each, ...)."""
        return np.asarray(parts.swapaxes(0, 1).reshape(-1, *parts.shape[2:])[: self.rows])
