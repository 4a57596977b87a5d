"""Sets of files that count as a whole and never change: published by one rename, held by those who read them."""

import errno
import gc
import os
import shutil
import textwrap
from pathlib import Path

import numpy as np
import pytest

from g2links.errors import ArtefactError
from g2links.storage.arrays import write_arrays
from g2links.storage.manifests import MANIFEST, read_manifest, write_manifest
from g2links.storage.new_sets import new_set, remove_leftovers
from g2links.storage.published_sets import CURRENT, SETS, open_set
from g2links.storage.shards import is_data_file
from tests.storage.faults import FULL_DISK, flipped, kill, run, start

NAMES = ("g2_train.npz", "g2_test.npz")


def publish(place, value, names=NAMES):
    """A set whose files all hold `value`."""
    with new_set(place, is_data_file) as staged:
        write_files(staged.folder, value, names)
        return staged.publish(names, {"value": value})


def write_files(folder, value, names=NAMES):
    for name in names:
        write_arrays(folder / name, {"x": np.full(3, value)})


def earlier_version(place, value, names=NAMES):
    """A set as it was written before sets had folders."""
    place.mkdir(parents=True)
    write_files(place, value, names)
    write_manifest(place, names, {"value": value})


def values(data):
    """What the files of a set hold."""
    return {name: data.arrays(name)["x"][0] for name in data.manifest.files}


def shown(place):
    """What the names in a place hold, as NumPy reads them."""
    return {path.name: np.load(path)["x"][0] for path in sorted(place.glob("*.npz")) if path.exists()}


def tree(place):
    """Every entry below a folder."""
    return sorted(str(path.relative_to(place)) for path in place.rglob("*"))


def test_a_set_is_read_with_its_manifest_and_by_its_names(tmp_path):
    place = tmp_path / "samples" / "set"
    data = publish(place, 3)
    assert {name: entry["rows"] for name, entry in data.manifest.files.items()} == dict.fromkeys(NAMES, 3)
    assert data.manifest.extra == {"value": 3}
    assert values(data) == values(open_set(place)) == shown(place) == dict.fromkeys(NAMES, 3)
    assert read_manifest(place / MANIFEST) == data.manifest
    assert sorted(os.listdir(place)) == sorted([".lock", SETS, CURRENT, MANIFEST, *NAMES])


def test_who_reads_goes_on_with_the_old_set_which_then_goes(tmp_path):
    old = publish(tmp_path, 1)
    new = publish(tmp_path, 2, ["g2_train_00000.npz", "g2_train_00001.npz"])
    assert values(old) == dict.fromkeys(NAMES, 1)
    assert shown(tmp_path) == values(open_set(tmp_path)) == values(new)
    assert set(values(new).values()) == {2}
    assert len(os.listdir(tmp_path / SETS)) == 2
    publish(tmp_path, 3)
    assert values(old) == dict.fromkeys(NAMES, 1)
    assert set(values(new).values()) == {2}
    del old, new
    gc.collect()
    publish(tmp_path, 4)
    assert len(os.listdir(tmp_path / SETS)) == 1


def test_a_set_that_another_process_reads_is_kept(tmp_path):
    publish(tmp_path, 1)
    code = """
        import sys
        from g2links.storage.published_sets import open_set
        data = open_set(sys.argv[1])
        print("open", flush=True)
        sys.stdin.readline()
        print(*(data.arrays(name)["x"][0] for name in data.manifest.files), flush=True)
    """
    process = start(code, tmp_path)
    publish(tmp_path, 2)
    publish(tmp_path, 3)
    out, _ = process.communicate("\n", timeout=60)
    assert out.split() == ["1", "1"]
    publish(tmp_path, 4)
    assert len(os.listdir(tmp_path / SETS)) == 1


def test_sets_are_read_whole_while_others_are_published(tmp_path):
    """From one of an earlier version on."""
    place = tmp_path / "set"
    earlier_version(place, 0)
    code = """
        import sys
        from pathlib import Path
        from g2links.storage.new_sets import remove_leftovers
        from g2links.storage.published_sets import open_set
        print("reading", flush=True)
        value = 0
        while value < 100:
            data = open_set(sys.argv[1])
            (value,) = {data.arrays(name)["x"][0] for name in data.manifest.files}
            remove_leftovers(Path(sys.argv[1]))
    """
    readers = [start(code, place) for _ in range(2)]
    for value in range(1, 101):
        publish(place, value)
    for reader in readers:
        reader.communicate(timeout=60)
        assert reader.returncode == 0
    assert set(shown(place).values()) == {100}


def test_the_same_content_may_be_published_again(tmp_path):
    for _ in range(3):
        held = publish(tmp_path, 1)
        assert values(held) == shown(tmp_path) == dict.fromkeys(NAMES, 1)
    assert len(os.listdir(tmp_path / SETS)) == 2, "the present one, and the last, which was held while it was replaced"


def test_one_writer_at_a_time_and_what_a_killed_one_leaves_goes(tmp_path):
    publish(tmp_path, 1)
    before = tree(tmp_path)
    code = """
        import sys
        from g2links.storage.new_sets import new_set
        with new_set(sys.argv[1], lambda name: False) as staged:
            (staged.folder / "g2_train.npz").write_bytes(b"half")
            print("writing", flush=True)
            sys.stdin.read()
    """
    process = start(code, tmp_path)
    with pytest.raises(ArtefactError, match="another process is writing here"):
        publish(tmp_path, 2)
    kill(process)
    assert values(open_set(tmp_path)) == dict.fromkeys(NAMES, 1)
    assert len(tree(tmp_path)) == len(before) + 2
    remove_leftovers(tmp_path)
    assert tree(tmp_path) == before


def test_who_reads_leaves_a_living_writer_alone(tmp_path):
    publish(tmp_path, 1)
    with new_set(tmp_path, is_data_file) as staged:
        write_files(staged.folder, 2)
        remove_leftovers(tmp_path)
        staged.publish(NAMES, {})
    assert shown(tmp_path) == dict.fromkeys(NAMES, 2)
    remove_leftovers(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_first_writer_that_was_killed_is_said(tmp_path):
    folder = tmp_path / SETS / ".0123456789abcdef.new"
    folder.mkdir(parents=True)
    write_files(folder, 1)
    with pytest.raises(ArtefactError, match=r"interrupted while writing; run sampling\.py again"):
        open_set(tmp_path)


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, ArtefactError])
def test_a_failure_leaves_everything_as_it_was(tmp_path, error):
    def write_a_part(place):
        with new_set(place, is_data_file) as staged:
            write_files(staged.folder, 2)
            raise error

    with pytest.raises(error):
        write_a_part(tmp_path / "samples" / "link_data")
    assert tree(tmp_path) == []
    publish(tmp_path, 1)
    before = tree(tmp_path)
    with pytest.raises(error):
        write_a_part(tmp_path)
    assert tree(tmp_path) == before
    assert values(open_set(tmp_path)) == dict.fromkeys(NAMES, 1)


def test_a_full_disk_leaves_everything_as_it_was(tmp_path):
    publish(tmp_path, 1)
    before = tree(tmp_path)
    code = """
        import sys, numpy as np
        from g2links.errors import ArtefactError
        from g2links.storage.arrays import write_arrays
        from g2links.storage.new_sets import new_set
        try:
            with new_set(sys.argv[1], lambda name: False) as staged:
                write_arrays(staged.folder / "g2_train.npz", {"x": np.ones(10**5)})
        except ArtefactError as error:
            print(error)
    """
    result = run(FULL_DISK.format(limit=10_000) + textwrap.dedent(code), tmp_path)
    assert "g2_train.npz: cannot be written: File too large" in result.stdout, result.stderr
    assert tree(tmp_path) == before
    assert values(open_set(tmp_path)) == dict.fromkeys(NAMES, 1)


def test_a_file_is_compared_when_it_is_read(tmp_path):
    data = publish(tmp_path, 1)
    data.verify(NAMES)
    path = data.folder / "g2_train.npz"
    flipped(path, path, 300, 1)
    for read in (data.arrays, lambda name: data.verify([name])):
        with pytest.raises(ArtefactError, match=r"g2_train\.npz: damaged or altered.*run sampling\.py again"):
            read("g2_train.npz")
    assert data.arrays("g2_test.npz")["x"][0] == 1
    (data.folder / "g2_test.npz").unlink()
    with pytest.raises(ArtefactError, match=r"g2_test\.npz: missing, although manifest\.json lists it"):
        data.arrays("g2_test.npz")
    with pytest.raises(ArtefactError, match=r"the set has no g2_val\.npz, only g2_train\.npz, g2_test\.npz"):
        data.arrays("g2_val.npz")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"format": 1, "files": {"a": 1}, "extra": {}}', r"not a ManifestRecord as g2links writes it: files\.a"),
        ('{"format": 1, "files": {}, "extra": {}, "folder": "../.."}', "is no folder of a set"),
        (
            '{"format": 1, "files": {"../a": {"sha256": "", "bytes": 1, "rows": 1}}, "extra": {}}',
            "is no name of a file",
        ),
    ],
)
def test_manifests_that_cannot_be(tmp_path, content, words):
    with pytest.raises(ArtefactError, match="there is nothing here yet"):
        open_set(tmp_path / "none")
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(ArtefactError, match=words):
        open_set(tmp_path)
    assert values(publish(tmp_path, 1)) == dict.fromkeys(NAMES, 1)


def test_a_set_of_an_earlier_version_is_read_until_another_is_complete_and_by_who_had_begun_also_then(tmp_path):
    place = tmp_path / "link_data"
    earlier_version(place, 1, [*NAMES, "g2_val.npz"])
    write_arrays(place / "g2_val_00007.npz", {"x": np.zeros(1)})
    old = open_set(place)
    before = tree(place)
    with pytest.raises(KeyError), new_set(place, is_data_file):
        raise KeyError
    assert tree(place) == before
    publish(place, 2)
    assert set(values(old).values()) == {1}
    assert shown(place) == values(open_set(place)) == dict.fromkeys(NAMES, 2)
    publish(place, 3)
    assert set(values(old).values()) == {1}
    del old
    gc.collect()
    publish(place, 4)
    assert len(os.listdir(place / SETS)) == 1


def test_a_copy_in_which_links_became_files_is_read_and_can_be_replaced(tmp_path):
    publish(tmp_path / "a", 1)
    copy = Path(shutil.copytree(tmp_path / "a", tmp_path / "b"))
    assert not (copy / CURRENT).is_symlink()
    assert values(open_set(copy)) == dict.fromkeys(NAMES, 1)
    flipped(copy / NAMES[0], copy / NAMES[0], 300, 1)
    with pytest.raises(ArtefactError, match="damaged or altered"):
        values(open_set(copy))
    publish(copy, 2)
    assert shown(copy) == values(open_set(copy)) == dict.fromkeys(NAMES, 2)
    assert len(tree(copy)) == len(tree(tmp_path / "a"))


@pytest.mark.parametrize("hard_links", [True, False])
def test_a_disk_without_links(tmp_path, monkeypatch, hard_links):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")

    earlier_version(tmp_path / "set", 1)
    place = tmp_path / "set"
    monkeypatch.setattr(os, "symlink", refuse)
    if not hard_links:
        monkeypatch.setattr(os, "link", refuse)
    old = open_set(place)
    new = publish(place, 2)
    assert shown(place) == values(open_set(place)) == dict.fromkeys(NAMES, 2)
    assert values(open_set(place)) == values(new)
    assert read_manifest(place / MANIFEST).extra == {"value": 2}
    if hard_links:
        assert values(old) == dict.fromkeys(NAMES, 1)
    del old
    gc.collect()
    third = publish(place, 3, NAMES[:1])
    assert values(new) == dict.fromkeys(NAMES, 2)
    assert shown(place) == values(third) == {NAMES[0]: 3}
    monkeypatch.undo()
    del new
    gc.collect()
    publish(place, 4)
    assert shown(place) == values(open_set(place)) == dict.fromkeys(NAMES, 4)
    assert values(third) == {NAMES[0]: 3}


KILLED = """
import os, shutil, signal, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a process with threads is not to be forked
from itertools import count
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[2])
from g2links.errors import ArtefactError
from g2links.storage.published_sets import open_set
from tests.storage.test_sets import NAMES, earlier_version, publish, shown, tree, values

os.fsync = lambda _: None
CHANGES = {"os.rename", "os.link", "os.symlink", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}
STARTS = {
    "nothing": lambda place: None,
    "a set": lambda place: publish(place, 1, [*NAMES, "g2_val.npz"]) and None,
    "a set of an earlier version": lambda place: earlier_version(place, 1, [*NAMES, "g2_val.npz"]),
}
left = [0]

def hook(event, arguments):
    if event in CHANGES or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

publish(Path(sys.argv[1]) / "whole", 2)
entries = len(tree(Path(sys.argv[1]) / "whole"))
kills = 0
for name, begin in STARTS.items():
    for number in count(1):
        place = Path(sys.argv[1]) / name / str(number)
        begin(place)
        child = os.fork()
        if child == 0:
            left[0] = number
            sys.addaudithook(hook)
            publish(place, 2)
            os._exit(0)
        killed = os.waitpid(child, 0)[1] != 0
        kills += killed
        try:
            found = set(values(open_set(place)).values())
        except ArtefactError as error:
            assert name == "nothing" and "no complete set" in str(error), (name, number, error)
            found = set()
        assert found in ([{1}, {2}] if name != "nothing" else [set(), {2}]), (name, number, found)
        assert set(shown(place).values()) in [found, {2}, set()], (name, number)
        assert len(set(shown(place).values())) < 2, (name, number)
        publish(place, 2)
        assert shown(place) == values(open_set(place)) == dict.fromkeys(NAMES, 2), (name, number)
        assert len(tree(place)) == entries, (name, number, tree(place))
        shutil.rmtree(place)
        if not killed:
            break
print(kills)
"""


def test_a_writer_killed_at_any_file_operation_leaves_one_whole_set_and_the_next_leaves_nothing_of_it(tmp_path):
    result = run(KILLED, tmp_path, Path(__file__).parents[2])
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 60
