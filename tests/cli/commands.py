"""Commands at a size for tests."""

from collections.abc import Sequence

import pytest

from g2links.cli import main

SMALL_CY = ["--n-points", "2500", "--degree", "4", "--widths", "4", "--iterations", "8"]
ANY_METRIC = ["--require-sigma", "1", "--require-supremum", "1e6"]
"""For tests of what a rough metric is good enough for."""
SMALL_TRAIN = ["--epochs", "2", "--batch-size", "100"]


def run(arguments: Sequence[str]) -> int:
    """The exit code of a command, run in this process."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return int(end.value.code or 0)
