import numpy as np

from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.smooth.finite_field import (
    PRIME,
    first_independent_rows,
    image,
    monomials_in_field,
    points_with_conjugates,
    square_root_of_minus_one,
)


def test_square_root_of_minus_one():
    root = square_root_of_minus_one()
    assert root * root % PRIME == PRIME - 1
    product = image(2 + 3j, root) * image(1 - 4j, root) % PRIME
    assert product == image((2 + 3j) * (1 - 4j), root)


def test_rows_that_depend_on_earlier_ones_are_left_out(rng):
    basis = rng.integers(0, PRIME, size=(5, 40))
    combination = (3 * basis[0] + 7 * basis[2]) % PRIME
    rows = np.array(
        [basis[0], 2 * basis[0] % PRIME, basis[1], np.zeros(40, np.int64), basis[2], combination, *basis[3:]]
    )
    assert first_independent_rows(rows) == [0, 2, 4, 6, 7]


def test_many_rows(rng):
    basis = rng.integers(0, PRIME, size=(150, 200))
    twice = np.repeat(basis, 2, axis=0) * np.tile([1, 5], 150)[:, None] % PRIME
    assert first_independent_rows(twice) == list(range(0, 300, 2))


def test_points_are_zeros_of_f_and_of_its_conjugate():
    f = from_catalogue("dwork(0.5-0.25j)")
    points = points_with_conjugates(f, 20, 3)
    root = square_root_of_minus_one()
    for imaginary, part in ((root, points[:, :5]), (PRIME - root, points[:, 5:])):
        coefficients = np.array([image(c, imaginary) for c in f.coefficients])
        assert not np.any(coefficients @ monomials_in_field(f.exponents, part) % PRIME)
    assert image(0.75 - 0.5j, root) * 4 % PRIME == (3 - 2 * root) % PRIME
