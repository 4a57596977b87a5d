import errno
import os
from pathlib import Path

import numpy as np
import pytest

from g2links.errors import ArtefactError, InputError
from g2links.storage import files
from g2links.storage.files import make_folder, read_text, replace_atomically, sha256
from g2links.storage.json_files import json_text, read_json, write_json
from tests.storage.faults import FULL_DISK, hidden_files, kill, run, start


def test_a_write_replaces_the_old_file_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")
    with replace_atomically(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.suffix == ".json"
        assert temporary.parent == tmp_path
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.json"]


def test_what_killed_processes_have_left_of_their_questions_and_writes_goes(tmp_path):
    for name in (".probe.0123456789abcdef", ".a.keras.0123456789abcdef.tmp.keras"):
        (tmp_path / name).touch()
    with replace_atomically(make_folder(tmp_path) / "a.keras") as temporary:
        assert temporary.name.count(".tmp") == 1
    assert os.listdir(tmp_path) == ["a.keras"]


def test_a_failure_in_the_block_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")

    def write_half():
        with replace_atomically(path) as temporary:
            temporary.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        write_half()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EACCES])
def test_a_refusing_disk_is_named(tmp_path, monkeypatch, code):
    def refuse(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    path = tmp_path / "a.json"
    path.write_text("old")
    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(ArtefactError, match=rf"a\.json: cannot be written: {os.strerror(code)}"):
        write_json(path, {})
    assert path.read_text() == "old"
    assert hidden_files(tmp_path) == []


def test_a_folder_that_cannot_be_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match=r"file/a\.json: cannot be written: Not a directory"):
        write_json(tmp_path / "file" / "a.json", {})
    with pytest.raises(ArtefactError, match="file/sub: this folder cannot be written"):
        make_folder(tmp_path / "file" / "sub")


@pytest.mark.parametrize("target", ["/dev/null", "folder"])
def test_devices_and_folders_are_never_replaced(tmp_path, target):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ArtefactError, match="not a regular file"), replace_atomically(tmp_path / target):
        pass
    assert not Path("/dev/null").is_file()


def test_full_disk_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})
    code = FULL_DISK.format(limit=1000) + (
        "import sys\n"
        "from g2links.errors import ArtefactError\n"
        "from g2links.storage.json_files import write_json\n"
        "try: write_json(sys.argv[1], {'new': 'x' * 100000})\n"
        "except ArtefactError as error: print(error)\n"
    )
    result = run(code, path)
    assert "a.json: cannot be written: File too large" in result.stdout, result.stderr
    assert result.stderr == ""
    assert read_json(path) == {"old": 1}
    assert hidden_files(tmp_path) == []


def test_kill_in_the_middle_of_a_write(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"old": 1})
    code = """
        import sys
        from g2links.storage.files import replace_atomically
        with replace_atomically(sys.argv[1]) as temporary:
            temporary.write_text('{"half"')
            print("writing", flush=True)
            sys.stdin.read()
    """
    killed, living = start(code, path), start(code, path)
    kill(killed)
    assert read_json(path) == {"old": 1}
    assert len(hidden_files(tmp_path)) == 2
    write_json(path, {"new": 1})
    assert read_json(path) == {"new": 1}
    assert len(hidden_files(tmp_path)) == 1, "the file of the living process stays, that of the dead one goes"
    kill(living)


def test_json_round_trip_of_arrays_and_paths():
    data = {
        "a": np.float64(1.5),
        "b": np.arange(3),
        "c": (1, None, True),
        "d": Path("x/y"),
        "e": np.bool_(True),
    }
    assert (
        json_text(data).split()
        == json_text({"a": 1.5, "b": [0, 1, 2], "c": [1, None, True], "d": "x/y", "e": True}).split()
    )


def test_json_refuses_or_nulls_what_is_not_finite(tmp_path):
    with pytest.raises(InputError, match=r"data\.figures\.d_psi\[1\]: got nan; a finite number"):
        write_json(tmp_path / "a.json", {"figures": {"d_psi": [1.0, np.nan]}})
    assert not (tmp_path / "a.json").exists()
    write_json(tmp_path / "a.json", {"x": np.array([np.inf, 2.0])}, non_finite="null")
    assert read_json(tmp_path / "a.json") == {"x": [None, 2.0]}
    with pytest.raises(InputError, match="JSON holds"):
        json_text({"x": object()})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a": 1,\n "b"', r"a\.json:2:\d+: not valid JSON"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"[1]", "expected a JSON object, found list"),
        (b"", "not valid JSON"),
        (b"\xff\xfe", "not UTF-8 text at byte 0"),
        (b'{"a": ' + b"[" * 100_000, "not valid JSON"),
    ],
)
def test_damaged_json(tmp_path, content, message):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match=message):
        read_json(path)


def test_missing_special_and_oversized_files(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "big").write_bytes(b"x" * 100)
    with pytest.raises(ArtefactError, match="gone: no such file"):
        sha256(tmp_path / "gone")
    for special in ("fifo", "."):
        with pytest.raises(ArtefactError, match="not a regular file"):
            sha256(tmp_path / special)
    with pytest.raises(ArtefactError, match="larger than the 99 bytes"):
        read_text(tmp_path / "big", 99)


def test_sha256_of_the_empty_file(tmp_path):
    (tmp_path / "empty").touch()
    assert sha256(tmp_path / "empty") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
