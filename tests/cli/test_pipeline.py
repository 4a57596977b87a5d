"""`g2links pipeline`: the options of every step, judged before any work, and a journal of what is done."""

import inspect
import json
import re

import pytest

import g2links
from g2links.checks.registry import find_check
from g2links.cli.check import command_of
from g2links.cli.cy import cy
from g2links.cli.pipeline import pipeline
from g2links.cli.sample import sample
from g2links.cli.train import train
from g2links.errors import InputError
from g2links.workflow import pipeline as workflow
from g2links.workflow import plan
from tests.cli.commands import run


@pytest.fixture
def two_checks(monkeypatch):
    """The two that compile quickly."""
    monkeypatch.setattr(plan, "METRIC_CHECKS", ("kahlerity", "contact"))


CURVE = ["pipeline", "--polynomial", "z0^3+z1^3+z2^3", "--quick", "--n-points", "4000"]
SMALL = [
    *("--n-points", "600", "--degree", "2", "--iterations", "2", "--sample-n-points", "300", "--n-rotations", "1"),
    *("--layers", "1", "--units", "2", "--train-epochs", "2", "--check-n-points", "5"),
]


def flags(command):
    """The flags of each parameter of a command."""
    found = {}
    for name, parameter in inspect.signature(command).parameters.items():
        (info,) = parameter.annotation.__metadata__
        found[name] = [info.default, *(info.param_decls or ())]
    return found


def test_every_option_of_the_steps_is_one_of_the_pipeline():
    own = {flag for each in flags(pipeline).values() for flag in each}
    assert len(own) == sum(map(len, flags(pipeline).values()))
    decided = {"cy_run_number", "g2_run_number", "task", "psi_method"}
    steps = {"cy": cy, "sample": sample, "train": train, "check": command_of(find_check("model"))}
    for step, command in steps.items():
        for name, each in flags(command).items():
            wanted = {flag for flag in each if name not in decided}
            missing = [f for f in wanted if f not in own and f"--{step}-{f.removeprefix('--')}" not in own]
            assert missing == [], step
    assert {"--cy-batch-size", "--train-batch-size", "--n-points", "--check-n-points", "--ansatz"} <= own


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--polynomial", "z0^5"], "3 variables"),
        (["--ansatz", "guess"], "ansatz"),
        (["--widths", "8,x"], "--widths"),
        (["--cy-activation", "step"], "activation"),
        (["--training-points", "1"], "training_points"),
        (["--cy-time-limit", "-1"], "time_limit"),
        (["--start-from", "7"], "cy_metric_model"),
        (["--n-points", "10"], "n_points"),
        (["--sample-n-points", "100000", "--n-points", "5000"], "at most the 5000 points"),
        (["--source", "old"], "source"),
        (["--shard-size", "0"], "shard_size"),
        (["--hyperparameters", "nowhere.yaml"], "nowhere.yaml"),
        (["--architecture", "magic"], "architecture"),
        (["--units", "3,4,5"], "units"),
        (["--train-batch-size", "0"], "batch_size"),
        (["--train-time-limit", "0"], "time_limit"),
        (["--saved-model", "2"], "3form"),
        (["--saved-model", "x.keras"], "one for each task"),
        (["--derivative", "guess"], "autodiff, flux"),
        (["--derivative", "flux", "--epsilon", "2"], "epsilon"),
        (["--batch-size", "3"], "no such option: --batch-size"),
    ],
)
def test_bad_values_are_refused_before_any_work(tmp_path, capsys, options, words):
    assert run(["pipeline", *options, "--home", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert "Traceback" not in said.err
    assert "==" not in said.out
    assert list(tmp_path.iterdir()) == []


def test_hyperparameters_of_the_home_are_judged_before_any_work(tmp_path, capsys):
    (tmp_path / "hyperparameters").mkdir()
    (tmp_path / "hyperparameters/hps.yaml").write_text("tasks:\n  4form: {epochs: -3}\n")
    assert run(["pipeline", "--home", str(tmp_path)]) == 2
    assert "hps.yaml:2: tasks.4form.epochs" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["hyperparameters"]


@pytest.mark.usefixtures("two_checks")
def test_an_interrupted_pipeline_goes_on_where_it_was(tmp_path, capsys, monkeypatch):
    step = workflow.check_step

    def interrupted(home, name, **options):
        if name == "contact":
            raise KeyboardInterrupt
        return step(home, name, **options)

    monkeypatch.setattr(workflow, "check_step", interrupted)
    assert run([*CURVE, "--check-n-points", "30", "--home", str(tmp_path)]) == 130
    monkeypatch.setattr(workflow, "check_step", step)
    capsys.readouterr()
    record = tmp_path / "pipeline.json"
    assert run([*CURVE, "--check-n-points", "30", "--home", str(tmp_path), "--json", str(record)]) == 0
    said = capsys.readouterr().out
    assert re.findall("== (.*): done before, skipped", said) == ["cy", "check kahlerity"]
    found = json.loads(record.read_text())
    assert list(found["steps"]) == ["cy", "check kahlerity", "check contact", "report"]
    assert (tmp_path / "plots/report_cy_run1.html").samefile(found["steps"]["report"]["file"])
    assert found["steps"]["check contact"]["n"] == 30
    assert (found["passed"], found["failed"]) == (True, [])
    assert not (tmp_path / "models/.pipeline.json").exists()


@pytest.mark.usefixtures("two_checks")
def test_hyperparameters_that_change_while_a_pipeline_works_end_it(tmp_path, capsys, monkeypatch):
    file, step = tmp_path / "hyperparameters/hps.yaml", workflow.check_step

    def changed(home, name, **options):
        file.parent.mkdir(exist_ok=True)
        file.write_text("tasks:\n  3form: {epochs: 3}\n")
        return step(home, name, **options)

    monkeypatch.setattr(workflow, "check_step", changed)
    assert run([*CURVE, "--check-n-points", "30", "--home", str(tmp_path)]) == 2
    assert "hps.yaml: changed while the pipeline worked" in capsys.readouterr().err
    assert list(json.loads((tmp_path / "models/.pipeline.json").read_text())["done"]) == ["cy"]
    monkeypatch.setattr(workflow, "check_step", step)
    assert run([*CURVE, "--check-n-points", "30", "--home", str(tmp_path)]) == 0
    assert "done before, skipped" not in capsys.readouterr().out


@pytest.mark.usefixtures("two_checks")
def test_in_python_a_pipeline_with_a_home_is_that_of_the_command(tmp_path):
    said = []
    result = g2links.pipeline(
        "z0^3+z1^3+z2^3", quick=True, n_points=4000, check_points=30, home=tmp_path, say=said.append
    )
    assert (result.cy.cy_run, result.data, result.networks) == (1, None, {})
    assert result.passed
    assert list(result.reports) == ["kahlerity", "contact"]
    assert "== check contact" in said
    assert (tmp_path / "plots/check_contact_cy_run1.json").is_file()
    with pytest.raises(InputError, match="saved in a home"):
        g2links.pipeline(result.cy, home=tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"solving": {"point": 3}}, "point"),
        ({"sampling": {"rotations": 3}}, "rotations"),
        ({"sampling": {"shard_size": 3}}, "shard_size"),
        ({"training": {"epoch": 3}}, "epochs"),
        ({"checking": {"step": 3}}, "step"),
        ({"checking": {"n_points": 0}}, "at least 1"),
    ],
)
def test_in_python_bad_options_are_refused_before_any_work(options, words):
    with pytest.raises(InputError, match=words):
        g2links.pipeline(**options)


@pytest.mark.slow
def test_the_steps_of_a_threefold_take_their_options(tmp_path):
    record = tmp_path / "pipeline.json"
    run(["pipeline", *SMALL, "--home", str(tmp_path), "--json", str(record)])
    steps = json.loads(record.read_text())["steps"]
    assert list(steps)[:5] == ["cy", "sample", "train 3form", "train metric", "train 4form"]
    assert steps["sample"]["rows"] == 300
    trained = json.loads((tmp_path / "models/link_models/4form_run1.json").read_text())
    assert (trained["hyperparameters"]["units"], len(trained["history"])) == (2, 2)
    assert steps["check model (model)"]["n"] == 5
    found = json.loads((tmp_path / "models/cy_models/cy_metric_model_run1.json").read_text())
    assert (found["options"]["degree"], found["options"]["iterations"]) == (2, 2)
