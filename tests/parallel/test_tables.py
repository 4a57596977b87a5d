"""Tables that are spread over devices and processes, against those in one place: `same_tables` compares them."""

import json
import os
import socket
import subprocess
import sys

import pytest

from g2links.parallel.processes import COORDINATOR, COUNT, RANK

ROUNDING, SINGLE, OF_A_SEARCH = 1e-11, 1e-5, 1e-8
"""Of sums in double precision; of products in single precision; of the losses of a few steps."""


def _compared(arguments: list[str], devices: int = 1, processes: int = 1) -> dict[str, float]:
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={devices}".strip()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = {COORDINATOR: f"127.0.0.1:{probe.getsockname()[1]}", COUNT: str(processes), "XLA_FLAGS": flags}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.parallel.same_tables", *arguments],
            env={**os.environ, **place, RANK: str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(processes)
    ]
    said = [process.communicate(timeout=300) for process in started]
    assert [process.returncode for process in started] == [0] * processes, said
    found = json.loads(said[0][0].splitlines()[-1])  # below what Gloo says of its connections
    assert (found["devices"], found["processes"]) == (devices * processes, processes)
    return found["off"]


def _require_equal(off: dict[str, float]) -> None:
    assert off
    for what, error in off.items():
        single = what.startswith("sections") and "weights" not in what and "moments" not in what
        limit = SINGLE if single else OF_A_SEARCH if "search" in what else ROUNDING
        assert error < limit, f"{what}: {error}"


def test_features_on_two_devices_of_one_process_are_those_on_one():
    _require_equal(_compared(["algebraic"], devices=2))


def test_sections_in_two_processes_are_those_in_one():
    _require_equal(_compared(["sections"], processes=2))


@pytest.mark.slow
def test_features_on_three_devices_of_each_of_two_processes_are_those_on_one():
    _require_equal(_compared(["algebraic", "neural"], devices=3, processes=2))


@pytest.mark.slow
def test_rows_in_the_wrong_order_show():
    off = _compared(["algebraic", "spoiled"], devices=2)
    assert off["algebraic: values all"] > 1e-3
