"""Options that several commands share, declared once."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from g2links.cli import choices
from g2links.settings.values import integers as integers
from g2links.settings.values import numbers as numbers

VARIETY, ENOUGH, COMMON = "The variety", "What is good enough", "Common to commands"
"""Panels of the help; options of no panel come first."""

Home = Annotated[
    Path,
    typer.Option(
        "--home", rich_help_panel=COMMON, help="Folder that holds models/, samples/, plots/ and hyperparameters/."
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, rich_help_panel=COMMON, help="Seed of every random choice.")]
Quick = Annotated[
    bool,
    typer.Option("--quick", rich_help_panel=COMMON, help="A small run: seconds instead of minutes; not for results."),
]
JsonFile = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        rich_help_panel=COMMON,
        help="Write the result as JSON; - for stdout, and nothing else there.",
    ),
]
Silent = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        rich_help_panel=COMMON,
        help="Say nothing but warnings, errors and the names of the files that are written.",
    ),
]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        rich_help_panel=COMMON,
        help="Say every step of the work in a line of its own, as in a full log.",
    ),
]
CyRun = Annotated[
    int | None,
    typer.Option("--cy-run-number", min=1, help="Run of the Calabi-Yau metric; the most recent if not given."),
]
G2Run = Annotated[
    int | None,
    typer.Option("--g2-run-number", min=1, help="Run of the network; the most recent if not given."),
]
CheckPoints = Annotated[int | None, typer.Option("--n-points", min=1, help="Points to check at (default: 1000).")]
Derivative = Annotated[
    choices.Derivative,
    typer.Option("--derivative", help="Exact (autodiff), or the flux through small cubes (arXiv:2510.00999)."),
]
Epsilon = Annotated[float, typer.Option("--epsilon", help="Edge of the cubes of --derivative flux.")]
RequireSigma = Annotated[
    float | None,
    typer.Option(
        "--require-sigma",
        rich_help_panel=ENOUGH,
        help="Exit code 1 above this sigma (default: 0.1, or a quarter of the reference metric's where that is less).",
    ),
]
RequireSupremum = Annotated[
    float | None,
    typer.Option(
        "--require-supremum",
        rich_help_panel=ENOUGH,
        help="Exit code 1 where the volume form is off by more (default: 1, or half of the reference metric's error).",
    ),
]
Polynomial = Annotated[
    str,
    typer.Option(
        "--polynomial",
        rich_help_panel=VARIETY,
        help="Expression in z0, z1, ..., YAML file, or a name of `g2links polynomials`, such as dwork(0.3+0.1j).",
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        rich_help_panel=VARIETY,
        metavar="W W W ...",
        help="Weights of z0, z1, ... for an expression, such as 1 1 2 2 2.",
    ),
]
Configuration = Annotated[
    str | None,
    typer.Option(
        "--configuration",
        rich_help_panel=VARIETY,
        help='In place of a polynomial: "P2 3; P2 3", for each projective space the degrees of all equations '
        'in it, with random coefficients from --seed; or of a weighted one, "P(1,1,1,1,1,3) 2 6".',
    ),
]
Ambient = Annotated[
    str | None,
    typer.Option(
        "--ambient",
        rich_help_panel=VARIETY,
        help='Space of --equations: "P5", "P(1,1,1,1,1,3)", or a product such as "P3 x P3".',
    ),
]
Equations = Annotated[
    str | None,
    typer.Option(
        "--equations",
        rich_help_panel=VARIETY,
        help='"EQUATION; EQUATION": in z0, z1, ...; of a product in x0, x1, ... of the first space, y0, ... '
        "of the next, then u, v, w, s, t.",
    ),
]
Polarisation = Annotated[
    str | None,
    typer.Option(
        "--polarisation",
        rich_help_panel=VARIETY,
        metavar="T T ...",
        help="Kähler class, a positive number for each space (default: 1 each); whole ones have a circle bundle.",
    ),
]
Picture = Annotated[Path | None, typer.Option("--plot", metavar="FILE.png", help="Write a picture.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start a new run even where an interrupted one could go on.")]


_NUMBERS = ("--weights", "--polarisation", "--turns")
"""Options that take several numbers."""
_NUMBER = re.compile(r"\d+|\d*\.\d+(?:[eE][-+]?\d+)?|\d+\.?(?:[eE][-+]?\d+)?")


def example(words: str) -> str:
    """The last line of the help of a command."""
    return f"Example: g2links {words}"


def join_numbers(arguments: Sequence[str]) -> list[str]:
    """Arguments in which the numbers after `--weights`, `--polarisation` and `--turns` are one word:
    `--weights 1 1 2 2 2` as it is written."""
    joined: list[str] = []
    collecting = False
    for argument in arguments:
        number = _NUMBER.fullmatch(argument.strip()) is not None
        if collecting and number and joined[-1] not in _NUMBERS:
            joined[-1] += f" {argument}"
        else:
            collecting = argument in _NUMBERS or (collecting and number)
            joined.append(argument)
    return joined


def refuse_empty(arguments: Sequence[str]) -> None:
    """No option has a meaning without a value: `--task ""` is a variable of a script that was not set.

    Raises:
        InputError: naming the option.
    """
    from g2links.errors import InputError

    for before, argument in zip(("argument", *arguments), arguments, strict=False):
        name, equals, value = argument.partition("=")
        if not argument.strip() or (equals and name.startswith("--") and not value.strip()):
            raise InputError(name if equals else before, "", "a value, or leave the option out")


def with_parameters(command: Callable[..., None], parameters: Mapping[str, tuple[Any, Any]]) -> Callable[..., None]:
    """A function of keywords with the parameters that Typer reads from it, each with its annotation and default."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    command.__annotations__ = {name: annotation for name, (annotation, _) in parameters.items()}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, keyword, default=default, annotation=annotation)
            for name, (annotation, default) in parameters.items()
        ]
    )
    return command


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that the user gave, which are not None."""
    return {name: value for name, value in values.items() if value is not None}
