"""Reading a set of files that counts only as a whole, and never changes once it is published.

In the `place` of a set lie the folders of those that were published, `sets/{id}/`, each with its own `manifest.json`;
the link `current`, which points to the one that counts; and links through that to the manifest and to each file, so
that the names stay the same from set to set. A new set takes effect by one rename, that of `current`. Where a file
system has no links the manifest is a file that names the folder, and the names are further names, or copies, of the
files. A set of an earlier version is one whose files and manifest lie in the place itself.

Who reads holds a shared lock of the manifest, so that no writer removes the folder.
"""

import contextlib
import os
import re
import time
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np

from g2links.errors import ArtefactError
from g2links.storage.arrays import Schema, read_arrays
from g2links.storage.files import require_sha256
from g2links.storage.locks import is_open_at, share_lock
from g2links.storage.manifests import MANIFEST, Manifest, read_manifest

SETS, CURRENT = "sets", "current"
FOLDER = re.compile(r"[0-9a-f]{16}(?:-[0-9]{1,9})?")
"""The name of a set's folder."""

_REMEDY = "run sampling.py again"
_TRIES, _PAUSE = 100, 0.02
"""To take hold of a set while others are published."""

T = TypeVar("T")


class OpenSet:
    """A published set, whose files stay while this object lives, whatever is published meanwhile.

    Attributes:
        folder: where the files lie.
        manifest: what they are.
    """

    def __init__(self, place: Path, folder: Path, manifest: Manifest, lock: int) -> None:
        self.folder, self.manifest, self._place, self._lock = folder, manifest, place, lock
        weakref.finalize(self, os.close, lock)

    def arrays(self, name: str, schema: Schema | None = None) -> dict[str, np.ndarray]:
        """The arrays of one file (`storage.arrays.read_arrays`), from bytes whose checksum is that of the manifest.

        Raises:
            ArtefactError: no such file in the set, missing, damaged, or not as the schema says.
        """
        return self._from_file(name, lambda path, sha256: read_arrays(path, schema, sha256=sha256))

    def verify(self, names: Iterable[str]) -> None:
        """Compare the checksums of some files.

        Raises:
            ArtefactError: one is not in the set, missing or damaged.
        """
        for name in names:
            self._from_file(name, require_sha256)

    def _from_file(self, name: str, read: Callable[[Path, str], T]) -> T:
        files = self.manifest.files
        if name not in files:
            raise _unusable(f"{self.folder}: the set has no {name}, only {', '.join(files) or 'nothing'}")
        path = self.folder / name
        try:
            if not path.exists():
                raise ArtefactError(f"{path}: missing, although {MANIFEST} lists it")
            return read(path, self.manifest.sha256(name))
        except ArtefactError as error:
            moved = kept_folder(self._place, self.manifest)
            if self.folder != self._place or not is_open_at(self._lock, moved / MANIFEST):
                raise _unusable(error) from error
        self.folder = moved
        return self._from_file(name, read)


def open_set(place: str | os.PathLike[str]) -> OpenSet:
    """The set that counts in a place, held until the object is gone.

    Raises:
        ArtefactError: there is none (never written, or interrupted before it was), or its manifest is damaged.
    """
    place = Path(place)
    for _ in range(_TRIES):
        try:
            folder = published_folder(place)
            found = None if folder is None else _held(place, folder)
        except FileNotFoundError:
            found = None
        except ArtefactError as error:
            raise _unusable(error) from error
        if found is not None:
            return found
        if not (place / MANIFEST).is_file():
            state = "interrupted while writing" if _has_files(place) else "there is nothing here yet"
            raise _unusable(f"{place}: no complete set of files: {state}")
        time.sleep(_PAUSE)
    raise ArtefactError(f"{place}: another process is changing the files here; wait for it")


def published_folder(place: Path) -> Path | None:
    """The folder of the set that counts, the place itself for one of an earlier version; None if there is none.

    Raises:
        ArtefactError: a manifest that is no link is damaged.
    """
    manifest, current = place / MANIFEST, place / CURRENT
    if not manifest.is_file():
        return None
    if manifest.is_symlink() and current.is_symlink():
        return place / os.readlink(current)
    named = read_manifest(manifest).folder
    if named is None:
        return place
    sets, _, name = named.partition("/")
    if sets != SETS or not FOLDER.fullmatch(name):
        raise ArtefactError(f"{manifest}: {named!r} is no folder of a set")
    return place / named


def manifests_of_sets(place: Path) -> list[Manifest]:
    """Of the set that counts, and of older ones that are still there, which somebody may read; damaged ones are left
    out."""
    folders = [folder for folder in sorted(place.glob(f"{SETS}/*")) if FOLDER.fullmatch(folder.name)]
    found = []
    for folder in (place, *folders):
        with contextlib.suppress(ArtefactError):
            found.append(read_manifest(folder / MANIFEST))
    return found


def kept_folder(place: Path, manifest: Manifest) -> Path:
    """Where a writer puts a set of an earlier version before it publishes another, for those who still read it."""
    return place / SETS / manifest.content_sha256[:16]


def _held(place: Path, folder: Path) -> OpenSet | None:
    """The set in a folder with its lock; None if a writer has taken it away at this moment."""
    path = folder / MANIFEST
    lock = share_lock(path)
    if lock is None:
        return None
    try:
        if not is_open_at(lock, path):
            return None
        manifest = read_manifest(path)
        if not is_open_at(lock, path):  # in the place itself, where a link has taken its place
            return None
        return OpenSet(place, folder, manifest, os.dup(lock))
    finally:
        os.close(lock)


def _has_files(place: Path) -> bool:
    return any(any(place.glob(pattern)) for pattern in ("*.npz", f"{SETS}/*/*.npz", f"{SETS}/.*/*.npz"))


def _unusable(error: ArtefactError | str) -> ArtefactError:
    return ArtefactError(f"{error}; {_REMEDY}")
