"""The invariants of weights against published values, and against other formulas for the same numbers."""

import math
import time

import numpy as np
import pytest

from g2links.quantities.invariants import invariants_of, invariants_table
from g2links.quantities.milnor_algebra import milnor_dimensions, milnor_number, milnor_signature, nu_invariant
from g2links.storage.weight_systems import read_weight_systems
from tests.quantities.batyrev import hodge_numbers_by_lattice_points
from tests.quantities.second_routes import (
    brieskorn_signature,
    euler_number,
    milnor_dimensions_of_a_sum_of_powers,
    signature_by_cotangents,
    vafa_polynomial,
)

FERMAT = [(1, 1, 1, 1, 1), (1, 1, 1, 1, 2), (1, 1, 2, 2, 2), (1, 1, 1, 1, 4), (1, 1, 1, 2, 5), (1, 1, 2, 2, 6)]
SOME = [*FERMAT, (1, 2, 3, 3, 3), (16, 17, 20, 21, 27), (1, 1, 12, 28, 42), (18, 27, 31, 38, 48)]


@pytest.fixture(scope="module")
def timed():
    start = time.process_time()
    return invariants_table(read_weight_systems()), time.process_time() - start


@pytest.fixture(scope="module")
def table(timed):
    return timed[0]


def test_the_quintic():
    found = invariants_of((1, 1, 1, 1, 1))
    assert (found.degree, found.milnor_number, found.signature) == (5, 1024, 340)
    assert (found.h11, found.h21, found.euler, found.basic_h21) == (1, 101, -200, 101)
    assert found.betti == (1, 0, 0, 204, 204, 0, 0, 1)
    assert found.nu == 5


@pytest.mark.parametrize(
    ("weights", "h11", "h21", "basic"),
    [
        ((1, 1, 2, 2, 2), 2, 86, 83),
        ((1, 1, 1, 1, 2), 1, 103, 103),
        ((1, 1, 1, 1, 4), 1, 149, 149),
        ((1, 1, 1, 2, 5), 1, 145, 145),
        ((1, 1, 2, 2, 6), 2, 128, 126),
        ((1, 1, 12, 28, 42), 11, 491, 491),
    ],
)
def test_published_hodge_numbers(weights, h11, h21, basic):
    """Candelas, de la Ossa, Font, Katz and Morrison (hep-th/9308083) for the two-parameter models; Klemm and Theisen
    (hep-th/9205041) for the one-parameter ones."""
    found = invariants_of(weights)
    assert (found.h11, found.h21, found.basic_h21) == (h11, h21, basic)


@pytest.mark.parametrize(("weights", "nu"), [*zip(FERMAT, (5, 45, 31, 47, 37, 29), strict=True)])
def test_nu_of_sums_of_powers_by_the_signature_of_brieskorn(weights, nu):
    exponents = tuple(sum(weights) // w for w in weights)
    signature = brieskorn_signature(exponents)
    assert milnor_signature(milnor_dimensions(weights)) == signature
    assert invariants_of(weights).nu == nu == (1 + math.prod(a - 1 for a in exponents) - 3 * signature) % 48


def test_nu_of_other_lifts_differs():
    assert nu_invariant(1024, 340) == nu_invariant(1024, 340 + 16) == nu_invariant(1024 + 48, 340)
    assert nu_invariant(1024, -340) != nu_invariant(1024, 340)


@pytest.mark.parametrize("weights", FERMAT)
def test_the_milnor_algebra_of_a_sum_of_powers(weights):
    counted = milnor_dimensions_of_a_sum_of_powers([sum(weights) // w for w in weights], weights)
    assert milnor_dimensions(weights).tolist() == counted


@pytest.mark.parametrize("weights", SOME)
def test_hodge_numbers_are_those_of_the_whole_formula_of_vafa(weights):
    ring = vafa_polynomial(weights)
    found = invariants_of(weights)
    assert (ring[2, 1], ring[1, 1]) == (found.h11, found.h21)
    assert (ring[1, 2], ring[2, 2]) == (found.h11, found.h21)
    assert [ring[i, j] for i, j in ((0, 0), (3, 3), (3, 0), (0, 3))] == [1] * 4


def test_hodge_numbers_by_lattice_points_of_reflexive_polytopes():
    """All systems with w_0 = 1 of degree up to 50; 1,036 of degree up to 153 were compared once, in 45 s."""
    systems = [weights for weights in read_weight_systems() if weights[0] == 1 and sum(weights) <= 50]
    assert len(systems) > 400
    for weights in systems:
        found = invariants_of(weights)
        assert hodge_numbers_by_lattice_points(weights) == (found.h11, found.h21), weights


def test_the_table_of_all_systems_in_time(timed):
    found, seconds = timed
    assert seconds < 15  # 2 s alone on one core; 60 s is the limit
    assert found["weights"].shape == (7555, 5)
    assert found["betti"].shape == (7555, 8)
    assert {column.dtype for column in found.values()} == {np.dtype(np.int64)}
    assert found["weights"].tolist() == [list(weights) for weights in read_weight_systems()]


def test_the_numbers_of_all_systems_fit_together(table):
    b3, h21 = table["betti"][:, 3], table["basic_h21"]
    assert np.all(table["nu"] % 2 == 1)
    assert np.all((table["nu"] >= 0) & (table["nu"] < 48))
    assert np.array_equal(b3, 2 * (1 + h21))
    assert np.all(table["h21"] >= h21)
    assert np.all(table["h11"] >= 1)
    assert np.array_equal(table["betti"] @ (-1) ** np.arange(8), np.zeros(7555))


def test_milnor_numbers_are_the_dimensions_of_the_algebras(table):
    for weights, mu in zip(read_weight_systems(), table["milnor_number"].tolist(), strict=True):
        dimensions = milnor_dimensions(weights)
        assert dimensions.sum() == mu == milnor_number(weights)
        assert np.array_equal(dimensions, dimensions[::-1])


def test_euler_numbers_of_all_systems_by_fixed_points(table):
    assert [euler_number(weights) for weights in read_weight_systems()] == table["euler"].tolist()


def test_signatures_of_all_systems_by_cotangents(table):
    assert [signature_by_cotangents(weights) for weights in read_weight_systems()] == table["signature"].tolist()


def test_what_is_known_of_the_whole_list(table):
    """2,780 pairs of Hodge numbers, with |χ| <= 960 (He, The Calabi-Yau landscape, arXiv:1812.02893)."""
    pairs = set(zip(table["h11"].tolist(), table["h21"].tolist(), strict=True))
    assert len(pairs) == 2780
    assert (table["euler"].min(), table["euler"].max()) == (-960, 960)
    assert (table["h11"].max(), table["h21"].max()) == (491, 491)
