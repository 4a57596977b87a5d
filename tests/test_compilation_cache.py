"""What is compiled is found again by the next process, whatever has happened to it in between."""

import os
import subprocess
import sys
import zlib

import pytest

from g2links import compilation_cache
from g2links.compilation_cache import SETTING

PROGRAM = """
import g2links, jax, jax.numpy as jnp
found = []
jax.monitoring.register_event_listener(lambda name, **_: found.append(name.endswith("cache_hits")))
number = float(jax.jit(lambda x: jnp.sin(x).sum())(jnp.arange(3.0)))
print(repr(number), sum(found), jax.config.jax_compilation_cache_dir)
"""


@pytest.fixture
def run(tmp_path):
    """One process: the number it computed, how many functions it found compiled, and where it looked."""
    unset = ("JAX_COMPILATION_CACHE_DIR", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "XDG_CACHE_HOME", SETTING)
    shell = {name: value for name, value in os.environ.items() if name not in unset}
    shell |= {"HOME": str(tmp_path), "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}

    def run(**more):
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=shell | more, capture_output=True, text=True, check=True
        )
        number, hits, folder = ended.stdout.split()
        return float(number), int(hits), folder

    return run


def test_the_next_process_finds_it(run, tmp_path):
    number, hits, folder = run()
    assert hits == 0
    assert folder.startswith(str(tmp_path / ".cache" / "g2links" / "compiled"))
    again = run()
    assert again[0] == number
    assert again[1] > 0
    for entry in (tmp_path / ".cache" / "g2links" / "compiled").glob("*/*-cache"):
        entry.write_bytes(entry.read_bytes()[:-9])  # as a process leaves it that is killed
    assert run() == (number, 0, folder)
    assert run()[1] == again[1]


def test_another_folder_or_none(run, tmp_path):
    assert run(**{SETTING: str(tmp_path / "own")})[2].startswith(str(tmp_path / "own"))
    assert run(**{SETTING: "off"})[2] == "None"
    assert run(**{SETTING: "/proc/nothing"})[1] == 0  # cannot be written: computed all the same
    assert run(JAX_COMPILATION_CACHE_DIR=str(tmp_path / "of_jax"))[2] == str(tmp_path / "of_jax")


def test_the_oldest_go_where_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(compilation_cache, "_MOST_BYTES", 100)
    whole = zlib.compress(b"code")
    for age, name in enumerate(["new", "older", "oldest"]):
        (tmp_path / name).write_bytes(b"no" * 20 if name == "older" else whole)
        os.utime(tmp_path / name, (10 - age, 10 - age))
    compilation_cache._tidy(str(tmp_path))
    assert len(list(tmp_path.iterdir())) == 4  # with the mark of the check
    monkeypatch.setattr(compilation_cache, "_MOST_BYTES", 60)
    compilation_cache._tidy(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"new", "checked"}
