"""The contract of the checks: what a `Check` says is what there is, for those of the package and for others."""

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

import g2links
from g2links.checks import registry
from g2links.checks.contract import Check, Figure, Found
from g2links.errors import InputError
from g2links.reports.labels import check_title, figure_axis, figure_label, in_order

DOCS = Path(__file__).parents[2] / "docs"


def _check(name="mine", **more):
    return Check(
        name=name,
        title="Mine",
        summary="One.",
        figures={"second": Figure("$b$", axis="flag"), "first": Figure("$a$")},
        evaluate=lambda setting: Found({"first": np.zeros(1)}),
        thresholds=lambda setting, found: {},
        **more,
    )


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(registry, "_registered", {})
    yield
    registry._installed.cache_clear()


def test_there_are_those_of_the_readme():
    assert list(registry.all_checks()) == ["kahlerity", "contact", "analytic", "model", "measures", "torsion"]


def test_a_registered_check_is_known_everywhere():
    check = g2links.register_check(_check())
    assert g2links.register_check(check) is check
    assert registry.find_check("mine") is check
    assert check_title("mine") == "Mine"
    assert figure_label("first") == "$a$"
    assert figure_axis("second") == "flag"
    assert list(in_order({"other": 0, "first": 1, "second": 2}, "mine")) == ["second", "first", "other"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: registry.find_check("mine"), "choose one of kahlerity, contact"),
        (lambda: registry.find_check(5), "choose one of"),
        (lambda: registry.register("mine"), "a g2links.Check is needed"),
        (lambda: registry.register(_check("torsion")), "there is a check of that name"),
        (lambda: _check("my check"), "letters, digits and underscores"),
    ],
)
@pytest.mark.usefixtures("as_users_run")
def test_what_is_no_check_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_checks_of_installed_packages_are_found_and_broken_ones_named(monkeypatch):
    def points(group):
        assert group == "g2links.checks"
        module = "tests.checks.test_registry"
        return [EntryPoint(name, f"{module}:{name}", group) for name in ("INSTALLED", "DOCS", "NOTHING")]

    monkeypatch.setattr(registry, "entry_points", points)
    registry._installed.cache_clear()
    with pytest.warns(UserWarning, match="of another package") as said:
        found = registry.all_checks()
    assert list(found)[-1] == "of_a_package"
    assert [("NOTHING" in str(w.message), "DOCS" in str(w.message)) for w in said] == [(False, True), (True, False)]


INSTALLED = _check("of_a_package")


def test_every_check_and_figure_is_in_the_documents():
    text = (DOCS / "checks.md").read_text()
    for check in registry.all_checks().values():
        assert f"| `{check.name}` | {check.summary} |" in text
        assert [name for name in check.figures if not re.search(rf"`{name}`", text)] == []


def test_every_figure_of_the_package_has_a_meaning():
    """For the HTML report; those of others may have none."""
    found = [(c.name, name) for c in registry._installed().values() for name, f in c.figures.items() if not f.meaning]
    assert found == []


@pytest.mark.parametrize("check", registry.all_checks().values(), ids=lambda check: check.name)
def test_reasons_for_no_verdict_are_given_of_figures_that_there_are(check):
    assert set(check.unjudged) <= {*check.figures, *check.integrals}
    assert all(reason and not reason.endswith(".") for reason in check.unjudged.values())
