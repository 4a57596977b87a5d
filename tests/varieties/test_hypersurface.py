"""What hypersurfaces in weighted spaces have that others have not."""

import pytest

from g2links.workflow.polynomials import resolve_variety


@pytest.mark.parametrize(
    ("polynomial", "weights", "order"),
    [
        ("fermat_quintic", None, 1),
        ("p11125", None, 1),  # z3 and z4 alone do not vanish together
        ("p11222", None, 2),
        ("z0^18 + z1^18 + z2^18 + z3^3 + z4^2", (1, 1, 1, 6, 9), 3),
        ("z0^7 + z1^7 + z2^7 + z3^7 + z4^2*z0", (1, 1, 1, 1, 3), 3),  # z4 alone does
        ("z0^84 + z1^84 + z2^7 + z3^3 + z4^2", (1, 1, 12, 28, 42), 14),
    ],
)
def test_the_largest_isotropy(polynomial, weights, order):
    assert resolve_variety(polynomial, weights).largest_isotropy == order
