import json
import os

import pytest

from g2links.errors import ArtefactError, InputError
from g2links.records import RunRecord
from g2links.storage.files import sha256
from g2links.storage.finished import find_run, latest_run, run_numbers
from g2links.storage.numbering import claim_run, unfinished_runs
from tests.storage.faults import flipped, kill, run, start

CONFIG = {"epochs": 3, "seed": 0}


def complete(folder, stem="metric", config=CONFIG, content=b"model"):
    with claim_run(folder, stem, config, fresh=True) as claimed:
        claimed.publish(lambda path: path.write_bytes(content), {"figures": {"loss": 0.5}})
        claimed.finish()
    return claimed.number


def interrupted(folder, config=CONFIG, stem="metric"):
    """A run that stops after its first checkpoint."""
    with claim_run(folder, stem, config) as claimed:
        (claimed.work / "checkpoint").write_text("")
    return claimed.number


def test_numbers_grow_per_stem_and_files_bear_their_names(tmp_path):
    assert [complete(tmp_path), complete(tmp_path), complete(tmp_path, "3form")] == [1, 2, 1]
    assert sorted(name for name in os.listdir(tmp_path) if name[0] != ".") == [
        *("3form_run1.json", "3form_run1.keras", "metric_run1.json"),
        *("metric_run1.keras", "metric_run2.json", "metric_run2.keras"),
    ]
    assert run_numbers(tmp_path, "metric") == [1, 2]
    found = find_run(tmp_path, "metric", RunRecord, 1)
    assert found.record == {"run": 1, "figures": {"loss": 0.5}, "sha256": sha256(found.model_path)}
    assert latest_run(tmp_path, "metric", RunRecord).number == find_run(tmp_path, "metric", RunRecord).number == 2


@pytest.mark.parametrize("name", ["metric_run7.keras", "metric_run7.json", ".metric_run7.work"])
def test_a_number_in_any_use_is_never_given_again(tmp_path, name):
    if name.endswith(".work"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text('{"config": {"epochs": 99}}')
    else:
        (tmp_path / name).touch()
    (tmp_path / "metric_runX.keras").touch()
    (tmp_path / "symmetric_run9.keras").touch()
    with claim_run(tmp_path, "metric", CONFIG) as claimed:
        assert claimed.number == 8


def test_the_same_configuration_goes_on_and_another_does_not(tmp_path):
    assert interrupted(tmp_path) == 1
    with claim_run(tmp_path, "metric", {**CONFIG, "epochs": 4}) as other:
        assert (other.number, other.resumed) == (2, False)
        assert other.note is not None
        assert "run 1 of 'metric' was interrupted and is left as it is (another epochs)" in other.note
        with claim_run(tmp_path, "metric", CONFIG) as same:
            assert (same.number, same.resumed, same.note) == (1, True, None)
            assert (same.work / "checkpoint").exists()
            assert [run.running for run in unfinished_runs(tmp_path, "metric")] == [True, True]
            with claim_run(tmp_path, "metric", CONFIG) as third:
                assert (third.number, third.resumed) == (3, False), "the owner of run 1 lives"
    with claim_run(tmp_path, "metric", CONFIG, fresh=True) as fresh:
        assert not fresh.resumed
        assert fresh.note is not None
        assert "a fresh run was asked for" in fresh.note


def fail(claimed, *, after_checkpoint):
    with claimed:
        if after_checkpoint:
            (claimed.work / "checkpoint").touch()
        raise KeyError


def test_a_run_that_fails_before_its_first_checkpoint_gives_its_number_back(tmp_path):
    with pytest.raises(KeyError):
        fail(claim_run(tmp_path, "metric", CONFIG), after_checkpoint=False)
    assert unfinished_runs(tmp_path, "metric") == []
    with pytest.raises(KeyError):
        fail(claim_run(tmp_path, "metric", {"other": 1}), after_checkpoint=True)
    assert [run.files.number for run in unfinished_runs(tmp_path, "metric")] == [1]


def test_a_claim_killed_before_its_configuration_was_written_is_dropped(tmp_path):
    work = tmp_path / ".metric_run1.work"
    work.mkdir()
    (work / "lock").touch()
    (work / ".config.json.00.tmp.json").write_text("{")
    with claim_run(tmp_path, "metric", CONFIG) as claimed:
        assert (claimed.number, claimed.resumed) == (1, False)


def test_a_configuration_of_another_run_is_not_resumed(tmp_path):
    """The folders of two interrupted runs have their configurations exchanged: neither may go on as the other."""
    interrupted(tmp_path)
    interrupted(tmp_path, {"epochs": 9, "seed": 0})
    first, second = (tmp_path / f".metric_run{n}.work" / "config.json" for n in (1, 2))
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    with claim_run(tmp_path, "metric", CONFIG) as claimed:
        assert (claimed.number, claimed.resumed) == (3, False)


def test_an_unreadable_configuration_is_left_alone(tmp_path):
    interrupted(tmp_path)
    (tmp_path / ".metric_run1.work" / "config.json").write_text("{")
    with claim_run(tmp_path, "metric", CONFIG) as claimed:
        assert claimed.number == 2
        assert claimed.note is not None
        assert "its configuration cannot be read" in claimed.note


CLAIM = """
import sys
from g2links.storage.numbering import claim_run
run = claim_run(sys.argv[1], "metric", {"epochs": 3, "seed": 0})
print(run.number, run.resumed, flush=True)
sys.stdin.read()
"""


def test_processes_that_start_together_never_share_a_number(tmp_path):
    processes = [start(CLAIM, tmp_path) for _ in range(2)]
    waiting = """
        import sys
        from g2links.storage.numbering import claim_run
        print("ready", flush=True)
        sys.stdin.readline()
        numbers = [claim_run(sys.argv[1], "metric", {"epochs": 3, "seed": 0}) for _ in range(10)]
        print(*(run.number for run in numbers), flush=True)
        sys.stdin.read()
    """
    racers = [start(waiting, tmp_path) for _ in range(3)]
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    numbers = [int(process.first_line.split()[0]) for process in processes]
    numbers += [int(number) for racer in racers for number in racer.stdout.readline().split()]
    for process in processes + racers:
        kill(process)
    assert sorted(numbers) == list(range(1, 33))


def test_a_killed_owner_is_resumed_by_the_same_command(tmp_path):
    first = start(CLAIM, tmp_path)
    second = start(CLAIM, tmp_path)
    assert [first.first_line, second.first_line] == ["1 False", "2 False"]
    kill(first)
    third = start(CLAIM, tmp_path)
    assert third.first_line == "1 True"
    kill(second)
    kill(third)


KILLED_AT = """
import os, signal, sys
from g2links.storage import files, json_files, numbering
count = 0
def maybe_die(real):
    def wrapper(*args, **kwargs):
        global count
        if count == int(sys.argv[2]): os.kill(os.getpid(), signal.SIGKILL)
        count += 1
        return real(*args, **kwargs)
    return wrapper
for name in ("replace", "fsync", "open", "rmdir", "unlink"):
    setattr(os, name, maybe_die(getattr(os, name)))
os.mkdir = maybe_die(os.mkdir)
with numbering.claim_run(sys.argv[1], "metric", {"epochs": 3, "seed": 0}) as run:
    if not run.published:
        run.publish(lambda path: path.write_bytes(b"model"), {})
    run.finish()
print(run.number)
"""


def test_killed_at_every_system_call_the_same_command_completes_the_same_run(tmp_path):
    for moment in range(200):
        folder = tmp_path / str(moment)
        result = run(KILLED_AT, folder, moment)
        if result.returncode == 0:
            break
        assert result.returncode == -9, result.stderr
        whole = (folder / "metric_run1.keras").exists()
        if whole:
            assert latest_run(folder, "metric", RunRecord).number == 1, "a model that is there is verified"
        else:
            with pytest.raises(ArtefactError):
                latest_run(folder, "metric", RunRecord)
        again = run(KILLED_AT, folder, -1)
        assert again.returncode == 0, again.stderr
        number = int(again.stdout)
        assert number == 1 or (number == 2 and whole), "a new number only if the first run had ended"
        assert run_numbers(folder, "metric") == [*range(1, number + 1)]
        assert latest_run(folder, "metric", RunRecord).number == number
        assert [name for name in os.listdir(folder) if name.startswith(".metric")] == []
    assert moment > 15


def test_half_a_pair_is_never_accepted(tmp_path):
    complete(tmp_path, content=b"first")
    complete(tmp_path, content=b"second")
    with pytest.raises(InputError, match=r"run number of 'metric': got 3; runs in .*: 1, 2; run `python"):
        find_run(tmp_path, "metric", RunRecord, 3, hint="run `python run_g2.py --task metric` first")
    flipped(tmp_path / "metric_run2.keras", tmp_path / "metric_run2.keras", 0, 0)
    with pytest.raises(ArtefactError, match=r"metric_run2\.keras: damaged or altered"):
        latest_run(tmp_path, "metric", RunRecord)
    (tmp_path / "metric_run2.json").unlink()
    with pytest.raises(ArtefactError, match=r"its record metric_run2\.json is missing"):
        find_run(tmp_path, "metric", RunRecord)
    (tmp_path / "metric_run2.keras").unlink()
    assert latest_run(tmp_path, "metric", RunRecord).number == 1
    (tmp_path / "metric_run1.json").write_text("{}")
    with pytest.raises(ArtefactError, match="damaged or altered"):
        find_run(tmp_path, "metric", RunRecord, 1)


def test_no_runs_at_all(tmp_path):
    with pytest.raises(ArtefactError, match=r"no finished run of 'metric' here; train one"):
        latest_run(tmp_path / "none", "metric", RunRecord, hint="train one")
    with pytest.raises(InputError, match=r"got 0; runs in .*: none"):
        find_run(tmp_path, "metric", RunRecord, 0)
    assert unfinished_runs(tmp_path / "none", "metric") == []


def test_an_unfinished_run_is_not_the_latest_and_cannot_be_loaded(tmp_path):
    complete(tmp_path)
    with claim_run(tmp_path, "metric", CONFIG) as claimed:
        claimed.json_path.write_text(json.dumps({"sha256": "0" * 64}))
        assert claimed.number == 2
        assert latest_run(tmp_path, "metric", RunRecord).number == 1
        with pytest.raises(ArtefactError, match="run 2 of 'metric' is not finished"):
            find_run(tmp_path, "metric", RunRecord, 2)
        with pytest.raises(ArtefactError, match="no complete model and record"):
            claimed.finish()
        claimed.publish(lambda path: path.write_bytes(b"x"), {})
        assert latest_run(tmp_path, "metric", RunRecord).number == 2


def test_a_failed_publication_leaves_no_model(tmp_path):
    with claim_run(tmp_path, "metric", CONFIG) as claimed:
        with pytest.raises(InputError, match="finite"):
            claimed.publish(lambda path: path.write_bytes(b"x"), {"loss": float("nan")})
        assert not claimed.published
        assert not claimed.model_path.exists()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ArtefactError, match="cannot be written"):
        claim_run(tmp_path / "file" / "models", "metric", CONFIG)
