"""The examples in the docstrings: they hold, and every verb and every class that a user constructs has one."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import g2links
from g2links.networks import own as own_networks
from g2links.potentials import own as own_potentials

SOURCE = Path(g2links.__file__).parent
WITH_EXAMPLES = [
    path
    for path in sorted(SOURCE.rglob("*.py"))
    if any(">>>" in line and "+SKIP" not in line for line in path.read_text(encoding="utf-8").splitlines())
]
"""Those that cost minutes, or need a run, are skipped."""
RETURNED = {
    "AbstractVariety",  # to be subclassed: docs/own_varieties.md
    "CalabiYau",
    "CalibratedReport",
    "CheckReport",
    "CheckSetting",
    "FormSpectrum",
    "InstantonReport",
    "InvariantsTable",
    "LinkSamples",
    "ModuliReport",
    "Pipeline",
    "Spectrum",
    "Sweep",
    "TrainedNetwork",
}
"""Classes whose objects are what a verb returns or gives, with the example of that verb."""


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: path.relative_to(SOURCE).as_posix())
@pytest.mark.usefixtures("as_users_run")
def test_the_examples_hold(path, monkeypatch):
    monkeypatch.setattr(own_potentials, "_REGISTERED", {})
    monkeypatch.setattr(own_networks, "_REGISTERED", {})
    name = ".".join(("g2links", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.attempted
    assert not found.failed


def test_every_picture_has_an_example_that_is_executed():
    found = {name: inspect.getdoc(getattr(g2links.plot, name)) or "" for name in g2links.plot.__all__}
    assert [name for name, text in found.items() if ">>> " not in text or "+SKIP" in text] == []


def test_every_verb_and_every_class_that_a_user_constructs_has_an_example():
    public = {name: getattr(g2links, name) for name in g2links.__all__ if callable(getattr(g2links, name))}
    wanted = {name for name, found in public.items() if name not in RETURNED}
    assert len(wanted) > 20
    assert [name for name in sorted(wanted) if ">>> " not in (inspect.getdoc(public[name]) or "")] == []
