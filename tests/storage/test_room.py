"""Sizes that cannot fit are refused in one sentence."""

from pathlib import Path

import pytest

from g2links.errors import InputError
from g2links.storage import room
from g2links.storage.room import Size, free_disk, free_memory, require_room

GIB = 2**30


@pytest.fixture
def two_gib(monkeypatch):
    monkeypatch.setattr(room, "free_memory", lambda: 2 * GIB)


def test_what_fits_is_taken(two_gib):
    require_room([Size("n_points", 10, 1)], memory=2 * GIB)


def test_what_does_not_fit_is_refused_with_what_would(two_gib):
    with pytest.raises(InputError) as caught:
        require_room([Size("n_rotations", 100, 4), Size("n_points", 30, 3)], memory=5 * GIB)
    assert str(caught.value) == (
        "n_rotations: got 100; at most 40 with n_points 30: 5.0 GiB of memory are needed, and 2.0 GiB are free"
    )
    with pytest.raises(InputError, match="n_points: got 3000; at most 60 with n_rotations 4"):
        require_room([Size("n_rotations", 4, 4), Size("n_points", 3000, 3)], memory=100 * GIB)
    with pytest.raises(InputError, match=r"at most 0: more than 1,000 PiB of memory are needed"):
        require_room([Size("n_points", 10**3000, 3)], memory=10**5000)


def test_the_disk_of_a_folder_that_is_not_there_yet(tmp_path, two_gib):
    folder, sizes = tmp_path / "samples" / "link_data", [Size("n_points", 100, 1)]
    require_room(sizes, disk=free_disk(folder) // 2, folder=folder)
    with pytest.raises(InputError, match=r"the disk of .*link_data are needed"):
        require_room(sizes, memory=3 * GIB, disk=10**18, folder=folder)
    with pytest.raises(InputError, match=r"at most 1: .* of memory are needed"):
        require_room(sizes, memory=200 * GIB, disk=2 * free_disk(folder), folder=folder)
    assert not folder.parent.exists()


def test_memory_is_that_of_the_system_or_of_the_smallest_group(tmp_path, monkeypatch):
    assert 2**20 < free_memory() < 2**50
    inner = tmp_path / "job" / "step"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner / "memory.current").write_text("5000\n")
    (inner.parent / "memory.max").write_text("9000\n")
    (inner.parent / "memory.current").write_text("6000\n")
    (inner.parent / "memory.stat").write_text("anon 4000\ninactive_file 1500\n")
    monkeypatch.setattr(room, "_CGROUPS", ((tmp_path, *room._CGROUPS[0][1:]), room._CGROUPS[1]))
    lines = room._lines
    monkeypatch.setattr(
        room, "_lines", lambda path: ["0::/job/step"] if path == Path("/proc/self/cgroup") else lines(path)
    )
    assert free_memory() == 4500
