"""Which steps of a pipeline are done, so that an interrupted one can go on: `models/.pipeline.json`."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from g2links.errors import ArtefactError
from g2links.records import JournalRecord, StepRecord
from g2links.storage.files import reason
from g2links.storage.json_files import plain
from g2links.storage.layout import Home
from g2links.storage.locks import folder_lock
from g2links.storage.records import read_record, write_record


def journal_path(home: Home) -> Path:
    """Where the journal of an unfinished pipeline lies."""
    return home.path / "models" / ".pipeline.json"


def steps_done(home: Home) -> dict[str, StepRecord]:
    """Those of the unfinished pipeline of a home; none where there is no such pipeline, or its journal cannot be
    read."""
    try:
        return read_record(journal_path(home), JournalRecord)["done"]
    except ArtefactError:
        return {}


class Journal:
    """The finished steps of one pipeline and what they returned.

    Args:
        home: where the pipeline works; one pipeline at a time.
        config: what the user chose; a journal of another configuration is left behind and replaced.
        fresh: ignore a journal that is there.

    Raises:
        ArtefactError: another pipeline works in this home, or the disk refuses.
    """

    def __init__(self, home: Home, config: Mapping[str, object], *, fresh: bool = False) -> None:
        home.make(home.path / "models")
        self._path = journal_path(home)
        self._config, self._fresh = plain(dict(config), "config"), fresh
        self._lock = folder_lock(self._path.parent, seconds=0.0)
        self._held = ExitStack()
        self.done: dict[str, StepRecord] = {}

    def record(self, name: str, result: Mapping[str, object]) -> None:
        """Note that a step is done."""
        self.done[name] = plain(dict(result), name, non_finite="null")
        write_record(self._path, JournalRecord, {"config": self._config, "done": self.done})

    def finish(self) -> None:
        """The pipeline is complete: forget it, so that the same command starts a new one."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise ArtefactError(f"{self._path}: cannot be removed: {reason(error)}") from error

    def __enter__(self) -> "Journal":
        with ExitStack() as held:  # given back where the journal cannot be read
            held.enter_context(self._lock)
            if self._path.exists() and not self._fresh:
                saved = self._read()
                if saved["config"] == self._config:
                    self.done = saved["done"]
            self._held = held.pop_all()
        return self

    def _read(self) -> JournalRecord:
        try:
            return read_record(self._path, JournalRecord)
        except ArtefactError as error:
            raise ArtefactError(f"{error}; start the pipeline anew with --fresh") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.__exit__(kind, error, trace)
