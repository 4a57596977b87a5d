import math

from g2links.checks.contract import NO_LIMIT
from g2links.checks.registry import all_checks
from g2links.reports.statistics import check_record
from g2links.reports.tables import Table, check_words, comparison_table, flatten, number, text

THRESHOLDS = {
    "d_psi": {"statistic": "max", "at_most": 1e-9},
    "phi_wedge_psi_over_vol": {"statistic": "mean", "target": 7.0, "within": 0.01},
}


def _row(table, name):
    return next(line.split() for line in table.splitlines() if line.startswith(name))


def _table(record):
    return text(check_words(record))


def test_columns_line_up():
    lines = str(Table(["name", "x"], [["a", "1"], ["longer", "22"]])).splitlines()
    assert lines == ["name     x", "------  --", "a        1", "longer  22"]


def test_numbers():
    texts = [number(v) for v in (7.0000213, 1.23456e-16, 3, True, "text", None, math.nan)]
    assert texts == ["7.000021", "1.235e-16", "3", "True", "text", "not finite", "not finite"]


def test_a_passing_check():
    values = {
        "d_psi": [1e-15, 2e-15],
        "phi_wedge_psi_over_vol": [7.0, 7.001],
        "psi_minus_star_phi": [0.1, 0.2],
    }
    table = _table(check_record("analytic", 3, None, values, THRESHOLDS))
    assert table.startswith("Check analytic: CY run 3, 2 points\n")
    assert _row(table, "d_psi")[-1] == "PASS"
    assert _row(table, "phi_wedge")[-1] == "PASS"
    assert _row(table, "psi_minus")[-2:] == ["-", "-"]
    assert table.endswith("PASSED: all thresholds hold.")


def test_a_figure_without_a_limit_says_why():
    values = {"d_psi": [1e-15], "lambda": [1.0], "other": [1.0]}
    record = check_record("analytic", 3, None, values, {"d_psi": THRESHOLDS["d_psi"]})
    reasons = all_checks()["analytic"].without_limit(record["figures"], record["thresholds"])
    assert set(reasons) == {"lambda", "other"}
    table = _table({**record, "unjudged": reasons})
    assert f"no verdict on lambda: {all_checks()['analytic'].unjudged['lambda']}" in table
    assert f"no verdict on other: {NO_LIMIT}" in table
    same = dict.fromkeys(("lambda", "other"), "because")
    assert "no verdict on lambda, other: because" in _table({**record, "unjudged": same})


def test_a_failing_check_shows_every_failure():
    values = {"d_psi": [1e-15, 2e-8], "psi_minus_star_phi": [0.1, math.nan]}
    record = check_record("model", 3, 2, values, THRESHOLDS)
    table = _table(record)
    assert "CY run 3, G2 run 2, 2 points" in table
    assert [_row(table, name)[-1] for name in ("d_psi", "phi_wedge", "psi_minus")] == ["FAIL"] * 3
    assert "not measured" in table
    assert all(failure in table for failure in record["failures"])
    assert len(record["failures"]) == 3


def test_runs_side_by_side():
    runs = {
        "run 1": {"seed": 0, "figures": {"sigma": 2e-3}},
        "run 2": {"seed": 0, "figures": {"sigma": 3e-3}, "extra": 1},
    }
    table = str(comparison_table(runs))
    assert _row(table, "*  figures.sigma") == ["*", "figures.sigma", "0.002", "0.003"]
    assert _row(table, "*  extra") == ["*", "extra", "-", "1"]
    assert "   seed" in table
    assert "seed" not in str(comparison_table(runs, only_differences=True))


def test_flatten():
    assert flatten({"a": {"b": {"c": 1}}, "d": [1, 2]}) == {"a.b.c": 1, "d": [1, 2]}
