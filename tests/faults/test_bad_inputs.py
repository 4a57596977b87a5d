"""Every option of every command with every kind of value that cannot be: one message that names it, exit code 2, and
the files as they were."""

import hashlib
import importlib
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from g2links.cli.app import build
from tests.cli.commands import run

SAVED = Path(__file__).parents[1] / "storage/version_0_1"
"""A home with one metric and one network."""

NO_NUMBERS = ("two", "", "nan", "²", "0x10", "9" * 5000)
NO_WHOLE_NUMBERS = (*NO_NUMBERS, "1.5", "1e3", "inf")
OUT_OF_RANGE = ("-1", "0")
NO_WORDS = ("nonsense", "", "NaN", "../x")
NO_FILES = ("/nowhere/file", "", ".", "/dev/null/x")

MAY_BE_ZERO = {"--seed"}

POLYNOMIALS = (
    "", "x", "z0^5", "z0^5+", "z0^5+z1^5+z2^5+z3^5", "z0^5+z1^5+z2^5+z3^5+z4^4", "10**400*z0^5+z1^5+z2^5+z3^5+z4^5",
    "(10*z4)^1000", "(z0+z1+z2+z3+z4)^200", "z0^5+z1^5+z2^5+z3^5+nan*z4^5", "z0^5+z1^5+z2^5+z3^5+1e999*z4^5",
    "z0^5+z1^5+z2^5+z3^5+z4^5/0", "__import__('os')", "z0^5+z1^5+z2^5+z3^5+z5^5", "dwork(nan)", "dwork(",
    "0.1*z0^5+0.2*z0^5-0.3*z0^5+z1^5+z2^5+z3^5+z4^5", "z0^5+z1^5+z2^5+z3^5+z4^(-5)", "/nowhere.yaml", "z0^5" * 30000,
)  # fmt: skip
WEIGHTS = ("", "1 1 1 1", "1 1 1 1 0", "1 1 1 1 -1", "1 1 1 1 x", "1 1 1 1 1.5", "1 1 1 1 1000000", "9" * 5000)
WIDTHS = ("", "0", "-1", "x", "16,", "1.5", "9" * 5000, "1000000")
MODELS = ("", "²", "9" * 5000, "-1", "0", "/nowhere.keras", "7")
TARGETS = ("/nowhere/a.json", ".", "/dev/full/x", "/proc/x.json")
OWN_RULES: Mapping[str, tuple[str, ...]] = {
    "--polynomial": POLYNOMIALS,
    "--weights": WEIGHTS,
    "--derivative": NO_WORDS,
    "--units": WIDTHS,
    "--widths": WIDTHS,
    "--saved-model": MODELS,
    "--json": TARGETS,
    "--out": ("/dev/null/x", "/proc/nowhere", ""),
    "--home": ("/dev/null/x", "/proc/nowhere"),
}
"""Options whose text has rules of its own."""


class Case(NamedTuple):
    """One option of a command with a value that cannot be."""

    command: tuple[str, ...]
    option: str
    value: str


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """All commands, with their words."""
    if not hasattr(group, "commands"):
        yield path, group
        return
    for name, command in group.commands.items():
        yield from commands(command, (*path, name))


def values(option: str, kind: type) -> tuple[str, ...]:
    """What cannot be a value of the option."""
    if option in OWN_RULES:
        return OWN_RULES[option]
    if kind is int:
        return (*NO_WHOLE_NUMBERS, "-1", *(() if option in MAY_BE_ZERO else ("0",)))
    if kind is float:
        return (*NO_NUMBERS, *OUT_OF_RANGE)
    return NO_FILES if kind is Path else NO_WORDS


def cases() -> dict[tuple[str, ...], list[Case]]:
    """By command."""
    found: dict[tuple[str, ...], list[Case]] = {}
    for words, command in commands(typer.main.get_command(build())):
        found[words] = [
            Case(words, parameter.opts[0], value)
            for parameter in command.params
            if parameter.opts[0].startswith("--") and parameter.opts[0] != "--help"
            if (kind := parameter.type_descriptor.annotation) is not bool
            for value in values(parameter.opts[0], kind)
        ]
    return found


CASES = cases()
WORK = [
    ("fit", "draw_points"),
    ("solve", "draw_points"),
    ("samples", "sample_blocks"),
    ("training_run", "fit_network"),
    ("check", "CheckSetting"),
]
"""Where work begins."""


def _begun(*_arguments: object, **_options: object) -> None:
    raise AssertionError("work has begun")


REQUIRED = {("runs", "compare"): ["1"]}
"""Arguments without which a command does not begin."""


def files(folder: Path) -> dict[str, str]:
    """Each file with its checksum, and each folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.usefixtures("as_users_run")
@pytest.mark.parametrize("words", CASES, ids="-".join)
def test_every_impossible_value_is_refused_by_name_and_leaves_the_files(words, tmp_path, capsys, monkeypatch):
    home = shutil.copytree(SAVED, tmp_path / "home")
    monkeypatch.chdir(home)
    modules = [importlib.import_module(f"g2links.workflow.{module}") for module, _ in WORK]
    for module, (_, name) in zip(modules, WORK, strict=True):
        monkeypatch.setattr(module, name, _begun)
    before, wrong = files(home), []
    for case in CASES[words]:
        place = [] if case.option == "--home" else ["--home", str(home)]
        place = place if any(other.option == "--home" for other in CASES[words]) else []
        code = run([*words, *REQUIRED.get(words, []), case.option, case.value, *place])
        said = capsys.readouterr().err
        names = (case.option, re.sub("^--((cy|sample|train|check)-)?", "", case.option).replace("-", "_"), case.value)
        if code != 2 or "Traceback" in said or not any(name and name in said for name in names):
            wrong.append(f"{case.option} {case.value[:40]!r}: {code}, {said[-300:]!r}")
        if files(home) != before:
            wrong.append(f"{case.option} {case.value[:40]!r}: {sorted(set(files(home)) ^ set(before))}")
            for path in {*home.iterdir()}:
                shutil.rmtree(path)
            shutil.copytree(SAVED, home, dirs_exist_ok=True)
    assert not wrong, "\n".join(wrong)
