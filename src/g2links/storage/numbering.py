"""Run numbers, claimed so that two runs never share one and an interrupted run goes on under its own.

A claim is a work folder `.{stem}_run{N}.work` with `config.json` and `lock`. Whoever holds the lock owns the
run; the kernel lets go of it when the owner ends, also by kill -9. Claims and ends happen under the lock of
the whole folder.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from g2links.errors import ArtefactError
from g2links.records import ClaimRecord, RunRecord
from g2links.storage.files import make_folder, reason, replace_atomically, sha256
from g2links.storage.finished import RunFiles, is_finished, used_numbers, work_numbers
from g2links.storage.json_files import plain
from g2links.storage.locks import acquire, folder_lock, is_locked
from g2links.storage.records import read_record, write_record

_CLAIM = "config.json"
_CLAIM_ONLY = {_CLAIM, "lock"}


@dataclass(frozen=True)
class Unfinished:
    """A run that has a work folder: `running` if its owner lives; `config` is None if it cannot be read."""

    files: RunFiles
    running: bool
    config: Mapping[str, object] | None


@dataclass
class Run:
    """A claimed run; owned until the `with` block or `release()` ends it.

    Attributes:
        files: the paths of the run.
        config: the configuration as it stands in `config.json`.
        resumed: whether an interrupted run with the same configuration goes on.
        note: what the user should know about other interrupted runs, or None.
    """

    files: RunFiles
    config: Mapping[str, object]
    resumed: bool = False
    note: str | None = None
    _lock: int | None = field(default=None, repr=False)

    @property
    def number(self) -> int:
        """The run number."""
        return self.files.number

    @property
    def work(self) -> Path:
        """The work folder; checkpoints go here."""
        return self.files.work

    @property
    def model_path(self) -> Path:
        """Where the model will be."""
        return self.files.model_path

    @property
    def json_path(self) -> Path:
        """Where the record will be."""
        return self.files.json_path

    @property
    def published(self) -> bool:
        """Whether model and record are in place: so in a resumed run that was stopped just before
        `finish()`.
        """
        return is_finished(self.files)

    def publish(self, write_model: Callable[[Path], None], record: Mapping[str, Any]) -> None:
        """Put the record, then the model in place; a kill in between leaves the run unfinished.

        Args:
            write_model: writes the model to the `.keras` path it is given.
            record: what the JSON beside the model holds; "run" and "sha256" are added.

        Raises:
            InputError: the record holds something that JSON cannot.
            ArtefactError: the disk refuses.
        """
        with replace_atomically(self.model_path) as temporary:
            write_model(temporary)
            numbered: Any = {"run": self.number, **record, "sha256": sha256(temporary)}
            write_record(self.json_path, RunRecord, numbered)

    def finish(self) -> None:
        """Remove the work folder and let go of the run; raises ArtefactError if the artefacts are not
        there.
        """
        if not self.published:
            raise ArtefactError(f"{self.model_path}: run {self.number} has no complete model and record to finish with")
        with folder_lock(self.files.folder):
            _remove(self.work)
        self.release()

    def release(self) -> None:
        """Let go of the run; if it is unfinished, the same configuration can claim it again."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._lock is not None:
            with contextlib.suppress(ArtefactError):
                self._forget_if_nothing_was_done()
        self.release()

    def _forget_if_nothing_was_done(self) -> None:
        """A run that failed before its first checkpoint has nothing to resume, and gives its number back."""
        with folder_lock(self.files.folder):
            names = {entry.name for entry in self.work.iterdir()} if self.work.is_dir() else set()
            if names <= _CLAIM_ONLY and not self.json_path.exists() and not self.model_path.exists():
                _remove(self.work)


def claim_run(folder: str | os.PathLike[str], stem: str, config: Mapping[str, object], *, fresh: bool = False) -> Run:
    """Resume the interrupted run of this configuration, or claim the next number.

    Args:
        folder: where the models lie; made if it is not there.
        stem: what stands before `_run{N}` in their names.
        config: everything the result depends on; two runs are the same run if this is equal.
        fresh: never resume.

    Raises:
        ArtefactError: the folder cannot be written or locked.
        InputError: the configuration holds something that JSON cannot.
    """
    folder, wanted = make_folder(folder), plain(dict(config), "config")
    with folder_lock(folder):
        others = _tidied(_inspect_all(folder, stem), wanted, fresh)
        for other in others:
            if not fresh and not other.running and other.config == wanted and (lock := _own(other.files)) is not None:
                return Run(other.files, wanted, True, _note(others, wanted, other), lock)
        files = RunFiles(folder, stem, 1 + max(used_numbers(folder, stem), default=0))
        return Run(files, wanted, False, _note(others, wanted, None), _new_claim(files, wanted))


def unfinished_runs(folder: str | os.PathLike[str], stem: str) -> list[Unfinished]:
    """The runs that have a work folder, the latest first."""
    if not Path(folder).is_dir():
        return []
    with folder_lock(Path(folder)):
        return _inspect_all(Path(folder), stem)


def claims(folder: Path, stem: str) -> dict[int, Mapping[str, object]]:
    """The configurations of the runs that have a work folder, by number, where they can be read."""
    found = {number: _claim(RunFiles(folder, stem, number)) for number in sorted(work_numbers(folder, stem))}
    return {number: config for number, config in found.items() if config is not None}


def _inspect_all(folder: Path, stem: str) -> list[Unfinished]:
    numbers = sorted(work_numbers(folder, stem), reverse=True)
    return [_inspect(RunFiles(folder, stem, number)) for number in numbers]


def _inspect(files: RunFiles) -> Unfinished:
    return Unfinished(files, is_locked(files.work / "lock"), _claim(files))


def _claim(files: RunFiles) -> Mapping[str, object] | None:
    with contextlib.suppress(ArtefactError):
        claim = read_record(files.work / _CLAIM, ClaimRecord)
        return claim["config"] if claim.get("run", files.number) == files.number else None
    return None


def _tidied(runs: list[Unfinished], wanted: Mapping[str, object], fresh: bool) -> list[Unfinished]:
    """Remove what nobody can resume: claims killed before they had a configuration, published and removed runs."""
    kept = []
    for run in runs:
        same = run.config == wanted and not fresh
        never_began = not (run.files.work / _CLAIM).exists()
        removed = run.files.removing.exists()
        if not run.running and (never_began or removed or (not same and is_finished(run.files))):
            _remove(run.files.work)
        else:
            kept.append(run)
    return kept


def _own(files: RunFiles) -> int | None:
    return acquire(files.work / "lock")


def _new_claim(files: RunFiles, config: Mapping[str, object]) -> int:
    try:
        files.work.mkdir()
    except OSError as error:
        raise ArtefactError(f"{files.work}: cannot be made: {reason(error)}") from error
    lock = _own(files)
    if lock is None:
        raise ArtefactError(f"{files.work}: claimed by another process at this moment; start the command again")
    write_record(files.work / _CLAIM, ClaimRecord, {"run": files.number, "config": dict(config)})
    return lock


def _note(runs: list[Unfinished], wanted: Mapping[str, object], resumed: Unfinished | None) -> str | None:
    """One sentence for each interrupted run that is left alone."""
    left = [run for run in runs if run is not resumed and not run.running]
    return "; ".join(_sentence(run, wanted) for run in left) or None


def _sentence(run: Unfinished, wanted: Mapping[str, object]) -> str:
    start = f"run {run.files.number} of {run.files.stem!r} was interrupted and is left as it is"
    if run.config is None:
        return f"{start} (its configuration cannot be read); delete {run.files.work} to drop it"
    keys = sorted(key for key in {*run.config, *wanted} if run.config.get(key) != wanted.get(key))
    why = f"another {', '.join(keys)}" if keys else "a fresh run was asked for"
    return f"{start} ({why}); delete {run.files.work} to drop it"


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ArtefactError(f"{folder}: cannot be removed: {reason(error)}") from error
