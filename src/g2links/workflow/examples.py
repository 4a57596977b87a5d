"""The notebooks and the hyperparameters that come with the package, as files to begin with."""

import json
import os
import re
from importlib import resources
from pathlib import Path

from g2links._links import absolute_links
from g2links._version import __version__
from g2links.citation import URL
from g2links.errors import ArtefactError
from g2links.storage.files import read_text
from g2links.storage.new_folders import new_folder

_NOTEBOOK, _SOURCE = "run_interactive.ipynb", "run_interactive.py"
_TUTORIALS = "docs/tutorials"
_HYPERPARAMETERS = "settings/hps.yaml"
"""In the package; `settings.config`, which says so too, would load JAX."""
_MOST = 2**20
"""Bytes of a file."""
_HEADER = re.compile(r"---\n.*?\n---\n", re.DOTALL)
_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def copy_examples(folder: str | os.PathLike[str]) -> list[str]:
    """Make a folder with the notebook of the workflow, the tutorials as notebooks, and `hyperparameters/hps.yaml`.

    Args:
        folder: where nothing is yet; it is there afterwards with all of its files, or not at all.

    Returns:
        The names of its files.

    Raises:
        InputError: for a folder that is there already, or that cannot be made.
        ArtefactError: the installation is not whole, or the disk refuses.
    """
    texts = _texts()
    with new_folder(folder, "DIR") as made:
        for name, text in texts.items():
            path = made / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return sorted(texts)


def _texts() -> dict[str, str]:
    """The text of each file."""
    place = _place()
    tutorials = sorted((place / _TUTORIALS).glob("*.md"))
    if not tutorials:
        raise ArtefactError(f"{place / _TUTORIALS}: no tutorials are there; the installation is not whole")
    return {
        _NOTEBOOK: read_text(place / _NOTEBOOK, _MOST),
        _SOURCE: read_text(place / _SOURCE, _MOST),
        "hyperparameters/hps.yaml": read_text(_package() / _HYPERPARAMETERS, _MOST),
        **{f"tutorials/{path.stem}.ipynb": notebook_of(read_text(path, _MOST), _TUTORIALS) for path in tutorials},
    }


def _place() -> Path:
    """Where they lie under the names that they have in the repository: in the package, or there where that is used."""
    shipped = _package() / "examples"
    return shipped if shipped.is_dir() else _package().parents[1]


def _package() -> Path:
    return Path(str(resources.files("g2links")))


def notebook_of(page: str, folder: str) -> str:
    """The text of a Jupyter notebook with the cells of a page.

    Args:
        page: Markdown in which cells are blocks `{code-cell}`.
        folder: of the page in the repository.
    """
    cells: list[dict[str, object]] = []
    for i, part in enumerate(_CELL.split(_HEADER.sub("", page, count=1))):
        text = part.strip() if i % 2 else absolute_links(part.strip(), folder, URL, __version__)
        if text:
            code: dict[str, object] = {"execution_count": None, "outputs": []} if i % 2 else {}
            kind = "code" if i % 2 else "markdown"
            lines = text.splitlines(keepends=True)
            cells.append({"cell_type": kind, "id": f"cell-{len(cells)}", "metadata": {}, "source": lines, **code})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
