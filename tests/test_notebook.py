"""The notebook: the same as its text source, without outputs, and working in its quick form."""

import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

ROOT = Path(__file__).parents[1]
SOURCE, NOTEBOOK = ROOT / "run_interactive.py", ROOT / "run_interactive.ipynb"
WRITTEN = [
    "models/cy_models/cy_metric_model_run1.keras",
    "models/link_models/3form_run1.keras",
    "models/link_models/metric_run1.keras",
    "models/link_models/4form_run1.keras",
    "samples/link_data/g2_test.npz",
]


def test_the_notebook_is_made_from_its_source():
    cells = [[(cell.cell_type, cell.source) for cell in jupytext.read(path).cells] for path in (SOURCE, NOTEBOOK)]
    assert cells[0] == cells[1], "run: jupytext --to ipynb --update run_interactive.py"


def test_the_notebook_has_no_outputs():
    code = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)


@pytest.mark.slow
def test_the_source_runs_every_step(tmp_path):
    done = subprocess.run(
        [sys.executable, SOURCE], cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [name for name in WRITTEN if not (tmp_path / name).is_file()] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs_in_jupyter(tmp_path):
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    assert [name for name in WRITTEN if not (tmp_path / name).is_file()] == []
