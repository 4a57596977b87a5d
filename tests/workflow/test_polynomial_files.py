"""A polynomial in a YAML file: its name, and refusals that say in which file it is."""

import pytest

import g2links
from g2links.cli.session import BAD_INPUT
from g2links.errors import InputError
from g2links.workflow.polynomials import resolve_polynomial
from tests.cli.commands import run

FERMAT = "\n".join(f"  - [1, [{', '.join('5' if i == j else '0' for j in range(5))}]]" for i in range(5))


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def file(text):
        (tmp_path / "f.yaml").write_text(text)
        return "f.yaml"

    return file


def test_the_name_in_the_file_is_that_of_the_polynomial(write, capsys):
    text = f"weights: [1, 1, 1, 1, 1]\nmonomials:\n{FERMAT}\n"
    assert resolve_polynomial(write(text)).name == "f"
    assert resolve_polynomial(write(f"name: my quintic\n{text}")).name == "my quintic"
    assert run(["polynomials", "--polynomial", "f.yaml", "--json", "-"]) == 0
    assert '"name": "my quintic"' in capsys.readouterr().out


def quintic(*terms):
    return "weights: [1, 1, 1, 1, 1]\nmonomials:\n" + "".join(f"  - {term}\n" for term in terms)


REFUSED = {
    "not homogeneous": f"{quintic()}{FERMAT}\n  - [1, [1, 1, 1, 1, 0]]",
    "of another degree": quintic(*(f"[1, [{', '.join('4' if i == j else '0' for j in range(5))}]]" for i in range(5))),
    "zero": quintic("[1, [5, 0, 0, 0, 0]]", "[-1, [5, 0, 0, 0, 0]]"),
    "a common divisor": "weights: [2, 2, 2, 2, 2]\nmonomials:\n" + FERMAT,
    "singular by its monomials": quintic("[1, [5, 0, 0, 0, 0]]", "[1, [0, 5, 0, 0, 0]]"),
    "singular by its coefficients": f"{quintic()}{FERMAT}\n  - [-5, [1, 1, 1, 1, 1]]",
    "no polynomial": "weights: [1, 1, 1, 1, 1]\nmonomials: [[x, [5, 0, 0, 0, 0]]]",
}


@pytest.mark.usefixtures("as_users_run")
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_every_refusal_names_the_file_once(write, capsys, tmp_path, text):
    path = write(text)
    for command in ("polynomials", "cy", "pipeline"):
        home = [] if command == "polynomials" else ["--home", str(tmp_path / "home")]
        assert run([command, "--polynomial", path, *home]) == BAD_INPUT
        (said,) = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("  ")]
        assert said.startswith("g2links: error: f.yaml:"), said
        assert said.count("f.yaml") == 1
    with pytest.raises(InputError, match=r"^f\.yaml:"):
        g2links.solve(path, n_points=100)
    with pytest.raises(InputError, match=r"^f\.yaml:"):
        g2links.pipeline(path, quick=True)
