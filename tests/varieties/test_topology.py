import math

import numpy as np
import pytest

from g2links.errors import InputError
from g2links.varieties.catalogue import SHOWN, conifold_modulus, dwork, fermat_family, from_catalogue
from g2links.varieties.topology import milnor_series, topology, vafa_polynomial


@pytest.mark.parametrize(
    ("weights", "h11", "h21", "polynomial"),
    [
        ((1, 1, 1, 1, 1), 1, 101, 101),
        ((1, 1, 2, 2, 2), 2, 86, 83),
        ((1, 1, 1, 1, 4), 1, 149, 149),
        ((1, 1, 1, 2, 5), 1, 145, 145),
        ((1, 1, 2, 2, 6), 2, 128, 126),
        ((1, 1, 12, 28, 42), 11, 491, 491),
    ],
)
def test_published_hodge_numbers(weights, h11, h21, polynomial):
    """Candelas, de la Ossa, Font, Katz and Morrison (hep-th/9308083) for the two-parameter models; Klemm and Theisen
    (hep-th/9205041) for the one-parameter ones."""
    found = topology(weights)
    assert (found.h11, found.h21, found.polynomial_deformations) == (h11, h21, polynomial)
    assert found.euler == 2 * (h11 - h21)


def test_the_ring_of_the_quintic_is_its_hodge_diamond():
    ring = vafa_polynomial((1, 1, 1, 1, 1))
    assert {k: v for k, v in ring.items() if v} == {
        (0, 0): 1, (1, 1): 101, (2, 2): 101, (3, 3): 1, (3, 0): 1, (2, 1): 1, (1, 2): 1, (0, 3): 1,
    }  # fmt: skip


@pytest.mark.parametrize("weights", [(1, 1, 1, 1, 1), (1, 1, 2, 2, 6), (1, 2, 3, 3, 3)])
def test_milnor_algebra_and_betti_numbers(weights):
    """Its dimension is the Milnor number, it is symmetric, and b3 counts the eigenvalue 1 of the monodromy."""
    degree, found = sum(weights), topology(weights)
    series = milnor_series(weights, degree)
    assert sum(series) == found.milnor_number == round(math.prod(degree / w - 1 for w in weights))
    assert series == series[::-1]
    assert found.betti[3] == 2 * (1 + found.polynomial_deformations) == found.betti[4]
    assert sum((-1) ** k * b for k, b in enumerate(found.betti)) == 0


def test_betti_numbers_of_the_quintic_link():
    assert topology((1, 1, 1, 1, 1)).betti == (1, 0, 0, 204, 204, 0, 0, 1)


def test_orbifold_strata():
    assert topology((1, 1, 1, 1, 4)).strata == topology((1, 1, 1, 2, 5)).strata == ()
    (curve,) = topology((1, 1, 2, 2, 6)).strata
    assert (curve.order, curve.variables, curve.dimension) == (2, (2, 3, 4), 1)
    assert [s.dimension for s in topology((1, 1, 12, 28, 42)).strata] == [1, 0, 0, 0]


def test_catalogue_names():
    for name in SHOWN:
        f = from_catalogue(name)
        assert (len(f.terms) == f.variables) == ("(" not in name)
        assert all(f.degree % w == 0 for w in f.weights)
    assert from_catalogue("dwork(0.3+0.1j)").terms == dwork(0.3 + 0.1j).terms
    assert from_catalogue(" p11226 ( 0.1 )".replace(" (", "(")).coefficients[1] == pytest.approx(-1.2)
    for wrong in ("sextic", "fermat_quintic(0.1)", "p11222(x)", "p11222(0.1"):
        with pytest.raises(InputError, match=r"catalogue has|complex number"):
            from_catalogue(wrong)
    with pytest.raises(InputError, match="divide their sum"):
        fermat_family((1, 1, 1, 1, 3), 0.0, "no Fermat type")


@pytest.mark.parametrize("weights", [(1, 1, 1, 1, 1), (1, 1, 1, 2, 5)])
def test_the_families_are_singular_at_the_modulus_that_is_stated(weights):
    """At z_i^{d/w_i} = w_i ψ Πz all derivatives vanish; |z_i|^d = (w_i c)^{w_i} with c = |ψ Πz| free by scaling."""
    psi = conifold_modulus(weights)
    f = fermat_family(weights, psi, "f")
    z = np.array([w ** (w / f.degree) for w in weights])
    z = z * (psi * np.prod(z)) ** (np.array(weights) / f.degree)
    assert np.max(np.abs(f.gradient(z.astype(complex)))) < 1e-12
