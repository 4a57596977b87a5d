"""Pictures of spectra."""

import pytest

from g2links import plot
from g2links.errors import InputError


def _level(charge, eigenvalue, multiplicity, error=0.0):
    return {
        "charge": charge,
        "eigenvalue": eigenvalue,
        "multiplicity": multiplicity,
        "standard_error": error,
        "basis_error": error,
    }


def test_levels_over_the_charge(is_picture):
    figure = plot.spectrum([_level(0, 6.9, 20, 0.1), _level(1, 4.0, 5), _level(1, 4.0, 10), _level(1, 9.0, 2)])
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["20", "5 + 10", "2"]
    drawn = [line for line in axes.collections if hasattr(line, "get_segments")]
    assert [line.get_segments()[0][0, 1] for line in drawn] == [6.9, 4.0, 9.0]
    assert is_picture(figure)


def test_a_family(is_picture):
    family = {psi: [_level(0, 7.0 + psi, 20, 0.1), _level(0, 9.0 - psi, 4)] for psi in (0.4, 0.0, 0.2)}
    figure = plot.spectrum_flow(family)
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 3 and line.get_marker() == "o"]
    assert [line.get_xdata().tolist() for line in lines] == [[0.0, 0.2, 0.4]] * 2
    assert [line.get_ydata().tolist() for line in lines] == [[9.0, 8.8, 8.6], [7.0, 7.2, 7.4]]
    assert is_picture(figure)


def test_what_is_no_spectrum_is_refused():
    with pytest.raises(InputError, match="levels"):
        plot.spectrum([])
    with pytest.raises(InputError, match="levels"):
        plot.spectrum_flow({0.1: [_level(0, 1.0, 1)]})
    with pytest.raises(InputError, match="levels"):
        plot.spectrum_flow({0.1: [_level(0, 1.0, 1)], 0.2: [_level(1, 1.0, 1)]})
