import math

import numpy as np
import pytest

from g2links.errors import PolynomialError
from g2links.varieties import weight_systems as module
from g2links.varieties.smooth.criteria import failing_stratum, monomials_of_degree
from g2links.varieties.weight_systems import COUNT, sparse_member, weight_systems
from tests.documents import blocks


@pytest.mark.usefixtures("as_users_run")
@pytest.mark.parametrize("highest", [30, 60])
def test_all_up_to_a_degree_are_those_of_a_search_through_all_weights(highest):
    found = set()
    for degree in range(5, highest + 1):
        for weights in _ascending(degree, 5, 1):
            if math.gcd(*weights) > 1 or not all(_points_somewhere(weights, i) for i in range(5)):
                continue
            if failing_stratum(monomials_of_degree(weights), 5) is None:
                found.add(weights)
    assert found == {weights for weights in weight_systems() if sum(weights) <= highest}


def test_the_number_and_the_ends_of_the_list_are_those_that_are_known():
    systems = weight_systems()
    assert len(set(systems)) == COUNT
    assert systems[0] == (1, 1, 1, 1, 1)
    assert systems[-1] == (41, 42, 498, 1162, 1743)


def test_a_lost_system_is_noticed(monkeypatch):
    monkeypatch.setattr(module, "_equations", lambda: np.eye(5, dtype=int)[None] * 5)
    with pytest.raises(ArithmeticError, match="there are 7555"):
        weight_systems.__wrapped__()


def test_sparse_members_have_a_monomial_for_each_variable_and_are_smooth():
    for weights in ((1, 1, 1, 1, 1), (1, 1, 2, 8, 12), *weight_systems()[::900]):
        polynomial = sparse_member(weights)
        assert polynomial.degree == sum(weights)
        assert 5 <= len(polynomial.terms) <= 8
    with pytest.raises(PolynomialError, match="z4 alone"):
        sparse_member((1, 1, 1, 1, 5))


def test_the_page_on_weights_runs_as_it_stands(capsys):
    (code,) = blocks("docs/weights.md", "python")
    exec(compile(code, "weights.md", "exec"), {})
    weights = weight_systems()[1000]
    assert capsys.readouterr().out == f"{weights} {sparse_member(weights)}\n"


def _points_somewhere(weights, i):
    """The criterion for z_i alone, which most weights fail."""
    return any((sum(weights) - (w if j != i else 0)) % weights[i] == 0 for j, w in enumerate(weights))


def _ascending(total, parts, least):
    if parts == 1:
        yield (total,)
        return
    for first in range(least, total // parts + 1):
        for rest in _ascending(total - first, parts - 1, first):
            yield (first, *rest)
