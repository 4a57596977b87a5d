"""What a user at a terminal, or a script, meets: help, completion, suggestions, quiet commands, runs at a glance."""

import dataclasses
import io
import json
import math
import re
import shlex
import shutil
from pathlib import Path
from typing import get_args

import pytest
import typer

from g2links.checks import learned
from g2links.cli import choices, main
from g2links.cli.app import build
from g2links.cli.options import join_numbers
from g2links.cli.session import Session
from g2links.networks.model import ARCHITECTURES
from g2links.potentials.activations import activation_names
from g2links.quantities.calibrated.submanifolds import RULES
from g2links.reports.tables import Table
from g2links.ricci_flat.family import ANSATZE
from g2links.settings.config import TASKS
from g2links.settings.hyperparameters import Hyperparameters
from g2links.storage.files import written_at
from g2links.storage.layout import Home
from g2links.storage.models import find_cy
from g2links.storage.provenance import now
from g2links.workflow.base_points import SOURCES
from g2links.workflow.listing import date_of
from g2links.workflow.removal import RUN_TASKS
from g2links.workflow.spectrum import SYMMETRIES
from g2links.workflow.step_report import StepReport
from tests.cli.commands import run
from tests.faults.test_bad_inputs import commands

SAVED = Path(__file__).parents[1] / "storage/version_0_1"
COMMANDS = dict(commands(typer.main.get_command(build())))


@pytest.fixture
def home(tmp_path):
    return shutil.copytree(SAVED, tmp_path / "home")


def files(home):
    return sorted(str(path.relative_to(home)) for path in home.rglob("*.*") if path.is_file() and path.name != ".lock")


def test_words_of_options_are_those_that_the_package_takes():
    architecture = Hyperparameters.model_fields["architecture"].annotation
    assert get_args(choices.Ansatz) == ANSATZE
    assert get_args(choices.Source) == SOURCES
    assert get_args(choices.Task) == tuple(TASKS)
    assert get_args(choices.RunTask) == RUN_TASKS
    assert get_args(choices.Compared) == ("all", *RUN_TASKS)
    assert get_args(choices.Architecture) == get_args(architecture)
    assert set(get_args(choices.Architecture)) <= set(ARCHITECTURES)
    assert choices.PsiMethod == learned.PsiMethod
    assert get_args(choices.SmoothActivation) == activation_names(math.inf)
    assert get_args(choices.Activation) == ("auto", *activation_names())
    assert get_args(choices.FunctionSymmetry) == SYMMETRIES
    assert get_args(choices.Rule) == RULES


@pytest.mark.parametrize("words", [["cy"], ["train"], ["pipeline", "--cy-activation"]])
def test_a_misspelt_activation_is_told_the_nearest(words, home, capsys):
    option = words[1] if len(words) > 1 else "--activation"
    assert run([words[0], option, "tnah", "--home", str(home)]) == 2
    said = capsys.readouterr().err
    assert f"{option}: got 'tnah'; choose one of" in said
    assert "did you mean 'tanh'?" in said


@pytest.mark.parametrize(
    ("command", "panels"),
    [
        ("cy", ["The variety", "The family of potentials", "The search", "What is good enough"]),
        ("train", ["The network", "Its training"]),
        ("sweep", ["Where the tasks are done", "The table"]),
        ("pipeline", ["The variety", "Step 1", "Step 2", "Step 3", "Step 4"]),
    ],
)
def test_options_are_in_groups(command, panels, capsys):
    assert run([command, "--help"]) == 0
    said = capsys.readouterr().out
    assert [panel for panel in panels if f"─ {panel}" not in said] == []


class _Terminal(io.StringIO):
    def isatty(self):
        return True


WORDS = """Check analytic: CY run 1, 20 points
figure    max  verdict
------  -----  -------
d_psi   1e-15     PASS
ma_rms    0.5     FAIL
no verdict on lambda: it [bold]is[/bold] judged :smile:
FAILED:
  ma_rms: mean 0.5 is above the limit 0.1 by 0.4"""


def test_a_terminal_has_colours_and_a_pipe_the_plain_text(monkeypatch, capsys):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    session, terminal = Session(), _Terminal()
    session.say(WORDS)
    assert capsys.readouterr().out == f"{WORDS}\n"
    session._words = terminal
    session.say(WORDS)
    shown = terminal.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == f"{WORDS}\n"
    assert "\x1b[1;32mPASS\x1b[0m" in shown
    assert "\x1b[1;31mFAIL\x1b[0m" in shown
    assert shown.count("\x1b[1mfigure    max  verdict\x1b[0m") == 1
    monkeypatch.setenv("NO_COLOR", "1")
    session._words = plain = _Terminal()
    session.say(WORDS)
    assert "\x1b[3" not in plain.getvalue()


def test_a_table_is_as_wide_as_the_terminal_and_loses_nothing(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    reason = "at most nine tenths of what the record of the run says"
    table = Table(["figure", "value", "threshold"], [["d_psi", "1.234567e-15", reason], ["sigma", "0.25", "FAIL"]])

    def lines(columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        session, terminal = Session(), _Terminal()
        session._words = terminal
        session.say(table, "after it")
        shown = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()
        assert shown.pop() == "after it"
        assert "\x1b[1;31mFAIL\x1b[0m" in terminal.getvalue()
        return [line.rstrip() for line in shown]

    narrow = lines(50)
    assert len(narrow) > 4
    assert max(map(len, narrow)) <= 50
    assert " ".join(" ".join(line.split()) for line in narrow).count("1.234567e-15") == 1
    assert all(word in " ".join(narrow) for word in reason.split())
    assert len(lines(200)) == 4
    assert lines(20) == str(table).splitlines()  # in which not even the words have room


@pytest.mark.parametrize("words", COMMANDS, ids="-".join)
def test_help_ends_with_an_example_that_the_command_takes(words, capsys):
    with pytest.raises(SystemExit) as end:
        main([*words, "-h"])
    assert end.value.code == 0
    assert "Example: g2links" in capsys.readouterr().out
    example = shlex.split(COMMANDS[words].epilog.removeprefix("Example: g2links "))
    assert tuple(example[: len(words)]) == words
    context = COMMANDS[words].make_context("g2links", join_numbers(example[len(words) :]))
    assert context.params


def test_the_shell_completes_commands_options_and_words(monkeypatch, capsys):
    def completed(line):
        monkeypatch.setenv("_G2LINKS_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
        assert run([]) == 0
        return capsys.readouterr().out.split()

    assert completed("g2links runs re") == ["remove"]
    assert completed("g2links cy --opt") == ["--optimiser", "--optimizer"]
    assert completed("g2links train --task ") == [*TASKS]
    monkeypatch.delenv("_G2LINKS_COMPLETE")
    assert run(["--show-completion"]) in (0, 1)  # where the shell is not known


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("fermat_quintik", "fermat_quintic"), ("bicubik", "bicubic"), ("dwrok(0.3)", "dwork")],
)
def test_a_misspelt_name_of_the_catalogue_is_told_the_nearest(name, nearest, tmp_path, capsys):
    for command in (["cy", "--home", str(tmp_path)], ["polynomials"], ["invariants"], ["moduli"]):
        assert run([*command, "--polynomial", name]) == 2
        said = capsys.readouterr().err
        assert f"polynomial: got '{name}'" in said
        assert f"did you mean '{nearest}'?" in said


def test_a_quiet_command_says_warnings_and_names_of_files_alone(capsys):
    report = StepReport({}, ["note: a", "much", "FAILED: b"], None, ["note: a", "FAILED: b"], ["models/x.keras"])
    Session(quiet=True).tell(report)
    assert capsys.readouterr() == ("models/x.keras\n", "note: a\nFAILED: b\n")
    Session().tell(report)
    assert capsys.readouterr() == ("note: a\nmuch\nFAILED: b\n", "")


def test_a_command_is_quiet_or_verbose(capsys):
    assert run(["cy", "-q", "-v"]) == 2
    assert "without --quiet only" in capsys.readouterr().err
    assert Session(verbose=True).progress == "all lines"


def test_a_quiet_check_and_the_run_that_it_is_of(home, capsys):
    place = ["--home", str(home)]
    assert run(["check", "kahlerity", "--n-points", "20", "-q", *place]) == 0
    said = capsys.readouterr()
    stem = home / "plots/check_kahlerity_cy_run1"
    assert said == (f"{stem}.png\n{stem}.json\n", "")
    assert run(["runs", "show", "1", *place, "--json", str(home / "show.json")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"sigma +0.000732\d+ +1.929e-05\n", said)
    assert re.search(r"kahlerity +1 +20 +PASSED", said)
    assert f"{stem}.json" in said
    record = json.loads((home / "show.json").read_text())
    assert (record["polynomial"], record["equations"]) == ("fermat_quintic", ["z0^5 + z1^5 + z2^5 + z3^5 + z4^5"])
    assert record["seed"] == 0
    assert record["checks"]["check kahlerity"]["passed"]
    assert f"{home}/models/cy_models/cy_metric_model_run1.keras" in record["files"]
    assert run(["runs", "show", "1", "--task", "3form", *place]) == 0
    assert "learned from  Calabi-Yau run 1" in capsys.readouterr().out


def test_the_date_of_a_run_is_that_of_its_record_where_it_has_one(home):
    folder = Home(home)
    found = find_cy(folder, 1)
    assert date_of(found) == written_at(found.model_path).isoformat()
    dated = dataclasses.replace(found, record={**found.record, "date": "2026-01-02T03:04:05+00:00"})
    assert date_of(dated) == "2026-01-02T03:04:05+00:00"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", now())


def test_runs_are_listed_with_polynomial_date_and_architecture(home, capsys):
    assert run(["runs", "list", "--home", str(home), "--json", str(home / "list.json")]) == 0
    said = capsys.readouterr().out
    assert re.search(r"fermat_quintic +20\d\d-\d\d-\d\d \d\d:\d\d +neural potential of degree 6 +sigma", said)
    metric, network = json.loads((home / "list.json").read_text())["runs"]
    assert metric["polynomial"] == network["polynomial"] == "fermat_quintic"
    assert network["architecture"] == "potential"
    assert metric["value"] == pytest.approx(7.323e-4, rel=1e-3)


def test_a_run_is_removed_when_somebody_says_so(home, capsys, monkeypatch):
    place = ["--home", str(home)]
    before = files(home)

    def asked(answer, words, stdin=None):
        monkeypatch.setattr("sys.stdin", stdin or Terminal(answer))
        code = run(["runs", "remove", *words, *place])
        return code, *capsys.readouterr()

    code, _, said = asked("y\n", ["1"])
    assert (code, said.count("\n")) == (2, 1)
    assert "needed by 3form_run1; remove that first" in said
    code, _, said = asked("", ["1", "--task", "3form"], io.StringIO("y\n"))
    assert (code, said) == (
        2,
        "g2links: error: 3form_run1 is not removed: there is no terminal to ask at, and no --yes\n",
    )
    for answer in ("\n", "", "no\n"):
        assert asked(answer, ["1", "--task", "3form"])[:2] == (0, "nothing was removed\n")
    assert files(home) == before
    code, said, question = asked("y\n", ["1", "--task", "3form"])
    assert (code, said) == (0, "removed 3form_run1: 2 files\n")
    assert question.endswith("Remove 3form_run1 with these files? [y/N] ")
    assert run(["runs", "remove", "1", "--yes", "-q", *place, "--json", str(home / "gone.json")]) == 0
    assert capsys.readouterr() == ("", "")
    assert len(json.loads((home / "gone.json").read_text())["removed"]) == 2
    assert run(["runs", "show", "1", *place]) == 2
    assert "it was removed" in capsys.readouterr().err


class Terminal(io.StringIO):
    """At which somebody answers."""

    def isatty(self):
        return True
