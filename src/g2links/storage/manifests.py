"""The manifest of a set of files: checksum, size and number of rows of each; it is written last, and a set without one
does not count."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from g2links.errors import ArtefactError
from g2links.records import FileEntry, ManifestRecord
from g2links.storage.arrays import row_count
from g2links.storage.files import sha256
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
        folder: where the files lie, from the folder of the manifest, if not beside it.
    """

    files: Mapping[str, FileEntry]
    extra: Mapping[str, object]
    folder: str | None = None

    def sha256(self, name: str) -> str:
        """The checksum of one file of the set."""
        return self.files[name]["sha256"]

    @property
    def content_sha256(self) -> str:
        """One checksum of all files, in any order, with their names."""
        lines = sorted(f"{self.sha256(name)} {name}\n" for name in self.files)
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def write_manifest(folder: Path, names: Iterable[str], extra: Mapping[str, object]) -> Manifest:
    """Declare the set in a folder complete: its files are `names`."""
    manifest = Manifest({name: _entry(folder / name) for name in names}, extra)
    save_manifest(folder / MANIFEST, manifest)
    return manifest


def save_manifest(path: Path, manifest: Manifest) -> None:
    """Write a manifest, whole or not at all."""
    record: ManifestRecord = {"format": _FORMAT, "files": dict(manifest.files), "extra": dict(manifest.extra)}
    if manifest.folder is not None:
        record["folder"] = manifest.folder
    write_record(path, ManifestRecord, record)


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """The manifest in a file; the files that it names are not looked at.

    Raises:
        ArtefactError: missing, damaged, or not a manifest of this version.
    """
    record = read_record(path, ManifestRecord)
    if record["format"] != _FORMAT:
        raise ArtefactError(f"{path}: not a manifest that this version of g2links writes")
    strange = [name for name in record["files"] if name != Path(name).name]
    if strange:
        raise ArtefactError(f"{path}: {strange[0]!r} is no name of a file")
    return Manifest(record["files"], record["extra"], record.get("folder"))


def _entry(path: Path) -> FileEntry:
    return {"sha256": sha256(path), "bytes": path.stat().st_size, "rows": row_count(path)}
