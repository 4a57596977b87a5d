"""The one place where what goes wrong in a command becomes one sentence and an exit code."""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from g2links.cli.options import refuse_empty
from g2links.cli.places import follow_the_first, place_among_processes
from g2links.cli.session import BAD_INPUT, FAILED, INTERRUPTED
from g2links.cli.signals import ended_by_signals
from g2links.cli.streams import steady_streams
from g2links.cli.usage import usage_error
from g2links.errors import G2LinksError, TrainingError, foreseen
from g2links.precision import require_environment

BUG = 70
"""Exit code of an error that nobody foresaw (EX_SOFTWARE of sysexits.h)."""
_OF_SIGNALS = 128
"""Shells add the number of the signal that ended a process to it."""


def run_app(build: Callable[[], typer.Typer], arguments: Sequence[str], program: str) -> NoReturn:
    """Run the application that `build` makes. What a user or the machine can cause ends in one sentence and exit code
    2, a result that is none in 1, a signal in 128 and its number, and a bug in 70 and a file for the report."""
    with steady_streams(), ended_by_signals() as signals:
        try:
            refuse_empty(arguments)
            with place_among_processes() as leads:
                require_environment()
                code = _run(build, arguments, program) if leads else follow_the_first()
        except TyperException as error:
            said = usage_error(error)
            _stop(f"error: {said}" if said else "", BAD_INPUT)
        except TrainingError as error:
            _stop(f"FAILED: {error}", FAILED)
        except G2LinksError as error:
            _stop(f"error: {error}", BAD_INPUT)
        except Exception as error:  # noqa: BLE001  (the boundary: everything else is a bug, and is reported as one)
            known = foreseen(error)
            if known is None:
                _stop(_report(error), BUG)
            _stop(f"error: {known}", BAD_INPUT)
        if code == INTERRUPTED:
            first = signals.first()
            words = "the same command goes on from its last checkpoint, if there is one"
            _stop(f"interrupted by {first.name}; {words}", _OF_SIGNALS + first)
    sys.exit(code)


def _run(build: Callable[[], typer.Typer], arguments: Sequence[str], program: str) -> int:
    return build()(args=list(arguments), prog_name=program, standalone_mode=False) or 0


def _report(error: Exception) -> str:
    """One sentence that says where the traceback lies, or the traceback in one line where no file can be written."""
    details = "".join(traceback.format_exception(error))
    said = f"a bug of g2links ({type(error).__name__}): please report it with"
    try:
        return f"{said} the file {_new_log(details)}"
    except OSError:
        return f"{said} this line: {details!r}"


def _new_log(details: str) -> str:
    """The name of a new file with the details and the command; there is none where it cannot be written whole."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="g2links-error-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        try:
            file.write(f"{' '.join(sys.argv)}\n\n{details}")
            file.flush()
        except OSError:
            os.unlink(file.name)
            raise
    return file.name


def _stop(message: str, code: int) -> NoReturn:
    if message:
        print(f"g2links: {message}", file=sys.stderr, flush=True)
    sys.exit(code)
