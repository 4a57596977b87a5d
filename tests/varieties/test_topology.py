import numpy as np
import pytest

from g2links.errors import InputError
from g2links.varieties.catalogue import SHOWN, conifold_modulus, dwork, fermat_family, from_catalogue
from g2links.varieties.topology import orbifold_strata


def test_orbifold_strata():
    assert orbifold_strata((1, 1, 1, 1, 4)) == orbifold_strata((1, 1, 1, 2, 5)) == ()
    (curve,) = orbifold_strata((1, 1, 2, 2, 6))
    assert (curve.order, curve.variables, curve.dimension) == (2, (2, 3, 4), 1)
    assert [s.dimension for s in orbifold_strata((1, 1, 12, 28, 42))] == [1, 0, 0, 0]


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
