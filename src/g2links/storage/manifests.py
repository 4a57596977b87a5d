"""A set of files that counts only as a whole: its manifest, with every checksum, is written last."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from g2links.errors import ArtefactError
from g2links.storage.arrays import row_count
from g2links.storage.files import make_folder, reason, sha256
from g2links.storage.json_files import read_json, write_json
from g2links.storage.locks import folder_lock

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a complete set holds.

    Attributes:
        files: for each file name its "sha256", "bytes" and "rows".
        extra: what the writer added (seed, run numbers, versions, ...).
    """

    files: Mapping[str, Mapping[str, Any]]
    extra: Mapping[str, Any]

    def sha256(self, name: str) -> str:
        """The checksum of one file of the set."""
        return str(self.files[name]["sha256"])


@contextlib.contextmanager
def new_set(folder: str | os.PathLike[str], names: Iterable[str], extra: Mapping[str, Any]) -> Iterator[Path]:
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


def write_manifest(folder: str | os.PathLike[str], names: Iterable[str], extra: Mapping[str, Any]) -> None:
    """Declare the set complete: checksum, size and number of rows of each of `names`, and `extra`."""
    files = {name: _entry(Path(folder) / name) for name in names}
    write_json(Path(folder) / MANIFEST, {"format": 1, "files": files, "extra": dict(extra)})


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


def _entry(path: Path) -> dict[str, Any]:
    return {"sha256": sha256(path), "bytes": path.stat().st_size, "rows": row_count(path)}


def _parse(path: Path, remedy: str) -> Manifest:
    data = read_json(path)
    files, extra = data.get("files", {}), data.get("extra")
    if (
        data.get("format") != 1
        or not isinstance(extra, dict)
        or not isinstance(files, dict)
        or not all(isinstance(entry, dict) and "sha256" in entry for entry in files.values())
    ):
        raise ArtefactError(f"{path}: not a manifest that this version of g2links writes; {remedy}")
    return Manifest(files, extra)


def _verify(folder: Path, name: str, manifest: Manifest, remedy: str) -> None:
    if name not in manifest.files:
        raise ArtefactError(f"{folder}: the set has no {name}, only {', '.join(manifest.files) or 'nothing'}; {remedy}")
    if not (folder / name).exists():
        raise ArtefactError(f"{folder / name}: missing, although the manifest lists it; {remedy}")
    if sha256(folder / name) != manifest.sha256(name):
        raise ArtefactError(f"{folder / name}: damaged or altered: its sha256 is not that of {MANIFEST}; {remedy}")
