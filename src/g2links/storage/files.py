"""Files that are written whole or not at all, and read with a clear error when they cannot be."""

import contextlib
import errno
import hashlib
import io
import os
import secrets
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from g2links.errors import ArtefactError
from g2links.storage.locks import remove_if_unlocked, try_lock

BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError)
"""What `zipfile` and the readers of its members raise for damaged content; RuntimeError for members that are encrypted,
or compressed in a way that it does not know."""
ALTERED = "damaged or altered: its sha256 is not the one that was noted when it was written"
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}


@contextlib.contextmanager
def replace_atomically(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well it becomes `path` in one step.

    The temporary file exists, is empty, and has the suffix of `path`, so that libraries that choose the
    format by the suffix can write it. It is synced to the disk before it is renamed. On any failure it is
    removed and what stood at `path` stays; what a killed process leaves is removed by the next write to the
    same path.

    Raises:
        ArtefactError: the disk refuses (read-only, full, file too large); names `path` and the reason.
    """
    path = Path(path)
    with _write_errors(path):
        _refuse_special(path)
        remove_stale(path)
        temporary, lock = _create_temporary(path)
        try:
            yield temporary
            _sync(temporary)
            os.replace(temporary, path)
            sync_folder(path.parent)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            os.close(lock)


@contextlib.contextmanager
def open_for_reading(path: str | os.PathLike[str]) -> Iterator[io.BufferedReader]:
    """Open a regular file for reading bytes; raises ArtefactError if it is missing, special or unreadable."""
    path = Path(path)
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise ArtefactError(f"{path}: not a regular file")
        with path.open("rb") as file:
            yield file
    except (FileNotFoundError, NotADirectoryError) as error:
        missing = next((link for link in (path, *path.parents) if link.is_symlink() and not link.exists()), None)
        why = "no such file" if missing is None else f"no such file: {missing} is a link that leads nowhere"
        raise ArtefactError(f"{path}: {why}") from error
    except OSError as error:
        raise ArtefactError(f"{path}: cannot be read: {reason(error)}") from error


def read_text(path: str | os.PathLike[str], max_bytes: int) -> str:
    """The UTF-8 text of a file of at most `max_bytes`; raises ArtefactError otherwise."""
    with open_for_reading(path) as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ArtefactError(f"{path}: larger than the {max_bytes} bytes that are allowed here")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArtefactError(f"{path}: not UTF-8 text at byte {error.start}; the file is damaged") from error


def sha256(path: str | os.PathLike[str]) -> str:
    """The SHA-256 of a file in hexadecimal; raises ArtefactError if it cannot be read."""
    with open_for_reading(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def written_at(path: str | os.PathLike[str]) -> datetime:
    """When a file was written last, in local time; raises ArtefactError if there is no such file."""
    try:
        return datetime.fromtimestamp(os.stat(path).st_mtime).astimezone().replace(microsecond=0)
    except OSError as error:
        raise ArtefactError(f"{path}: cannot be read: {reason(error)}") from error


def require_writable(folder: str | os.PathLike[str]) -> None:
    """Refuse, before any work, a folder that can neither be written nor made; nothing is left there.

    Raises:
        ArtefactError: names it and the reason.
    """
    folder = Path(folder)
    try:
        _probe(next(place for place in (folder, *folder.absolute().parents) if place.exists()))
    except OSError as error:
        raise ArtefactError(f"{folder}: this folder cannot be written: {reason(error)}") from error


def require_target(path: str | os.PathLike[str]) -> None:
    """Refuse, before any work, a file that cannot be written, or whose folder cannot be made; nothing is left.

    Raises:
        ArtefactError: names it and the reason, which may be the length of its name.
    """
    path = Path(path)
    if not os.path.isdir(path.parent):
        require_writable(path.parent)
        return
    with _write_errors(path):
        _refuse_special(path)
        temporary, descriptor = _create_temporary(path)
        os.close(descriptor)
        temporary.unlink(missing_ok=True)


def require_sha256(path: str | os.PathLike[str], expected: str) -> None:
    """Compare the SHA-256 of a file; raises ArtefactError if it is another one, or the file cannot be read."""
    if sha256(path) != expected:
        raise ArtefactError(f"{path}: {ALTERED}")


@contextlib.contextmanager
def open_verified(path: Path, expected: str | None) -> Iterator[io.BufferedIOBase]:
    """Open a regular file for reading bytes: with the SHA-256 that they must have, those that were compared, which are
    in memory then.

    Raises:
        ArtefactError: it is missing, special or unreadable, or has another SHA-256.
    """
    with open_for_reading(path) as file:
        if expected is None:
            yield file
            return
        content = file.read()
    if hashlib.sha256(content).hexdigest() != expected:
        raise ArtefactError(f"{path}: {ALTERED}")
    yield io.BytesIO(content)


def make_folder(folder: str | os.PathLike[str]) -> Path:
    """The folder, made with its parents if needed; raises ArtefactError if it cannot be made or written."""
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".probe.*"):  # of a process that was killed, or makes the next one
            left.unlink(missing_ok=True)
        _probe(folder)
    except OSError as error:
        raise ArtefactError(f"{folder}: this folder cannot be written: {reason(error)}") from error
    return folder


def _probe(folder: Path) -> None:
    """Make a file and remove it."""
    probe = folder / f".probe.{secrets.token_hex(8)}"
    os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    probe.unlink(missing_ok=True)


def reason(error: OSError) -> str:
    """Why the system refused, in its words."""
    return error.strerror or str(error) or type(error).__name__


@contextlib.contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArtefactError(f"{path}: cannot be written: {reason(error)}") from error


def _refuse_special(path: Path) -> None:
    """Renaming onto a device or a folder would destroy it or fail late."""
    if path.exists() and not path.is_file():
        raise ArtefactError(f"{path}: cannot be written: something that is not a regular file has this name")


def _create_temporary(path: Path) -> tuple[Path, int]:
    """A new empty file beside `path`, and a descriptor that holds its lock while this process lives."""
    while True:
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp{path.suffix}")
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        if try_lock(descriptor) is not False and temporary.exists():
            return temporary, descriptor
        os.close(descriptor)  # another process took the newborn file for a stale one: take another name


def remove_stale(path: Path) -> None:
    """Remove the temporary files of dead processes: those whose lock the kernel has released."""
    start, end = f".{path.name}.", f".tmp{path.suffix}"
    if not path.parent.is_dir():
        return
    for entry in path.parent.iterdir():
        if entry.name.startswith(start) and entry.name.endswith(end):
            remove_if_unlocked(entry)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the new name durable; some network file systems cannot sync a folder, but rename all the same."""
    try:
        _sync(folder)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
