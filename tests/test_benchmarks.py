"""The programs in benchmarks/ start: nothing else runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.mark.parametrize(("words", "said"), [(["run.py"], "workflow"), (["compare_versions.py"], "revision")])
def test_a_benchmark_says_what_it_takes(words, said):
    done = subprocess.run([sys.executable, *words, "--help"], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_an_unknown_revision_is_refused():
    words = [sys.executable, "compare_versions.py", "no-such-revision"]
    done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        "revision: got no-such-revision; a commit, tag or branch of this repository"
    )
