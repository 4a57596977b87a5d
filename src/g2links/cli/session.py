"""What every command shares: where words and JSON go, progress, and how errors end the process."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import typer

from g2links.errors import ArtefactError, G2LinksError, InputError, TrainingError

if TYPE_CHECKING:
    from g2links.workflow.steps import StepReport

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130
"""Exit codes: something is not good enough; a wrong input; 128 + SIGINT, as shells count."""
PROGRESS: Literal["lines"] = "lines"
"""How commands show progress: a bar with the time left in a terminal, lines in a log."""


class Session:
    """One command's output.

    Words go to stdout, or to stderr when stdout is for JSON; progress always goes to stderr, as `PROGRESS` says.

    Args:
        json_target: the value of `--json`: None, a path, or "-" for stdout.
    """

    def __init__(self, json_target: str | None = None) -> None:
        self.json_target = json_target
        self._words = sys.stderr if json_target == "-" else sys.stdout
        if json_target not in (None, "-"):
            parent = Path(str(json_target)).resolve().parent
            if not parent.is_dir():
                raise InputError("--json", json_target, f"the folder {parent} does not exist")

    def say(self, text: str) -> None:
        """Print words for the user."""
        print(text, file=self._words, flush=True)

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
        for line in report.lines:
            self.say(line)
        self.write_json(report.record)
        if report.interrupted:
            raise typer.Exit(INTERRUPTED)
        if not report.passed:
            raise typer.Exit(FAILED)


def run_app(app: typer.Typer, arguments: Sequence[str] | None, program: str) -> NoReturn:
    """Run the application; errors that a user can cause become one message and exit code 2, without a traceback."""
    try:
        app(args=None if arguments is None else list(arguments), prog_name=program)
    except TrainingError as error:
        _stop(f"FAILED: {error}", FAILED)
    except G2LinksError as error:
        _stop(f"error: {error}", BAD_INPUT)
    except KeyboardInterrupt:
        _stop("interrupted; the same command goes on from the last checkpoint", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INTERRUPTED)
    except (OSError, MemoryError) as error:
        _stop(f"error: {type(error).__name__}: {error}", BAD_INPUT)
    sys.exit(0)


def refuse_missing(path: Path | None, field: str) -> None:
    """A file that the user names must be there."""
    if path is not None and not path.is_file():
        raise ArtefactError(f"{field}: {path}: no such file")


def _stop(message: str, code: int) -> NoReturn:
    print(f"g2links: {message}", file=sys.stderr, flush=True)
    sys.exit(code)
