"""Commands at a size for tests."""

from collections.abc import Sequence

import pytest

from g2links.cli import main

SMALL = {"n_points": 3000, "degree": 6, "iterations": 12}
SMALL_CY = [word for name, value in SMALL.items() for word in (f"--{name.replace('_', '-')}", str(value))]
"""The same metric from Python and by the command, in all tests that are about something else: compiled once."""
ANY_METRIC = ["--require-sigma", "1", "--require-supremum", "1e6"]
"""For tests of what a rough metric is good enough for."""
SMALL_TRAIN = ["--epochs", "2", "--batch-size", "100"]


def run(arguments: Sequence[str]) -> int:
    """The exit code of a command, run in this process."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return int(end.value.code or 0)
