"""What the sizes of a step need, refused before any work where there is less."""

import math
from pathlib import Path

from g2links.links.dataset import BLOCK, COLUMNS
from g2links.storage.layout import Home
from g2links.storage.room import Size, require_room
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.base_points import SampleOptions, n_base_points

_NUMBER = 8
"""Bytes of a number: all are float64 or int64."""
_ROW = _NUMBER * sum(math.prod(shape) for shape, _ in COLUMNS.values())
"""Of a data set."""
_SPLIT = 3 * _NUMBER
"""For a base point: its place in a random order, and its number in one of three sets."""
_SHARDS = 6
"""As many rows as in so many files are in memory where each file has a part of them: what waits in four series, and a
copy of what is written."""
_COLUMNS = 6
"""Numbers that are saved of a point beside its coordinates: weight, line, and the coordinates of its chart."""
_TIMES = 10
"""Where points are drawn and fitted, copies and what is computed of them take so many times what is saved."""
_ROTATIONS, _POINTS = 4, 3
"""So many are worth having; where fewer fit, another option is at fault."""


def require_room_for_samples(options: SampleOptions, n_run: int, home: Home | None) -> None:
    """Refuse data sets of the link that cannot fit.

    Args:
        options: of step 2.
        n_run: points of the metric.
        home: where the data sets go; None for rows in memory.

    Raises:
        InputError: names `n_rotations`, `n_points` or `shard_size`, with what is allowed.
    """
    n, rotations = n_base_points(options, n_run), options.n_rotations
    turns, points = Size("n_rotations", rotations, _ROTATIONS), Size("n_points", n, _POINTS)
    place, disk = (Path(), 0) if home is None else (home.link_data, 2 * n * rotations * _ROW)
    require_room([points], memory=_SPLIT * n)
    if options.shard_size is None or options.shard_size >= n:
        memory = 2 * (n + min(n, BLOCK)) * rotations * _ROW
        require_room([turns, points], memory=memory, disk=disk, folder=place)
    else:
        shard = Size("shard_size", options.shard_size, 1)
        require_room([turns, shard], memory=_SHARDS * options.shard_size * rotations * _ROW)
        require_room([turns, points], disk=disk, folder=place)


def require_room_for_points(variety: AbstractVariety, n_points: int, home: Home | None) -> None:
    """Refuse more points of V than can be drawn, and saved in a home if there is one.

    Raises:
        InputError: names `n_points`, with what is allowed.
    """
    saved = _NUMBER * (2 * variety.variables + _COLUMNS)
    place, disk = (Path(), 0) if home is None else (home.cy_data, saved * n_points)
    require_room([Size("n_points", n_points, 1)], memory=_TIMES * saved * n_points, disk=disk, folder=place)
