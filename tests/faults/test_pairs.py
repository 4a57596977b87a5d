"""The long campaign: two commands at the same moment in the same home. Each ends well, or with one sentence that says
who is in its way; what is there then is whole, and says what one command after the other says."""

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.cli.commands import SMALL_CY
from tests.faults.homes import PIPELINE, STEPS, command, contents, files_of_runs, require_whole, without_numbers

pytestmark = pytest.mark.faults
PAIRS = int(os.environ.get("G2LINKS_TEST_PAIRS", "2"))
"""Of each kind; half of it with a pipeline, which takes longest."""
COMMANDS = {
    **STEPS,
    "other cy": ["cy", *SMALL_CY, "--seed", "7"],
    "other sample": [*STEPS["sample"], "--seed", "9"],
    "pipeline": PIPELINE,
    "list": ["runs", "list"],
    "compare": ["runs", "compare", "1"],
}
FIRST = [("cy", "cy"), ("cy", "other cy"), ("pipeline", "pipeline"), ("pipeline", "cy")]
"""In a home with nothing in it."""
LATER = [
    *[(name, name) for name in STEPS],
    *[("cy", name) for name in ("sample", "train", "check", "check of networks", "export", "list")],
    *[("train", name) for name in ("sample", "other sample", "check", "check of networks", "list", "compare")],
    *[("sample", name) for name in ("other sample", "check of networks", "list")],
    ("check", "compare"),
    ("pipeline", "other sample"),
]
"""In a home with one of everything."""
READY = """
import sys
import g2links.workflow.pipeline
from g2links.cli import main
print("ready", flush=True)
sys.stdin.readline()
main()
"""
IN_THE_WAY = ("another process is writing here", "those of another command; the same command again makes its own")
"""What a command may say that the other one keeps from its work."""


def together(home: Path, *names: str) -> list[tuple[int, str]]:
    """Exit codes and standard errors of commands that begin at the same moment."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", READY, *COMMANDS[name], "--home", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate()[1] for process in started]
    return [(process.returncode, words) for process, words in zip(started, said, strict=True)]


@pytest.fixture(scope="module")
def alone(stages, tmp_path_factory):
    """For every name of a file what it may say: what commands leave that run one after the other."""
    homes = [stages["export"][1], *(tmp_path_factory.mktemp("alone") / str(i) for i in range(3))]
    for home, before, names in (
        (homes[1], stages["cy"][0], ["other cy"]),
        (homes[2], stages["sample"][1], ["other sample", "train", "check of networks"]),
        (homes[3], stages["cy"][0], ["pipeline"]),
    ):
        shutil.copytree(before, home, symlinks=True)
        for name in names:
            assert command(COMMANDS[name], home).wait() in (0, 1)
    found = defaultdict(list)
    for home in homes:
        for name, content in without_numbers(contents(home)).items():
            found[name].append(content)
    return {"content": found, "files": [files for home in homes for files in files_of_runs(home).values()]}


def runs_made(name: str) -> dict[str, int]:
    """How many runs of each kind a command makes."""
    if name == "pipeline":
        return dict.fromkeys(("cy", "3form", "metric", "4form"), 1)
    kind = {"cy": "cy", "other cy": "cy", "train": "3form"}.get(name)
    return {} if kind is None else {kind: 1}


@pytest.mark.parametrize(
    ("first", "second", "empty"), [*((*pair, True) for pair in FIRST), *((*pair, False) for pair in LATER)]
)
def test_two_commands_at_the_same_moment(stages, alone, tmp_path, first, second, empty, figures):
    before = stages["cy"][0] if empty else stages["export"][1]
    refused = 0
    for i in range(max(1, PAIRS // 2) if first == "pipeline" else PAIRS):
        home = shutil.copytree(before, tmp_path / str(i), symlinks=True)
        ends = together(home, first, second)
        for name, (code, said) in zip((first, second), ends, strict=True):
            errors = [line for line in said.splitlines() if not line.startswith("  ")]
            assert "Traceback" not in said, said
            if code == 2:
                assert len(errors) == 1, said
                assert any(words in errors[0] for words in IN_THE_WAY), said
            else:
                assert code == 0 or (code == 1 and name in ("pipeline", "check of networks")), (name, said)
        require_whole(home)
        for name, (code, _) in zip((first, second), ends, strict=True):
            refused += code == 2
            if code == 2:
                assert together(home, name)[0][0] in (0, 1)
        require_whole(home)
        expected, found = alone["content"], without_numbers(contents(home))
        assert found.keys() <= expected.keys(), i
        assert [name for name in found if found[name] not in expected[name]] == [], i
        counted = files_of_runs(home)
        assert all(files in alone["files"] for files in counted.values()), counted
        for kind in ("cy", "3form", "metric", "4form"):
            made = sum(runs_made(name).get(kind, 0) for name in (first, second))
            numbers = sorted(number for other, number in counted if other == kind)
            assert numbers == list(range(1, made + sum(k == kind for k, _ in files_of_runs(before)) + 1))
    figures(f"{first} and {second}: {i + 1} pairs, {refused} refused with a sentence and completed afterwards")
