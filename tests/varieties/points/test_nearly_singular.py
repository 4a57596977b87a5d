"""Where the gradient of f is smallest, against the nodes of Dwork's quintic at ψ = 1."""

import numpy as np
import pytest

from g2links.varieties.points.nearly_singular import flattest
from g2links.varieties.points.special import special_points
from g2links.varieties.real_points import require_on_variety
from g2links.workflow.polynomials import resolve_variety


def test_near_the_nodes_of_the_conifold():
    """At ψ = 1 these are the points whose coordinates are fifth roots of unity with product 1."""
    variety = resolve_variety("dwork(0.999)")
    found = flattest(variety)
    assert found is not None
    assert found.nearly_singular
    require_on_variety(variety, found.z)
    relative = found.z / found.z[:, :1]
    phases = np.angle(relative) * 5 / (2 * np.pi)
    assert np.max(np.abs(np.abs(relative) - 1)) < 0.1
    assert np.max(np.abs(phases - np.round(phases))) < 0.1
    assert np.all(np.sum(np.round(phases), axis=1) % 5 == 0)


def test_the_share_falls_towards_the_conifold():
    shares = [flattest(resolve_variety(f"dwork({psi})")).share for psi in (0.0, 0.5, 0.9, 0.99)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1.0
    assert shares[1] > 0.5 > shares[2]


def test_they_are_special_where_there_are_any():
    near, far = (special_points(resolve_variety(f"dwork({psi})")).z for psi in (0.99, 0.3))
    assert len(near) == len(far) + 10


@pytest.mark.parametrize(("text", "weights"), [("p11222", None), ("z0^18+z1^18+z2^18+z3^3+z4^2", (1, 1, 1, 6, 9))])
def test_not_for_weights_above_1(text, weights):
    assert flattest(resolve_variety(text, weights)) is None


def test_near_surfaces_of_singular_points():
    """z0 z1 z2 z3 z4 is singular where two coordinates vanish."""
    found = flattest(resolve_variety("dwork(-100)"))
    assert found.share < 0.03
    smallest = np.sort(np.abs(found.z), axis=1)
    assert np.max(smallest[:, 1]) < 0.03 < np.min(smallest[:, 2])
