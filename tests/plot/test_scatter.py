"""Pictures of sweeps."""

import pytest

from g2links import plot
from g2links.errors import InputError

ROWS = [
    {"task": 1, "polynomial": "a", "sigma": 1e-5, "volume": 3.0, "volume_error": 0.1},
    {"task": 2, "polynomial": "a long name of one", "sigma": 1e-2, "volume": 4.0, "volume_error": 0.1},
    {"task": 3, "polynomial": "c", "sigma": None, "volume": None, "volume_error": None},
]


@pytest.mark.parametrize(("x", "y"), [("task", "sigma"), ("polynomial", "volume"), ("volume", "polynomial")])
def test_one_column_against_another(x, y, is_picture):
    figure = plot.columns(ROWS, x, y)
    line = figure.axes[0].lines[0]
    assert list(line.get_xdata()) == [row[x] for row in ROWS[:2]]
    assert list(line.get_ydata()) == [row[y] for row in ROWS[:2]]
    assert (figure.axes[0].get_yscale() == "log") == (y == "sigma")
    assert is_picture(figure)


def test_lines_of_a_third_column():
    rows = [{"degree": d, "n": n, "sigma": d * n} for n in (1000, 2000) for d in (3, 1, 2)]
    lines = plot.columns(rows, "degree", "sigma", by="n").axes[0].lines
    assert [line.get_xdata().tolist() for line in lines] == [[1, 2, 3], [1, 2, 3]]
    assert all(tick == int(tick) for tick in lines[0].axes.get_xticks())
    assert [line.get_ydata().tolist() for line in lines] == [[1000, 2000, 3000], [2000, 4000, 6000]]
    assert {line.get_linestyle() for line in lines} == {"-"}


def test_a_picture_of_nothing_is_refused():
    with pytest.raises(InputError, match="task sigma"):
        plot.columns(ROWS[2:], "task", "sigma")
