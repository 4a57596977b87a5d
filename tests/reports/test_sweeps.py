"""Pictures of sweeps."""

import pytest

from g2links.errors import InputError
from g2links.reports.sweeps import plot_columns

ROWS = [
    {"task": 1, "polynomial": "a", "sigma": 1e-5, "volume": 3.0, "volume_error": 0.1},
    {"task": 2, "polynomial": "a long name of one", "sigma": 1e-2, "volume": 4.0, "volume_error": 0.1},
    {"task": 3, "polynomial": "c", "sigma": None, "volume": None, "volume_error": None},
]


@pytest.mark.parametrize(("x", "y"), [("task", "sigma"), ("polynomial", "volume"), ("volume", "polynomial")])
def test_one_column_against_another(x, y, tmp_path):
    assert plot_columns(tmp_path / "plot.png", ROWS, x, y) == 2
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="task sigma"):
        plot_columns(tmp_path / "plot.png", ROWS[2:], "task", "sigma")
    assert not list(tmp_path.iterdir())
