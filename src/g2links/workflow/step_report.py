"""What a command did, in the form in which the command line, a pipeline and a user have it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from g2links.reports.tables import Words


class StepReport(NamedTuple):
    """What a step did.

    Attributes:
        record: for `--json` and for the journal of a pipeline.
        words: for the user.
        result: the object that the verb gave; None for the metric, which `open_run` opens.
        warnings: those of the words that nobody should miss.
        files: the results that were written.
    """

    record: Mapping[str, object]
    words: Sequence[Words]
    result: Any = None
    warnings: Sequence[str] = ()
    files: Sequence[str] = ()

    @property
    def interrupted(self) -> bool:
        """Whether the record is that of a part, because Ctrl-C was pressed."""
        return bool(self.record.get("partial", False))

    @property
    def passed(self) -> bool:
        """Whether all thresholds hold, where there are such."""
        return bool(self.record.get("passed", True))


def notes_of(notes: Sequence[str]) -> list[str]:
    """What a verb noticed, in words."""
    return [f"note: {note}" for note in notes]


def failed(failures: Sequence[str]) -> list[str]:
    """What does not hold, in words."""
    return [f"FAILED: {failure}" for failure in failures]
