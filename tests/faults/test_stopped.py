"""The long campaign: a training is stopped by SIGSTOP in the middle of an epoch, its data are sampled anew, and it goes
on. It ends as if nobody had been there."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from g2links.storage.layout import Home
from g2links.storage.models import find_link_run
from g2links.storage.published_sets import open_set
from tests.cli.commands import run
from tests.faults.homes import command, content
from tests.faults.test_bad_inputs import SAVED

SAMPLE = ["sample", "--source", "fresh", "--n-points", "90", "--n-rotations", "2", "--shard-size", "30"]
EPOCHS = 60
TRAIN = ["train", "--architecture", "direct", "--units", "8", "--batch-size", "4", "--epochs", str(EPOCHS)]
SECONDS = 120
"""In which a training of seconds comes to its third epoch, on a machine with much else to do."""
MODEL = Path("models/link_models/3form_run2.keras")


def wait_for_epoch(work: Path, epoch: int) -> float:
    """When its checkpoint, or a later one, is there."""
    end = time.monotonic() + SECONDS
    while max((int(path.stem.split("_")[1]) for path in work.glob("checkpoint_*.npz")), default=0) < epoch:
        assert time.monotonic() < end
        time.sleep(0.001)
    return time.monotonic()


def data_sums(home: Path) -> object:
    return find_link_run(Home(home), "3form", 2).record["data_sha256"]


@pytest.mark.faults
def test_a_training_that_stood_still_while_data_were_sampled_anew_ends_as_an_undisturbed_one(tmp_path):
    alone = shutil.copytree(SAVED, tmp_path / "alone")
    assert run([*SAMPLE, "--home", str(alone)]) == 0
    home = shutil.copytree(alone, tmp_path / "home", symlinks=True)
    work = home / "models/link_models/.3form_run2.work"
    process = command(TRAIN, home)
    try:
        second = wait_for_epoch(work, 2)
        time.sleep((wait_for_epoch(work, 3) - second) / 2)
        os.kill(process.pid, signal.SIGSTOP)
        assert os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT).si_status == signal.SIGSTOP
        before = open_set(home / "samples/link_data").manifest.content_sha256
        assert run([*SAMPLE, "--seed", "9", "--home", str(home)]) == 0
        after = open_set(home / "samples/link_data").manifest.content_sha256
        assert not (home / MODEL).exists()
    finally:
        os.kill(process.pid, signal.SIGCONT)
        code = process.wait()
    assert (code, before != after) == (0, True)
    assert run([*TRAIN, "--home", str(alone)]) == 0
    assert content(home / MODEL) == content(alone / MODEL)
    assert content((home / MODEL).with_suffix(".json")) == content((alone / MODEL).with_suffix(".json"))
    assert data_sums(home) == data_sums(alone)
    assert open_set(home / "samples/link_data").manifest.content_sha256 == after
