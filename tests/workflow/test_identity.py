"""What tells one run from another is what its inputs say, not what they are called: so an interrupted run is resumed by
the same inputs only."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from g2links.errors import ArtefactError
from g2links.storage.layout import Home
from g2links.storage.models import find_cy
from g2links.workflow import fit, pipeline, plan, train, training_run
from tests.cli.commands import run
from tests.faults.test_bad_inputs import SAVED
from tests.storage.test_model_values import with_weights

WEIGHTS = "name: given\nweights: [1, 1, 1, 1, 1]\nmonomials:\n"


@pytest.fixture
def home(tmp_path):
    return shutil.copytree(SAVED, tmp_path / "home")


@pytest.fixture
def identity(monkeypatch):
    """What a run is known by: it is asked for where the run is claimed, which ends the command here."""
    seen = []

    def claimed(*arguments, **_options):
        seen.append(arguments[-1])
        raise ArtefactError("claimed")

    for module, name in ((fit, "claim_run"), (training_run, "claim_run"), (pipeline, "Journal")):
        monkeypatch.setattr(module, name, claimed)

    def ask(words, home):
        assert run([*words, "--home", str(home)]) == 2
        return seen.pop()

    return ask


@pytest.mark.usefixtures("as_users_run")
def test_a_model_to_go_on_from_is_known_by_its_content(home, tmp_path, identity, monkeypatch):
    nothing = SimpleNamespace(origin={}, resolved=lambda chosen: chosen)
    monkeypatch.setattr(train, "read_training_data", lambda *_: nothing)
    file = Path(shutil.copy(home / "models/link_models/3form_run1.keras", tmp_path / "start.keras"))
    words = ["train", "--architecture", "direct", "--saved-model", str(file)]
    before = identity(words, home)
    assert identity(words, home) == before
    with_weights(file, 0.5)
    after = identity(words, home)
    assert {key for key in before if before[key] != after[key]} == {"saved_model_sha256"}


def test_a_metric_to_go_on_from_is_known_by_its_content(home, identity):
    found = identity(["cy", "--start-from", "1", "--n-points", "3000", "--degree", "6"], home)
    assert found["start_from"] == {"sha256": find_cy(Home(home), 1).sha256}


def polynomial(path: Path, last: str) -> Path:
    powers = [[5 * (i == j) for j in range(5)] for i in range(5)]
    coefficients = ["1", "1", "1", "1", last]
    terms = "".join(f"  - [{c}, {e}]\n" for c, e in zip(coefficients, powers, strict=True))
    path.write_text(WEIGHTS + terms)
    return path


def test_a_pipeline_knows_polynomial_and_hyperparameters_by_their_content(home, tmp_path, identity, monkeypatch):
    monkeypatch.setattr(plan.Plan, "require_sensible", lambda *_: None)  # which takes seconds
    first, second = polynomial(tmp_path / "a.yaml", "1"), polynomial(tmp_path / "b.yaml", "1")
    known = identity(["pipeline", "--polynomial", str(first)], home)
    assert identity(["pipeline", "--polynomial", str(second)], home) == known
    assert identity(["pipeline", "--polynomial", str(polynomial(first, "2"))], home) != known
    (home / "hyperparameters").mkdir()
    (home / "hyperparameters/hps.yaml").write_text("tasks:\n  3form: {epochs: 3}\n")
    third = identity(["pipeline", "--polynomial", str(second)], home)
    assert third != known
    (home / "hyperparameters/hps.yaml").write_text("tasks:\n  3form: {epochs: 4}\n")
    assert identity(["pipeline", "--polynomial", str(second)], home) not in (third, known)
