"""Every option of every command with every kind of value that cannot be: one sentence that names option and value, exit
code 2, and the files as they were."""

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

LARGE = "9" * 5000
NO_NUMBERS = ("two", "", "nan", "²", "0x10", LARGE)
NO_WHOLE_NUMBERS = (*NO_NUMBERS, "1.5", "1e3", "inf")
OUT_OF_RANGE = ("-1", "0")
NO_WORDS = ("nonsense", "", "NaN", "../x")
NO_FILES = ("/nowhere/file", "", ".", "/dev/null/x", LARGE)

MAY_BE_ZERO = {"--form-degree", "--seed"}

POLYNOMIALS = (
    "", "x", "z0^5", "z0^5+", "z0^5+z1^5+z2^5+z3^5", "z0^5+z1^5+z2^5+z3^5+z4^4", "10**400*z0^5+z1^5+z2^5+z3^5+z4^5",
    "(10*z4)^1000", "(z0+z1+z2+z3+z4)^200", "z0^5+z1^5+z2^5+z3^5+nan*z4^5", "z0^5+z1^5+z2^5+z3^5+1e999*z4^5",
    "z0^5+z1^5+z2^5+z3^5+z4^5/0", "__import__('os')", "z0^5+z1^5+z2^5+z3^5+z5^5", "dwork(nan)", "dwork(",
    "0.1*z0^5+0.2*z0^5-0.3*z0^5+z1^5+z2^5+z3^5+z4^5", "z0^5+z1^5+z2^5+z3^5+z4^(-5)", "/nowhere.yaml", "z0^5" * 30000,
)  # fmt: skip
WEIGHTS = ("", "1 1 1 1", "1 1 1 1 0", "1 1 1 1 -1", "1 1 1 1 x", "1 1 1 1 1.5", "1 1 1 1 1000000", LARGE)
WIDTHS = ("", "0", "-1", "x", "16,", "1.5", LARGE, "1000000")
MODELS = ("", "²", LARGE, "-1", "0", "/nowhere.keras", "7")
TARGETS = ("/nowhere/a.json", ".", "/dev/full/x", "/proc/x.json", LARGE)
OWN_RULES: Mapping[str, tuple[str, ...]] = {
    "--polynomial": POLYNOMIALS,
    "--weights": WEIGHTS,
    "--configuration": (
        "",
        "P2",
        "P2 3 P2 3",
        "P2 3; P2",
        "P2 -3; P2 3",
        "Q5 3 3",
        "P99 3",
        "P2 1.5; P2 3",
        "P(1,0) 2",
        LARGE,
    ),
    "--ambient": ("", "P5", "x", "2 2", LARGE),
    "--equations": ("", "z0^3", "x0^3*y0^3", LARGE),
    "--polarisation": ("", "0", "1 1", "-1 1", "1 x", "1.5 1", "nan 1", LARGE),
    "--derivative": NO_WORDS,
    "--charge": ("", "1.5", "x", LARGE),
    "--units": WIDTHS,
    "--widths": WIDTHS,
    "--saved-model": MODELS,
    "--json": TARGETS,
    "--directions": ("nonsense", "", "z0^4", "z0^5", "z0^3*z1^2,", "z0^3*z1^2,z7^5", LARGE),
    "--out": ("/dev/null/x", "/proc/nowhere", "", LARGE),
    "--tasks": ("nonsense", "", "1", "0-1", "2-1", "1-9", "1-x", LARGE),
    "--name": ("", "../x", "a/b", "/x", LARGE),
    "--home": ("/dev/null/x", "/proc/nowhere", LARGE),
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
    ("sweep", "run_task"),
    ("spectrum", "volume_density"),
    ("calibrated", "sampled"),
    ("instanton", "concentrated_sample"),
    ("moduli", "measure_moduli"),
    ("launch", "_start"),
]
"""Where work begins."""


def _begun(*_arguments: object, **_options: object) -> None:
    raise AssertionError("work has begun")


REQUIRED = {
    **{("runs", name): ["1"] for name in ("compare", "show", "remove")},
    ("sweep",): ["../sweep.yaml"],
    ("examples",): ["new"],
    ("launch",): ["cy"],
}
"""Arguments without which a command does not begin."""
SWEEP = "seed: [0, 1]\noptions: {quick: true}\n"
SECOND = {("sweep", "--plot"): ["sigma"]}
"""What follows the value of an option that takes two."""


def files(folder: Path) -> dict[str, str]:
    """Each file with its checksum, and each folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


def _told(value: str, said: str) -> bool:
    """Whether the sentence has the value, as much of it as fits, or the part of it that is wrong."""
    value, said = (re.sub(r"[\s(),]", "", text.replace("**", "^")) for text in (value, said))
    part = re.search("got'?([^;']+?)'?;", said)
    shown = (len(value) > 3 and (value[:100] in said or repr(value)[1:100] in said)) or f"{value}:nosuchfile" in said
    shown = shown or value == "" or (part is not None and part[1].removesuffix(".0") in value)
    return shown or (any(huge in value for huge in (LARGE, "1e999")) and "gotinf;" in said)


@pytest.mark.usefixtures("as_users_run")
@pytest.mark.parametrize("words", CASES, ids="-".join)
def test_every_impossible_value_is_refused_by_name_and_leaves_the_files(words, tmp_path, capsys, monkeypatch):
    home = shutil.copytree(SAVED, tmp_path / "home")
    monkeypatch.chdir(home)
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    modules = [importlib.import_module(f"g2links.workflow.{module}") for module, _ in WORK]
    for module, (_, name) in zip(modules, WORK, strict=True):
        monkeypatch.setattr(module, name, _begun)
    before, wrong = files(home), []
    for case in CASES[words]:
        place = [] if case.option == "--home" else ["--home", str(home)]
        place = place if any(other.option == "--home" for other in CASES[words]) else []
        given = [case.option, case.value, *SECOND.get((*words, case.option), [])]
        code = run([*words, *REQUIRED.get(words, []), *given, *place])
        said = capsys.readouterr().err
        names = (case.option, re.sub("^--((cy|sample|train|check)-)?", "", case.option).replace("-", "_"))
        sentence = said.startswith("g2links: error: ") and said.count("\n") == 1
        named = any(name in said for name in names) or said.startswith(f"g2links: error: {case.value}: no such file")
        if code != 2 or not sentence or not named or not _told(case.value, said):
            wrong.append(f"{case.option} {case.value[:40]!r}: {code}, {said[-300:]!r}")
        if files(home) != before:
            wrong.append(f"{case.option} {case.value[:40]!r}: {sorted(set(files(home)) ^ set(before))}")
            for path in {*home.iterdir()}:
                shutil.rmtree(path)
            shutil.copytree(SAVED, home, dirs_exist_ok=True)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "words",
    [
        *(["sample"], ["train"], ["check", "kahlerity"], ["export", "cymetric"]),
        *(["runs", "list"], ["runs", "compare", "1"], ["runs", "show", "1"], ["runs", "remove", "1", "--yes"]),
    ],
    ids=" ".join,
)
def test_a_home_that_is_read_is_not_made_where_its_name_is_mistyped(words, tmp_path, capsys):
    assert run([*words, "--home", str(tmp_path / "typo")]) == 2
    assert capsys.readouterr().err.startswith("g2links: error: --home: got")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["cyy"], ["'cyy'"]),
        (["check", "nothing"], ["'nothing'"]),
        (["sample", "--n-point", "5"], ["--n-point", "--n-points", "sample --help"]),
        (["sample", "extra"], ["extra"]),
        (["sample", "--home"], ["--home"]),
        (["sample", "--quick=3"], ["--quick"]),
        (["runs", "compare"], ["numbers"]),
        (["runs", "compare", "x"], ["numbers", "'x'", "a whole number"]),
        (["runs", "show", "x"], ["run", "'x'", "a whole number"]),
        (["runs", "remove", "0"], ["run", "0"]),
        (["runs", "remove", "1", "--task", "2form"], ["--task", "'2form'", "cy, 3form, metric, 4form"]),
        (["cy", "--ansatz", "algebriac"], ["--ansatz", "'algebriac'", "did you mean 'algebraic'?"]),
    ],
)
def test_words_that_the_parser_does_not_know_are_one_sentence(arguments, words, capsys):
    assert run(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("g2links: error: ")
    assert said.count("\n") == 1
    assert not [word for word in words if word not in said]
