"""Disks that are full or cannot be written, and homes that go away: one sentence, what was there stays whole, nothing
half-written is left, and with room the same command completes. The long campaign takes every command."""

import contextlib
import importlib
import os
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import pytest

from g2links.cli.session import BAD_INPUT
from tests.cli.commands import run
from tests.cli.test_interruptions import PROGRAM
from tests.faults.homes import NUMBER, PIPELINE, STEPS, contents, require_whole, without_numbers
from tests.faults.test_bad_inputs import SAVED, files
from tests.storage.faults import FULL_DISK

TRIES = int(os.environ.get("G2LINKS_TEST_DISKS", "2"))
"""Of each command with each kind of disk; of the pipeline, which takes all of them, half as many."""
PLENTY = 2**30
NAMES_THE_DISK = re.compile(
    r"cannot be (written|made|locked|removed|read|listed|put in place)|the disk of|No space|no such|not found|missing"
    r"|that is there"
)
WORK = re.compile(r"/\.(\w+)_run([0-9]+)\.work$")
COMMANDS = {**STEPS, "pipeline": PIPELINE}
MAY_FAIL = {"pipeline", "check of networks"}
"""Whose networks are too small for their thresholds: 1 is a good end of these."""


def tries(name: str) -> int:
    return max(1, TRIES // 2) if name == "pipeline" else TRIES


def ended(name: str, home: Path, limit: int | None = None) -> tuple[int, str]:
    """Exit code and standard error of a command that may write no file of more than so many bytes."""
    prefix = "" if limit is None else FULL_DISK.format(limit=limit)
    words = [*PROGRAM[:-1], prefix + PROGRAM[-1], *COMMANDS[name], "--home", str(home)]
    found = subprocess.run(words, capture_output=True, text=True, env=without_cache_writes())
    return found.returncode, found.stderr


def without_cache_writes() -> dict[str, str]:
    """What JAX keeps for the tests is read, and not written where there is no room for it."""
    return {**os.environ, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "1000"}


def require_good_end(name: str, code: int, said: str = "") -> None:
    assert code == 0 or (code == 1 and name in MAY_FAIL), (name, code, said)


def require_one_sentence(name: str, code: int, said: str) -> None:
    """Or a good end, where the disk was no obstacle."""
    assert "Traceback" not in said, said
    if code != BAD_INPUT:
        require_good_end(name, code, said)
        return
    sentences = [line for line in said.splitlines() if not line.startswith("  ")]
    assert len(sentences) == 1, said
    assert NAMES_THE_DISK.search(sentences[0]), said


def require_kept(home: Path, before: dict[str, str], old: dict) -> None:
    """What was there says what it said; what is new is a run that can go on, or was finished."""
    now, names = without_numbers(contents(home)), files(home)
    assert [name for name in old if now.get(name, "gone") != old[name]] == []
    unfinished = {match.groups() for path in home.rglob("*.work") if (match := WORK.search(str(path)))}
    new = [name for name in names if name not in before and "/sets/" not in name and ".work" not in name]
    strange = [name for name in new if NUMBER.sub("run", name) not in old or (name.endswith(".tmp"))]
    assert strange == [] or unfinished, strange
    assert [name for name in names if re.search(r"\.tmp|\.probe|\.new", name)] == []


def require_completed(name: str, home: Path, old: dict) -> None:
    """The same command, with room, in this process, where all is compiled."""
    require_good_end(name, run([*COMMANDS[name], "--home", str(home)]))
    require_whole(home)
    assert not list(home.rglob("*.work"))
    if name != "pipeline":
        assert without_numbers(contents(home)) == old


@pytest.fixture(scope="module")
def whole(stages):
    """A home with one of everything, its files, and what they say: what each of STEPS leaves again."""
    home = stages["export"][1]
    return home, files(home), without_numbers(contents(home))


@pytest.mark.faults
@pytest.mark.parametrize("name", COMMANDS)
def test_files_that_may_not_grow(whole, tmp_path, rng, name, figures):
    start, before, old = whole
    sizes = sorted({path.stat().st_size for path in start.rglob("*") if path.is_file()})
    codes = []
    for i, limit in enumerate([0, *rng.choice(sizes, tries(name))]):
        home = shutil.copytree(start, tmp_path / str(i), symlinks=True)
        code, said = ended(name, home, max(0, int(limit) - 1))
        require_one_sentence(name, code, said)
        require_kept(home, before, old)
        require_completed(name, home, old)
        shutil.rmtree(home)
        codes.append(code)
    figures(f"{name}: files that may not grow, exit codes {codes}, all completed with room")


def mount(*words: str) -> None:
    found = subprocess.run(["mount", *words], capture_output=True, text=True)
    if found.returncode:
        pytest.skip(f"nothing can be mounted here: {found.stderr.strip()}")


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, in memory."""
    folder.mkdir()
    mount("-t", "tmpfs", "-o", f"size={PLENTY}", "none", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def leave(folder: Path, room: int) -> None:
    """So many bytes are free then."""
    disk = os.statvfs(folder)
    used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
    mount("-o", f"remount,size={used + room}", str(folder))


@pytest.mark.faults
@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk(whole, tmp_path, rng, name, figures):
    start, before, old = whole
    codes = []
    for i in range(tries(name)):
        with small_disk(tmp_path / str(i)) as disk:
            home = shutil.copytree(start, disk / "home", symlinks=True)
            leave(disk, 4096 * int(rng.integers(0, 100)))
            code, said = ended(name, home)
            require_one_sentence(name, code, said)
            require_kept(home, before, old)
            leave(disk, PLENTY)
            require_completed(name, home, old)
        codes.append(code)
    figures(f"{name}: full disks, exit codes {codes}, all completed with room")


@pytest.mark.faults
@pytest.mark.parametrize("name", COMMANDS)
def test_a_disk_that_cannot_be_written(whole, tmp_path, name, figures):
    start, before, old = whole
    with small_disk(tmp_path / "disk") as disk:
        home = shutil.copytree(start, disk / "home", symlinks=True)
        mount("-o", "remount,ro", str(disk))
        begun = time.monotonic()
        code, said = ended(name, home)
        seconds = time.monotonic() - begun
        assert code == BAD_INPUT, said
        require_one_sentence(name, code, said)
        for words in (["runs", "list"], ["runs", "compare", "1"]):
            assert run([*words, "--home", str(home)]) == 0
        assert files(home) == before
        mount("-o", "remount,rw", str(disk))
        require_completed(name, home, old)
    figures(f"{name}: refused in {seconds:.1f} s where nothing can be written")


@pytest.mark.faults
@pytest.mark.parametrize("name", COMMANDS)
def test_a_home_that_goes_away(whole, stages, tmp_path, rng, name, figures):
    start, _, old = whole
    seconds = stages[name][2] if name in stages else sum(stage[2] for stage in stages.values())
    codes = []
    for i in range(tries(name)):
        home = shutil.copytree(start, tmp_path / str(i), symlinks=True)
        words = [*PROGRAM, *COMMANDS[name], "--home", str(home)]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            time.sleep(rng.uniform(0.1, 1.0) * seconds)
            while home.exists() and process.poll() is None:
                shutil.rmtree(home, ignore_errors=True)
            gone = not home.exists()
            _, said = process.communicate()
        require_one_sentence(name, process.returncode, said)
        assert gone != home.exists(), sorted(files(home))
        codes.append(process.returncode)
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(start, home, symlinks=True)
    require_completed(name, home, old)
    figures(f"{name}: homes that go away, exit codes {codes}")


QUICK = {
    "check": ["check", "kahlerity", "--n-points", "3"],
    "sample": ["sample", "--source", "fresh", "--n-points", "20", "--n-rotations", "1"],
    "list": ["runs", "list", "--json", "found.json"],
}
"""Commands of seconds, in a home with one metric and one network."""
GOES = {
    "check": ["workflow.check.check_record", "storage.files._sync"],
    "sample": ["workflow.samples.gathered", "storage.files._sync"],
    "runs": ["storage.files._sync"],
}
"""When their home goes away: in the middle of the work, and just before the first file is put in its place."""


@contextlib.contextmanager
def no_more_than(limit: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def gone_at(place: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The home is not there any more when this function is called."""
    module, _, name = place.rpartition(".")
    owner = importlib.import_module(f"g2links.{module}")
    call = getattr(owner, name)

    def remove(*arguments: Any, **options: Any) -> Any:
        shutil.rmtree(home, ignore_errors=True)
        return call(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, remove)
        yield


@pytest.fixture
def no_cache_writes() -> Iterator[None]:
    """As `without_cache_writes`, in this process."""
    name = "jax_persistent_cache_min_compile_time_secs"
    before = jax.config.values[name]
    jax.config.update(name, 1000.0)
    yield
    jax.config.update(name, before)


@pytest.mark.usefixtures("as_users_run", "no_cache_writes")
@pytest.mark.parametrize("words", QUICK.values(), ids=QUICK)
def test_a_command_on_a_disk_that_fails_it(tmp_path, monkeypatch, capsys, words):
    with small_disk(tmp_path / "disk") as disk:
        home = shutil.copytree(SAVED, disk / "home")
        monkeypatch.chdir(home)
        before = files(home)

        def refused() -> None:
            assert run([*words, "--home", str(home)]) == BAD_INPUT
            require_one_sentence(words[0], BAD_INPUT, capsys.readouterr().err)

        with no_more_than(300):
            refused()
        assert files(home).keys() - before.keys() <= {"plots", "samples", "samples/link_data"}
        assert files(home).items() >= before.items()
        mount("-o", "remount,ro", str(disk))
        refused()
        mount("-o", "remount,rw", str(disk))
        assert run([*words, "--home", str(home)]) == 0
        capsys.readouterr()
        for place in GOES[words[0]]:
            shutil.copytree(SAVED, home, dirs_exist_ok=True)
            monkeypatch.chdir(home)
            with gone_at(place, home, monkeypatch):
                refused()
            assert not home.exists()
