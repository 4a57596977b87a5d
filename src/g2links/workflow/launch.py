"""One command on several processes of this machine: started, watched, and ended together."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import IO, NamedTuple

from g2links.errors import InputError
from g2links.parallel.processes import COORDINATOR, COUNT, CPUS, LAUNCHER, LOOPBACK, RANK

MOST = 1024
"""Processes on one machine: beyond every processor, a mistake."""
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SECONDS_BETWEEN_LOOKS = 0.05
_SECONDS_TO_END = 10
"""That the others get when the first process has ended, before they are killed."""
_OF_SIGNALS = 128
"""Shells add the number of the signal that ended a process to it."""
_THREADS = ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_GOES_ON = "the same command goes on from the last checkpoint, on any number of processes"


class Started(NamedTuple):
    """A process, and where it says why it ends; the first one says it to the user."""

    process: subprocess.Popen[bytes]
    words: IO[bytes] | None


def launch(arguments: Sequence[str], processes: int) -> int:
    """Run `g2links` with these arguments on several processes of this machine; returns the exit code of the first.

    A process that dies ends the others at once, with a sentence on stderr; then the code is its own. Signals go to the
    first process, which ends the command in order.

    Args:
        arguments: a command with its options.
        processes: how many.

    Raises:
        InputError: for a number that cannot be.
    """
    if not 1 <= processes <= MOST:
        raise InputError("--processes", processes, f"from 1 to {MOST} processes")
    place = {COORDINATOR: f"{LOOPBACK}:{_free_port()}", COUNT: str(processes), LAUNCHER: str(os.getpid())}
    with ExitStack() as stack:
        started: list[Started] = []
        stack.callback(_kill, started)
        stack.enter_context(_forwarded_to_first(started))
        for rank in range(processes):
            own = {**os.environ, **place, RANK: str(rank), **processor_share(rank, processes)}
            started.append(_start(arguments, own, rank, stack))
        return _watched(started)


def processor_share(rank: int, processes: int) -> dict[str, str]:
    """Variables that give a process its part of the processors that this one may use, and as many threads; one thread
    for each, wherever the system puts it, where there are more processes than processors."""
    usable = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(usable) < processes:
        return dict.fromkeys(_THREADS, "1")
    own = usable[len(usable) * rank // processes : len(usable) * (rank + 1) // processes]
    return {**dict.fromkeys(_THREADS, str(len(own))), CPUS: ",".join(map(str, own))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _start(arguments: Sequence[str], environment: dict[str, str], rank: int, stack: ExitStack) -> Started:
    """In a session of its own, so that Ctrl-C reaches it through this process alone."""
    words = None if rank == 0 else stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (the stack closes it)
    process = subprocess.Popen(
        [sys.executable, "-m", "g2links", *arguments],
        env=environment,
        stdin=None if rank == 0 else subprocess.DEVNULL,
        stdout=None if rank == 0 else subprocess.DEVNULL,
        stderr=words,
        start_new_session=True,
    )
    return Started(process, words)


@contextmanager
def _forwarded_to_first(started: list[Started]) -> Iterator[None]:
    def forward(number: int, _frame: FrameType | None) -> None:
        if started and started[0].process.poll() is None:
            started[0].process.send_signal(number)

    before = {number: signal.getsignal(number) for number in _FORWARDED}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, forward)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _watched(started: list[Started]) -> int:
    first = started[0].process
    while first.poll() is None:
        for rank, other in enumerate(started[1:], 1):
            code = other.process.poll()
            if code:
                _kill(started)
                return _lost(rank, len(started), code, _last_words(other))
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    code = first.returncode
    if code < 0:
        return _lost(0, len(started), code, "")
    end = time.monotonic() + _SECONDS_TO_END
    while any(other.process.poll() is None for other in started[1:]) and time.monotonic() < end:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return code


def _lost(rank: int, processes: int, code: int, words: str) -> int:
    """Say which process has died, and give the code of the command."""
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    why = f" ({words})" if words else ""
    others = "and the others with it; " if processes > 1 else ""
    print(f"g2links: process {rank + 1} of {processes} {how}{why}, {others}{_GOES_ON}", file=sys.stderr, flush=True)
    return _OF_SIGNALS - code if code < 0 else code


def _last_words(started: Started) -> str:
    """The last sentence of g2links that a process has written."""
    if started.words is None:
        return ""
    started.words.seek(0)
    said = started.words.read().decode(errors="replace").splitlines()
    return next((line.removeprefix("g2links: ") for line in reversed(said) if line.startswith("g2links: ")), "")


def _kill(started: list[Started]) -> None:
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
