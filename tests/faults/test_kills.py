"""The long campaign: commands are killed with SIGKILL at random times, and given again. What is there then is what one
undisturbed command leaves, bit for bit, and nothing else."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults.homes import PIPELINE, STEPS, command, contents

pytestmark = pytest.mark.faults
KILLS = int(os.environ.get("G2LINKS_TEST_KILLS", "32"))
"""Of each command; a third of it of the pipeline, which takes all of them."""


def killed(words: list[str], home: Path, seconds: float) -> bool:
    """Whether the command was still at work after so many seconds, and is dead now."""
    process = command(words, home)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


@pytest.mark.parametrize("name", STEPS)
def test_killed_at_random_times_a_command_is_completed_by_the_same_one(stages, tmp_path, rng, name):
    before, after, seconds = stages[name]
    expected, words, count = contents(after), STEPS[name], 0
    for i in range(KILLS):
        home = shutil.copytree(before, tmp_path / str(i), symlinks=True)
        count += killed(words, home, rng.uniform(0.0, seconds))
        code = command(words, home).wait()
        assert code in ((0, 1) if name == "check of networks" else (0,))
        found = contents(home)
        assert found.keys() == expected.keys(), i
        assert [key for key in expected if found[key] != expected[key]] == [], i
        shutil.rmtree(home)
    print(f"{name}: {count} kills in {seconds:.1f} s, all completed")


def test_a_pipeline_killed_at_random_times_is_completed_by_the_same_command(tmp_path, rng):
    whole = tmp_path / "whole"
    begun = time.monotonic()
    assert command(PIPELINE, whole).wait() in (0, 1)
    seconds, expected, count = time.monotonic() - begun, contents(whole), 0
    for i in range(max(1, KILLS // 3)):
        home = tmp_path / str(i)
        count += killed(PIPELINE, home, rng.uniform(0.0, seconds))
        assert command(PIPELINE, home).wait() in (0, 1)
        found = contents(home)
        assert found.keys() == expected.keys(), i
        assert [key for key in expected if found[key] != expected[key]] == [], i
    print(f"pipeline: {count} kills in {seconds:.1f} s, all completed")
