"""The notebook: the same as its text source, with the outputs of a quick run, and working."""

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
SAYS = {"cy": "Calabi-Yau metric of", "sample": "Link samples", "check": "Check ", "runs": "run "}


def test_the_notebook_is_made_from_its_source():
    cells = [[(cell.cell_type, cell.source) for cell in jupytext.read(path).cells] for path in (SOURCE, NOTEBOOK)]
    assert cells[0] == cells[1], "run: python docs/notebook.py"


def test_the_notebook_shows_what_its_cells_say():
    """What is printed but for progress, and the pictures; no failure, and nothing of the machine it was made on."""
    code = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    shown = {cell.source: cell.outputs for cell in code}
    kinds = {output.output_type for outputs in shown.values() for output in outputs}
    assert kinds == {"stream", "display_data"}
    for source, outputs in shown.items():
        text = "".join(output.get("text", "") for output in outputs)
        if source.startswith("show("):
            assert "image/png" in outputs[0].data
        elif source.startswith("run("):
            assert SAYS[source.split('"')[1]] in text
            assert "FAILED" not in text
        assert "/tmp/" not in text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_notebook_runs_in_jupyter(tmp_path):
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    assert [name for name in WRITTEN if not (tmp_path / name).is_file()] == []
