"""What each worker process of a local sweep loads first: it leaves Ctrl-C, which a terminal sends to all processes, to
the one that started it."""

import signal


def dask_setup(_worker: object) -> None:
    """Called by Dask in the main thread of the process."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
