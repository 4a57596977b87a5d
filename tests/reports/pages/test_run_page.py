"""The page of a run: what it says of records that hold, that fail and that are not there."""

import re

import numpy as np
import pytest

from g2links.errors import ArtefactError
from g2links.reports.pages import render
from g2links.reports.pages.cards import cards_of
from g2links.reports.pages.charts import check_histograms
from g2links.reports.pages.comparison import sections_of, write_comparison_page
from g2links.reports.pages.formulas import polynomial_html
from g2links.reports.pages.maps import error_map, rational_curve, slice_surface, worst_points
from g2links.reports.pages.numbers import complex_text, estimate_text, number_text, point_text, typeset
from g2links.reports.pages.run_page import write_run_page
from g2links.varieties.polynomial import Polynomial
from tests.reports.pages.conftest import record_of_check


def test_cards_say_what_holds_and_where(make_run):
    cards = {card.title: card for card in cards_of(make_run())}
    sigma, worst, analytic = (cards[t] for t in ("Error of the metric, σ", "Largest error found", "Check analytic"))
    assert (sigma.status, sigma.value) == ("pass", "(1.000 ± 0.010)·10⁻⁵")
    assert worst.status == "pass"
    assert "at z = (1, −1, 0.5 i, 0, 0)" in worst.detail
    assert (analytic.status, analytic.value) == ("pass", "2 of 2 limits hold")


def test_cards_say_what_fails_and_why(make_run, rng):
    run = make_run(sigma=0.2, checks={"analytic": record_of_check(rng, factor=1e7)})
    cards = {card.title: card for card in cards_of(run)}
    assert cards["Error of the metric, σ"].status == "fail"
    assert cards["Check analytic"].status == "fail"
    assert cards["Check analytic"].value == "1 of 2 limits hold"
    assert "above the limit" in cards["Check analytic"].detail


def test_what_was_not_run_says_so_with_its_command(make_run, tmp_path):
    cards = {card.title: card for card in cards_of(make_run())}
    assert (cards["Check contact"].status, cards["Check contact"].value) == ("missing", "not run")
    assert cards["Check contact"].command == "g2links check contact --cy-run-number 1"
    assert (cards["Euler number, χ"].status, cards["Euler number, χ"].value) == ("missing", "not measured")
    write_run_page(tmp_path / "page.html", make_run(checks={}))
    text = (tmp_path / "page.html").read_text()
    assert "Check contact was not run. The contact Calabi-Yau structure" in text
    assert "No check has been run yet" in text
    assert "No network was trained on this run" in text


def test_the_page_is_one_small_file_without_a_network(make_run, tmp_path):
    path = tmp_path / "page.html"
    write_run_page(path, make_run())
    first, text = path.read_bytes(), path.read_text()
    assert len(first) < 8e6
    write_run_page(path, make_run())
    assert text.count("plotly.js v") == 1
    head = text[: text.index("plotly.js v")]
    assert not re.search(r"""(?:src|href)=["'](?!#|data:)""", head)
    assert "<noscript>" in text
    assert "prefers-color-scheme: dark" in text
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]


def test_names_are_text(make_run, evil, tmp_path):
    write_run_page(tmp_path / "page.html", make_run(polynomial=evil, notes=("<b>note</b>",)))
    text = (tmp_path / "page.html").read_text()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in text
    assert "&lt;b&gt;note&lt;/b&gt;" in text


def test_a_page_that_is_too_large_is_refused(make_run, tmp_path, monkeypatch):
    monkeypatch.setattr(render, "_LARGEST", 1000)
    with pytest.raises(ArtefactError, match="above"):
        write_run_page(tmp_path / "page.html", make_run())
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_v(make_run):
    run = make_run()
    every = (error_map(run), slice_surface(run), rational_curve(run))
    assert [plot.kind for plot in every] == ["map", "surface", "plain"]
    assert "200 points" in every[0].description
    assert every[0].data[-1]["customdata"] == [[3e-4, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1e-17, 0.5, 0.0, 0.0]]
    assert "z₀ = 1, z₃ = 0, z₄ = 0" in every[1].description


def test_the_worst_points_are_code_with_all_digits(make_run):
    run = make_run()
    lines = worst_points(run)
    assert len(lines) == 6
    scopes = [{} for _ in lines]
    for line, scope in zip(lines, scopes, strict=True):
        exec(line, scope)
    assert scopes[0]["point"] == [1, -1 + 1e-17j, 0.5j, 0, 0]
    worst = np.argmax(np.abs(1 - run.values.ratio))
    np.testing.assert_array_equal(scopes[1]["point"], run.values.z[worst])


def test_histograms_have_every_value_and_the_limit(rng):
    (plot,) = check_histograms("analytic", record_of_check(rng))
    assert sum(plot.data[0]["y"]) == 50
    assert [line["x0"] for line in plot.layout["shapes"]][1] == pytest.approx(-9)
    assert "needed: max ≤ 10⁻⁹" in plot.description


def test_a_check_of_an_earlier_version_has_no_histograms(rng):
    record = record_of_check(rng)
    del record["histograms"]
    assert check_histograms("analytic", record) == []


def test_polynomials_are_set_and_read_aloud():
    html = polynomial_html(Polynomial("z0^5 + z1^5 + z2^5 + z3^5 - 2*z4^5 + (0.3+0.1j)*z0*z1*z2*z3*z4"))
    assert "<msubsup><mi>z</mi><mn>0</mn><mn>5</mn></msubsup>" in html
    assert '<mo form="infix">−</mo><mn>2</mn>' in html
    assert "<mn>(0.3+0.1i)</mn>" in html
    assert html.count("<math>") == 7
    assert 'aria-label="f = z0^5' in html


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (number_text(1.234567e-16), "1.235·10⁻¹⁶"),
        (number_text(-200), "−200"),
        (number_text(None), "not finite"),
        (number_text(0.0), "0"),
        (estimate_text(-199.87, 0.213), "−199.87 ± 0.21"),
        (estimate_text(0.97, 0.0136), "0.970 ± 0.014"),
        (estimate_text(0.06, 0.0), "0.06"),
        (typeset("max 3e-09 is above the limit 1e-09, not <= -2"), "max 3·10⁻⁹ is above the limit 10⁻⁹, not ≤ −2"),
        (typeset("metric-2, -1e+02"), "metric-2, −10²"),
        (complex_text(-0.5 - 1j), "−0.5 − i"),
        (complex_text(1e-9 + 0.25j), "0.25 i"),
        (point_text([1, -1 + 1e-20j]), "(1, −1)"),
    ],
)
def test_numbers_as_they_are_printed(found, wanted):
    assert found == wanted


RUNS = {
    "run 1": {"cy_run": 1, "figures": {"sigma": 1e-5, "seconds": 9.0}, "check analytic": {"passed": True}},
    "run 2": {"cy_run": 2, "figures": {"sigma": 1e-3, "seconds": 9.0}, "name": "<script>"},
}


def test_runs_side_by_side_have_a_table_for_each_part(tmp_path):
    sections = {section.title: section for section in sections_of(RUNS)}
    assert list(sections) == ["run", "figures", "check analytic"]
    assert sections["figures"].columns == ("sigma", "seconds")
    assert sections["figures"].differing == (True, False)
    assert [cells[0].text for _, cells in sections["check analytic"].rows] == ["yes", ""]
    write_comparison_page(tmp_path / "page.html", RUNS, task="cy")
    text = (tmp_path / "page.html").read_text()
    assert 'data-key="0.001"' in text
    assert text.count("<script>") == 1
    assert "plotly" not in text


def test_a_metric_that_is_not_finite_somewhere_is_said(make_run, tmp_path):
    run = make_run()
    for part in (run.values.ratio, run.values.slice_ratio, run.values.curve_ratio[0]):
        part[:2] = np.nan
    write_run_page(tmp_path / "page.html", run)
    text = (tmp_path / "page.html").read_text()
    assert "η is not finite at 6 of the" in text
    assert "NaN" not in text[text.index('id="plots"') :]


def test_values_that_are_not_finite_are_said(make_run):
    run = make_run()
    run.checks["analytic"]["figures"]["d_psi"]["max"] = None
    run.checks["analytic"]["failures"] = ["d_psi: max is not finite"]
    run.checks["analytic"]["passed"] = False
    card = next(card for card in cards_of(run) if card.title == "Check analytic")
    assert (card.status, card.detail) == ("fail", "d_psi: max is not finite")
    assert np.isfinite(run.values.ratio).all()
