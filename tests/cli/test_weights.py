"""Polynomials with weights on the command line."""

import json

import numpy as np
import pytest

from g2links.cli.options import join_numbers
from tests.cli.commands import ANY_METRIC, run

FERMAT = ["--weights", "1", "1", "2", "2", "2", "--polynomial", "z0^8+z1^8+z2^4+z3^4+z4^4"]
SMALL = ["--n-points", "2000", "--degree", "3", "--widths", "3", "--iterations", "6"]


def test_weights_are_read_as_they_are_written():
    joined = join_numbers(["cy", *FERMAT, "--n-points", "5"])
    assert joined[1:3] == ["--weights", "1 1 2 2 2"]
    assert joined[-2:] == ["--n-points", "5"]
    for whole in (["--weights", "1 1 2 2 2"], ["--weights=1,1,2,2,2"], ["runs", "compare", "1", "2"], ["--weights"]):
        assert join_numbers(whole) == whole


def test_the_catalogue_is_listed(tmp_path):
    assert run(["polynomials", "--json", str(tmp_path / "list.json")]) == 0
    records = {r["name"]: r for r in json.loads((tmp_path / "list.json").read_text())["polynomials"]}
    assert len(records) == 10
    assert (records["p11226"]["h11"], records["p11226"]["h21"], records["p11226"]["euler"]) == (2, 128, -252)
    assert records["fermat_quintic"]["holomorphic_volume"] == pytest.approx(47.29756, abs=1e-5)


def test_a_polynomial_is_described_and_judged(tmp_path, capsys):
    assert run(["polynomials", *FERMAT, "--json", str(tmp_path / "one.json")]) == 0
    (record,) = json.loads((tmp_path / "one.json").read_text())["polynomials"]
    assert record["quasi_smooth"]["proved"]
    assert record["strata"] == [{"order": 2, "variables": [2, 3, 4], "dimension": 1}]
    assert "Z2 on a curve with z0 = 0, z1 = 0" in capsys.readouterr().out
    assert run(["polynomials", "--weights", "1", "1", "1", "1", "5", "--polynomial", "z0^9"]) == 2
    assert "one in z4 alone" in capsys.readouterr().err


@pytest.mark.parametrize("source", ["expression", "file", "name"])
def test_three_ways_to_name_a_polynomial(source, tmp_path):
    file = tmp_path / "p11222.yaml"
    monomials = "\n".join(f"  - [1, {(p * np.eye(5, dtype=int)[i]).tolist()}]" for i, p in enumerate((8, 8, 4, 4, 4)))
    file.write_text(f"weights: [1, 1, 2, 2, 2]\nmonomials:\n{monomials}\n")
    words = {"expression": FERMAT, "file": ["--polynomial", str(file)], "name": ["--polynomial", "p11222"]}[source]
    target = tmp_path / "found.json"
    assert run(["polynomials", *words, "--json", str(target)]) == 0
    (record,) = json.loads(target.read_text())["polynomials"]
    assert record["polynomial"] == "z0^8 + z1^8 + z2^4 + z3^4 + z4^4"
    assert record["holomorphic_volume"] == pytest.approx(74.97907, abs=1e-5)


@pytest.mark.slow
def test_a_metric_for_weights(tmp_path, capsys):
    target = tmp_path / "cy.json"
    assert run(["cy", *FERMAT, *SMALL, *ANY_METRIC, "--home", str(tmp_path), "--json", str(target)]) == 0
    record = json.loads(target.read_text())
    assert record["effective_sample_size"] > 0.9
    assert record["figures"]["sigma"] < 0.3
    assert "effective sample size" in capsys.readouterr().out


@pytest.mark.slow
def test_every_step_for_weights(tmp_path):
    place = ["--home", str(tmp_path)]
    steps = [
        ["cy", *FERMAT, *SMALL, *ANY_METRIC],
        ["sample", "--n-rotations", "2"],
        ["train", "--task", "3form", "--architecture", "ambient", "--epochs", "3", "--layers", "1", "--units", "16"],
        ["check", "kahlerity", "--n-points", "20"],
        ["check", "analytic", "--n-points", "20"],
        ["check", "model", "--n-points", "10", "--quick"],
    ]
    assert [run([*step, *place]) for step in steps] == [0] * len(steps)
