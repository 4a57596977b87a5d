"""Where the structure of the link is sampled in step 2: which base points, in which of the three sets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from g2links.errors import InputError
from g2links.links.dataset import BLOCK, blocks_of
from g2links.links.splits import split_base_points
from g2links.records import SampleChoices
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety

SOURCES = ("run", "fresh")
_FRESH = 100_000
"""Points that are drawn at once, so that memory is bounded, and by default."""
_STREAM = 0x53414D50
"""Of random numbers, for fresh points; no other step uses it."""


@dataclass(frozen=True)
class SampleOptions:
    """What the user chose in step 2; `n_points` base points (None: all of the run's, or 100,000 fresh ones), at most
    `shard_size` of them in a file (None: any number)."""

    n_points: int | None = None
    n_rotations: int = 4
    source: str = "run"
    splits: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 0
    shard_size: int | None = None

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise InputError("source", self.source, "choose run (the points of step 1) or fresh")
        if self.n_points is not None and self.n_points < 3:
            raise InputError("n_points", self.n_points, "a whole number, at least 3")
        if self.n_rotations < 1:
            raise InputError("n_rotations", self.n_rotations, "a whole number, at least 1")
        if self.shard_size is not None and self.shard_size < 1:
            raise InputError("shard_size", self.shard_size, "a whole number, at least 1")
        if self.seed < 0:
            raise InputError("seed", self.seed, "a whole number, at least 0")

    @classmethod
    def from_record(cls, chosen: SampleChoices) -> "SampleOptions":
        """The inverse of `to_record`."""
        train, validation, test = chosen["splits"]
        return cls(
            chosen["n_points"],
            chosen["n_rotations"],
            chosen["source"],
            (train, validation, test),
            chosen["seed"],
            chosen.get("shard_size"),
        )

    def to_record(self) -> SampleChoices:
        """Plain data."""
        return {
            "n_points": self.n_points,
            "n_rotations": self.n_rotations,
            "source": self.source,
            "splits": list(self.splits),
            "seed": self.seed,
            "shard_size": self.shard_size,
        }


class BasePoints(NamedTuple):
    """The base points of a data set.

    Attributes:
        n: how many.
        blocks: the points in their order, at most as many at a time as are evaluated, or written, at once.
        parts: the numbers of those of train, val and test, ascending.
        angles: of the rotations.
    """

    n: int
    blocks: Iterator[Points]
    parts: list[np.ndarray]
    angles: np.random.Generator


def n_base_points(options: SampleOptions, n_run: int) -> int:
    """How many base points options mean, of a metric with `n_run`; at most that many where they are taken from it."""
    if options.source == "fresh":
        return options.n_points or _FRESH
    return min(options.n_points or n_run, n_run)


def base_points(variety: AbstractVariety, own: Callable[[], Points], options: SampleOptions) -> BasePoints:
    """The base points that options mean; each random choice has a stream of its own.

    Args:
        own: the points of the metric, which are asked for only where they are used.

    Raises:
        InputError: for more points than the metric has, or a part without points.
    """
    point_seed, angle_seed, _ = _streams(options)
    size = min(BLOCK, options.shard_size or BLOCK)
    if options.source == "fresh":
        n = n_base_points(options, 0)
        blocks: Iterator[Points] = (
            block for points in _fresh_points(variety, n, point_seed) for block in blocks_of(points, size)
        )
    else:
        points = own()
        n = options.n_points or points.n
        if n > points.n:
            raise InputError("n_points", n, f"the run has {points.n} points; take fewer, or use --source fresh")
        blocks = blocks_of(points.rows(slice(n)), size)
    return BasePoints(n, blocks, parts_of(n, options), np.random.default_rng(angle_seed))


def parts_of(n: int, options: SampleOptions) -> list[np.ndarray]:
    """The numbers of the base points of train, val and test, of n in all.

    Raises:
        InputError: for shares that cannot be, or a part without points.
    """
    return split_base_points(n, options.splits, np.random.default_rng(_streams(options)[2]))


def _streams(options: SampleOptions) -> list[np.random.SeedSequence]:
    """One for fresh points, which step 1 does not use for any seed, one for the angles, one for the parts."""
    _, angles, parts = np.random.SeedSequence(options.seed).spawn(3)
    return [np.random.SeedSequence([options.seed, _STREAM]), angles, parts]


def _fresh_points(variety: AbstractVariety, n: int, seed: np.random.SeedSequence) -> Iterator[Points]:
    """New points, at most 100,000 at a time, each time from random numbers of their own."""
    starts = range(0, n, _FRESH)
    for start, own in zip(starts, (seed, *seed.spawn(len(starts) - 1)), strict=True):
        yield variety.sample(min(_FRESH, n - start), own)
