"""Sweeps from beginning to end, on plane cubics."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import g2links
from g2links.errors import ArtefactError, InputError
from g2links.storage.json_files import plain
from g2links.storage.layout import Home
from g2links.varieties.intersection_catalogue import named_intersection
from g2links.varieties.residue import kahler_volume
from g2links.workflow import sweep_cluster, sweep_run
from g2links.workflow.sweep_rows import row_of
from g2links.workflow.sweep_slurm import write_slurm_script
from g2links.workflow.sweep_tasks import SweepTask, sweep_tasks
from tests.cli.commands import run
from tests.cli.test_interruptions import PROGRAM

CUBIC, SINGULAR = "z0^3+z1^3+z2^3", "z0^3+z1^3+z2^3-3*z0*z1*z2"
SMALL = {"n-points": 400, "degree": 3, "iterations": 4, "require-sigma": 1, "require-supremum": 1e6}
GIVEN = {"polynomial": [CUBIC, SINGULAR], "seed": [0, 1], "options": SMALL}
"""Two tasks that are done, and two that fail."""


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A folder with the file of a sweep, and its home."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "some.yaml").write_text(json.dumps(GIVEN))  # JSON is YAML
    words = ["sweep", str(folder / "some.yaml"), "--home", str(folder / "home")]
    assert run([*words, "--plot", "seed", "sigma", "--json", str(folder / "found.json")]) == 1
    return folder


@pytest.fixture
def copied(swept, tmp_path):
    """A copy of that folder, to be spoiled."""
    return shutil.copytree(swept, tmp_path / "copied")


def _models(home: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in sorted(home.glob("models/cy_models/*.keras"))}


def test_a_row_for_each_task(swept):
    found = g2links.open_sweep("some", swept / "home")
    record = json.loads((swept / "found.json").read_text())
    assert (record["done"], record["failed"], record["missing"]) == (2, 2, 0)
    assert record["table"] == str(swept / "home/sweeps/some.csv")
    assert Path(record["plot"]).read_bytes().startswith(b"\x89PNG")
    assert [(row["polynomial"], row["seed"]) for row in found.rows] == [
        (CUBIC, 0), (CUBIC, 1), (SINGULAR, 0), (SINGULAR, 1),
    ]  # fmt: skip
    for row in found.rows[:2]:
        assert row["sigma"] < 1e-3
        assert abs(row["volume"] - row["volume_exact"]) < 4 * row["volume_error"]
        assert g2links.open_run(swept / "home", row["run"]).sigma == row["sigma"]
    assert [row["run"] for row in found.rows] == [1, 2, None, None]
    assert all("singular" in row["reason"] and row["status"] == "failed" for row in found.rows[2:])
    logs = [path.read_text() for path in swept.glob("home/sweeps/tasks/*/log.txt")]
    assert sum("Calabi-Yau metric" in log for log in logs) == 2
    assert sum("PolynomialError" in log for log in logs) == 2


def test_complete_intersections_have_rows(tmp_path):
    variety = named_intersection("bicubic(2)")
    task = SweepTask(1, {"polynomial": "bicubic(2)"}, plain(variety.to_config()), {}, True, None, None)
    row = row_of(Home(tmp_path), task)
    assert (row["polynomial"], row["euler"], row["nu"], row["status"]) == ("bicubic(2)", -162, None, "missing")
    assert row["volume_exact"] == kahler_volume(variety)


def test_the_same_again_does_what_is_missing(copied, capsys):
    home = copied / "home"
    before, record = _models(home), home / "models/cy_models/cy_metric_model_run1.json"
    record.write_text(record.read_text().replace('"sigma"', '"Sigma"', 1))
    found = g2links.sweep(copied / "some.yaml", home=home)
    assert [row["run"] for row in found.rows] == [3, 2, None, None]
    after = _models(home)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1
    (home / "models/cy_models/cy_metric_model_run3.json").unlink()
    assert g2links.sweep(copied / "some.yaml", home=home, collect=True).rows[0]["run"] is None
    assert len(_models(home)) == len(after)
    assert [row["run"] for row in g2links.sweep(copied / "some.yaml", home=home).rows] == [4, 2, None, None]


def test_runs_of_the_command_cy_count(copied):
    home = copied / "home"
    before = _models(home)
    shutil.rmtree(home / "sweeps")
    given = {**GIVEN, "polynomial": [CUBIC]}
    assert [row["run"] for row in g2links.sweep(given, home=home).rows] == [1, 2]
    assert _models(home) == before
    for outcome in home.glob("sweeps/tasks/*/outcome.json"):
        outcome.write_text(outcome.read_text().replace('"run": 1', '"run": 2'))
    assert sorted(row["run"] for row in g2links.sweep(given, home=home).rows) == [1, 2]
    other = g2links.sweep({**given, "options": {**SMALL, "time-limit": 1000}}, home=home, collect=True)
    assert other.missing == 2


def test_options_that_do_not_suit_the_variety_are_the_reason_of_a_row(copied):
    given = {"polynomial": CUBIC, "seed": [0, 1], "options": {**SMALL, "degree": 100_000, "quick": True}}
    found = g2links.sweep(given, home=copied / "home")
    assert (found.done, found.failed) == (0, 2)
    assert all("degree: got 100000" in failure for failure in found.failures)


def test_a_run_that_nobody_could_note_is_not_done_again(copied):
    home = Home(copied / "home")
    before = _models(home.path)
    for task in sweep_tasks(GIVEN, home)[1][:2]:
        (sweep_run.task_folder(home, task) / "outcome.json").unlink()
        assert sweep_run.run_task(task, home) == ""
    assert _models(home.path) == before


def test_a_task_is_done_by_one_process_at_a_time(copied, monkeypatch):
    monkeypatch.setattr(sweep_run, "_SECONDS_TO_WAIT", 0.1)
    home = Home(copied / "home")
    (task, *_) = sweep_tasks(GIVEN, home)[1]
    (home.cy_models / "cy_metric_model_run1.json").unlink()
    folder = sweep_run.task_folder(home, task)
    with sweep_run.folder_lock(folder):
        assert "another process" in sweep_run.run_task(task, home)
    assert sweep_run.run_task(task, home) == ""


def test_columns_that_are_not_there(swept, capsys):
    words = ["sweep", str(swept / "some.yaml"), "--home", str(swept / "home")]
    assert run([*words, "--plot", "seed", "sigmas"]) == 2
    assert "'sigmas'" in capsys.readouterr().err
    with pytest.raises(InputError, match="'x'"):
        g2links.open_sweep("some", swept / "home").plot("x", "sigma")


def test_a_damaged_table_is_refused(copied):
    table = copied / "home/sweeps/some.csv"
    table.write_text(table.read_text().replace("done", "Done", 1))
    with pytest.raises(ArtefactError, match="damaged or altered"):
        g2links.open_sweep("some", copied / "home")


def test_without_dask_one_sentence(swept, monkeypatch, capsys):
    find = sweep_cluster.importlib.util.find_spec
    monkeypatch.setattr(
        sweep_cluster.importlib.util, "find_spec", lambda name: None if name == "distributed" else find(name)
    )
    words = ["sweep", str(swept / "some.yaml"), "--home", str(swept / "home")]
    for option in (["--workers", "2"], ["--scheduler", "tcp://127.0.0.1:1"]):
        assert run([*words, *option]) == 2
        said = capsys.readouterr().err
        assert option[0].strip("-") in said
        assert "pip install 'g2links[cluster]'" in said


def test_shares_of_an_array_of_jobs(tmp_path):
    (tmp_path / "a b.yaml").write_text("seed: [0]\n")
    script = write_slurm_script(tmp_path / "a b.yaml", Home(tmp_path / "home 1"), "a b", 2500)
    text = script.read_text()
    assert "--array=0-833\n" in text
    shares = []
    for element in (0, 1, 833):
        told = subprocess.run(
            ["bash", "-c", text.replace("\nexec ", "\nprintf '%s\\n' ")],
            env={**os.environ, "SLURM_ARRAY_TASK_ID": str(element)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        assert told[:3] == [sys.executable, "-m", "g2links"]
        assert str(script.with_name("a b.slurm.yaml")) in told
        assert str(tmp_path / "home 1") in told
        shares.append(told[-1])
    assert shares == ["1-3", "4-6", "2500-2500"]


def test_an_element_of_the_array_does_its_task(copied, capsys):
    home = copied / "home"
    assert run(["sweep", str(copied / "some.yaml"), "--home", str(home), "--emit", "slurm"]) == 0
    (copied / "some.yaml").write_text("seed: [77]\n")  # what is edited later has no effect
    script = home / "sweeps/some.slurm.sh"
    assert str(script) in capsys.readouterr().out
    assert "--array=0-3\n" in script.read_text()
    logs = {path: path.read_text().count("PolynomialError") for path in home.glob("sweeps/tasks/*/log.txt")}
    done = subprocess.run(["bash", script], env={**os.environ, "SLURM_ARRAY_TASK_ID": "3"}, check=False)
    assert done.returncode == 1
    more = [path.read_text().count("PolynomialError") - before for path, before in logs.items()]
    assert sorted(more) == [0, 0, 0, 1]
    assert len(_models(home)) == 2


@pytest.mark.filterwarnings("default")  # what Dask leaves open when it ends is not at issue
def test_a_scheduler_that_is_there_already(copied):
    distributed = pytest.importorskip("distributed")
    home = copied / "home"
    (home / "models/cy_models/cy_metric_model_run2.json").unlink()
    options = {"processes": False, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with distributed.LocalCluster(1, protocol="tcp://", **options) as cluster:
        found = g2links.sweep(copied / "some.yaml", home=home, scheduler=cluster.scheduler_address)
    assert [row["run"] for row in found.rows] == [1, 3, None, None]
    assert [row["status"] for row in found.rows] == ["done", "done", "failed", "failed"]


def test_a_scheduler_that_does_not_answer(copied, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(sweep_cluster, "_SECONDS_TO_CONNECT", 0.5)
    (copied / "home/models/cy_models/cy_metric_model_run2.json").unlink()
    with pytest.raises(InputError, match=r"scheduler: got .tcp:"):
        g2links.sweep(copied / "some.yaml", home=copied / "home", scheduler="tcp://127.0.0.1:1")


MANY = {"polynomial": [CUBIC, "z0^3+z1^3+z2^3+z0*z1*z2"], "seed": [0, 1, 2], "options": SMALL}


def _started(file: Path, home: Path) -> subprocess.Popen:
    words = [*PROGRAM, "sweep", str(file), "--home", str(home), "--workers", "2"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 300
    while len(_models(home)) < 2:
        assert process.poll() is None, "the sweep ended before it could be disturbed"
        assert time.monotonic() < end
        time.sleep(0.01)
    return process


def _workers(parent: int) -> list[int]:
    psutil = pytest.importorskip("psutil")
    return [child.pid for child in psutil.Process(parent).children() if "spawn_main" in " ".join(child.cmdline())]


@pytest.mark.slow
@pytest.mark.parametrize("killed", ["worker", "sweep", "sweep in order"])
def test_whoever_is_killed_all_tasks_are_done_once(killed, tmp_path):
    pytest.importorskip("distributed")
    (tmp_path / "many.yaml").write_text(json.dumps(MANY))
    home = tmp_path / "home"
    process = _started(tmp_path / "many.yaml", home)
    if killed == "worker":
        os.kill(_workers(process.pid)[0], signal.SIGKILL)
        process.communicate(timeout=300)
        assert process.returncode == 0
    else:
        number = signal.SIGKILL if killed == "sweep" else signal.SIGTERM
        os.kill(process.pid, number)
        _, said = process.communicate(timeout=60)
        assert process.returncode == (-9 if killed == "sweep" else 143)
        assert killed == "sweep" or "interrupted by SIGTERM" in said
        assert run(["sweep", str(tmp_path / "many.yaml"), "--home", str(home), "--workers", "2"]) == 0
    found = g2links.open_sweep("many", home)
    assert found.done == len(found.rows) == 6
    assert sorted(row["run"] for row in found.rows) == [1, 2, 3, 4, 5, 6]
    assert len(_models(home)) == 6
