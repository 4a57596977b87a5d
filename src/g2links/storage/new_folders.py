"""Folders that are made whole or not at all, in a place where there is nothing yet."""

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from g2links.errors import ArtefactError, InputError
from g2links.storage.files import reason, sync_folder
from g2links.storage.locks import try_lock

_STAGED = re.compile(r"\.g2links-[0-9a-f]{16}\.new")
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}
_FREE = "the name of a folder that is to be made; nothing is overwritten"


@contextlib.contextmanager
def new_folder(path: str | os.PathLike[str], field: str) -> Iterator[Path]:
    """Yield an empty folder beside `path`; it becomes `path` in one step when the block ends well, and goes otherwise.

    What killed processes have left there of such folders goes first.

    Args:
        path: where nothing may be, in a folder that is there.
        field: the name of the argument.

    Raises:
        InputError: there is something, no such folder, or it cannot be written.
        ArtefactError: the disk refuses what the block writes.
    """
    given, path = str(path), Path(path).absolute()
    if os.path.lexists(path):
        raise InputError(field, given, f"{_FREE}, and this is there already")
    if not os.path.isdir(path.parent):
        raise InputError(field, given, f"the folder {path.parent} does not exist")
    try:
        staged, lock = _stage(path.parent)
    except OSError as error:
        raise InputError(field, given, f"a place that can be written ({reason(error)})") from error
    try:
        try:
            yield staged
        except OSError as error:
            raise ArtefactError(f"{given}: cannot be written: {reason(error)}") from error
        _publish(staged, path, field, given)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        os.close(lock)


def _publish(staged: Path, path: Path, field: str, given: str) -> None:
    try:
        os.rename(staged, path)
        sync_folder(path.parent)
    except OSError as error:
        if error.errno in _TAKEN:
            raise InputError(field, given, f"{_FREE}, and another process has just made this one") from error
        raise InputError(field, given, f"a place that can be written ({reason(error)})") from error


def _stage(place: Path) -> tuple[Path, int]:
    """A new folder, and a descriptor that holds its lock while this process lives."""
    for name in os.listdir(place):
        if _STAGED.fullmatch(name):
            _remove_if_unlocked(place / name)
    while True:
        staged = place / f".g2links-{secrets.token_hex(8)}.new"
        staged.mkdir()
        with contextlib.suppress(FileNotFoundError):
            descriptor = os.open(staged, os.O_RDONLY)
            if try_lock(descriptor) is not False and staged.exists():
                return staged, descriptor
            os.close(descriptor)  # another process took the newborn folder for a stale one: take another name


def _remove_if_unlocked(folder: Path) -> None:
    """Remove the folder of a process that is dead; leave it if that cannot be told."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        if try_lock(descriptor):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)
