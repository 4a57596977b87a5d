"""Words in colours, for terminals: the text is the same, to the character, as in a file or a pipe."""

import re
from typing import Any

from rich.console import Console
from rich.text import Text

_STYLES = {
    r"\b(PASS|PASSED)\b": "bold green",
    r"\b(FAIL|FAILED)\b": "bold red",
    r"^(warning|note|to do|damaged|no verdict on)\b": "yellow",
    r"^[- ]*--[- ]*$": "dim",
    r"^.+(?=\n[- ]*--[- ]*$)": "bold",
    r"\bnot (finite|measured)\b": "red",
}
"""Verdicts, what nobody should miss, and the head of a table, which is the line above its rule."""


def coloured(text: str) -> Text:
    """The text with its styles."""
    styled = Text(text)
    for pattern, style in _STYLES.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            styled.stylize(style, *match.span())
    return styled


def print_coloured(text: str, stream: Any) -> None:
    """Print it as `print` does, in the colours of the terminal, none where `NO_COLOR` is set. Lines that are wider
    than the terminal are left to it."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print(coloured(text))
    stream.flush()
