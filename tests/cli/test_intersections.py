"""Complete intersections on the command line and in files."""

import json

import pytest

from g2links.varieties.configurations import of_configuration
from g2links.workflow.polynomials import resolve_variety
from tests.cli.commands import ANY_METRIC, run
from tests.documents import blocks

EQUATION = "x0^3*y0^3 + 2*x1^3*y1^3 + x2^3*y2^3"


def test_what_is_known_of_one_is_told(tmp_path, capsys):
    target = tmp_path / "one.json"
    words = ["--configuration", "P2 3; P2 3", "--polarisation", "1", "2", "--seed", "3"]
    assert run(["polynomials", *words, "--json", str(target)]) == 0
    (record,) = json.loads(target.read_text())["polynomials"]
    assert (record["euler"], record["degree"], record["c2"]) == (-162, 54, [36, 36])
    assert record["intersection_numbers"] == {"112": 3, "122": 3}
    assert "no singular point was found from 2000 random points" in capsys.readouterr().out


def test_the_catalogue_has_them(tmp_path):
    assert run(["polynomials", "--json", str(tmp_path / "list.json")]) == 0
    records = {r["name"]: r for r in json.loads((tmp_path / "list.json").read_text())["complete_intersections"]}
    assert (records["p5_33"]["h21"], records["tian_yau"]["euler"], records["tetra_quadric"]["degree"]) == (73, -18, 48)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--ambient", "P2 x P2", "--equations", EQUATION], "V is singular, at"),
        (["--configuration", "P2 3; P2 2"], "do not add up to (3, 3)"),
        (["--configuration", "P2 3; P2 3", "--polynomial", "dwork"], "--polynomial: got 'dwork'; not with"),
        (["--configuration", "P2 3; P2 3", "--weights", "1", "1"], "--weights: got (1, 1); not with"),
        (["--ambient", "P5"], "--ambient: got 'P5'; together with --equations"),
        (["--polynomial", "bicubic", "--polarisation", "1"], "2 positive numbers, one for each factor"),
        (["--polynomial", "bicubic", "--polarisation", "1", "1e-9"], "from 1e-06 to 1e+06"),
        (["--polynomial", "fermat_quintic", "--polarisation", "2"], "for complete intersections"),
    ],
)
def test_what_cannot_be_is_one_sentence(words, said, tmp_path, capsys):
    assert run(["cy", *words, "--home", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert message.splitlines()[-1].startswith("g2links: error: ")
    assert not list(tmp_path.iterdir())


def test_files(tmp_path):
    file = tmp_path / "v.yaml"
    file.write_text('configuration: "P2 3; P2 3"\nseed: 3\npolarisation: [1, 2]\nname: mine\n')
    found = resolve_variety(str(file))
    assert (found.name, found.polarisation) == ("mine", (1, 2))
    assert found.equations == of_configuration("P2 3; P2 3", 3).equations
    file.write_text('configuration: "P2 3; P2 3"\npolarisation: [1, 0.37]\n')
    assert resolve_variety(str(file)).polarisation == (1, 0.37)
    file.write_text(f"ambient: P2 x P2\nequations: ['{EQUATION}']\n")
    assert resolve_variety(str(file)).degrees == ((3, 3),)
    for text, said in (
        ("configuration: 5\n", "v.yaml:1: configuration"),
        ("configuration: P2 3\nambient: P2\n", "the keys configuration"),
        ("ambient: P2 x P2\nequations: [1]\n", "v.yaml:2: equations"),
        ("ambient: P2 x P2\nequations: x5^3\n", "v.yaml: equations.*x0 to x2"),
        ("configuration: P2 3\nseed: -1\n", "v.yaml:2: seed"),
        ("configuration: P2 3\npolarisation: 1\n", "v.yaml:2: polarisation"),
        ('configuration: P2 3\nname: ""\n', "v.yaml:2: name"),
    ):
        file.write_text(text)
        with pytest.raises(Exception, match=said):
            resolve_variety(str(file))


@pytest.mark.slow
def test_a_class_that_is_not_integral_has_a_metric_and_no_link(tmp_path, capsys):
    """All that needs the circle bundle is refused in one sentence, before work; the run is made again from its own
    command."""
    target, home = tmp_path / "cy.json", ["--home", str(tmp_path)]
    words = ["--configuration", "P1 2; P2 3", "--polarisation", "1", "0.37", "--degree", "2"]
    sizes = ["--n-points", "4000", "--iterations", "4"]
    assert run(["cy", *words, *sizes, *ANY_METRIC, *home, "--json", str(target)]) == 0
    figures = json.loads(target.read_text())["figures"]
    assert figures["volume_ratio"] == pytest.approx(1, abs=0.1)
    assert figures["d_omega"] < 1e-9
    assert run(["check", "kahlerity", "--n-points", "20", *home]) == 0
    capsys.readouterr()
    for command in (
        ["sample"],
        ["check", "contact"],
        ["check", "analytic"],
        ["instanton"],
        ["spectrum", "--charge", "1"],
    ):
        assert run([*command, *home]) == 2
        (message,) = capsys.readouterr().err.splitlines()
        assert message.endswith("as the circle bundle needs them: take --polarisation 100 37, a multiple of it")
    assert run(["runs", "show", "1", *home]) == 0
    assert "--polarisation 1 0.37" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "configuration", ["P1 2; P1 2", pytest.param("P1 2; P2 3", marks=pytest.mark.slow)], ids=["curve", "K3 surface"]
)
def test_a_metric_in_a_product(configuration, tmp_path):
    """Euler number and volume are checked as those of a hypersurface."""
    target = tmp_path / "cy.json"
    words = ["--configuration", configuration, "--degree", "2", "--n-points", "4000", "--iterations", "4"]
    assert run(["cy", *words, *ANY_METRIC, "--home", str(tmp_path), "--json", str(target)]) == 0
    figures = json.loads(target.read_text())["figures"]
    assert figures["sigma"] < 0.5 * figures["reference_sigma"]
    assert figures["d_omega"] < 1e-10
    assert run(["check", "contact", "--n-points", "50", "--home", str(tmp_path)]) == 0


@pytest.mark.slow
def test_the_page_on_complete_intersections():
    example, scan = blocks("docs/intersections.md", "python")
    names: dict[str, object] = {}
    exec(example, names)
    assert names["cy"].sigma < 0.5
    assert names["cy"].variety.dimension == 2
    exec(scan, names)
    assert names["cy"].variety.polarisation == (1, 1.2)
    assert names["cy"].sigma < 0.1


@pytest.mark.slow
def test_the_whole_workflow_over_the_bicubic(tmp_path):
    """The 7-dimensional circle bundle: all identities, data sets, networks and checks."""
    target = tmp_path / "all.json"
    words = ["--quick", "--polynomial", "bicubic", "--home", str(tmp_path), "--json", str(target)]
    assert run(["pipeline", *words]) == 0
    result = json.loads(target.read_text())
    assert result["passed"]
    assert run(["check", "torsion", "--n-points", "30", "--home", str(tmp_path)]) == 0
