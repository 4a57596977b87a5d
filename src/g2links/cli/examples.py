"""`g2links examples`: notebooks to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from g2links.cli import options
from g2links.cli.session import Session


def examples(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; nothing is overwritten.")],
    json: options.JsonFile = None,
) -> None:
    """Copy the notebook of the workflow, the tutorials and hyperparameters/hps.yaml into a new folder."""
    from g2links.workflow.examples import copy_examples

    session = Session(json)
    files = copy_examples(folder)
    session.say(f"examples: {folder}")
    for name in files:
        session.say(f"  {name}")
    session.write_json({"command": "examples", "folder": folder, "files": files})
