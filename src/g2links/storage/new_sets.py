"""Writing a set of files that counts only as a whole: in a folder of its own, published by one rename.

What is published already stays as it is until then, and for those who still read it also afterwards. See
`storage.published_sets` for what lies where.
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, count
from pathlib import Path

from g2links.errors import ArtefactError
from g2links.storage.files import make_folder, reason, sync_folder
from g2links.storage.locks import folder_lock, remove_if_unlocked, try_lock
from g2links.storage.manifests import MANIFEST, Manifest, read_manifest, save_manifest, write_manifest
from g2links.storage.published_sets import CURRENT, FOLDER, SETS, OpenSet, kept_folder, open_set, published_folder

_STAGED = re.compile(r"\.[0-9a-f]{16}\.new")
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.tmp(?:\.[a-z]+)?")
_NO_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What a file system without symbolic links says."""
_WAIT = 1.0
"""Seconds for another process that tidies up; one that writes takes longer."""


@dataclass(frozen=True)
class StagedSet:
    """A set that is being written.

    Attributes:
        place: where it will be published.
        folder: where its files go.
        own_name: whether a name in the place is one of such sets, which goes where the new set has none of that name.
    """

    place: Path
    folder: Path
    own_name: Callable[[str], bool]

    def publish(self, names: Iterable[str], extra: Mapping[str, object]) -> OpenSet:
        """Make the files `names` the set that counts; `extra` goes into its manifest.

        Raises:
            ArtefactError: the disk refuses; what counted before still does.
        """
        manifest = write_manifest(self.folder, names, extra)
        folder = _free(kept_folder(self.place, manifest))
        try:
            os.replace(self.folder, folder)
            sync_folder(folder.parent)
            _publish(self.place, folder, manifest)
            for name in _names(self.place):
                path = self.place / name
                if self.own_name(name) and name not in manifest.files and not path.is_dir():
                    path.unlink()
        except OSError as error:
            raise ArtefactError(f"{self.place}: the new files cannot be put in place: {reason(error)}") from error
        return open_set(self.place)


@contextlib.contextmanager
def new_set(place: str | os.PathLike[str], own_name: Callable[[str], bool]) -> Iterator[StagedSet]:
    """Write a set of `.npz` files in the block, and `publish` it; what is left of it otherwise is removed.

    One process at a time writes in a place. What killed ones have left there goes first, and old sets that nobody
    reads.

    Args:
        place: where the set is published.
        own_name: see `StagedSet`.

    Raises:
        ArtefactError: the place cannot be written, or another process is writing there.
    """
    place = Path(place)
    made = [folder for folder in (place, *place.parents) if not folder.exists()]
    first = not (place / ".lock").exists()
    with folder_lock(make_folder(place), seconds=_WAIT):
        _tidy(place)
        folder = place / SETS / f".{secrets.token_hex(8)}.new"
        try:
            yield StagedSet(place, make_folder(folder), own_name)
        finally:
            _tidy(place)
            if first and not (place / SETS).exists():
                (place / ".lock").unlink(missing_ok=True)
                _remove_empty(made)


def remove_leftovers(place: Path) -> None:
    """Remove what dead writers have left in a place, and sets that do not count and that nobody reads, unless another
    process writes there, or the place cannot be written."""
    if (place / SETS).is_dir():
        with contextlib.suppress(ArtefactError, OSError), folder_lock(place, seconds=0.0):
            _tidy(place)


def _tidy(place: Path) -> None:
    """Remove what dead writers have left, and sets that do not count and that nobody reads; for the only writer."""
    kept = _kept(place)
    for name in _names(place / SETS):
        folder = place / SETS / name
        if _STAGED.fullmatch(name):
            shutil.rmtree(folder, ignore_errors=True)
        elif FOLDER.fullmatch(name) and folder not in kept:
            _remove_unread(folder)
    for name in _names(place):
        if _TEMPORARY.fullmatch(name):
            _remove_temporary(place / name)
    _remove_empty([place / SETS])


def _kept(place: Path) -> set[Path]:
    """The folder that counts, and that to which names lead."""
    kept, current = set(), place / CURRENT
    with contextlib.suppress(ArtefactError):
        kept.add(published_folder(place) or place)
    if current.is_symlink():
        kept.add(place / os.readlink(current))
    return kept


def _remove_unread(folder: Path) -> None:
    """Remove the folder of a set, whose lock is free; its manifest first, so that it is never a part of a set."""
    manifest = folder / MANIFEST
    try:
        lock = os.open(manifest, os.O_RDWR)
    except FileNotFoundError:
        shutil.rmtree(folder, ignore_errors=True)
        return
    except OSError:
        return
    try:
        if try_lock(lock):
            manifest.unlink()
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _publish(place: Path, folder: Path, manifest: Manifest) -> None:
    current = place / CURRENT
    try:
        before = _with_folder(place)
        if before is not None:
            _point(current, f"{SETS}/{before.name}")
            _point_through(place, (*read_manifest(before / MANIFEST).files, MANIFEST))
        _point_through(place, manifest.files)
        _point(current, f"{SETS}/{folder.name}")
        _point_through(place, [MANIFEST])
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        save_manifest(place / MANIFEST, replace(manifest, folder=f"{SETS}/{folder.name}"))
        for name in manifest.files:
            _replace(place / name, partial(_same_file, folder / name))
    sync_folder(place)


def _with_folder(place: Path) -> Path | None:
    """The folder of a set whose manifest is no link; one of an earlier version gets such a folder, with the same files,
    so that who reads it goes on. None if there is nothing to keep."""
    if (place / MANIFEST).is_symlink():
        return None
    try:
        folder = published_folder(place)
        if folder != place:
            return folder
        manifest = read_manifest(place / MANIFEST)
    except ArtefactError:
        return None
    kept = kept_folder(place, manifest)
    if not kept.exists():
        staged = kept.with_name(f".{secrets.token_hex(8)}.new")
        staged.mkdir()
        for name in (*manifest.files, MANIFEST):
            if (place / name).exists():
                _same_file(place / name, staged / name)
        os.replace(staged, kept)
        sync_folder(kept.parent)
    return kept


def _point_through(place: Path, names: Iterable[str]) -> None:
    for name in names:
        _point(place / name, f"{CURRENT}/{name}")


def _point(path: Path, target: str) -> None:
    """Make `path` a link, in one step."""
    if path.is_symlink() and os.readlink(path) == target:
        return
    if path.name == CURRENT and path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)  # where a place was copied, with what its links lead to
    _replace(path, lambda temporary: os.symlink(target, temporary))


def _replace(path: Path, make: Callable[[Path], object]) -> None:
    """Put what `make` makes in the place of `path`, in one step."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        make(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)  # os.replace leaves it where both are the same file


def _same_file(source: Path, target: Path) -> None:
    """Another name of a file, or a copy where the disk has no such names."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)


def _free(folder: Path) -> Path:
    """A folder that there is not, of this name, or with a number where the same files were published before."""
    numbered = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(path for path in chain([folder], numbered) if not path.exists())


def _names(folder: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(os.listdir(folder))
    return []


def _remove_temporary(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    else:
        remove_if_unlocked(path)


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()
