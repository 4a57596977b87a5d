"""What runs that were given up have left goes with the next run."""

import importlib

from g2links.cli.session import FAILED
from g2links.errors import TrainingError
from g2links.storage.cy_points import points_path
from g2links.storage.layout import Home
from tests.cli.commands import SMALL_CY, run


def test_points_of_a_run_that_is_gone_go_with_the_next_one(tmp_path, monkeypatch):
    home = Home(tmp_path)
    home.make(home.cy_data)
    points_path(home, 7).touch()

    def ended(*_arguments):
        raise TrainingError("stopped here")

    monkeypatch.setattr(importlib.import_module("g2links.workflow.fit"), "draw_points", ended)
    assert run(["cy", *SMALL_CY, "--home", str(tmp_path)]) == FAILED
    assert not list(home.cy_data.iterdir())
