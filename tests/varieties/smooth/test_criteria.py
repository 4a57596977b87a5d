import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g2links.errors import PolynomialError
from g2links.varieties.catalogue import SHOWN, conifold_modulus, dwork, fermat_family, from_catalogue
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.polynomial import Polynomial, exponents_of_degree, monomial_count
from g2links.varieties.smooth.criteria import is_invertible, reachable, require_monomials, require_weights
from g2links.varieties.smooth.finite_field import independent_columns, large_primes
from g2links.varieties.smooth.jacobian import jacobian_ranks
from g2links.varieties.smooth.singularities import require_isolated_singularity, smallest_gradient

P11222 = (1, 1, 2, 2, 2)
(_PRIME,) = large_primes(1)


@pytest.mark.parametrize(
    "weights",
    [
        (1, 1, 1, 1, 1),
        P11222,
        (1, 1, 1, 1, 4),
        (1, 1, 1, 2, 5),
        (1, 1, 2, 2, 6),
        (1, 1, 12, 28, 42),
        (41, 48, 51, 52, 64),
    ],
)
def test_weights_of_the_list_of_7555_pass(weights):
    require_weights(weights)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ((1, 1, 1, 1, 5), "one in z4 alone"),
        ((1, 2, 2, 2, 2), "z1, z2"),
        ((2, 2, 2, 2, 2), "common divisor 2; use"),
        ((1, 1, 1, 2, 6), "z4 alone"),
    ],
)
def test_weights_without_a_quasi_smooth_polynomial_are_refused(weights, words):
    with pytest.raises(PolynomialError, match=words):
        require_weights(weights)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("z0^8+z1^8+z2^4+z3^4", "z4 alone"),
        ("z0^8+z1^8+z2^4+z3^4+z4^2*z2*z3", "z4 alone"),
        ("z0^8+z1^8+z2^4+z3^3*z2+z4^3*z2", "z3, z4 alone"),
        ("z0^8+z1^8+z0^4*z2^2+z2^2*z3^2+z3^4+z4^4", "z2 alone"),
    ],
)
def test_monomials_that_force_singular_points_are_refused(text, words):
    f = parse_polynomial(text, P11222)
    with pytest.raises(PolynomialError, match=words):
        require_monomials(f)
    assert smallest_gradient(f).value < 1e-9


def test_sums_of_chains_and_loops_are_decided_by_their_exponents():
    chain = parse_polynomial("z0^5+z1^5+z2^5+z3^4*z2+(2-1j)*z4^4*z3")
    loop = parse_polynomial("z0^4*z1+z1^4*z2+z2^4*z0+3*z3^4*z4+z4^4*z3")
    for f in (chain, loop):
        assert is_invertible(f)
        found = require_isolated_singularity(f)
        assert found.proved
        assert smallest_gradient(f).value > 1e-3
        assert all(rank.full for rank in jacobian_ranks(f))


@pytest.mark.parametrize("name", SHOWN)
def test_the_catalogue_is_proved_quasi_smooth(name):
    f = from_catalogue(name)
    require_weights(f.weights)
    require_monomials(f)
    assert is_invertible(f) or all(rank.full for rank in jacobian_ranks(f))


def test_the_whole_decision_for_a_deformation():
    found = require_isolated_singularity(from_catalogue("p11125(0.15)"))
    assert found.proved
    assert found.minimum.value > 1e-3


@pytest.mark.parametrize("weights", [P11222, (1, 1, 2, 2, 6)])
def test_the_singular_member_of_each_family_is_refused(weights):
    f = fermat_family(weights, conifold_modulus(weights), "conifold")
    with pytest.raises(PolynomialError, match="derivatives vanish at"):
        require_isolated_singularity(f)


def test_exact_ranks_tell_singular_from_nearly_singular():
    """Also with Gaussian coefficients: z0 -> i z0 takes the conifold to i z0^5 + ... - 5i z0 z1 z2 z3 z4."""
    turned = Polynomial(((1j, (5, 0, 0, 0, 0)), *dwork(0.0).terms[1:], (-5j, (1,) * 5)))
    for f in (dwork(1.0), turned):
        assert not jacobian_ranks(f)[-1].full
    assert all(rank.full for rank in jacobian_ranks(dwork(1.0 + 1e-9)))


def test_exact_ranks_of_polynomials_with_little_symmetry(rng):
    """z0^8 + z1^8 + a random quartic of z2, z3, z4 is smooth; with a product of two quadrics it is not."""
    quadrics = [" + ".join(f"({c})*z{i}*z{j}" for (i, j), c in _quadric(rng).items()) for _ in range(3)]
    a, b, c = (f"({q})" for q in quadrics)
    singular = parse_polynomial(f"z0^8+z1^8+{a}*{b}", P11222)
    smooth = parse_polynomial(f"z0^8+z1^8+{a}*{b}+{c}^2+z2^4-2*z3^4+3*z4^4", P11222)
    assert all(rank.full for rank in jacobian_ranks(smooth))
    assert not jacobian_ranks(singular)[-1].full
    with pytest.raises(PolynomialError, match="derivatives vanish at"):
        require_isolated_singularity(singular)


def _quadric(rng):
    pairs = [(i, j) for i in (2, 3, 4) for j in range(i, 5)]
    return {pair: int(c) for pair, c in zip(pairs, rng.integers(1, 50, size=6), strict=True)}


def test_elimination_modulo_a_prime_against_exact_ranks(rng):
    for size, rank in ((30, 30), (30, 29), (7, 3)):
        left, right = rng.integers(0, 50, size=(40, rank)), rng.integers(0, 50, size=(rank, size))
        matrix = (left @ right % _PRIME).astype(float)
        assert len(independent_columns(matrix, _PRIME)) == rank


@given(st.lists(st.integers(1, 9), min_size=5, max_size=5), st.integers(0, 30))
def test_lists_of_monomials(weights, degree):
    table = exponents_of_degree(tuple(weights), degree)
    assert len(table) == monomial_count(tuple(weights), degree) == len(set(map(tuple, table.tolist())))
    assert np.all(table @ np.array(weights) == degree)
    assert np.all(table >= 0)
    assert reachable(tuple(weights), degree) >> degree & 1 == (len(table) > 0)


def test_monomials_against_brute_force():
    wanted = [e for e in itertools.product(range(7), repeat=5) if np.dot(e, (1, 1, 2, 2, 6)) == 6]
    assert exponents_of_degree((1, 1, 2, 2, 6), 6).tolist() == sorted(map(list, wanted))
