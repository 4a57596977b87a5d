"""Finished runs: `{stem}_run{N}.keras` with its `{stem}_run{N}.json`, listed, found and verified."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, cast

from g2links.errors import ArtefactError, InputError
from g2links.records import RunRecord
from g2links.storage.files import reason, sha256
from g2links.storage.records import Record, read_record


@dataclass(frozen=True)
class RunFiles:
    """The names of one run's files; `work` holds what an unfinished run needs to go on."""

    folder: Path
    stem: str
    number: int

    @property
    def model_path(self) -> Path:
        """The model."""
        return self.folder / f"{self.stem}_run{self.number}.keras"

    @property
    def json_path(self) -> Path:
        """The record beside the model; its "sha256" is the model's."""
        return self.folder / f"{self.stem}_run{self.number}.json"

    @property
    def work(self) -> Path:
        """The folder that exists while the run is unfinished."""
        return self.folder / f".{self.stem}_run{self.number}.work"


@dataclass(frozen=True)
class FinishedRun(Generic[Record]):
    """A run whose model and record are both in place and belong together."""

    files: RunFiles
    record: Record

    @property
    def number(self) -> int:
        """The run number."""
        return self.files.number

    @property
    def model_path(self) -> Path:
        """The model."""
        return self.files.model_path

    @property
    def sha256(self) -> str:
        """The checksum of the model."""
        return cast("RunRecord", self.record)["sha256"]


def run_numbers(folder: str | os.PathLike[str], stem: str) -> list[int]:
    """The numbers of the finished runs (model and record exist), ascending; checksums are not compared
    here.
    """
    models, records = (_numbers(Path(folder), _artefact(stem, suffix)) for suffix in ("keras", "json"))
    return sorted(models & records)


def used_numbers(folder: Path, stem: str) -> set[int]:
    """Every number that a model, a record or a work folder carries."""
    return _numbers(folder, _artefact(stem, "(?:keras|json)")) | work_numbers(folder, stem)


def work_numbers(folder: Path, stem: str) -> set[int]:
    """The numbers that have a work folder."""
    return _numbers(folder, re.compile(rf"\.{re.escape(stem)}_run([0-9]{{1,9}})\.work"))


def latest_run(folder: str | os.PathLike[str], stem: str, kind: type[Record], *, hint: str = "") -> FinishedRun[Record]:
    """The finished run of the greatest number; runs that are still going or were interrupted do not count.

    Args:
        folder: where the models lie.
        stem: what stands before `_run{N}` in their names.
        kind: of their records.
        hint: what to do if there is none, such as "run `python run_cy.py` first".

    Raises:
        ArtefactError: there is none, or the greatest has a model without a record, or files that do not
            belong together.
    """
    folder = Path(folder)
    settled = _numbers(folder, _artefact(stem, "keras")) - _unfinished(folder, stem)
    if not settled:
        raise ArtefactError(f"{folder}: no finished run of {stem!r} here" + (f"; {hint}" if hint else ""))
    return _verified(RunFiles(folder, stem, max(settled)), kind)


def find_run(
    folder: str | os.PathLike[str], stem: str, kind: type[Record], number: int | None = None, *, hint: str = ""
) -> FinishedRun[Record]:
    """The run of this number, the latest if None; see `latest_run`.

    Raises:
        InputError: no such number; lists those that exist.
        ArtefactError: the run is unfinished, or its files do not belong together.
    """
    if number is None:
        return latest_run(folder, stem, kind, hint=hint)
    files = RunFiles(Path(folder), stem, number)
    if files.work.exists() and not is_finished(files):
        raise ArtefactError(f"{files.model_path}: run {number} of {stem!r} is not finished; start its command again")
    if files.model_path.exists():
        return _verified(files, kind)
    numbers = ", ".join(map(str, run_numbers(folder, stem))) or "none"
    raise InputError(f"run number of {stem!r}", number, f"runs in {folder}: {numbers}" + (f"; {hint}" if hint else ""))


def is_finished(files: RunFiles) -> bool:
    """Whether model and record are in place and belong together."""
    try:
        _verified(files, RunRecord)
    except ArtefactError:
        return False
    return True


def _verified(files: RunFiles, kind: type[Record]) -> FinishedRun[Record]:
    if not files.json_path.exists():
        raise ArtefactError(
            f"{files.model_path}: its record {files.json_path.name} is missing, so the model cannot be "
            "verified; put the record back, or train again"
        )
    record = read_record(files.json_path, kind)
    if cast("RunRecord", record).get("sha256") != sha256(files.model_path):
        raise ArtefactError(
            f"{files.model_path}: damaged or altered: its sha256 is not the one in {files.json_path.name}; "
            "put the original files back, or train again"
        )
    return FinishedRun(files, record)


def _unfinished(folder: Path, stem: str) -> set[int]:
    """Runs with a work folder and no whole pair; one stopped after publishing its pair is finished."""
    return {n for n in work_numbers(folder, stem) if not is_finished(RunFiles(folder, stem, n))}


def _artefact(stem: str, suffix: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(stem)}_run([0-9]{{1,9}})\.{suffix}")


def _numbers(folder: Path, pattern: re.Pattern[str]) -> set[int]:
    if not folder.is_dir():
        return set()
    try:
        matches = [pattern.fullmatch(entry.name) for entry in folder.iterdir()]
    except OSError as error:
        raise ArtefactError(f"{folder}: cannot be listed: {reason(error)}") from error
    return {int(match[1]) for match in matches if match}
