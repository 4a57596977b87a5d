"""Sizes of quick runs follow the polynomial."""

import pytest

from g2links.ricci_flat.feature_choice import small_degree
from g2links.settings.quick_sizes import SMALL_FEATURES
from g2links.workflow.plan import fit_options
from g2links.workflow.polynomials import resolve_variety


@pytest.mark.parametrize(("name", "degree"), [("fermat_quintic", 6), ("p11125", 16), ("p11226", 15)])
def test_the_degree_of_a_quick_run(name, degree):
    """For weights 1 one degree for all; for others that of at most 250 features."""
    variety = resolve_variety(name, None)
    options = fit_options(variety, {}, quick=True)
    assert options.degree == degree
    assert options.family(variety).ansatz.unknowns <= SMALL_FEATURES
    assert fit_options(variety, {"degree": 3}, quick=True).degree == 3


def test_every_variable_is_reached_where_features_are_too_many():
    heavy = resolve_variety("z0^84 + z1^84 + z2^7 + z3^3 + z4^2", (1, 1, 12, 28, 42))
    assert small_degree(heavy, SMALL_FEATURES) == 43
