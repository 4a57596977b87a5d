"""What the campaigns share."""

import shutil
import time
from functools import partial

import pytest

from tests.faults.homes import STEPS, command


@pytest.fixture
def figures(record_property):
    """Called with a line that the summary of a campaign shows."""
    return partial(record_property, "figures")


@pytest.fixture(scope="session")
def stages(tmp_path_factory):
    """For each step the home before it, the one after it, and how long it takes."""
    folder, found = tmp_path_factory.mktemp("stages"), {}
    before = folder / "empty"
    before.mkdir()
    for name, words in STEPS.items():
        after = shutil.copytree(before, folder / name, symlinks=True)
        begun = time.monotonic()
        code = command(words, after).wait()
        assert code in ((0, 1) if name == "check of networks" else (0,))
        found[name] = before, after, time.monotonic() - begun
        before = after
    return found
