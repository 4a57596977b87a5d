"""Conditions on the columns of a table: what they mean, and what is refused."""

import numpy as np
import pytest

from g2links.errors import InputError
from g2links.quantities.selection import rows_where

COLUMNS = {"a": np.array([1, 2, 3, 4]), "b": np.array([4, -3, 2, 1])}


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("a < 3", [0, 1]),
        ("a >= 3", [2, 3]),
        (" a == b or a != 3 ", [0, 1, 3]),
        ("1 < a <= 3", [1, 2]),
        ("not a < 3", [2, 3]),
        ("a < b", [0]),
        ("b == -3", [1]),
        ("a == 1 or a > 2 and b < 2", [0, 3]),
        ("(a == 1 or a > 2) and b < 2", [3]),
        ("a < 1" + "0" * 30, [0, 1, 2, 3]),
        ("a > 1" + "0" * 30, []),
        ("1 < 2", [0, 1, 2, 3]),
    ],
)
def test_conditions_mean_what_they_say(condition, rows):
    assert np.flatnonzero(rows_where(condition, COLUMNS)).tolist() == rows


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("", "cannot be read"),
        ("a <", "cannot be read"),
        ("a = 3", "cannot be read"),
        ("a < 3; b", "cannot be read"),
        ("(" * 400 + "a < 3" + ")" * 400, "cannot be read"),
        ("a < " + "9" * 2000, "longer than"),
        ("a < 3 and " * 200 + "a < 3", "longer than"),
        ("a", "neither true nor false"),
        ("not a", "neither true nor false"),
        ("(a < 3) + 1", "neither true nor false"),
        ("a & 1", "neither true nor false"),
        ("__import__('os').system('true')", "neither true nor false"),
        ("a.T < 3", "neither a column nor a whole number"),
        ("(a < 3) < 3", "neither a column"),
        ("a < 3.5", "neither a column"),
        ("a < True", "neither a column"),
        ("a < '3'", "neither a column"),
        ("a + 1 < 3", "neither a column"),
        ("c < 3", "'c' is neither a column"),
        ("a is 3", "the comparisons are"),
        ("a in b", "the comparisons are"),
        ("(lambda: a)() < 3", "neither a column"),
    ],
)
def test_all_else_is_refused_in_one_sentence(condition, words):
    with pytest.raises(InputError, match=r"^where: got .*compare columns \(a, b\)") as error:
        rows_where(condition, COLUMNS)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
