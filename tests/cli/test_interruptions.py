"""Kill -9 in the middle of each step, then the same command again."""

import hashlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from g2links.storage.layout import Home
from g2links.workflow.samples import read_rows
from tests.cli.commands import SMALL_CURVE, SMALL_CY, SMALL_TRAIN, run, words_of

PROGRAM = [sys.executable, "-c", "from g2links.cli import main; main()"]
CY = ["cy", *SMALL_CY]
TRAIN = ["train", "--task", "3form", *SMALL_TRAIN[2:]]
GOES_ON = "the same command goes on from its last checkpoint, if there is one"
DIRECT = ["--architecture", "direct", "--units", "16", "--epochs", "60"]


def _kill_when(
    arguments: list[str], ready: str | Callable[[], bool], home: Path, number: int = signal.SIGKILL
) -> tuple[int, str]:
    """Start a command and kill it as soon as a file that matches `ready` is there, or it says so; its exit code, and
    what it said."""
    process = subprocess.Popen(
        [*PROGRAM, *arguments, "--home", str(home)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 240
    while not (list(home.glob(ready)) if isinstance(ready, str) else ready()):
        assert process.poll() is None, "the command ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.002)
    os.kill(process.pid, number)
    _, said = process.communicate()
    return process.returncode, said


def _weights(path: Path) -> str:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return hashlib.sha256(archive.read("model.weights.h5")).hexdigest()


@pytest.fixture(scope="module")
def whole(solved_home, tmp_path_factory):
    """A home where nothing was interrupted."""
    home = tmp_path_factory.mktemp("whole")
    shutil.copytree(solved_home, home, dirs_exist_ok=True)
    for command in (["sample", "--n-rotations", "1"], [*TRAIN, *DIRECT]):
        assert run([*command, "--home", str(home)]) == 0
    return home


def test_killed_metric_training_resumes_with_the_same_number_and_weights(whole, tmp_path, capsys):
    checkpoint = "models/cy_models/.cy_metric_model_run1.work/checkpoint_*.npz"
    code, said = _kill_when(CY, checkpoint, tmp_path, signal.SIGTERM)
    assert (code, said.splitlines()[-1]) == (143, f"g2links: interrupted by SIGTERM; {GOES_ON}")
    _kill_when(CY, checkpoint, tmp_path)
    assert not list(tmp_path.glob("models/cy_models/*.keras"))
    assert run(["sample", "--home", str(tmp_path)]) == 2
    assert run([*CY, "--home", str(tmp_path)]) == 0
    assert "run 1 (resumed)" in capsys.readouterr().out
    name = "models/cy_models/cy_metric_model_run1.keras"
    assert _parameters(whole / name) == _parameters(tmp_path / name)


def _parameters(path: Path) -> list[bytes]:
    from g2links.storage.keras_files import load_model

    return [np.asarray(w).tobytes() for w in load_model(path).get_weights()]


STAGED = "samples/link_data/sets/.*/*g2_train*"


def test_killed_sampling_leaves_nothing_that_counts_and_starts_anew(whole, tmp_path, capsys):
    home = tmp_path / "home"
    shutil.copytree(whole, home, symlinks=True)
    shutil.rmtree(home / "samples/link_data")
    _kill_when(["sample", "--n-rotations", "1"], STAGED, home)
    assert run([*TRAIN, "--home", str(home)]) == 2
    assert "sampling.py" in capsys.readouterr().err
    assert run(["sample", "--n-rotations", "1", "--home", str(home)]) == 0
    assert _data_sets(home) == _data_sets(whole)
    assert _tree(home) == _tree(whole)


def test_killed_sampling_leaves_the_data_sets_that_there_are(whole, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(whole, home, symlinks=True)
    _kill_when(["sample", "--n-rotations", "1", "--seed", "9"], STAGED, home)
    assert _data_sets(home) == _data_sets(whole)
    assert read_rows(Home(home), "train", "3form").sha256 == read_rows(Home(whole), "train", "3form").sha256
    assert run(["sample", "--n-rotations", "1", "--seed", "9", "--home", str(home)]) == 0
    assert _data_sets(home) != _data_sets(whole)
    assert len(_tree(home)) == len(_tree(whole))


def _data_sets(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "samples/link_data").glob("*.npz")}


def _tree(home: Path) -> list[str]:
    return sorted(str(path.relative_to(home)) for path in home.rglob("*"))


@pytest.mark.parametrize(
    ("command", "picture", "models"),
    [
        (CY, "monge_ampere", "models/cy_models/cy_metric_model_run*.keras"),
        ([*TRAIN, *DIRECT[:-1], "10"], "component_errors", "models/link_models/3form_run*.keras"),
    ],
)
def test_a_run_is_finished_when_its_last_picture_is_drawn(
    whole, tmp_path, capsys, monkeypatch, command, picture, models
):
    """What a kill between the model and the pictures leaves: the same command draws them, and trains nothing."""
    home = tmp_path / "home"
    shutil.copytree(whole, home)
    module = importlib.import_module(f"g2links.workflow.{'steps' if command is CY else 'train'}")
    before = {path.name for path in home.glob(models)}

    def killed(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, picture, killed)
        assert run([*command, "--seed", "4", "--home", str(home)]) == 130
    (made,) = {path.name for path in home.glob(models)} - before
    content = next(home.glob(f"**/{made}")).read_bytes()
    capsys.readouterr()
    assert run([*command, "--seed", "4", "--home", str(home)]) == 0
    assert "(resumed)" in capsys.readouterr().out
    assert {path.name for path in home.glob(models)} - before == {made}
    assert next(home.glob(f"**/{made}")).read_bytes() == content
    number = made.removesuffix(".keras").rpartition("_run")[2]
    first = {path.name.replace("_run1", "_run2") for path in (whole / "plots").iterdir()}
    assert number == "2"
    assert {path.name for path in (home / "plots").glob("*_run2*")} == {
        name for name in first if name.startswith("cy_" if command is CY else "3form_")
    }
    assert not list(home.rglob("*.work"))


FAMILIES = [
    pytest.param(DIRECT, id="direct", marks=pytest.mark.slow),
    pytest.param(
        ["--architecture", "ambient", "--units", "16", "--epochs", "14"], id="ambient", marks=pytest.mark.slow
    ),
    pytest.param(
        ["--architecture", "potential", "--layers", "1", "--units", "4", "--epochs", "20"],
        id="potential",
        marks=pytest.mark.slow,
    ),
]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_network_training_killed_three_times_resumes_with_the_same_weights(whole, tmp_path, capsys, family):
    home, alone = tmp_path / "home", tmp_path / "alone"
    for folder in (home, alone):
        shutil.copytree(whole, folder)
        shutil.rmtree(folder / "models/link_models", ignore_errors=True)
    command, work = [*TRAIN, *family], home / "models/link_models/.3form_run1.work"

    def reached() -> int:
        return max((int(path.stem.split("_")[1]) for path in work.glob("checkpoint_*.npz")), default=0)

    for _ in range(3):
        before = reached()
        _kill_when(command, lambda least=before + 2: reached() >= least, home)
    assert not list(home.glob("models/link_models/*.keras"))
    for folder in (home, alone):
        assert run([*command, "--home", str(folder)]) == 0
    assert "run 1 (resumed)" in capsys.readouterr().out
    name = "models/link_models/3form_run1.keras"
    assert _parameters(alone / name) == _parameters(home / name)
    history = [
        [{**entry, "seconds": 0} for entry in json.loads((folder / name).with_suffix(".json").read_text())["history"]]
        for folder in (home, alone)
    ]
    assert history[0] == history[1]


def test_two_runs_started_together_get_two_numbers(tmp_path):
    curve = ["cy", "--polynomial", "z0^3+z1^3+z2^3", *words_of(SMALL_CURVE)]
    commands = [[*PROGRAM, *curve, "--seed", str(seed), "--home", str(tmp_path)] for seed in (2, 3)]
    processes = [subprocess.Popen(c, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for c in commands]
    assert [p.wait() for p in processes] == [0, 0]
    records = [json.loads(p.read_text()) for p in tmp_path.glob("models/cy_models/*_run*.json")]
    assert sorted(r["run"] for r in records) == [1, 2]
    assert sorted(r["options"]["seed"] for r in records) == [2, 3]


def test_a_network_trained_on_data_of_another_metric_is_noticed(whole, tmp_path, capsys):
    home = tmp_path / "home"
    shutil.copytree(whole, home)
    assert run([*CY, "--seed", "5", "--home", str(home)]) == 0
    run(["check", "model", "--n-points", "5", "--home", str(home)])
    assert "was trained on data of Calabi-Yau run 1, and is checked against run 2" in capsys.readouterr().out
