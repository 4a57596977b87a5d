"""The long campaign: commands are killed with SIGKILL at random times, and given again. What is there then is what one
undisturbed command leaves, bit for bit, and nothing else."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from g2links.storage.json_files import read_json
from g2links.storage.keras_files import load_model
from tests.cli.commands import SMALL_CY
from tests.cli.test_interruptions import PROGRAM

pytestmark = pytest.mark.faults
SMALL = ["--n-points", "20"]
TRAIN = ["train", "--architecture", "direct", "--units", "16", "--epochs", "6"]
STEPS: dict[str, list[str]] = {
    "cy": ["cy", *SMALL_CY],
    "sample": ["sample", "--n-points", "300", "--n-rotations", "2", "--shard-size", "100"],
    "train": [*TRAIN, "--task", "3form"],
    "check": ["check", "kahlerity", *SMALL],
    "check of networks": ["check", "model", *SMALL, "--psi-method", "star"],
    "export": ["export", "cymetric"],
}
"""In this order; each begins where the ones before have ended."""
PIPELINE = [
    "pipeline", "--quick", *SMALL_CY, "--sample-n-points", "300", "--architecture", "direct", "--units", "16",
    "--train-epochs", "2", "--check-n-points", "20",
]  # fmt: skip
KILLS = int(os.environ.get("G2LINKS_TEST_KILLS", "32"))
"""Of each command; a third of it of the pipeline, which takes all of them."""
TIMES = re.compile(r"seconds|per_second|sha256|versions|samples_per|evaluations_per|checksum")
"""Entries of records that differ from run to run: times, and checksums of files that have times in them."""


def command(words: list[str], home: Path) -> subprocess.Popen[bytes]:
    """Started, with its words thrown away."""
    return subprocess.Popen(
        [*PROGRAM, *words, "--home", str(home)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def content(path: Path) -> Any:
    """What a file says, without times."""
    if path.suffix == ".keras":
        model = load_model(path)
        return [np.asarray(weight).tobytes() for weight in model.get_weights()]
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return {name: arrays[name].tobytes() for name in sorted(arrays.files)}
    return _timeless(read_json(path)) if path.suffix == ".json" else ""


def _timeless(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _timeless(value) for name, value in data.items() if not TIMES.search(name)}
    return [_timeless(value) for value in data] if isinstance(data, list) else data


def contents(home: Path) -> dict[str, Any]:
    """By name; of data sets by the names of the seed, whatever the folder is called in which they lie."""
    names = sorted(path for path in home.rglob("*") if "sets" not in path.relative_to(home).parts)
    return {str(path.relative_to(home)): content(path) if path.is_file() else None for path in names}


@pytest.fixture(scope="module")
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
