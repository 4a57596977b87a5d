"""A file is judged and read from the same bytes: what takes its place meanwhile is not read."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import g2links
from g2links.errors import ArtefactError
from g2links.storage import keras_files, models
from g2links.storage.layout import Home
from tests.storage.test_model_values import SAVED, load_3form, with_weights

METRIC, NETWORK = "models/cy_models/cy_metric_model_run1.keras", "models/link_models/3form_run1.keras"


@pytest.fixture
def home(tmp_path):
    return shutil.copytree(SAVED.parent, tmp_path / "home")


def weights(model):
    return [np.asarray(weight).tobytes() for weight in model.get_weights()]


def replaced_when(monkeypatch, owner, name, path: Path, other: Path) -> None:
    """The file at `path` is another one from when this function has been called."""
    call = getattr(owner, name)

    def then_replaced(*arguments, **options):
        found = call(*arguments, **options)
        if other.exists():
            os.replace(other, path)
        return found

    monkeypatch.setattr(owner, name, then_replaced)


@pytest.mark.parametrize(("load", "name"), [(g2links.load_cy, METRIC), (load_3form, NETWORK)])
def test_keras_reads_the_bytes_that_were_judged(home, tmp_path, monkeypatch, load, name):
    expected = weights(load(home / name))
    other = with_weights(Path(shutil.copy(home / name, tmp_path / "other.keras")), 0.5)
    replaced_when(monkeypatch, keras_files, "check_weights", home / name, other)
    assert weights(load(home / name)) == expected
    assert weights(load(home / name)) != expected


@pytest.mark.parametrize(
    ("load", "name", "finder"),
    [
        (lambda home: g2links.load_cy(1, home), METRIC, "find_cy"),
        (lambda home: g2links.load_link_model("3form", 1, home), NETWORK, "find_link_run"),
    ],
)
def test_a_run_that_is_replaced_after_it_was_found_is_refused(home, tmp_path, monkeypatch, load, name, finder):
    other = with_weights(Path(shutil.copy(home / name, tmp_path / "other.keras")), 0.5)
    replaced_when(monkeypatch, models, finder, home / name, other)
    with pytest.raises(ArtefactError, match="damaged or altered: its sha256 is not the one that was noted"):
        load(home)


def test_a_model_of_another_checksum_is_refused(home):
    run = models.find_cy(Home(home), 1)
    with_weights(run.model_path, 0.5)
    with pytest.raises(ArtefactError, match="sha256"):
        g2links.load_cy(run.model_path, sha256=run.sha256)
    assert g2links.load_cy(run.model_path).normalisation > 0
