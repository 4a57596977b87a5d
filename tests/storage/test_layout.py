"""A home that goes away while a command works in it is not made again."""

import shutil

import pytest

from g2links.errors import ArtefactError
from g2links.storage.checkpoints import Checkpoints
from g2links.storage.layout import Home


@pytest.mark.parametrize("there", [True, False])
def test_a_home_is_made_once(tmp_path, there):
    path = tmp_path if there else tmp_path / "new"
    home = Home(path)
    home.make(home.plots)
    shutil.rmtree(path)
    with pytest.raises(ArtefactError, match="no such folder: it has gone away while a command worked in it"):
        home.make(home.cy_data)
    assert not path.exists()


def test_nor_is_a_run_that_is_taken_away_from_its_checkpoints(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    checkpoints = Checkpoints(folder / "work")
    checkpoints.save(1, {}, {})
    shutil.rmtree(folder)
    with pytest.raises(ArtefactError, match="no such folder: it has gone away while a run worked in it"):
        checkpoints.save(2, {}, {})
    assert not folder.exists()
