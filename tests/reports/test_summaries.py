"""What a step says of itself."""

from g2links.reports.summaries import _point


def test_a_point_is_shown_without_rounding_residues():
    z = [[-1.0, -6.866e-41], [0.123456789, 0.5], [7.04e-09, -1.3e-08], [0.0, -0.25], [1e-3, 2e-3]]
    assert _point(z) == "[-1, 0.1235+0.5j, 0, -0.25j, 0.001+0.002j]"
    assert _point([[300.0, 0.0], [0.004, 123.456]]) == "[300, 123.46j]"
