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

    @property
    def removing(self) -> Path:
        """The file that exists while the run is removed: from its first moment the run is none any more."""
        return self.folder / f".{self.stem}_run{self.number}.removing"

    @property
    def removed(self) -> Path:
        """What stays of a removed run, an empty file: no other run gets its number."""
        return self.folder / f".{self.stem}_run{self.number}.removed"


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
    return sorted(models & records - _hidden(Path(folder), stem, "removing"))


def used_numbers(folder: Path, stem: str) -> set[int]:
    """Every number that was ever given to a run that finished, or that one is working under."""
    return present_numbers(folder, stem) | _hidden(folder, stem, "(?:removing|removed)")


def present_numbers(folder: Path, stem: str) -> set[int]:
    """Every number that a model, a record or a work folder carries, unless the run is being removed."""
    found = _numbers(folder, _artefact(stem, "(?:keras|json)")) | work_numbers(folder, stem)
    return found - _hidden(folder, stem, "removing")


def work_numbers(folder: Path, stem: str) -> set[int]:
    """The numbers that have a work folder."""
    return _hidden(folder, stem, "work")


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
    gone = _unfinished(folder, stem) | _hidden(folder, stem, "removing")
    settled = _numbers(folder, _artefact(stem, "keras")) - gone
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
    if files.work.exists() and not files.removing.exists() and not is_finished(files):
        raise ArtefactError(f"{files.model_path}: run {number} of {stem!r} is not finished; start its command again")
    if files.model_path.exists() and not files.removing.exists():
        return _verified(files, kind)
    raise no_such_run(files, hint=hint)


def no_such_run(files: RunFiles, *, hint: str = "") -> InputError:
    """What is said of a number that no run has, with those that there are."""
    numbers = ", ".join(map(str, run_numbers(files.folder, files.stem))) or "none"
    removed = "it was removed; " if files.removing.exists() or files.removed.exists() else ""
    allowed = f"{removed}runs in {files.folder}: {numbers}" + (f"; {hint}" if hint else "")
    return InputError(f"run number of {files.stem!r}", files.number, allowed)


def is_finished(files: RunFiles) -> bool:
    """Whether model and record are in place and belong together, and are not being removed."""
    if files.removing.exists():
        return False
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


def _hidden(folder: Path, stem: str, suffix: str) -> set[int]:
    return _numbers(folder, re.compile(rf"\.{re.escape(stem)}_run([0-9]{{1,9}})\.{suffix}"))


def _numbers(folder: Path, pattern: re.Pattern[str]) -> set[int]:
    if not folder.is_dir():
        return set()
    try:
        matches = [pattern.fullmatch(entry.name) for entry in folder.iterdir()]
    except OSError as error:
        raise ArtefactError(f"{folder}: cannot be listed: {reason(error)}") from error
    return {int(match[1]) for match in matches if match}
