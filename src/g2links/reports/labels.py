"""What figures and tasks are called in pictures."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from g2links.checks.registry import all_checks, all_figures

_Value = TypeVar("_Value")


class Task(NamedTuple):
    """How a task of step 3 is written: in titles, and as the symbol that carries the indices."""

    title: str
    symbol: str
    degree: int | None


TASKS = {
    "3form": Task(r"the 3-form $\varphi$", r"\varphi", 3),
    "metric": Task(r"the metric $g_\varphi$", "g", None),
    "4form": Task(r"the 4-form $\psi$", r"\psi", 4),
}
"""The degree is None for the metric, a symmetric matrix."""

TASK_ERRORS = {"3form": "phi_error", "metric": "metric_error", "4form": "psi_error"}
"""The figure that is the relative error of each task."""

COORDINATES = r"indices 1 to 7: $x_1, x_2, x_3, y_1, y_2, y_3, \theta$"


def figure_label(name: str) -> str:
    """The formula of a figure of the checks; its own name where there is none."""
    figure = all_figures().get(name)
    return name if figure is None else figure.formula


def figure_axis(name: str) -> str:
    """log, linear or flag, as in `checks.contract.Figure`."""
    figure = all_figures().get(name)
    return "log" if figure is None else figure.axis


def check_title(name: str) -> str:
    """What the picture of a check is called."""
    check = all_checks().get(name)
    return name if check is None else check.title


def in_order(figures: Mapping[str, _Value], check: str) -> dict[str, _Value]:
    """The same figures in the order of the check's own; unknown ones come last, as they were."""
    chosen = all_checks().get(check)
    known = all_figures() if chosen is None else chosen.figures
    return {
        name: figures[name] for name in [*(n for n in known if n in figures), *(n for n in figures if n not in known)]
    }
