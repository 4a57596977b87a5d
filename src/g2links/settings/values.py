"""Values of options as text and as plain data, held against what an option takes."""

import math
import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, TypeVar

from g2links.errors import InputError

T = TypeVar("T")

NUMBERS = {"int": "a whole number", "float": "a number"}
"""What is allowed, by the first word of Pydantic's name for the error."""
_OTHERS = {"string": "text", "bool": "true or false", "tuple": "whole numbers separated by commas or blanks"}


def integers(text: str | None, field: str) -> tuple[int, ...] | None:
    """ "16,16" or "16 16" as a tuple.

    Raises:
        InputError: when an entry is not an integer.
    """
    return None if text is None else _separated(text, field, int, "whole numbers")


def numbers(text: str | None, field: str) -> tuple[int | float, ...] | None:
    """ "1 0.37" or "1,0.37" as a tuple; whole numbers are integers where they are written so.

    Raises:
        InputError: when an entry is not a finite number.
    """
    return None if text is None else _separated(text, field, _number, "numbers")


def _separated(text: str, field: str, read: Callable[[str], T], what: str) -> tuple[T, ...]:
    try:
        return tuple(read(part) for part in re.split(r"\s*,\s*|\s+", text.strip()))
    except ValueError as error:
        raise InputError(field, text, f"{what} separated by commas or blanks") from error


def _number(text: str) -> int | float:
    value = int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def did_you_mean(given: object, known: Iterable[str], *, cutoff: float = 0.5) -> str:
    """The end of a sentence that suggests the nearest of some names; empty where none is near."""
    close = get_close_matches(str(given), list(known), n=1, cutoff=cutoff)
    return f"; did you mean {close[0]!r}?" if close and close[0] != given else ""


def require_kind(kind: Any, value: object, field: str) -> Any:
    """The value, where it is of a type such as `int | None` or `float`; whole numbers are numbers, nothing else is
    converted.

    Raises:
        InputError: names the field and what is allowed.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError as error:
        fault = error.errors()[0]
        word = fault["type"].partition("_")[0]
        raise InputError(field, value, (NUMBERS | _OTHERS).get(word, fault["msg"])) from error
