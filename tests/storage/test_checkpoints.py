import math

import numpy as np
import pytest

from g2links.errors import ArtefactError, InputError
from g2links.storage.checkpoints import LATEST, Checkpoints
from tests.storage.faults import FULL_DISK, flipped, kill, run, start


def saved(folder, *steps):
    checkpoints = Checkpoints(folder)
    for step in steps:
        checkpoints.save(step, {"w/0": np.full((2, 3), step), "b": np.float64(np.nan)}, {"epoch": step})
    return checkpoints


def test_the_last_two_are_kept_and_the_last_comes_back_exactly(tmp_path):
    state = {"epoch": 3, "best": math.inf, "rng": {"state": 2**127 + 1}, "history": [0.1, 1e-300]}
    checkpoints = saved(tmp_path / "work", 1, 2)
    checkpoints.save(3, {"w": np.linspace(0, 1, 5)}, state)
    again = Checkpoints(tmp_path / "work")
    loaded = again.load_latest()
    assert loaded is not None
    assert (loaded.step, loaded.state, again.notes) == (3, state, ())
    np.testing.assert_array_equal(loaded.arrays["w"], np.linspace(0, 1, 5))
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == [
        *(LATEST, "checkpoint_00000002.npz", "checkpoint_00000003.npz"),
    ]


def test_none_when_there_is_none(tmp_path):
    assert Checkpoints(tmp_path / "none").load_latest() is None


def test_a_damaged_one_is_passed_over_loudly(tmp_path):
    saved(tmp_path, 1, 2, 3)
    newest = tmp_path / "checkpoint_00000003.npz"
    flipped(newest, newest, 200, 2)
    checkpoints = Checkpoints(tmp_path)
    loaded = checkpoints.load_latest()
    assert loaded is not None
    assert loaded.step == 2
    (note,) = checkpoints.notes
    assert "checkpoint_00000003.npz: damaged" in note
    assert "going on from step 2" in note
    checkpoints.save(4, {}, {})
    assert sorted(path.name for path in tmp_path.glob("*.npz")) == [
        *("checkpoint_00000002.npz", "checkpoint_00000004.npz"),
    ]


def test_when_all_are_damaged_it_says_so(tmp_path):
    saved(tmp_path, 1, 2)
    for path in tmp_path.glob("*.npz"):
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ArtefactError, match=r"no checkpoint can be read .* delete it to start anew"):
        Checkpoints(tmp_path).load_latest()


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"checkpoints": [{"file": "../../x", "step": 1}]}'])
def test_without_its_index_the_files_themselves_are_read(tmp_path, content):
    saved(tmp_path, 1, 2)
    (tmp_path / LATEST).unlink() if content is None else (tmp_path / LATEST).write_bytes(content)
    checkpoints = Checkpoints(tmp_path)
    loaded = checkpoints.load_latest()
    assert loaded is not None
    assert loaded.step == 2
    assert len(checkpoints.notes) == (content is not None)
    assert all(LATEST in note and "going on from step 2" in note for note in checkpoints.notes)


def test_state_that_json_cannot_hold(tmp_path):
    with pytest.raises(InputError, match="state of a checkpoint"):
        Checkpoints(tmp_path).save(1, {}, {"x": object()})


def test_killed_between_saves_again_and_again(tmp_path):
    code = """
        import sys, numpy as np
        from g2links.storage.checkpoints import Checkpoints
        checkpoints = Checkpoints(sys.argv[1])
        loaded = checkpoints.load_latest()
        step = loaded.step if loaded else 0
        print(step, flush=True)
        while True:
            step += 1
            checkpoints.save(step, {"w": np.full(20000, step)}, {"step": step})
    """
    last = 0
    for _ in range(4):
        process = start(code, tmp_path)
        assert int(process.first_line) >= last
        while (loaded := _loaded(tmp_path)) is None or loaded.step < last + 3:
            pass
        kill(process)
        checkpoints = Checkpoints(tmp_path)
        final = checkpoints.load_latest()
        last = final.step
        assert checkpoints.notes == ()
        assert final.state == {"step": last}
        assert (final.arrays["w"] == last).all()
    assert last >= 12


def _loaded(folder):
    """The newest checkpoint while a writer is at work; it may be replaced between two looks."""
    try:
        return Checkpoints(folder).load_latest()
    except ArtefactError:
        return None


def test_full_disk_keeps_the_last_good_one(tmp_path):
    saved(tmp_path, 1)
    code = FULL_DISK.format(limit=10_000) + (
        "import sys, numpy as np\n"
        "from g2links.errors import ArtefactError\n"
        "from g2links.storage.checkpoints import Checkpoints\n"
        "try: Checkpoints(sys.argv[1]).save(2, {'w': np.zeros(10**5)}, {})\n"
        "except ArtefactError as error: print(error)\n"
    )
    result = run(code, tmp_path)
    assert "checkpoint_00000002.npz: cannot be written: File too large" in result.stdout, result.stderr
    checkpoints = Checkpoints(tmp_path)
    loaded = checkpoints.load_latest()
    assert loaded is not None
    assert (loaded.step, checkpoints.notes) == (1, ())
