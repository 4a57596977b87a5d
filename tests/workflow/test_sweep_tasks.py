"""The tasks of a sweep, before any work."""

from math import prod

import pytest

from g2links.storage.layout import Home
from g2links.workflow.sweep_tasks import SweepTask, sweep_tasks
from tests.cli.commands import run


def test_the_product_in_its_order(tmp_path):
    given = {"polynomial": ["dwork(0.1)", "p11222"], "seed": [0, 1], "options": {"n-points": 500, "widths": "3 4"}}
    axes, tasks = sweep_tasks(given, Home(tmp_path))
    assert axes == ["polynomial", "seed"]
    assert [tuple(task.axes.values()) for task in tasks] == [
        ("dwork(0.1)", 0), ("dwork(0.1)", 1), ("p11222", 0), ("p11222", 1),
    ]  # fmt: skip
    assert [task.number for task in tasks] == [1, 2, 3, 4]
    assert len({task.key for task in tasks}) == 4
    variety, options = tasks[3].resolved()
    assert (variety.weights, options.seed, options.n_points, options.widths) == ((1, 1, 2, 2, 2), 1, 500, (3, 4))


def test_every_fermat_polynomial(tmp_path):
    for given in ({"polynomial": "every-fermat"}, {"polynomial": ["every-fermat"], "seed": 0}):
        axes, tasks = sweep_tasks(given, Home(tmp_path))
        assert (axes, len(tasks)) == (["polynomial"], 147)
    varieties = [task.resolved()[0] for task in tasks]
    assert len({variety.weights for variety in varieties}) == 147
    assert all(len(v.polynomial.terms) == 5 and prod(v.weights) > 0 for v in varieties)
    assert all(v.degree % w == 0 for v in varieties for w in v.weights)
    mixed = sweep_tasks({"polynomial": ["dwork(0.1)", "every-fermat"], "seed": [0, 1]}, Home(tmp_path))[1]
    assert len(mixed) == 2 * 148


def test_the_key_is_of_all_that_a_result_depends_on(tmp_path):
    def key(**options: object) -> str:
        (task,) = sweep_tasks({"polynomial": "p11222", "options": options}, Home(tmp_path))[1]
        return task.key

    assert key() == key()
    others = [{"seed": 1}, {"quick": True}, {"time-limit": 5.0}, {"n-points": 500}, {"require-sigma": 0.5}]
    assert len({key(), *(key(**other) for other in others)}) == 1 + len(others)
    assert sweep_tasks({"seed": [0]}, Home(tmp_path))[1][0] == SweepTask(
        1, {"seed": 0}, sweep_tasks({"polynomial": "fermat_quintic"}, Home(tmp_path))[1][0].variety, {"seed": 0}
    )


REFUSED = [
    ("polynomial: [dwork(0.1), x]", ["1: polynomial", "'x'"]),
    ("polynomial: [dwork(nan)]", ["1: polynomial", "'dwork(nan)'"]),
    ("polynomial: [nowhere.yaml]", ["nowhere.yaml", "no such file"]),
    ('polynomial: every-fermat\nweights: "1 1 1 1 1"', ["2: weights", "(1, 1, 1, 1, 1)", "every-fermat"]),
    ('weights: ["1 1 1"]', ["1: weights", "(1, 1, 1)"]),
    ("seed: [0, a]", ["1: seed", "'a'", "a whole number"]),
    ("seed: [-1]", ["1: seed", "-1", "at least 0"]),
    ("options: {degree: 1.5}", ["1: options.degree", "1.5", "a whole number"]),
    ("options:\n  quick: 3", ["2: options.quick", "got 3", "true or false"]),
    ("ansatz: [auto, foo]", ["1: ansatz", "'foo'", "algebraic"]),
    ("options: {time-limit: .nan}", ["options.time-limit", "nan"]),
    ("options: {learning-rate: .inf}", ["options.learning-rate", "inf"]),
    ('options: {widths: "3,x"}', ["options.widths", "'3,x'"]),
    ("options: {n-points: 99999999999999}", ["options.n-points", "99999999999999", "memory"]),
    ("options: {start-from: 3}", ["options.start-from", "got 3"]),
    ("options: {home: x}", ["options.home", "'x'", "no such option"]),
    ("polynomial: [z0^5+z1^5+z2^5+z3^5+z4^5, fermat_quintic]", ["1: polynomial", "task 1 is the same"]),
    ("polynomial: [p11222, every-fermat]", ["1: polynomial", "task 1 is the same"]),
    ("seed: [1", ["bad.yaml:"]),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_cannot_be_is_refused_before_any_work(text, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text(text)
    (tmp_path / "models/cy_models").mkdir(parents=True)
    assert run(["sweep", "bad.yaml"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("g2links: error: ")
    assert said.count("\n") == 1
    assert not [word for word in words if word not in said], said
    assert not (tmp_path / "sweeps").exists()
