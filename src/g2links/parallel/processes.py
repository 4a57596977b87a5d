"""Which processes work on one command together. The first one, of rank 0, leads: it alone decides, reads, writes and
prints. The others do their share of what it announces (`everywhere`).

A process learns its place from the environment, which `g2links launch` sets. JAX is imported when it joins the others.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from g2links.errors import G2LinksError, InputError

COORDINATOR, COUNT, RANK = "G2LINKS_COORDINATOR", "G2LINKS_PROCESSES", "G2LINKS_RANK"
"""Variables: host:port where the first process listens; how many there are; which of them this one is, from 0 on."""
CPUS, LAUNCHER = "G2LINKS_CPUS", "G2LINKS_LAUNCHER"
"""The processors that are this process's, as 0,1; the number of the process that has started it."""
LOOPBACK = "127.0.0.1"
"""Of the machine itself: then nobody else can reach the first process."""
_SECONDS_TO_JOIN = 120
"""That a process waits for the others at the start: they import JAX, on machines that may be busy."""
HEARTBEAT = 20
"""Seconds without a sign of life after which a process is taken for dead, where no launcher sees it end."""
_SECONDS_TO_LEAVE = 5


class Place(NamedTuple):
    """The place of a process among those of a command.

    Attributes:
        coordinator: host:port where the first one listens.
        size: how many there are.
        rank: which of them this one is, from 0 on.
    """

    coordinator: str
    size: int
    rank: int


class LostProcessError(G2LinksError):
    """Another process of the command has ended, so that this one cannot go on."""

    def __init__(self) -> None:
        super().__init__(
            "another process of this command has ended, and so does this one; the same command goes on from its last "
            "checkpoint, on any number of processes"
        )


_joined: Place | None = None


def count() -> int:
    """How many processes work together; 1 outside of `g2links launch`.

    Example:
        >>> from g2links.parallel import processes
        >>> processes.count()
        1
    """
    return 1 if _joined is None else _joined.size


def rank() -> int:
    """Which of them this one is; 0 leads."""
    return 0 if _joined is None else _joined.rank


def client() -> Any:
    """What the processes find each other by, of `jax.distributed`."""
    from jax._src import distributed

    return distributed.global_state.client


_left: list[object] = []


def leave_at_once() -> None:
    """End without the others: they are gone, or wait for this one, so that no end can be agreed on; JAX would wait for
    them, and then end this process as if it had crashed."""
    from jax._src import distributed

    state = distributed.global_state
    _left.extend((state.client, state.service))
    state.client = state.service = None


def place_from_environment() -> Place | None:
    """That which `g2links launch` has given to this process, if it has.

    Raises:
        InputError: for numbers that are none, or do not fit together.
    """
    coordinator = os.environ.get(COORDINATOR)
    if not coordinator:
        return None
    number, place = (_integer(name) for name in (COUNT, RANK))
    if number < 1:
        raise InputError(COUNT, number, "at least 1 process")
    if not 0 <= place < number:
        raise InputError(RANK, place, f"from 0 to {number - 1}, as there are {number} processes")
    return Place(coordinator, number, place) if number > 1 else None


def _integer(name: str) -> int:
    said = os.environ.get(name, "")
    if not said.isdecimal():
        raise InputError(name, said, "an integer, as `g2links launch` sets it")
    return int(said)


@contextmanager
def joined(place: Place) -> Iterator[None]:
    """In the block, this process is one of several.

    Raises:
        LostProcessError: the others are not there within two minutes.
    """
    global _joined
    import jax

    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.config.update("jax_enable_preemption_service", False)  # it would take SIGTERM for itself
    try:
        jax.distributed.initialize(
            place.coordinator,
            place.size,
            place.rank,
            cluster_detection_method="deactivate",
            coordinator_bind_address=place.coordinator if place.coordinator.startswith(f"{LOOPBACK}:") else None,
            initialization_timeout=_SECONDS_TO_JOIN,
            heartbeat_timeout_seconds=HEARTBEAT,
            shutdown_timeout_seconds=_SECONDS_TO_LEAVE,
        )
        _joined = place
        _connect()
    except jax.errors.JaxRuntimeError as error:
        raise LostProcessError from error
    try:
        yield
    except LostProcessError:
        leave_at_once()
        raise
    finally:
        _joined = None


def _connect() -> None:
    """Gloo says on stdout that it has found the others, where a command may write JSON; so the first sum of all
    processes is made while nothing arrives there."""
    from g2links.parallel.collectives import agree

    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        agree()
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
