"""The signals that end a command: the first one ends it in order, with its checkpoints and its words, the second one at
once."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C; what a queue sends at the end of the time; a terminal that was closed."""
_SECONDS_TO_NOTE = 0.5
"""That the thread beside gets to note a signal that has ended the work already; it takes microseconds."""
_FOR_THE_THREAD = 0.05
"""Seconds in which the thread beside ends the process where the signal is the second one."""


class Received:
    """Which signal came first; None before any."""

    def __init__(self) -> None:
        self._first: signal.Signals | None = None
        self._noted = threading.Event()

    def note(self, number: int) -> None:
        """A signal came; the second one ends the process, whatever it is doing."""
        if self._first is not None:
            os.write(2, b"\ng2links: ended at once\n")
            os._exit(128 + number)
        self._first = signal.Signals(number)
        self._noted.set()

    def first(self) -> signal.Signals:
        """That which ended the work; SIGINT where it was not a signal that ended it."""
        self._noted.wait(_SECONDS_TO_NOTE)
        return self._first or signal.SIGINT


@contextmanager
def ended_by_signals() -> Iterator[Received]:
    """In the block, each signal of `ENDING` raises KeyboardInterrupt, once.

    Python runs handlers between two of its own instructions, and a compilation is one for minutes; so a thread beside
    reads what arrives, and ends the process at the second signal. Signals that are ignored, as under `nohup`, stay so.
    Outside the main thread, where no handler can be set, nothing is changed.
    """
    received = Received()
    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    earlier = {number: signal.getsignal(number) for number in ENDING}
    earlier = {number: handler for number, handler in earlier.items() if handler not in (signal.SIG_IGN, None)}
    for number in earlier:
        signal.signal(number, _interrupt)
    earlier_descriptor = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    reader = threading.Thread(target=_read, args=(reading, received), daemon=True)
    reader.start()
    try:
        yield received
    finally:
        signal.set_wakeup_fd(earlier_descriptor)
        for number, handler in earlier.items():
            signal.signal(number, handler)
        os.close(writing)
        reader.join()
        os.close(reading)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    time.sleep(_FOR_THE_THREAD)
    raise KeyboardInterrupt


def _read(descriptor: int, received: Received) -> None:
    """Note each signal that is written to the other end, until that is closed."""
    while arrived := os.read(descriptor, 1):
        if arrived[0] in ENDING:
            received.note(arrived[0])
