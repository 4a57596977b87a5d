import numpy as np
import pytest

from g2links.calculus.quadrature import gauss_rule, sobol_rule


def test_gauss_is_exact_to_degree_2m_minus_1_in_each_parameter():
    nodes, weights = gauss_rule([(-1, 2), (0, 3)], (3, 5))
    assert weights.sum() == pytest.approx(9, rel=1e-14)
    assert weights @ (nodes[:, 0] ** 5 * nodes[:, 1] ** 9) == pytest.approx(63 / 6 * 3**10 / 10, rel=1e-13)
    assert weights @ nodes[:, 0] ** 6 != pytest.approx(3 * 129 / 7, rel=1e-6)


def test_the_error_of_sobol_is_that_of_its_parts_and_falls_faster_than_that_of_random_points(rng):
    def spread(n):
        nodes, weights, parts = sobol_rule([(0, 1)] * 3, n, 7)
        values = np.bincount(parts, weights * np.exp(nodes.sum(axis=1)))
        return values.sum() - (np.e - 1) ** 3, np.std(values, ddof=1) * np.sqrt(len(values))

    (first, first_error), (second, second_error) = spread(1024), spread(16384)
    assert abs(first) < 4 * first_error
    assert abs(second) < 4 * second_error
    assert second_error < first_error / 8
