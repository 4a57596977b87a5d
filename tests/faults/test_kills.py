"""The long campaign: every command is killed with SIGKILL, at times that are spread evenly over how long it takes, and
given again. What is there then is what one undisturbed command leaves, bit for bit, and nothing else."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.cli.commands import SMALL_CY, run
from tests.faults.homes import PIPELINE, SMALL, command, contents

pytestmark = pytest.mark.faults
SCALE = float(os.environ.get("G2LINKS_TEST_KILLS", "1"))
"""Of the numbers of kills below."""
LEAST_KILLS = 200
"""Of the whole campaign."""
TRIES = 5
"""For one kill: a command that ends before its kill comes is faster than it was measured, which is corrected then."""

SET_FOLDER = re.compile(r"sets/[0-9a-f]{16}(?:-[0-9]+)?")
"""Named after the bytes of its files, which have times in them."""


class Plan(NamedTuple):
    """A command, the home in which it begins (see `homes`), how often it is killed, and its exit codes."""

    words: list[str]
    home: str
    kills: int
    codes: tuple[int, ...] = (0,)


SIZES = {"direct": ["--units", "16"], "ambient": ["--units", "16"], "potential": ["--layers", "1", "--units", "4"]}
TASKS = ("3form", "metric", "4form")
WHOLE = ["sample", "--n-points", "300", "--n-rotations", "2"]
SHARDS = [*WHOLE, "--shard-size", "100"]
TABLE, RECORD, PICTURE = ["--out", "table.npz"], ["--json", "record.json"], ["--plot", "picture.png"]
"""In the folder in which the command runs, which is the home here."""


def training(task: str, family: str) -> list[str]:
    return ["train", "--task", task, "--architecture", family, *SIZES[family], "--epochs", "6"]


MAY_FAIL = (0, 1)
"""Of networks and samples that are too small for their thresholds."""
REMOVED = (0, 2)
"""Of a run that is there no more, because the kill came when all was done."""
PLANS = {
    "cy": Plan(["cy", *SMALL_CY], "empty", 14),
    "sample": Plan(WHOLE, "solved", 18),
    "sample in shards": Plan(SHARDS, "trained", 18),
    **{f"train {task} {family}": Plan(training(task, family), "sampled", 4) for task in TASKS for family in SIZES},
    "another training": Plan([*training("3form", "direct"), "--seed", "5"], "trained", 4),
    "check kahlerity": Plan(["check", "kahlerity", *SMALL], "trained", 18),
    "check contact": Plan(["check", "contact", *SMALL], "trained", 10),
    "check torsion": Plan(["check", "torsion", *SMALL], "trained", 4),
    "check analytic": Plan(["check", "analytic", *SMALL], "trained", 4),
    "check measures": Plan(["check", "measures", *SMALL], "trained", 4),
    "check model": Plan(["check", "model", *SMALL, "--psi-method", "model"], "trained", 4, MAY_FAIL),
    "export": Plan(["export", "cymetric"], "trained", 18),
    "runs list": Plan(["runs", "list", *RECORD], "trained", 14),
    "runs compare": Plan(["runs", "compare", "1", *RECORD], "trained", 14),
    "runs remove": Plan(["runs", "remove", "1", "--task", "4form", "--yes"], "trained", 10, REMOVED),
    "report": Plan(["report"], "trained", 4),
    "spectrum": Plan(["spectrum", "--degree", "2", "--levels", "2", "--n-points", "2000"], "solved", 4, MAY_FAIL),
    "calibrated": Plan(["calibrated", "real-locus", "--n-points", "200", *PICTURE, *RECORD], "solved", 4, MAY_FAIL),
    "instanton": Plan(["instanton", "--n-points", "100", *PICTURE, *RECORD], "solved", 4, MAY_FAIL),
    "invariants": Plan(["invariants", "--all", *TABLE, *RECORD], "empty", 14),
    "polynomials": Plan(["polynomials", *RECORD], "empty", 10),
    "moduli": Plan(["moduli", "--n-points", "1000", "--plot", "moduli.png", *RECORD], "empty", 4),
    "pipeline": Plan(PIPELINE, "empty", 6, MAY_FAIL),
}
WITHOUT_HOME = {"invariants", "moduli", "polynomials"}
counted: dict[str, int] = {}


@pytest.fixture(scope="session")
def homes(tmp_path_factory):
    """Where commands begin: by name, each made by commands from the one before."""
    folder = tmp_path_factory.mktemp("homes")
    last = folder / "empty"
    last.mkdir()
    found = {"empty": last}
    for name, steps in (
        ("solved", [PLANS["cy"].words]),
        ("sampled", [WHOLE]),
        ("trained", [training(task, "direct") for task in TASKS]),
    ):
        last = found[name] = shutil.copytree(last, folder / name, symlinks=True)
        for words in steps:
            assert run([*words, "--home", str(last)]) == 0
    return found


def complete(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command to its end, in this process, where all is compiled."""
    monkeypatch.chdir(home)
    place = [] if name in WITHOUT_HOME else ["--home", str(home)]
    assert run([*PLANS[name].words, *place]) in PLANS[name].codes


def started(name: str, home: Path) -> subprocess.Popen[bytes]:
    return command(PLANS[name].words, None if name in WITHOUT_HOME else home, cwd=home)


def left(home: Path) -> dict[str, Any]:
    """What a home says, and the names of all files of data sets."""
    names = sorted(SET_FOLDER.sub("sets/*", str(path.relative_to(home))) for path in home.rglob("*"))
    return {**contents(home), "names": names}


def killed(name: str, home: Path, seconds: float) -> float | None:
    """None if the command was still at work after so many seconds, and is dead now; otherwise how long it took."""
    begun = time.monotonic()
    process = started(name, home)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        return None if process.wait() == -signal.SIGKILL else time.monotonic() - begun
    return time.monotonic() - begun


@pytest.mark.parametrize("name", PLANS)
def test_killed_at_any_time_a_command_is_completed_by_the_same_one(
    homes, tmp_path, rng, name, monkeypatch, capsys, figures
):
    before, wanted = homes[PLANS[name].home], max(1, round(SCALE * PLANS[name].kills))
    here = shutil.copytree(before, tmp_path / "here", symlinks=True)
    complete(name, here, monkeypatch)
    whole = shutil.copytree(before, tmp_path / "whole", symlinks=True)
    begun = time.monotonic()
    assert started(name, whole).wait() in PLANS[name].codes
    seconds = time.monotonic() - begun
    expected = left(whole)
    require_same(left(here), expected)
    times: list[float] = []
    for i in range(wanted):
        for _ in range(TRIES):
            home = shutil.copytree(before, tmp_path / "killed", symlinks=True)
            moment = seconds * (i + rng.uniform()) / wanted
            ended = killed(name, home, moment)
            if ended is None and left(home)["names"] == expected["names"]:
                ended = moment  # all was there, and the process about to end: given again, `cy` begins another run
            if ended is None:
                times.append(moment)
                complete(name, home, monkeypatch)
            else:
                seconds = min(seconds, ended)
            require_same(left(home), expected)
            monkeypatch.chdir(tmp_path)
            shutil.rmtree(home)
            capsys.readouterr()
            if ended is None:
                break
    counted[name] = len(times)
    assert len(times) > wanted / 2
    share = np.mean(np.array(times) > seconds / 2)
    figures(
        f"{name}: {len(times)} kills between {min(times):.1f} and {max(times):.1f} s of {seconds:.1f} s "
        f"({share:.0%} in the second half), all completed by the same command, bit for bit"
    )


def require_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found["names"] == expected["names"]
    assert [key for key in expected if found[key] != expected[key]] == []


def test_the_kills_were_enough(figures):
    """Where all commands were asked for."""
    total = sum(counted.values())
    figures(f"kills: {total} in all, of {len(counted)} commands")
    assert total >= LEAST_KILLS or SCALE < 1 or counted.keys() != PLANS.keys()
