"""Runs of version 0.1 load, with the same values: `version_0_1` holds a small one of step 1 and one of step 3."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import g2links
from g2links.errors import ArtefactError
from g2links.varieties.real_points import real_points
from tests.cli.commands import run

SAVED = Path(__file__).parent / "version_0_1"
POINTS = np.array([[1, -1, 0.5, -0.5, 0], [1, np.exp(1j * np.pi / 5), 0.3 + 0.2j, -0.3 - 0.2j, 0]])


@pytest.fixture
def home(tmp_path):
    return shutil.copytree(SAVED, tmp_path / "home")


def test_the_metric_and_the_network_are_what_they_were(home):
    """Numbers that version 0.1 printed for these points."""
    g = np.asarray(g2links.load_cy(1, home=home)(real_points(POINTS)))
    np.testing.assert_allclose(np.linalg.det(g).real, [0.0218289434364722, 0.021868186623480796], rtol=1e-12)
    phi = np.asarray(g2links.load_link_model("3form", 1, home=home)(real_points(POINTS)))
    np.testing.assert_allclose(np.linalg.norm(phi, axis=1), [1.297990692360951, 1.2867626402736572], rtol=1e-12)


def test_the_commands_take_them(home, capsys):
    assert run(["runs", "list", "--home", str(home)]) == 0
    assert {"cy_metric_model_run1", "3form_run1"} <= set(capsys.readouterr().out.split())
    assert run(["check", "kahlerity", "--n-points", "5", "--home", str(home)]) == 0


def test_points_that_are_gone_are_named(home):
    with pytest.raises(ArtefactError, match="cy_points_run1"):
        g2links.open_run(home, 1)
