import numpy as np

from g2links.kahler.finite_field import PRIME, first_independent_rows, from_gaussian_integer, square_root_of_minus_one


def test_square_root_of_minus_one():
    root = square_root_of_minus_one()
    assert root * root % PRIME == PRIME - 1
    product = from_gaussian_integer(2 + 3j, root) * from_gaussian_integer(1 - 4j, root) % PRIME
    assert product == from_gaussian_integer((2 + 3j) * (1 - 4j), root)


def test_rows_that_depend_on_earlier_ones_are_left_out(rng):
    basis = rng.integers(0, PRIME, size=(5, 40))
    combination = (3 * basis[0] + 7 * basis[2]) % PRIME
    rows = np.array(
        [basis[0], 2 * basis[0] % PRIME, basis[1], np.zeros(40, np.int64), basis[2], combination, *basis[3:]]
    )
    assert first_independent_rows(rows) == [0, 2, 4, 6, 7]
