"""Ctrl-C as a wish: long work in Python ends at its best state instead of being lost."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Those that Python handles: the first always, the others in commands, which end by them as by Ctrl-C."""


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """A function that says whether Ctrl-C was pressed since the block began; a second Ctrl-C interrupts as usual.

    Outside the main thread, where signals cannot be caught, it never says so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    pressed = threading.Event()
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    before = {n: handler for n, handler in handlers.items() if n == signal.SIGINT or callable(handler)}

    def as_before() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        pressed.set()
        as_before()

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield pressed.is_set
    finally:
        as_before()
