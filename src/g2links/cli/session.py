"""What every command shares: where words and JSON go, progress, and how it ends."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from g2links.errors import ArtefactError, InputError

if TYPE_CHECKING:
    from g2links.reports.tables import Words
    from g2links.workflow.step_report import StepReport

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
"""Exit codes: something is not good enough; a wrong input; 128 + SIGINT, as shells count."""


class Session:
    """One command's output.

    Words go to stdout, or to stderr when stdout is for JSON; progress always goes to stderr.

    Args:
        json_target: the value of `--json`: None, a path, or "-" for stdout.
        quiet: that of `--quiet`: no words and no progress but warnings, which go to stderr, and names of files.
        verbose: that of `--verbose`: a line for every step of the work.

    Raises:
        InputError: for a session that is to be quiet and verbose, and for a JSON file that cannot be written.
    """

    def __init__(self, json_target: str | None = None, quiet: bool = False, verbose: bool = False) -> None:
        if quiet and verbose:
            raise InputError("--verbose", True, "without --quiet only")
        self.json_target, self.quiet, self.verbose = json_target, quiet, verbose
        self._words = sys.stderr if json_target == "-" else sys.stdout
        if json_target not in (None, "-"):
            from g2links.settings.limits import require_new_file

            require_new_file(str(json_target), "--json")

    @property
    def progress(self) -> Literal["lines", "all lines", False]:
        """How the work shows its progress: a bar with the time left in a terminal, lines in a log."""
        if self.verbose:
            return "all lines"
        return False if self.quiet else "lines"

    def say(self, *words: "Words") -> None:
        """Print words and tables for the user, each from a new line."""
        if not self.quiet:
            for piece in words:
                _print(piece, self._words)

    def warn(self, text: str) -> None:
        """Print what is said in any case, in its place among the other words; of a quiet command on stderr."""
        _print(text, sys.stderr if self.quiet else self._words)

    def name_file(self, path: object) -> None:
        """Print the name of a result, which a quiet command says in place of its words."""
        if self.quiet:
            print(path, file=self._words, flush=True)

    def tell(self, report: "StepReport") -> None:
        """Print what a step did."""
        self.say(*report.words)
        if self.quiet:
            for warning in report.warnings:
                self.warn(warning)
            for path in report.files:
                self.name_file(path)

    def write_json(self, record: Mapping[str, Any]) -> None:
        """Put the result where `--json` says."""
        from g2links.storage.json_files import json_text, write_json

        if self.json_target == "-":
            print(json_text(record, non_finite="null"), flush=True)
        elif self.json_target is not None:
            write_json(self.json_target, record, non_finite="null")

    def finish(self, report: "StepReport") -> None:
        """Print what a step did, put its record where `--json` says, and end with the code of a failure or of an
        interruption where it is one."""
        self.tell(report)
        self.write_json(report.record)
        if report.interrupted:
            raise typer.Exit(INTERRUPTED)
        if not report.passed:
            raise typer.Exit(FAILED)


def _print(words: "Words", stream: Any) -> None:
    """In colours where somebody looks at a terminal."""
    if stream.isatty():
        from g2links.cli.colours import print_coloured

        print_coloured(words, stream)
    else:
        print(words, file=stream, flush=True)


def require_home(home: Path) -> None:
    """A home that is read must be there."""
    if not os.path.isdir(home):
        raise InputError("--home", str(home), "a folder that is there")


def require_new_home(home: Path) -> None:
    """A home that is written must be there, or one that can be made."""
    from g2links.storage.files import require_writable

    try:
        require_writable(home)
    except ArtefactError as error:
        raise InputError("--home", str(home), f"a place that can be written ({error})") from error


def refuse_missing(path: Path | None, field: str) -> None:
    """A file that the user names must be there."""
    if path is not None and not os.path.isfile(path):
        raise ArtefactError(f"{field}: {path}: no such file")
