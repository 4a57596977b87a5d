"""Files of sweeps: axes, options, and what is refused."""

import pytest

from g2links.errors import InputError
from g2links.settings import sweep_files
from g2links.settings.sweep_files import read_sweep, sweep_name
from g2links.settings.values import require_kind

KNOWN = ("polynomial", "seed", "n_points")


def test_lists_are_axes_and_the_rest_is_common(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("seed: [0, 1]\npolynomial: [a, b]\noptions:\n  n-points: 5\n")
    plan = read_sweep(file, KNOWN)
    assert list(plan.axes.items()) == [("seed", [0, 1]), ("polynomial", ["a", "b"])]
    assert plan.common == {"n_points": 5}
    assert plan.place("n_points") == f"{file}:4: options.n-points"
    assert plan.place("polynomial") == f"{file}:2: polynomial"
    assert sweep_name(file) == "mine"
    assert read_sweep({"seed": 3}, KNOWN).common == {"seed": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sed: [1]", ["1: sed", "[1]", "'seed'"]),
        ("seed: []", ["1: seed", "[]", "at least one"]),
        ("seed: [1, 1]", ["1: seed", "got 1", "once"]),
        ("seed: [[1]]", ["1: seed", "[1]"]),
        ("options: {seed: [1]}", ["options.seed", "[1]", "axis"]),
        ("options: 3", ["options", "got 3"]),
        ("seed: 1\noptions: {seed: 2}", ["2: options.seed", "got 2", "once"]),
        ("n-points: 5\nn_points: 6", ["2: n_points", "got 6", "once"]),
        ("[]", ["got []", "n-points, polynomial, seed"]),
        ("", ["got None"]),
    ],
)
def test_refusals_name_file_key_and_value(text, words, tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as refused:
        read_sweep(file, KNOWN)
    assert not [word for word in [str(file), *words] if word not in str(refused.value)]


def test_products_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(sweep_files, "MOST_TASKS", 5)
    assert len(read_sweep({"seed": [1, 2, 3, 4, 5]}, KNOWN).axes["seed"]) == 5
    with pytest.raises(InputError, match="6 tasks"):
        read_sweep({"seed": [1, 2, 3], "polynomial": ["a", "b"]}, KNOWN)


@pytest.mark.parametrize(("kind", "value"), [(int | None, 1.5), (int, True), (float, "1"), (str, 1), (bool, 1)])
def test_kinds_are_not_converted(kind, value):
    with pytest.raises(InputError, match="field: got"):
        require_kind(kind, value, "field")
    assert require_kind(float | None, 2, "field") == 2
