"""Progress of long work: a bar with the time left in a terminal or a notebook, lines in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

Show = Callable[[str, int, int], None]
"""Called with what is being done, steps done, and steps in all."""

_LINE_EVERY = 10.0
"""Seconds between two lines of a log: seldom enough to read, often enough to see that it lives."""
_WORTH_A_LINE = 1.0
"""Seconds of a stage whose last words, with its loss, stay on the terminal when the bar goes on to the next one."""


ProgressWish = bool | Literal["lines", "all lines"] | Show | None
"""How a call shows its progress: True for a bar, False for nothing, None for a bar where somebody watches, a terminal
or a notebook; "lines" for a bar in a terminal, lines in a log, as the commands do; "all lines" for one at each step,
as `--verbose` does; or what is called instead."""


@contextmanager
def progress_if_watched(wish: ProgressWish = None) -> Iterator[Show]:
    """What shows progress as it is wished for, while the block runs."""
    if callable(wish):
        yield wish
    elif wish == "all lines":
        yield progress_lines(_to_stderr, every=0.0)
    elif wish == "lines":
        yield from _bar() if sys.stderr.isatty() else iter([progress_lines(_to_stderr)])
    elif wish or (wish is None and (sys.stderr.isatty() or _in_notebook())):
        yield from _bar()
    else:
        yield lambda *_: None


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


def _bar() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        stage, last, begun = "", "", time.monotonic()

        def leave_a_line() -> None:
            seconds = time.monotonic() - begun
            if stage and seconds >= _WORTH_A_LINE:
                bar.console.print(f"  {last}  {seconds:.0f} s", markup=False, highlight=False, soft_wrap=True)

        def show(what: str, done: int, total: int) -> None:
            nonlocal stage, last, begun
            if what.partition(",")[0] != stage:
                leave_a_line()
                stage, begun = what.partition(",")[0], time.monotonic()
                bar.reset(task)
            last = what
            bar.update(task, description=what, completed=done, total=total if total > 1 else None)

        try:
            yield show
        finally:
            leave_a_line()


def progress_lines(write: Callable[[str], None], every: float = _LINE_EVERY) -> Show:
    """A plain line at each new stage and then `every` so many seconds, for logs; each is given to `write`."""
    stage, stage_start, last = "", 0.0, 0.0

    def show(what: str, done: int, total: int) -> None:
        nonlocal stage, stage_start, last
        now = time.monotonic()
        new = what.partition(",")[0] != stage
        if new:
            stage, stage_start = what.partition(",")[0], now
        if new or now - last >= every:
            last = now
            left = (
                f", about {(now - stage_start) * (total - done) / done:.0f} s left"
                if 0 < done < total and not new
                else ""
            )
            count = f" {done}/{total}" if total > 1 else ""
            write(f"  {what}{count}{left}")

    return show


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
