import numpy as np
import pytest

from g2links.errors import PolynomialError
from g2links.varieties.catalogue import dwork, fermat_quintic
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.smooth.singularities import require_isolated_singularity, smallest_gradient
from g2links.varieties.symmetry import coordinate_permutations, exponent_lattice, in_lattice, is_real


def test_fermat_lattice_is_five_times_the_root_lattice(rng):
    basis = exponent_lattice(fermat_quintic())
    inside = 5 * rng.integers(-3, 4, size=(20, 5))
    inside[:, 4] -= inside.sum(axis=1)
    assert np.all(in_lattice(basis, inside))
    assert not np.any(in_lattice(basis, inside + np.array([1, -1, 0, 0, 0])))


def test_phase_invariance_is_what_the_lattice_says(rng):
    """The Dwork phases: z_i -> exp(2πi a_i/5) z_i with Σ a_i = 0 mod 5."""
    basis = exponent_lattice(dwork(0.5))
    difference = rng.integers(-6, 7, size=(200, 5))
    difference[:, 4] -= difference.sum(axis=1)
    phases = rng.integers(0, 5, size=(50, 5))
    phases[:, 4] = -phases[:, :4].sum(axis=1) % 5
    invariant = np.all((difference @ phases.T) % 5 == 0, axis=1)
    assert np.array_equal(in_lattice(basis, difference), invariant)


def test_permutations_and_conjugation():
    assert len(coordinate_permutations(fermat_quintic())) == 120
    f = parse_polynomial("z0^5+z1^5+z2^5+z3^5+z4^5+z0^3*z1*z2")
    assert sorted(coordinate_permutations(f)) == [
        (0, 1, 2, 3, 4),
        (0, 1, 2, 4, 3),
        (0, 2, 1, 3, 4),
        (0, 2, 1, 4, 3),
    ]
    assert is_real(f)
    assert not is_real(dwork(0.1j))


def test_smooth_members_pass():
    assert require_isolated_singularity(fermat_quintic()).proved
    assert smallest_gradient(fermat_quintic()).value > 0.1
    assert require_isolated_singularity(dwork(0.9)).minimum.value > 1e-3
    chain = parse_polynomial("z0^5+z1^5+z2^5+z3^5+z4^4*z0")  # ∂_0 = 5 z0^4 + z4^4 and ∂_4 = 4 z4^3 z0 vanish at 0 only
    assert require_isolated_singularity(chain).proved
    assert smallest_gradient(chain).value > 1e-3


@pytest.mark.parametrize(
    "f",
    [
        dwork(1.0),
        dwork(np.exp(2j * np.pi / 5)),
        parse_polynomial("z0^5+z1^5+z2^5+z3^5", (1, 1, 1, 1, 1)),
        parse_polynomial("(z0+z1+z2+z3+z4)^5"),
        parse_polynomial("z4^3*(z0^2+z1^2+z2^2+z3^2)+z0^5+z1^5+z2^5+z3^5"),
    ],
    ids=["conifold", "conifold-phase", "cone", "fifth-power", "one-node"],
)
def test_singular_polynomials_are_refused_with_a_singular_point(f):
    with pytest.raises(PolynomialError, match="singular"):
        require_isolated_singularity(f)


def test_the_point_shown_is_singular():
    f = dwork(1.0)
    minimum = smallest_gradient(f)
    assert np.max(np.abs(f.gradient(minimum.point))) < 1e-7
    assert np.max(np.abs(minimum.point)) == pytest.approx(1)
