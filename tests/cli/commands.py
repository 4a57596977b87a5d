"""Commands at a size for tests."""

from collections.abc import Mapping, Sequence

import pytest

from g2links.cli import main


def words_of(options: Mapping[str, int]) -> list[str]:
    """Options of Python as those of a command."""
    return [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]


SMALL = {"n_points": 3000, "degree": 6, "iterations": 12}
SMALL_CY = words_of(SMALL)
"""The same metric from Python and by the command, in all tests that are about something else: compiled once."""
SMALL_CURVE = {"n_points": 4000, "degree": 6, "iterations": 12}
"""Likewise on a plane cubic."""
ANY_METRIC = ["--require-sigma", "1", "--require-supremum", "1e6"]
"""For tests of what a rough metric is good enough for."""
SMALL_TRAIN = ["--epochs", "2", "--batch-size", "100"]


def run(arguments: Sequence[str]) -> int:
    """The exit code of a command, run in this process."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return int(end.value.code or 0)
