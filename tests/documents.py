"""The blocks of the README and of the pages in `docs`, and which test executes them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts)]
"""What a user reads."""

EXECUTED = {
    "README.md": "test_documents.py::test_the_first_example_of_the_readme",
    "docs/calibrated.md": "workflow/test_calibrated.py::test_the_command_and_the_page",
    "docs/instantons.md": "workflow/test_instanton.py::test_the_command_and_the_page",
    "docs/intersections.md": "cli/test_intersections.py::test_the_page_on_complete_intersections",
    "docs/invariants.md": "workflow/test_invariants.py::test_the_page_on_invariants_runs_as_it_stands",
    "docs/moduli.md": "workflow/test_moduli.py::test_the_page_on_moduli_runs_as_it_stands",
    "docs/own_checks.md": "workflow/test_verbs.py::test_the_check_of_the_documents",
    "docs/own_networks.md": "workflow/test_verbs.py::test_the_network_of_the_documents",
    "docs/own_potentials.md": "workflow/test_verbs.py::test_the_potential_of_the_documents",
    "docs/own_quantities.md": "cli/test_workflow.py::test_the_page_on_own_quantities_runs_as_it_stands",
    "docs/own_varieties.md": "varieties/test_variety.py::test_the_family_of_the_documents",
    "docs/python.md": "test_documents.py::test_the_page_on_python",
    "docs/spectrum.md": "quantities/spectrum/test_spectrum.py::test_the_page_on_spectra",
    "docs/start.md": "test_documents.py::test_the_first_five_minutes",
    "docs/sweeps.md": "test_documents.py::test_the_sweeps_of_the_documents",
    "docs/torsion.md": "test_documents.py::test_the_page_on_torsion",
    "docs/weights.md": "varieties/test_weight_systems.py::test_the_page_on_weights_runs_as_it_stands",
}
"""For each page with blocks of Python or of a console the test, in `tests`, that executes them all. Those of the
notebooks among the pages, `{code-cell}`, are executed where the site is made."""

_BLOCK = re.compile(r"^```(\S+)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """The text of each block of a page that is named as from the root of the repository."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [body for kind, body in _BLOCK.findall(text) if kind == language]


def name_of(page: Path) -> str:
    """As `EXECUTED` has it."""
    return page.relative_to(ROOT).as_posix()
