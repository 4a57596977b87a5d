import dataclasses
import re

import jax
import numpy as np
import pydantic
import pytest

from g2links.errors import ArtefactError, InputError
from g2links.settings.config import TASKS, ConfigurationError, load_hyperparameters, read_polynomial_yaml
from g2links.storage.layout import Home
from g2links.storage.provenance import provenance


@pytest.fixture
def file(tmp_path):
    def write(text):
        (tmp_path / "hps.yaml").write_text(text)
        return tmp_path / "hps.yaml"

    return write


def problems(path, task=None, overrides=None):
    with pytest.raises(ConfigurationError) as caught:
        load_hyperparameters(path, task, overrides)
    assert str(caught.value).count("\n") == len(caught.value.problems) - 1
    return {problem.place.removeprefix(f"{path}:"): problem.allowed for problem in caught.value.problems}


@pytest.mark.parametrize("task", TASKS)
def test_the_packaged_values_serve_every_task(tmp_path, task):
    assert load_hyperparameters(None, task) == load_hyperparameters(tmp_path / "none.yaml", task)
    assert load_hyperparameters(None, task).task == task


def test_who_wins(file):
    path = file("epochs: 7\nunits: 5\nschedule: {patience: 9}\ntasks: {metric: {epochs: 8, schedule: {decay: 1}}}")
    metric = load_hyperparameters(path, "metric", {"units": 6, "splits": None, "schedule.kind": "plateau"})
    assert (metric.epochs, metric.units, metric.widths) == (8, 6, (6,) * metric.layers)
    assert (metric.schedule.patience, metric.schedule.decay, metric.schedule.kind) == (9, 1.0, "plateau")
    assert load_hyperparameters(path, "3form").epochs == 7
    assert load_hyperparameters(path, "3form", {"epochs": 1, "schedule": {"patience": 2}}).schedule.patience == 2


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, ("lm", (16, 16), "tanh", 60)),
        ({"architecture": "ambient"}, ("lm", (16, 16), "tanh", 60)),
        ({"architecture": "ambient", "physics.d_phi": 0.1}, ("soap", (64, 64), "gelu_tanh", 120)),
        ({"architecture": "direct"}, ("soap", (256, 256), "gelu_tanh", 120)),
        ({"architecture": "direct", "optimiser": "adam"}, ("adam", (256, 256), "gelu_tanh", 400)),
        ({"architecture": "direct", "units": 7, "epochs": 3}, ("soap", (7, 7), "gelu_tanh", 3)),
    ],
)
def test_auto_becomes_what_suits_the_architecture(overrides, expected):
    found = load_hyperparameters(None, "3form", overrides).resolved(20_000, shared=True)
    assert (found.optimiser, found.widths, found.activation, found.epochs) == expected
    general = load_hyperparameters(None, "3form", {"architecture": "ambient"}).resolved(80_000, shared=False)
    assert (general.optimiser, general.widths, general.epochs) == ("soap", (256, 256), 40)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"activation": "gelu-tanh"}, "allowed: auto, tanh, gelu, gelu_tanh"),
        ({"architecture": "direct", "activation": 3}, "allowed: auto, tanh"),
        (
            {"activation": "elu"},
            "differentiated three times; choose auto, tanh, gelu, gelu_tanh, swish, softplus or sine",
        ),
        ({"architecture": "direct", "activation": "relu", "physics.d_phi": 0.1}, "derivative of a derivative"),
    ],
)
def test_activations_are_refused_where_they_have_too_few_derivatives(overrides, words):
    with pytest.raises(ConfigurationError, match=words):
        load_hyperparameters(None, "3form", overrides)


@pytest.mark.parametrize(
    ("values", "place", "words"),
    [
        ("layers: 1000\nunits: 65536", "1: layers", r"4,\d+,\d+,\d+,\d+ parameters; allowed are at most 100 layers"),
        ("layers: 1000000000000", "1: layers", "at most 100 layers"),
        ("layers: 100\nunits: 20000", "1: layers", "50,000,000 parameters"),
        ("layers: 2\nunits: [60000, 60000]", "1: layers", "3,600,060,000 parameters"),
    ],
)
def test_networks_that_are_too_large_are_refused_with_their_size(file, values, place, words):
    assert re.search(words, problems(file(f"{values}\narchitecture: direct"))[place])


@pytest.mark.parametrize(
    "overrides",
    [
        {"activation": "sine"},
        {"architecture": "direct", "activation": "elu", "physics.d_phi": 0.1},
        {"architecture": "ambient", "activation": "relu"},
    ],
)
def test_activations_are_taken_where_they_are_smooth_enough(overrides):
    assert load_hyperparameters(None, "3form", overrides).activation == overrides["activation"]


def test_the_file_names_the_task_unless_told_otherwise(file):
    path = file("task: metric\nlayers: 2\nunits: [3, 4]\nsaved_model: 3")
    assert load_hyperparameters(path).task == "metric"
    assert load_hyperparameters(path, "4form").task == "4form"
    assert load_hyperparameters(path).widths == (3, 4)
    assert load_hyperparameters(file("")).task == "3form"


def test_everything_wrong_is_listed_at_once(file):
    path = file(
        "epoch: 3\nunits: [1, 0, x]\nlearning_rate: -1\nlayers: true\n"
        "schedule: {kind: cosin, foo: 1}\nsplits: {train: 0.9}\nseed: 1.5\n"
        "regularisation: 3\nnormalisation: {inputs: no}\n"
        "tasks:\n  3form: {epochs: '9'}\n  metric:\n    early_stopping: {patiance: 3}\n"
    )
    found = problems(path, "4form", {"schedule.decay": 3, "batchsize": 1})
    assert found.keys() == {
        *("1: epoch", "2: units", "3: learning_rate", "4: layers", "5: schedule.kind", "5: schedule.foo"),
        *("6: splits", "7: seed", "8: regularisation", "9: normalisation.inputs", "11: tasks.3form.epochs"),
        *("13: tasks.metric.early_stopping.patiance", "schedule.decay", "batchsize"),
    }
    assert "did you mean 'epochs'?" in found["1: epoch"]
    assert "did you mean 'batch_size'?" in found["batchsize"]
    assert "did you mean 'patience'?" in found["13: tasks.metric.early_stopping.patiance"]
    assert found["5: schedule.kind"] == "allowed: constant, cosine, exponential or plateau"
    assert "must sum to 1; their sum is 1.1" in found["6: splits"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        *[
            ("units: [1, 2, 3]", "1: units"),
            ("activation: relu", "1: activation"),
            ("activation: elu", "1: activation"),
            ("- 1", ""),
            ("tasks: 3", "1: tasks"),
            ("tasks: {metrik: {}}", "1: tasks.metrik"),
        ],
        *[("tasks: {metric: 3}", "1: tasks.metric"), ("learning_rate: .nan", "1: learning_rate")],
        *[
            ("learning_rate: .inf", "1: learning_rate"),
            ("saved_model: 0", "1: saved_model"),
            ("seed: -1", "1: seed"),
        ],
        *[("seed: 100000000000000000000", "1: seed"), ("epochs: null", "1: epochs"), ("task: 5form", "task")],
        *[("splits: {train: 1, validation: 0, test: 1e-6}", "1: splits"), ("units: []", "1: units")],
        *[("early_stopping: {enabled: yes}", "1: early_stopping.enabled")],
    ],
)
def test_single_faults(file, text, place):
    path = file(text)
    with pytest.raises(ConfigurationError) as caught:
        load_hyperparameters(path)
    assert [problem.place.removeprefix(str(path)).lstrip(":") for problem in caught.value.problems] == [place]
    assert isinstance(caught.value, InputError)


def test_hyperparameters_do_not_change():
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        load_hyperparameters().epochs = 3


def test_broken_yaml_and_folders_are_refused(file, tmp_path):
    with pytest.raises(ArtefactError, match=r"hps\.yaml:2:1"):
        load_hyperparameters(file("epochs: 1\nepochs: 2"))
    with pytest.raises(ArtefactError, match="not a regular file"):
        load_hyperparameters(tmp_path)


@pytest.mark.parametrize("name", ["hyperparameters/hps.yaml", "hyperparameters"])
def test_a_link_that_leads_nowhere_does_not_mean_the_defaults(tmp_path, name):
    link = tmp_path / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to("nowhere")
    with pytest.raises(ArtefactError, match=rf"hps\.yaml: no such file: {re.escape(str(link))} is a link that leads"):
        load_hyperparameters(Home(tmp_path).hyperparameters)


def test_a_file_in_the_place_of_the_folder_does_not_mean_them_either(tmp_path):
    (tmp_path / "hyperparameters").touch()
    with pytest.raises(ArtefactError, match=r"hps\.yaml: no such file$"):
        load_hyperparameters(Home(tmp_path).hyperparameters)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (load_hyperparameters, "schedule: &s {kind: cosine}\ntasks: {metric: {schedule: *s}}"),
        (load_hyperparameters, "tasks: {3form: &t {epochs: 3}, metric: {<<: *t}}"),
        (read_polynomial_yaml, "weights: [1]\nmonomials:\n- &m [1, [1]]\n- *m"),
    ],
)
def test_aliases_are_refused_and_an_anchor_alone_is_only_a_mark(file, read, text):
    with pytest.raises(ArtefactError, match=r"hps\.yaml:[0-9]+:[0-9]+: aliases are not used here; write the value"):
        read(file(text))
    assert load_hyperparameters(file("epochs: &n 7")).epochs == 7
    assert read_polynomial_yaml(file("weights: &w [1]\nmonomials: [[1, &e [1]]]")).weights == (1,)


def test_polynomials(file):
    path = file(
        "name: deformed\nweights: [1, 2]\nmonomials:\n- [1, [2, 0]]\n- [-1e-3, [0, 1]]\n"
        "- ['(0.3 + 0.1j)', [0, 1]]\n"
        "- [2j, [1, 0]]"
    )
    monomials, weights, name = read_polynomial_yaml(path)
    assert (weights, name) == ((1, 2), "deformed")
    assert monomials == [(1, (2, 0)), (-1e-3, (0, 1)), (0.3 + 0.1j, (0, 1)), (2j, (1, 0))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2/3", 2 / 3),
        ("'2/3'", 2 / 3),
        ("sqrt(2)", 2**0.5),
        ("0.3+0.1*I", 0.3 + 0.1j),
        ("[0.3, -0.1]", 0.3 - 0.1j),
        ("[2/3, 1]", 2 / 3 + 1j),
        ("-pi", -np.pi),
        ("1e-3", 1e-3),
        ("0", 0),
    ],
)
def test_coefficients_are_read_as_on_the_command_line(file, text, value):
    (monomial,), _, name = read_polynomial_yaml(file(f"weights: [1]\nmonomials: [[{text}, [1]]]"))
    assert monomial == (pytest.approx(value, rel=1e-15), (1,))
    assert name is None


NO_COEFFICIENTS = ["[1]", "[1, 2, 3]", "[1, 2j]", "[1, [2, 3]]", "[1, true]", "[]", "2/0", "9" * 401, "~"]


@pytest.mark.parametrize("text", NO_COEFFICIENTS)
def test_coefficients_that_are_none(file, text):
    with pytest.raises(InputError, match=r'coefficient must be a finite number, \[re, im\], or text such as "2/3"'):
        read_polynomial_yaml(file(f"weights: [1]\nmonomials: [[{text}, [1]]]"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weights: [1]", "needed: the keys monomials and weights"),
        ("weights: [1]\nmonomials: []", r"hps\.yaml:2: monomials: got \[\]"),
        ("weights: [0]\nmonomials: [[1, [1]]]", r"hps\.yaml:1: weights: got \[0\]"),
        (
            "weights: [1]\nmonomials:\n- [1, [1]]\n- [1, [1, 2]]",
            r"hps\.yaml:4: monomials\[1\].*needed: 1 exponents",
        ),
        ("weights: [1]\nmonomials: [[1, [-1]]]", "whole numbers from 0"),
        ("weights: [1]\nmonomials: [[1, [1.5]]]", "whole numbers from 0"),
        ("weights: [1]\nmonomials: [[true, [1]]]", "coefficient must be a finite number"),
        ("weights: [1]\nmonomials: [[nan, [1]]]", "coefficient must be a finite number"),
        ("weights: [1]\nmonomials: [['z0+1', [1]]]", "coefficient must be a finite number"),
        ("weights: [1]\nmonomials: [1]", r"needed: \[coefficient, \[exponents\]\]"),
        ("weights: [1]\nmonomials: [[1, [1]]]\nwight: 1", "no others"),
        ("weights: [1]\nmonomials: [[1, [1]]]\nname: 5", r"hps\.yaml:3: name: got 5; needed: one line of text"),
        ("weights: [1]\nmonomials: [[1, [1]]]\nname:", r"hps\.yaml:3: name: got None"),
        ("weights: [1]\nmonomials: [[1, [1]]]\nname: ' '", r"hps\.yaml:3: name: got ' '"),
        ('weights: [1]\nmonomials: [[1, [1]]]\nname: "a\\nb"', r"hps\.yaml:3: name: got 'a\\nb'"),
        ("3", "needed: the keys"),
    ],
)
def test_polynomials_that_are_not(file, text, message):
    with pytest.raises(InputError, match=message):
        read_polynomial_yaml(file(text))


def test_home(tmp_path):
    home = Home(tmp_path)
    assert home.make(home.link_data) == tmp_path / "samples" / "link_data"
    folders = [home.cy_models, home.link_models, home.cy_data, home.link_data, home.plots]
    assert [str(folder.relative_to(tmp_path)) for folder in folders] == [
        *("models/cy_models", "models/link_models", "samples/cy_data", "samples/link_data", "plots"),
    ]
    assert not home.plots.exists()
    assert home.hyperparameters == tmp_path / "hyperparameters" / "hps.yaml"
    (tmp_path / "plots").touch()
    with pytest.raises(ArtefactError, match="plots: this folder cannot be written"):
        home.make(home.plots)
    with pytest.raises(dataclasses.FrozenInstanceError):
        home.path = tmp_path


def test_provenance(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = provenance()
    assert found["packages"]["numpy"].count(".") == 2
    assert found["cores"] >= 1
    assert found["precision"] == "float64"
    assert found["device"].startswith(jax.devices()[0].platform)
    assert found["environment"]["OMP_NUM_THREADS"] == "3"
