"""Make `run_interactive.ipynb` from `run_interactive.py`, with the outputs of a quick run: `python docs/notebook.py`.

It runs in an empty folder that is removed. Progress is left out: it is for whoever waits.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import jupytext
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
_SECONDS = 1200
"""For one cell, on a busy machine."""


def executed(source: Path) -> Any:
    """The notebook of a source, with its outputs.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails.
    """
    notebook = jupytext.read(source)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=_SECONDS, kernel_name="python3", resources=resources).execute()
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i}"  # the same in each version, as nothing else changes it
        if cell.cell_type == "code":
            cell.outputs = _tidied(cell.outputs)
            cell.metadata.pop("execution", None)
    return notebook


def _tidied(outputs: list[Any]) -> list[Any]:
    """Without progress, and what is printed in a row as one piece."""
    tidied: list[Any] = []
    for output in outputs:
        if output.get("name") == "stderr":
            continue
        if output.get("name") == "stdout" and tidied and tidied[-1].get("name") == "stdout":
            tidied[-1]["text"] += output["text"]
        else:
            tidied.append(output)
    return tidied


if __name__ == "__main__":
    target = ROOT / "run_interactive.ipynb"
    unfinished = target.with_suffix(".tmp.ipynb")
    jupytext.write(executed(ROOT / "run_interactive.py"), unfinished, fmt="ipynb")
    os.replace(unfinished, target)
