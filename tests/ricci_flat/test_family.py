import numpy as np
import pytest

from g2links.errors import InputError
from g2links.ricci_flat.family import choose_family
from g2links.varieties import Polynomial, dwork, fermat_quintic
from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import exponents_of_degree

ROWS = exponents_of_degree((1, 1, 1, 1, 1), 5)
COEFFICIENTS = np.random.default_rng(0).normal(size=(len(ROWS), 2)) @ [1, 1j]
GENERIC = Polynomial(tuple((complex(c), tuple(map(int, e))) for c, e in zip(COEFFICIENTS, ROWS, strict=True)))
LOOP = "z0^4*z1+z1^4*z2+z2^4*z3+z3^4*z4+z4^5"
HEAVY = (1, 1, 12, 28, 42)


@pytest.mark.parametrize(
    ("polynomial", "kind"),
    [
        (fermat_quintic(), "algebraic"),
        (dwork(-10), "algebraic"),
        (from_catalogue("p11226"), "algebraic"),
        (Polynomial(LOOP), "algebraic"),
        (Polynomial(LOOP + "+z0^2*z3^3"), "hermitian"),
        (GENERIC, "hermitian"),
        (Polynomial("z0^4+z1^4+z2^4+z3^4+z0^2*z1*z2+0.5*z1^3*z3"), "hermitian"),
    ],
)
def test_auto_takes_the_algebraic_family(polynomial, kind):
    variety = WeightedHypersurface(polynomial)
    family = choose_family(variety)
    assert family.kind == kind
    assert family.ansatz.to_config() == choose_family(variety, "algebraic").ansatz.to_config()
    assert family.reason.startswith("auto: ")
    steep = "; with powers of |df|^2, which is small near some points of V" if polynomial == dwork(-10) else ""
    assert choose_family(variety, "algebraic").reason == f"asked for{steep}"


def test_auto_takes_a_network_where_its_options_are_given():
    for options in ({"widths": (5,)}, {"activation": "gelu"}, {"optimiser": "adam"}):
        assert choose_family(WeightedHypersurface(fermat_quintic()), **options).kind == "neural"


def test_the_degree_of_features_reaches_every_coordinate():
    terms = tuple((1, tuple(84 // w * int(i == j) for j in range(5))) for i, w in enumerate(HEAVY))
    variety = WeightedHypersurface(Polynomial(terms, HEAVY))
    for ansatz, kind in (("auto", "mixed"), ("algebraic", "algebraic")):
        family = choose_family(variety, ansatz)
        assert family.kind == kind
        assert max(HEAVY) <= family.ansatz.features.degree
        assert family.ansatz.features.count <= 250
    with pytest.raises(InputError, match="none for a mixed potential"):
        choose_family(variety, "mixed", degree=43)


def test_auto_says_that_features_lack_a_heavy_coordinate():
    terms = tuple((1, tuple(84 // w * int(i == j) for j in range(5))) for i, w in enumerate(HEAVY))
    family = choose_family(WeightedHypersurface(Polynomial(terms, HEAVY)), degree=14)
    assert family.kind == "neural"
    assert "weight 42" in family.reason
    assert "poor" in family.reason


def test_an_unknown_ansatz_is_refused():
    with pytest.raises(InputError, match="auto, neural, algebraic"):
        choose_family(WeightedHypersurface(fermat_quintic()), "magic")
