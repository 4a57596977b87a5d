"""Locks that the kernel releases when their owner ends, however it ends (flock)."""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from g2links.errors import ArtefactError

_BUSY = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_POLL_SECONDS = 0.02
"""Between two tries for a lock: too short to be noticed."""


def try_lock(descriptor: int) -> bool | None:
    """Take the lock of an open file at once: False if another owner lives, None if the disk has no locks."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _BUSY else None
    return True


def is_locked(path: Path) -> bool:
    """Whether a living process holds the lock of this file; a file that cannot be asked counts as held."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    try:
        return try_lock(descriptor) is not True
    finally:
        os.close(descriptor)


def remove_if_unlocked(path: Path) -> None:
    """Remove a file whose owner is dead, holding its lock meanwhile; leave it if that cannot be told."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        if try_lock(descriptor):
            path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def share_lock(path: Path) -> int | None:
    """A descriptor that holds a shared lock of a file, beside those of others; None if an owner has it alone. Without a
    lock where the disk has none.

    Raises:
        FileNotFoundError: there is no such file.
        ArtefactError: it cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ArtefactError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _BUSY:
            os.close(descriptor)
            return None
    return descriptor


def acquire(path: Path) -> int | None:
    """A descriptor that holds the lock of `path` (made if needed), or None if another owner lives.

    Raises:
        ArtefactError: the file cannot be made, or its file system has no locks.
    """
    descriptor = -1
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_open_at(descriptor, path):
            return descriptor
    except OSError as error:
        if descriptor >= 0:
            os.close(descriptor)
        if descriptor >= 0 and error.errno in _BUSY:
            return None
        raise ArtefactError(f"{path}: cannot be locked: {error.strerror or error}") from error
    os.close(descriptor)  # its last owner has removed it
    return acquire(path)


def is_open_at(descriptor: int, path: Path) -> bool:
    """Whether a descriptor is of the file that is at a path now."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


@contextlib.contextmanager
def folder_lock(folder: Path, seconds: float = 60.0) -> Iterator[None]:
    """Hold `folder/.lock`, waiting up to `seconds` for another process to let go of it.

    Raises:
        ArtefactError: still held then; the message names the folder.
    """
    end = time.monotonic() + seconds
    while (descriptor := acquire(folder / ".lock")) is None:
        if time.monotonic() >= end:
            raise ArtefactError(f"{folder}: another process is writing here (it holds {folder / '.lock'}); wait for it")
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        os.close(descriptor)
