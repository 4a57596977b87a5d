"""Rows that are dealt out in turn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from g2links.errors import InputError
from g2links.parallel.cyclic import Cyclic

SIZES = st.integers(1, 60)


@given(SIZES, st.integers(1, 9))
def test_the_shares_joined_are_the_column(n, shares):
    column, rows = np.arange(2.0, 2 * n + 2).reshape(n, 2), Cyclic(n, shares)
    parts = np.stack([rows.dealt(column, share) for share in range(shares)])
    assert np.array_equal(rows.joined(parts), column)
    assert np.sum(parts) == np.sum(column)
    assert sum(map(rows.own, range(shares))) == n


@given(SIZES, st.integers(1, 9), SIZES)
def test_the_first_rows_are_the_first_of_every_share_and_spread_evenly(n, shares, few):
    few = min(few, n)
    rows, first = Cyclic(n, shares), Cyclic(few, shares)
    own = [first.own(share) for share in range(shares)]
    assert max(own) - min(own) <= 1
    for share, count in enumerate(own):
        assert np.array_equal(rows.of(share)[:count], first.of(share)[:count])


@pytest.mark.parametrize(("rows", "shares"), [(0, 1), (1, 0), (-1, 2)])
def test_nothing_to_share_is_refused(rows, shares):
    with pytest.raises(InputError, match="positive"):
        Cyclic(rows, shares)
