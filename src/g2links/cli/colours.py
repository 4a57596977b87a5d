"""Words in colours and tables as wide as the terminal: the text is the same as in a file or a pipe."""

import re
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table as Drawn
from rich.text import Text

from g2links.reports.tables import Table, Words

_STYLES = {
    r"\b(PASS|PASSED)\b": "bold green",
    r"\b(FAIL|FAILED)\b": "bold red",
    r"^(warning|note|to do|damaged|no verdict on)\b": "yellow",
    r"^[- ]*--[- ]*$": "dim",
    r"^.+(?=\n[- ]*--[- ]*$)": "bold",
    r"\bnot (finite|measured)\b": "red",
}
"""Verdicts, what nobody should miss, and the head of a table, which is the line above its rule."""

_GAP = 2
"""Blanks between two columns: one is that of the box, the other its padding."""


def coloured(text: str) -> Text:
    """The text with its styles."""
    styled = Text(text)
    for pattern, style in _STYLES.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            styled.stylize(style, *match.span())
    return styled


def print_coloured(words: Words, stream: Any) -> None:
    """Print it as `print` does, in the colours of the terminal, none where `NO_COLOR` is set.

    Tables are drawn as wide as the terminal, sentences in their cells over several lines. Lines of text that are wider
    are left to it, and so are tables that would have to be broken within a word or a number.
    """
    console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)
    if isinstance(words, Table):
        widths = _widths(words, console.width)
        if widths is not None:
            console.print(_drawn(words, widths), soft_wrap=False)
            stream.flush()
            return
    console.print(coloured(str(words)))
    stream.flush()


def _widths(table: Table, room: int) -> list[int] | None:
    """The widths of the columns: where there is no room for all lines, those with the most room to spare beyond their
    longest word give it up; None where words have no room."""
    columns = list(zip(table.header, *table.rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    least = [max((len(word) for cell in column for word in cell.split()), default=0) for column in columns]
    room -= _GAP * (len(columns) - 1)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda i: widths[i] - least[i])
        widths[widest] -= 1
    return widths


def _drawn(table: Table, widths: list[int]) -> Drawn:
    drawn = Drawn(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
        header_style="bold",
        border_style="dim",
    )
    for i, (name, width) in enumerate(zip(table.header, widths, strict=True)):
        drawn.add_column(name, justify="left" if i < table.left else "right", width=width)
    for row in table.rows:
        drawn.add_row(*map(coloured, row))
    return drawn
