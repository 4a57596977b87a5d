"""A command that several processes run together: the first of them runs it, the others follow."""

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from g2links.cli.signals import ENDING
from g2links.parallel.processes import CPUS, LAUNCHER, joined, place_from_environment

_PARENT_DIES = 1
"""PR_SET_PDEATHSIG of prctl."""


@contextmanager
def place_among_processes() -> Iterator[bool]:
    """Whether this process runs the command; in the block, it is joined to the others, if `g2links launch` has started
    several.

    Raises:
        InputError: for a place that is none.
        LostProcessError: the others do not come, or go away.
    """
    place = place_from_environment()
    if place is None:
        yield True
        return
    _keep_to_own_processors()
    if place.rank > 0:
        for number in ENDING:  # the first process decides when and how all of them end
            signal.signal(number, signal.SIG_IGN)
    _end_with_launcher()
    with joined(place):
        if place.rank > 0:
            yield False
            return
        from g2links.parallel.everywhere import end_others

        try:
            yield True
        finally:
            end_others()


def follow_the_first() -> int:
    """Do what the first process announces; the exit code."""
    from g2links.parallel.everywhere import follow

    follow()
    return 0


def _keep_to_own_processors() -> None:
    """Before a library counts them, to start as many threads."""
    chosen = {int(word) for word in os.environ.get(CPUS, "").split(",") if word.isdecimal()}
    if chosen and hasattr(os, "sched_setaffinity"):
        with suppress(OSError):  # they were taken away meanwhile; then the system decides
            os.sched_setaffinity(0, chosen)


def _end_with_launcher() -> None:
    """A launcher that is killed takes its processes along, in order: the kernel sends them SIGTERM."""
    launcher = os.environ.get(LAUNCHER, "")
    if not launcher.isdecimal():
        return
    with suppress(OSError, AttributeError):  # where there is no prctl, they end when their command does
        ctypes.CDLL(None).prctl(_PARENT_DIES, signal.SIGTERM)
    if os.getppid() != int(launcher):
        os.kill(os.getpid(), signal.SIGTERM)
