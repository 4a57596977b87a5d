"""Numbered checkpoints of an interrupted computation: the last two good ones, verified when they are read."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from g2links.errors import ArtefactError
from g2links.records import CheckpointEntry, CheckpointsRecord
from g2links.storage.arrays import read_arrays, write_arrays
from g2links.storage.files import make_folder, sha256
from g2links.storage.json_arrays import packed, unpacked
from g2links.storage.records import read_record, write_record

LATEST = "LATEST.json"
_STATE = "state.json"
_NAME = re.compile(r"checkpoint_([0-9]{1,12})\.npz")


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint as it was saved."""

    step: int
    arrays: dict[str, np.ndarray]
    state: dict[str, Any]


class Checkpoints:
    """The checkpoints in one folder.

    Args:
        folder: usually the work folder of a run; made at the first save, in a folder that there is.
        keep: how many good ones to keep.

    Attributes:
        notes: what was damaged when the latest one was loaded, in sentences.
    """

    def __init__(self, folder: str | os.PathLike[str], *, keep: int = 2) -> None:
        self.folder, self.keep = Path(folder), keep
        self.notes: tuple[str, ...] = ()
        self._damaged: set[str] = set()

    def save(self, step: int, arrays: Mapping[str, np.ndarray], state: Mapping[str, Any]) -> None:
        """Save the arrays and the state of one step; a kill at any moment leaves the earlier ones good.

        Args:
            step: grows from save to save.
            arrays: numeric arrays of any shape; values that are not finite are kept as they are.
            state: anything that JSON holds; infinities and NaN are kept too.

        Raises:
            InputError: something in `arrays` or `state` that cannot be saved.
            ArtefactError: the disk refuses.
        """
        if not self.folder.parent.is_dir():
            raise ArtefactError(f"{self.folder.parent}: no such folder: it has gone away while a run worked in it")
        make_folder(self.folder)
        path = self.folder / f"checkpoint_{step:08d}.npz"
        write_arrays(path, {**arrays, _STATE: packed("state of a checkpoint", state)})
        entry: CheckpointEntry = {"file": path.name, "step": step, "sha256": sha256(path)}
        gone = {path.name, *self._damaged}
        kept = [entry, *(old for old in self._entries([]) if old["file"] not in gone)][: self.keep]
        write_record(self.folder / LATEST, CheckpointsRecord, {"checkpoints": kept})
        self._remove_all_but({old["file"] for old in kept})

    def load_latest(self) -> Checkpoint | None:
        """The newest checkpoint that is undamaged; None if none was ever saved.

        Raises:
            ArtefactError: there are checkpoints and every one of them is damaged.
        """
        problems: list[str] = []
        entries = self._entries(problems)
        for entry in entries:
            try:
                loaded = self._load(entry)
            except ArtefactError as error:
                problems.append(str(error))
                self._damaged.add(entry["file"])
                continue
            self.notes = tuple(f"{problem}; going on from step {loaded.step}" for problem in problems)
            return loaded
        if not entries:
            return None
        raise ArtefactError(
            f"{self.folder}: no checkpoint can be read ({'; '.join(problems)}); delete it to start anew"
        )

    def _load(self, entry: CheckpointEntry) -> Checkpoint:
        path = self.folder / entry["file"]
        arrays = read_arrays(path, sha256=entry["sha256"])
        state = arrays.pop(_STATE, None)
        if state is None:
            raise ArtefactError(f"{path}: not a checkpoint of g2links: it has no state")
        return Checkpoint(int(entry["step"]), arrays, unpacked(path, "state", state))

    def _entries(self, problems: list[str]) -> list[CheckpointEntry]:
        """Newest first: what LATEST.json lists; the files that are there if it is missing, or damaged, which is a
        problem."""
        index = self.folder / LATEST
        try:
            entries = read_record(index, CheckpointsRecord)["checkpoints"] if index.exists() else []
            strange = [entry["file"] for entry in entries if not _NAME.fullmatch(entry["file"])]
            if strange:
                raise ArtefactError(f"{index}: {strange[0]!r} is no name of a checkpoint")
        except ArtefactError as error:
            problems.append(str(error))
            entries = []
        if entries:
            return entries
        steps = {int(match[1]): match[0] for match in self._files()}
        return [{"file": steps[step], "step": step, "sha256": None} for step in sorted(steps, reverse=True)]

    def _files(self) -> list[re.Match[str]]:
        if not self.folder.is_dir():
            return []
        return [match for entry in self.folder.iterdir() if (match := _NAME.fullmatch(entry.name))]

    def _remove_all_but(self, kept: set[str]) -> None:
        for match in self._files():
            if match[0] not in kept:
                (self.folder / match[0]).unlink(missing_ok=True)
