"""`g2links launch`: one command on several processes, as users and SLURM start it, and what happens when one dies."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from g2links.errors import InputError
from g2links.parallel import everywhere, processes
from g2links.parallel.processes import COORDINATOR, COUNT, RANK, Place, place_from_environment
from g2links.workflow import launch
from g2links.workflow.launch import Started, processor_share
from g2links.workflow.launch_slurm import slurm_place
from tests.cli.commands import run

CURVE = "z0^3+z1^3+z2^3+0.4*z0^2*z1+0.3*z1^2*z2+0.2*z0*z1*z2"
"""With no symmetry: a full Hermitian matrix, of which some steps are enough."""
FERMAT = "z0^3+z1^3+z2^3"
"""Coefficients of features, of which each iteration is one checkpoint."""
ANY = ["--ansatz", "algebraic", "--require-sigma", "1", "--require-supremum", "1e6"]
CY = ["cy", "--polynomial", CURVE, "--degree", "2", "--n-points", "4000", *ANY]
LONG = ["cy", "--polynomial", FERMAT, "--degree", "10", "--n-points", "60000", "--training-points", "50000", *ANY]
PROGRAM = [sys.executable, "-m", "g2links"]
GOES_ON = "the same command goes on from the last checkpoint, on any number of processes"
STEP = {
    "SLURM_STEP_NODELIST": "gpu[003-007,12],login",
    "SLURM_PROCID": "3",
    "SLURM_NTASKS": "8",
    "SLURM_JOB_ID": "4097",
}


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_processes_have_all_processors_and_no_two_the_same(count, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1, 2, 4, 5, 7}, raising=False)
    shares = [processor_share(rank, count) for rank in range(count)]
    own = [share["G2LINKS_CPUS"].split(",") for share in shares]
    assert sorted(itertools.chain(*own)) == ["1", "2", "4", "5", "7"]
    assert [share["OMP_NUM_THREADS"] for share in shares] == [str(len(each)) for each in own]


def test_more_processes_than_processors_have_one_thread_each(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    share = processor_share(2, 3)
    assert "G2LINKS_CPUS" not in share
    assert set(share.values()) == {"1"}


def test_a_task_of_slurm_knows_its_place():
    assert slurm_place(STEP) == Place("gpu003:61441", 8, 3)
    assert slurm_place({**STEP, "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"}) is None
    assert slurm_place({"SLURM_JOB_ID": "7", "SLURM_NTASKS": "2", "SLURM_PROCID": "0"}) is None  # a script of sbatch
    assert slurm_place({**STEP, COORDINATOR: "here:1"}) is None
    for wrong in ({"SLURM_PROCID": "8"}, {"SLURM_PROCID": "x"}, {"SLURM_JOB_ID": ""}, {"SLURM_STEP_NODELIST": "["}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            slurm_place({**STEP, **wrong})


@pytest.mark.parametrize(("count", "rank"), [("0", "0"), ("2", "2"), ("x", "0"), ("2", ""), ("-1", "0")])
def test_a_place_that_is_none_is_refused(count, rank, monkeypatch):
    for name, value in ((COORDINATOR, "127.0.0.1:1"), (COUNT, count), (RANK, rank)):
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match="G2LINKS_"):
        place_from_environment()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-n", "2", "--", "train"], "COMMAND: got 'train'; cy is the one"),
        (["-n", "2", "--", "launch", "--", "cy"], "COMMAND: got 'launch'; cy is the one"),
        (["--", "cy"], "--processes: got None; the number"),
        (["-n", "2000", "--", "cy"], "--processes: got 2000; from 1 to 1024"),
    ],
    ids=["train", "launch", "none", "many"],
)
@pytest.mark.usefixtures("as_users_run")
def test_what_cannot_be_shared_is_refused_in_one_sentence(words, said, capsys):
    assert run(["launch", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"g2links: error: {said}")
    assert error.count("\n") == 1


@pytest.mark.parametrize(("ends", "code"), [("exit 3", 3), ("kill -9 $$", 137)])
@pytest.mark.parametrize("rank", [0, 1])
def test_a_process_that_dies_ends_the_others_with_a_sentence(rank, ends, code, capfd, monkeypatch):
    monkeypatch.setattr(launch, "_SECONDS_TO_END", 0)
    sleeper = subprocess.Popen(["sleep", "60"])
    dying = subprocess.Popen(["bash", "-c", ends])
    started = [Started(dying, None), Started(sleeper, None)][:: 1 - 2 * rank]
    if rank == 0 and code == 3:  # a first process that ends by itself has said why
        assert launch._watched(started) == 3
        assert capfd.readouterr().err == ""
    else:
        assert launch._watched(started) == code
        assert f"process {rank + 1} of 2" in (said := capfd.readouterr().err)
        assert GOES_ON in said
    launch._kill(started)
    assert sleeper.wait() == -signal.SIGKILL


def test_arguments_arrive_as_they_were_given():
    import numpy as np

    given = (3, "a", [np.arange(3), {"at": (np.eye(2, dtype=complex), 0.1)}])
    arrays: list[np.ndarray] = []
    plain = json.loads(json.dumps(everywhere._emptied(given, arrays)))
    number, word, (first, rest) = everywhere._filled(plain, iter(arrays))
    assert (number, word, rest["at"][1]) == (3, "a", 0.1)
    assert np.array_equal(first, given[2][0])
    assert np.array_equal(rest["at"][0], np.eye(2))


def test_only_the_first_process_announces(monkeypatch):
    monkeypatch.setattr(processes, "_joined", Place("127.0.0.1:1", 2, 1))
    with pytest.raises(RuntimeError, match="by the first process alone"):
        everywhere.everywhere(lambda: None)()


def test_a_signal_waits_until_all_processes_are_out_of_a_function(monkeypatch, request):
    def body() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        reached.append("the end")

    reached: list[str] = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started this with it ignored
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    monkeypatch.setattr(processes, "_joined", Place("127.0.0.1:1", 2, 0))
    monkeypatch.setattr(everywhere, "_announce", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        everywhere.everywhere(body)()
    assert reached == ["the end"]
    assert everywhere._running == []


def _launched(home: Path, number: int, *more: str) -> dict:
    done = subprocess.run(
        [*PROGRAM, "launch", "-n", str(number), "--", *CY, "--home", str(home), "--json", "-", *more],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _record(home: Path, run_number: int = 1) -> dict:
    return json.loads((home / f"models/cy_models/cy_metric_model_run{run_number}.json").read_text())


def _losses(home: Path, run_number: int = 1) -> list[float]:
    return [entry["rms"] for entry in _record(home, run_number)["history"]]


@pytest.mark.slow
def test_two_processes_make_one_run_as_one_does_and_twice_the_same(tmp_path):
    on_one = tmp_path / "one"
    assert run([*CY, "--home", str(on_one)]) == 0
    assert _launched(tmp_path / "two", 2)["cy_run"] == 1
    assert _launched(tmp_path / "two", 2, "--fresh")["cy_run"] == 2
    one, two = _record(on_one), _record(tmp_path / "two")
    assert two["processes"] == 2
    assert "processes" not in one
    assert two["figures"]["sigma"] == pytest.approx(one["figures"]["sigma"], rel=1e-2)
    assert _losses(tmp_path / "two")[0] == pytest.approx(_losses(on_one)[0], rel=1e-4)
    assert _losses(tmp_path / "two") == _losses(tmp_path / "two", 2)
    folder = {path.name for path in (tmp_path / "two/models/cy_models").iterdir()} - {".lock"}
    assert folder == {f"cy_metric_model_run{n}.{end}" for n in (1, 2) for end in ("keras", "json")}


def _start_and_kill(home: Path, victim: int, checkpoint: str) -> tuple[int, str, float]:
    """Start it on two processes, kill one of them as soon as there is a checkpoint: the code, the words, the
    seconds until all have ended."""
    launcher = subprocess.Popen(
        [*PROGRAM, "launch", "-n", "2", "--", *LONG, "--home", str(home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 240
    children: list[str] = []
    while len(children) < 2 or not list(home.glob(f"models/cy_models/.*.work/checkpoint_{checkpoint}.npz")):
        assert launcher.poll() is None, "it ended before one could be killed"
        assert time.monotonic() < end
        time.sleep(0.01)
        children = Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text().split()
    begun = time.monotonic()
    os.kill(int(children[victim]), signal.SIGKILL)
    _, said = launcher.communicate(timeout=60)
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    return launcher.returncode, said, time.monotonic() - begun


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the processes in /proc")
def test_a_killed_run_goes_on_on_two_and_on_one_process(tmp_path):
    for victim, checkpoint in ((1, "0000000[1-9]"), (0, "0000000[3-9]")):
        code, said, seconds = _start_and_kill(tmp_path, victim, checkpoint)
        assert code == 128 + signal.SIGKILL
        assert f"process {victim + 1} of 2 was ended by SIGKILL" in said
        assert seconds < 60
    on_one = tmp_path / "one"
    for home in (tmp_path, on_one):
        assert run([*LONG, "--home", str(home)]) == 0
    assert _record(tmp_path)["figures"]["sigma"] == pytest.approx(_record(on_one)["figures"]["sigma"], rel=1e-2)
    assert len(_losses(tmp_path)) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1])
def test_without_a_launcher_a_process_that_dies_ends_the_other(victim):
    """As under SLURM, in sums without end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = {COORDINATOR: f"127.0.0.1:{probe.getsockname()[1]}", COUNT: "2"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.parallel.endless"],
            env={**os.environ, **place, RANK: str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    assert started[0].stdout is not None
    assert started[0].stdout.readline() == "begun\n"
    begun = time.monotonic()
    started[victim].kill()
    _, said = started[1 - victim].communicate(timeout=60)
    assert time.monotonic() - begun < 60
    assert started[1 - victim].returncode != 0
    assert victim == 0 or "another process of this command has ended" in said
    started[victim].communicate()
