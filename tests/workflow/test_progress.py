"""Progress: what stays on a terminal, and what a log has."""

import io
import re
import sys
import time

import pytest

from g2links.workflow import progress
from g2links.workflow.progress import progress_if_watched, progress_lines


class _Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_last_words_of_a_stage_stay_on_the_terminal(monkeypatch):
    """With its loss; a stage that took no time leaves nothing."""
    terminal = _Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_WORTH_A_LINE", 0.05)
    with progress_if_watched("lines") as show:
        show("drawing points", 0, 1)
        show("fitting, sigma 3e-2", 1, 9)
        show("fitting, sigma 1e-5 [of 9]", 9, 9)
        time.sleep(0.1)
        show("measuring", 0, 1)
    left = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.getvalue())
    assert "  fitting, sigma 1e-5 [of 9]  0 s\n" in left
    assert "drawing points  0 s" not in left


@pytest.mark.parametrize(("every", "expected"), [(1e9, 2), (0.0, 5)])
def test_lines_of_a_log(every, expected):
    lines = []
    show = progress_lines(lines.append, every)
    for step in range(4):
        show(f"fitting, sigma 1e-{step}", step, 4)
    show("measuring", 0, 1)
    assert len(lines) == expected
    assert lines[0] == "  fitting, sigma 1e-0 0/4"
    assert lines[-1] == "  measuring"
