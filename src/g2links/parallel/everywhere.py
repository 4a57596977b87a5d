"""Functions that all processes run at the same time, because the first one calls them.

The first process runs the command as it would alone. Where it calls a function that is decorated with `everywhere`, it
announces the name and the arguments, and all processes run it; what it gives in the first one is the result. The others
wait for announcements in between (`follow`). So every decision, of a time limit, of Ctrl-C, of a step that is accepted
or not, is made in one place.
"""

import functools
import importlib
import itertools
import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, ParamSpec, TypeVar

import jax
import numpy as np

from g2links.parallel import processes
from g2links.parallel.collectives import agree, from_leader
from g2links.parallel.processes import LostProcessError

P = ParamSpec("P")
R = TypeVar("R")

_ARRAY = "array of the leader"
_END = "end"
_MILLISECONDS = 10_000
"""After which a process that waits asks again; the work in between may take hours."""
_LATE = "DEADLINE_EXCEEDED"
_numbers = itertools.count()
_running: list[str] = []
"""What runs in all processes at this moment: one function, or none."""


def everywhere(function: Callable[P, R]) -> Callable[P, R]:
    """A function of a module of g2links that all processes run when the first one calls it.

    Its arguments are plain data and NumPy arrays, by position. In one process it is called, and nothing else.

    Raises:
        RuntimeError: when it is called while another such function runs, or by a process that does not lead.
    """
    name = f"{function.__module__}:{function.__qualname__}"

    @functools.wraps(function)
    def call(*arguments: P.args, **named: P.kwargs) -> R:
        if processes.count() == 1:
            return function(*arguments, **named)
        if named or _running or processes.rank() != 0:
            raise RuntimeError(f"{name} is called by the first process alone, by position, and not by {_running}")
        with _signals_wait():
            _running.append(name)
            _announce(name, arguments)
            result = function(*arguments, **named)
            _running.clear()  # not after an error: then the others wait inside, and nothing can be announced
        return result

    call.in_this_process = function  # type: ignore[attr-defined]
    return call


def follow() -> None:
    """Run what the first process announces, until it announces the end.

    Raises:
        LostProcessError: another process has ended.
    """
    for number in itertools.count():
        said = json.loads(_heard(number))
        if said["name"] == _END:
            return
        shapes = [np.empty(shape, dtype) for dtype, shape in said["arrays"]]
        arguments = _filled(said["arguments"], iter(_received(shapes)))
        module, _, name = said["name"].partition(":")
        getattr(importlib.import_module(module), name).in_this_process(*arguments)


def end_others() -> None:
    """Let the other processes end; those that wait inside a function, after an error here, end when this one does."""
    if processes.count() == 1 or processes.rank() != 0:
        return
    if _running:
        processes.leave_at_once()
        return
    try:
        _say({"name": _END})
    except jax.errors.JaxRuntimeError:  # there is nobody left to hear it
        processes.leave_at_once()


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Signals that Python handles take effect after the block, so that the others are not left inside of it; it takes
    no longer than one product, or the preparation of a table."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[tuple[int, FrameType | None]] = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    before = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in before:
        signal.signal(number, lambda *signalled: arrived.append(signalled))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for came, frame in arrived:
        before[signal.Signals(came)](came, frame)


def _announce(name: str, arguments: tuple[Any, ...]) -> None:
    arrays: list[np.ndarray] = []
    plain = _emptied(arguments, arrays)
    kinds = [(str(each.dtype), each.shape) for each in arrays]
    try:
        _say({"name": name, "arguments": plain, "arrays": kinds})
    except jax.errors.JaxRuntimeError as error:
        raise LostProcessError from error
    _received(arrays)


def _received(arrays: list[np.ndarray]) -> list[np.ndarray]:
    """What the leader sends; after it, all have heard the announcement."""
    if not arrays:
        agree()
    return from_leader(arrays)


def _say(what: dict[str, Any]) -> None:
    number = next(_numbers)
    processes.client().key_value_set(_key(number), json.dumps(what))
    if number > 0:  # all have heard the one before
        processes.client().key_value_delete(_key(number - 1))


def _heard(number: int) -> str:
    while True:
        try:
            return str(processes.client().blocking_key_value_get(_key(number), _MILLISECONDS))
        except jax.errors.JaxRuntimeError as error:
            if _LATE not in str(error):
                raise LostProcessError from error


def _key(number: int) -> str:
    return f"g2links/{number}"


def _emptied(value: Any, arrays: list[np.ndarray]) -> Any:
    """Plain data, with a mark in place of each array."""
    if isinstance(value, np.ndarray | jax.Array):
        arrays.append(np.asarray(value))
        return {_ARRAY: len(arrays) - 1}
    if isinstance(value, dict):
        return {key: _emptied(each, arrays) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_emptied(each, arrays) for each in value]
    return value


def _filled(value: Any, arrays: Any) -> Any:
    """The same with the arrays in their places, in the order in which they were taken out."""
    if isinstance(value, dict):
        return next(arrays) if _ARRAY in value else {key: _filled(each, arrays) for key, each in value.items()}
    return [_filled(each, arrays) for each in value] if isinstance(value, list) else value
