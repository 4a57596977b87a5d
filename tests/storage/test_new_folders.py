import contextlib
import errno
import os
import re

import pytest

from g2links.errors import ArtefactError, InputError
from g2links.storage.new_folders import new_folder
from tests.storage.faults import kill, start


def test_a_folder_is_there_with_all_of_its_files_or_not_at_all(tmp_path):
    with new_folder(tmp_path / "made", "DIR") as staged:
        (staged / "a").write_text("a")
        assert not (tmp_path / "made").exists()
    assert os.listdir(tmp_path) == ["made"]
    assert os.listdir(tmp_path / "made") == ["a"]
    with contextlib.suppress(RuntimeError), new_folder(tmp_path / "other", "DIR") as staged:
        (staged / "a").write_text("a")
        raise RuntimeError
    assert os.listdir(tmp_path) == ["made"]


@pytest.mark.parametrize("kind", ["folder", "empty", "file", "link"])
def test_what_is_there_already_stays(kind, tmp_path):
    path = tmp_path / "there"
    if kind in ("folder", "empty"):
        path.mkdir()
    if kind == "folder":
        (path / "a").write_text("mine")
    if kind == "file":
        path.write_text("mine")
    if kind == "link":
        path.symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match=f"DIR: got '{re.escape(str(path))}'; .*nothing is overwritten"):
        _make(path)
    assert sorted(tmp_path.rglob("*")) == before


def _make(path):
    with new_folder(path, "DIR"):
        pass


def test_two_at_once_do_not_mix_their_files(tmp_path):
    path = tmp_path / "made"
    with contextlib.ExitStack() as stack:
        second = stack.enter_context(new_folder(path, "DIR"))
        (second / "b").write_text("second")
        with new_folder(path, "DIR") as first:
            (first / "a").write_text("first")
            assert second.is_dir(), "that of a process that lives"
        with pytest.raises(InputError, match="another process has just made this one"):
            stack.close()
    assert os.listdir(tmp_path) == ["made"]
    assert os.listdir(path) == ["a"]


def test_what_a_killed_process_has_left_goes(tmp_path):
    code = """
import sys
from g2links.storage.new_folders import new_folder
with new_folder(sys.argv[1], "DIR") as staged:
    (staged / "a").write_text("half")
    print("ready", flush=True)
    input()
"""
    kill(start(code, tmp_path / "made"))
    assert len(os.listdir(tmp_path)) == 1
    _make(tmp_path / "made")
    assert os.listdir(tmp_path) == ["made"]


@pytest.mark.parametrize("place", ["/dev/null/x", "/nowhere/x", "/proc/x", "9" * 300])
def test_a_place_where_no_folder_can_be_made_is_refused(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="DIR: got '"):
        _make(place)
    assert os.listdir(tmp_path) == []


def test_a_disk_that_refuses_is_one_sentence(tmp_path):
    with pytest.raises(ArtefactError, match="made: cannot be written: No space"), new_folder(tmp_path / "made", "DIR"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert os.listdir(tmp_path) == []
