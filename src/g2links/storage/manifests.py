"""A set of files that counts only as a whole: its manifest, with every checksum, is written last."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from g2links.errors import ArtefactError
from g2links.records import FileEntry, ManifestRecord
from g2links.storage.arrays import row_count
from g2links.storage.files import make_folder, reason, sha256
from g2links.storage.locks import folder_lock
from g2links.storage.records import read_record, write_record

MANIFEST = "manifest.json"
_FORMAT = 1
"""Of the manifest of a data set."""


@dataclass(frozen=True)
class Manifest:
    """What a complete set holds.

    Attributes:
        files: for each file name its "sha256", "bytes" and "rows".
        extra: what the writer added (seed, run numbers, versions, ...).
    """

    files: Mapping[str, FileEntry]
    extra: Mapping[str, object]

    def sha256(self, name: str) -> str:
        """The checksum of one file of the set."""
        return self.files[name]["sha256"]


@contextlib.contextmanager
def new_set(folder: str | os.PathLike[str], names: Iterable[str], extra: Mapping[str, object]) -> Iterator[Path]:
    """Write a set of `.npz` files in the block; its manifest goes at the start and comes back at the end.

    `extra` may be filled in the block. One process at a time writes in a folder.

    Raises:
        ArtefactError: the folder cannot be written, or another process is writing there.
    """
    folder = make_folder(folder)
    with folder_lock(folder, seconds=0.0):
        discard_manifest(folder)
        yield folder
        write_manifest(folder, names, extra)


def discard_manifest(folder: str | os.PathLike[str]) -> None:
    """Mark the set as incomplete, before any of its files is touched."""
    path = Path(folder) / MANIFEST
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ArtefactError(f"{path}: cannot be removed: {reason(error)}") from error


def write_manifest(folder: str | os.PathLike[str], names: Iterable[str], extra: Mapping[str, object]) -> None:
    """Declare the set complete: checksum, size and number of rows of each of `names`, and `extra`."""
    files = {name: _entry(Path(folder) / name) for name in names}
    write_record(Path(folder) / MANIFEST, ManifestRecord, {"format": _FORMAT, "files": files, "extra": dict(extra)})


def read_manifest(
    folder: str | os.PathLike[str],
    names: Iterable[str] | None = None,
    *,
    remedy: str = "run sampling.py again",
) -> Manifest:
    """The manifest of a complete set, after the checksums of `names` (all files if None) have been compared.

    Raises:
        ArtefactError: no manifest (never written, or interrupted while writing), a file missing from the set,
            or a file that is not the one the manifest was written for. Ends with the `remedy`.
    """
    path = Path(folder) / MANIFEST
    if not path.is_file():
        state = "interrupted while writing" if any(Path(folder).glob("*.npz")) else "there is nothing here yet"
        raise ArtefactError(f"{folder}: no complete set of files: {state}; {remedy}")
    manifest = _parse(path, remedy)
    for name in manifest.files if names is None else names:
        _verify(Path(folder), name, manifest, remedy)
    return manifest


def _entry(path: Path) -> FileEntry:
    return {"sha256": sha256(path), "bytes": path.stat().st_size, "rows": row_count(path)}


def _parse(path: Path, remedy: str) -> Manifest:
    try:
        record = read_record(path, ManifestRecord)
    except ArtefactError as error:
        raise ArtefactError(f"{error}; {remedy}") from error
    if record["format"] != _FORMAT:
        raise ArtefactError(f"{path}: not a manifest that this version of g2links writes; {remedy}")
    return Manifest(record["files"], record["extra"])


def _verify(folder: Path, name: str, manifest: Manifest, remedy: str) -> None:
    if name not in manifest.files:
        raise ArtefactError(f"{folder}: the set has no {name}, only {', '.join(manifest.files) or 'nothing'}; {remedy}")
    if not (folder / name).exists():
        raise ArtefactError(f"{folder / name}: missing, although the manifest lists it; {remedy}")
    if sha256(folder / name) != manifest.sha256(name):
        raise ArtefactError(f"{folder / name}: damaged or altered: its sha256 is not that of {MANIFEST}; {remedy}")
