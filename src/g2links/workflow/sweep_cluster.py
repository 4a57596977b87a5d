"""Tasks of a sweep on several processes: a local cluster of Dask distributed, or the scheduler of one that is there.

Dask is imported here alone, when it is used.
"""

import importlib.util
import logging
import os
import re
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import Any

from g2links.errors import ArtefactError, InputError
from g2links.storage.layout import Home
from g2links.storage.provenance import cores
from g2links.storage.room import free_memory
from g2links.workflow.sweep_run import run_task_from_data, task_data
from g2links.workflow.sweep_tasks import SweepTask

Told = Callable[[SweepTask, str], None]
"""Called with a task that has ended, and why nothing was saved, if so."""

INSTALL = "Dask distributed is needed: pip install 'g2links[cluster]'"
_PACKAGES = ("dask", "distributed", "cryptography")
_ADDRESS = re.compile(r"(?:tcp|tls|ucx|ws|wss)://\S+:[0-9]{1,5}")
_SECONDS_TO_CONNECT = 10
"""For a scheduler on another machine; a busy one answers within one."""
_DEATHS = 1
"""Of a worker process under one task, after which the task is tried once more; the next one is no accident."""
_MEMORY_OF_A_WORKER = 2**30
"""At least: tasks on plane cubics were seen with 0.5 GiB, and a default run of `g2links cy` takes up to 2.5 GiB."""
_CONFIG = {
    "distributed.scheduler.allowed-failures": _DEATHS,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.scheduler.worker-ttl": None,  # compilation may silence a worker for minutes; death closes a socket
    "distributed.worker.memory.target": False,  # there is nothing to spill: the results are sentences
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,  # what XLA keeps is not given back, and a pause would never end
    "distributed.worker.memory.terminate": 0.95,
}
_THREADS = ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What bounds the threads of XLA (the first), of OpenMP and of linear algebra, when they are loaded."""


def require_workers(workers: int) -> None:
    """Refuse a number of local processes that cannot be.

    Raises:
        InputError: fewer than 1, or more than there is memory for.
    """
    free = free_memory()
    most = (cores() or 1) if free is None else max(1, free // _MEMORY_OF_A_WORKER)
    if not 1 <= workers <= most:
        raise InputError("workers", workers, f"a whole number from 1 to {most}, for which there is memory")


def require_address(scheduler: str) -> None:
    """Refuse what is no address of a scheduler.

    Raises:
        InputError: names what it looks like.
    """
    if not _ADDRESS.fullmatch(scheduler):
        raise InputError("scheduler", scheduler, "the address of a Dask scheduler, such as tcp://127.0.0.1:8786")


def require_dask(field: str, value: object) -> None:
    """Refuse, before any work, what needs Dask where it is not installed.

    Raises:
        InputError: names the option and how to install it.
    """
    if any(importlib.util.find_spec(name) is None for name in _PACKAGES):
        raise InputError(field, value, f"{INSTALL}, or one worker without it")


def run_on_cluster(
    tasks: Sequence[SweepTask], home: Home, told: Told, *, workers: int = 1, scheduler: str | None = None
) -> None:
    """Do tasks on the workers of a scheduler, or on so many new processes of this machine; one task at a time on each.

    Raises:
        InputError: there is no Dask, or no scheduler at the address.
        ArtefactError: the scheduler has gone away.
    """
    from distributed import as_completed

    absolute, waiting = str(home.path.absolute()), iter(tasks)
    with _client(workers, scheduler) as client:
        begun: dict[Any, SweepTask] = {}

        def begin(count: int) -> list[Any]:
            futures = []
            for task in islice(waiting, max(0, count)):
                futures.append(client.submit(run_task_from_data, task_data(task), absolute, pure=False))
                begun[futures[-1]] = task
            return futures

        running = as_completed(begin(_workers_of(client)), loop=client.loop)
        for future in running:
            told(begun.pop(future), _why(client, future))
            for each in begin(_workers_of(client) - len(begun)):
                running.add(each)


def _workers_of(client: Any) -> int:
    """How many there are; at least one, for which a scheduler without any waits."""
    return max(1, len(client.scheduler_info(n_workers=-1)["workers"]))


def _why(client: Any, future: Any) -> str:
    """What the task returned, or in one sentence what went wrong around it."""
    if future.status == "finished":
        return str(future.result())
    if client.status != "running" or future.status in ("lost", "cancelled"):
        raise ArtefactError("scheduler: the connection is lost; the same command goes on with what is missing")
    error = future.exception()
    if type(error).__name__ == "KilledWorker":
        return f"the process that worked on it died {_DEATHS + 1} times, as where memory is short; see its log"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


@contextmanager
def _client(workers: int, scheduler: str | None) -> Iterator[Any]:
    import dask
    from distributed import Client

    with ExitStack() as opened, dask.config.set(_CONFIG):
        if scheduler is None:
            cluster = opened.enter_context(_local_cluster(workers))
            yield opened.enter_context(Client(cluster, set_as_default=False))
            return
        try:
            client = Client(scheduler, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise InputError("scheduler", scheduler, f"a scheduler that answers ({error})") from error
        yield opened.enter_context(client)


@contextmanager
def _local_cluster(workers: int) -> Iterator[Any]:
    """Processes of this machine that listen to it alone, with a key of their own, each with its share of the cores and
    of the memory."""
    import dask
    from distributed import LocalCluster, Security

    threads = str(max(1, (cores() or 1) // workers))
    environment = {f"distributed.nanny.pre-spawn-environ.{name}": threads for name in _THREADS}
    free = free_memory()
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="g2links-sweep-", ignore_cleanup_errors=True))
        opened.enter_context(_environment_kept())
        opened.enter_context(dask.config.set(environment))
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # of a server for pages, of which there are none
            security=Security.temporary(),
            memory_limit=0 if free is None else max(_MEMORY_OF_A_WORKER, free // workers),
            local_directory=folder,
            silence_logs=logging.CRITICAL,
            preload=["g2links.workflow.sweep_worker"],
        )
        try:
            yield cluster
        except BaseException:
            _end_at_once(cluster)
            raise
        finally:
            cluster.close()


def _end_at_once(cluster: Any) -> None:
    """Its processes may be in the middle of a compilation, which ends for SIGKILL alone."""
    for nanny in cluster.workers.values():
        nanny.close_gracefully("the sweep ends")  # which is what keeps it from a new process
        if nanny.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(nanny.pid, signal.SIGKILL)


@contextmanager
def _environment_kept() -> Iterator[None]:
    """Dask sets what its new processes inherit in this one, too."""
    before = {name: os.environ.get(name) for name in (*_THREADS, "PYTHONHASHSEED")}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
