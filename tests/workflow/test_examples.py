"""`g2links examples`: the notebook, the tutorials as notebooks, and the hyperparameters in a new folder."""

import ast
import json
import re
import subprocess
import sys

import nbformat
import pytest

from g2links.settings.config import default_hyperparameters
from g2links.workflow.examples import notebook_of
from tests.cli.commands import run
from tests.documents import ROOT

TUTORIALS = sorted((ROOT / "docs/tutorials").glob("*.md"))


def test_the_command_makes_a_folder_of_all_examples(tmp_path, capsys):
    folder = tmp_path / "new"
    assert run(["examples", str(folder), "--json", str(tmp_path / "made.json")]) == 0
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert json.loads((tmp_path / "made.json").read_text()) == {
        "command": "examples",
        "folder": str(folder),
        "files": files,
    }
    assert files == [
        "hyperparameters/hps.yaml",
        "run_interactive.ipynb",
        "run_interactive.py",
        *(f"tutorials/{path.stem}.ipynb" for path in TUTORIALS),
    ]
    assert all(name in capsys.readouterr().out for name in files[:1])
    assert (folder / "hyperparameters/hps.yaml").read_text() == default_hyperparameters().read_text()
    for name in ("run_interactive.ipynb", "run_interactive.py"):
        assert (folder / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_command_does_not_load_jax(tmp_path):
    code = "import sys, g2links.workflow.examples as e; e.copy_examples(sys.argv[1]); sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, tmp_path / "new"], timeout=60, check=False).returncode == 0


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_is_a_notebook_with_all_of_its_text(page):
    text = page.read_text(encoding="utf-8")
    notebook = nbformat.reads(notebook_of(text, "docs/tutorials"), as_version=4)
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == text.count("```{code-cell}")
    assert all(ast.parse(cell).body for cell in code)
    words = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert words[0].startswith("# ")
    assert not [cell for cell in words if "{code-cell}" in cell or "kernelspec" in cell]
    links = [link for cell in words for link in re.findall(r"\]\(([^)]+)\)", cell)]
    assert all(link.startswith("https://") for link in links)
    assert len(links) == text.count("](")
    kept = _without_links("\n".join(cell.source for cell in notebook.cells))
    assert kept == _without_links(re.sub(r"^```(\{code-cell\}.*)?$", "", text.split("---\n", 2)[2], flags=re.MULTILINE))


def _without_links(text):
    """Its words."""
    return re.sub(r"\]\([^)]*\)", "", text).replace("```", "").split()


@pytest.mark.parametrize(
    ("folder", "words"),
    [("there", "nothing is overwritten"), ("no/new", "does not exist"), ("/dev/null/x", "/dev/null")],
)
def test_a_folder_that_cannot_be_made_is_one_sentence(folder, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    assert run(["examples", folder]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"g2links: error: DIR: got '{folder}'")
    assert words in said
    assert said.count("\n") == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]
