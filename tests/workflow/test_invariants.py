"""`g2links.invariants` from Python and from the command line."""

import hashlib
import json
import shlex

import numpy as np
import pytest

import g2links
from g2links.cli.options import join_numbers
from g2links.errors import InputError, PolynomialError
from tests.cli.commands import run
from tests.documents import blocks


def _json(arguments, tmp_path):
    target = tmp_path / "found.json"
    assert run(["invariants", *arguments, "--json", str(target)]) == 0
    return json.loads(target.read_text())


def test_one_system(tmp_path, capsys):
    record = _json([], tmp_path)
    assert (record["milnor_number"], record["h21"], record["euler"], record["nu"]) == (1024, 101, -200, 5)
    assert record["betti"] == [1, 0, 0, 204, 204, 0, 0, 1]
    assert "nu = 5 modulo 48" in capsys.readouterr().out
    by_weights = _json(["--weights", "1", "1", "2", "2", "6"], tmp_path)
    assert by_weights == _json(["--polynomial", "p11226"], tmp_path)
    assert (by_weights["weights"], by_weights["nu"]) == ([1, 1, 2, 2, 6], 29)
    assert g2links.invariants(g2links.fermat_quintic()) == g2links.invariants() == g2links.invariants(weights=[1] * 5)
    assert g2links.invariants(weights=(2, 2, 1, 2, 1)).h21 == 86


def test_all_systems_as_files(tmp_path):
    table = g2links.invariants("all")
    for name in ("all.csv", "all.npz"):
        path = tmp_path / name
        record = _json(["--all", "--out", str(path)], tmp_path)
        assert (record["systems"], record["file"]) == (7555, str(path))
        assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    rows = np.genfromtxt(tmp_path / "all.csv", delimiter=",", names=True, dtype=np.int64)
    assert np.array_equal(rows["nu"], table["nu"])
    assert np.array_equal(rows["w4"], table["weights"][:, 4])
    assert np.array_equal(rows["b3"], table["betti"][:, 3])
    with np.load(tmp_path / "all.npz") as arrays:
        assert set(arrays.files) == set(table.columns)
        assert all(np.array_equal(arrays[name], table[name]) for name in arrays.files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.csv", "all.npz", "found.json"]


def test_a_search(tmp_path, capsys):
    record = _json(["--where", "h21 < 5 and nu == 1"], tmp_path)
    table = g2links.invariants("all")
    rows = (table["h21"] < 5) & (table["nu"] == 1)
    assert record["systems"] == rows.sum() == len(record["rows"]) > 0
    assert [row["weights"] for row in record["rows"]] == table["weights"][rows].tolist()
    found = table.where("h21 < 5 and nu == 1")
    assert [row._asdict() for row in found] == [
        {**r, "weights": (*r["weights"],), "betti": (*r["betti"],)} for r in record["rows"]
    ]
    assert f"{len(found)} of 7555 systems" in capsys.readouterr().out
    assert len(table.where("h21 < 0")) == 0
    assert _json(["--where", "h21 < 0"], tmp_path)["rows"] == []
    assert "7555 systems" in repr(table)
    with pytest.raises(ValueError, match="read-only"):
        table["nu"][0] = 1


def test_the_catalogue_has_nu(tmp_path):
    target = tmp_path / "list.json"
    assert run(["polynomials", "--json", str(target)]) == 0
    records = json.loads(target.read_text())["polynomials"]
    assert {r["name"]: (r["h11"], r["h21"], r["nu"]) for r in records if "(" not in r["name"]} == {
        "fermat_quintic": (1, 101, 5),
        "p11222": (2, 86, 31),
        "p11114": (1, 149, 47),
        "p11125": (1, 145, 37),
        "p11226": (2, 128, 29),
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--weights", "1", "1", "1", "1"], "5 weights are needed"),
        (["--weights", "2", "2", "2", "2", "2"], "common divisor 2"),
        (["--weights", "1", "1", "1", "1", "5"], "every polynomial of degree 9 is singular"),
        (["--weights", "1,1,1,1,0"], "positive integers"),
        (["--polynomial", "z0^4+z1^4+z2^4+z3^4"], "5 weights are needed"),
        (["--polynomial", "dwork(1)"], "singular"),
        (["--all", "--weights", "1", "1", "1", "1", "1"], "--weights"),
        (["--where", "nu < 5", "--polynomial", "p11222"], "--polynomial"),
        (["--where", "h12 < 5"], "'h12' is neither a column"),
        (["--where", "h21 < 5", "--out", "x.txt"], "ends in .csv or .npz"),
        (["--all", "--out", "/nowhere/x.csv"], "does not exist"),
        (["--out", "x.csv"], "--all"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_what_cannot_be_is_one_sentence(words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["invariants", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("as_users_run")
def test_what_cannot_be_in_python(tmp_path):
    table = g2links.invariants("all")
    with pytest.raises(InputError, match="one of weights"):
        table["h12"]
    with pytest.raises(InputError, match="a condition is text"):
        table.where(5)
    with pytest.raises(InputError, match="path"):
        table.save(tmp_path / "table.xlsx")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="something else"):
        table.save(tmp_path / "folder.csv")
    with pytest.raises(InputError, match="asked for already"):
        g2links.invariants("all", weights=(1, 1, 1, 1, 1))
    with pytest.raises(PolynomialError, match="integer"):
        g2links.invariants(weights=(1, 1, 1, 1, 1.5))


def test_the_page_on_invariants_runs_as_it_stands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shown_on_the_page = blocks("docs/invariants.md", "console")
    assert len(shown_on_the_page) == 2
    for command, _, shown in (block.removeprefix("$ ").partition("\n") for block in shown_on_the_page):
        assert run(join_numbers(shlex.split(command)[1:])) == 0
        assert capsys.readouterr().out == shown
    (code,) = blocks("docs/invariants.md", "python")
    made: dict = {}
    exec(compile(code, "invariants.md", "exec"), made)
    few = len(made["few"])
    out = capsys.readouterr().out
    assert out.startswith(f"7555 {few} [(1, 1, 12, 28, 42), ")
    assert out.endswith(", (41, 42, 498, 1162, 1743)]\n")
    assert len((tmp_path / "few.csv").read_text().splitlines()) == few + 1 > 100
