"""What is in a distribution beside the files of the package; hatchling calls it, with nothing else installed."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

EXAMPLES = ("docs/tutorials/*.md", "run_interactive.ipynb", "run_interactive.py")
"""What `g2links examples` copies, in the repository; in a wheel it lies under the same names in g2links/examples."""


class LongDescription(MetadataHookInterface):
    """README.md, whose links lead to the repository as it was in this version."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Called for the metadata of every distribution."""
        root = Path(self.root)
        absolute_links = runpy.run_path(str(root / "src/g2links/_links.py"))["absolute_links"]
        text = (root / "README.md").read_text(encoding="utf-8")
        text = absolute_links(text, "", metadata["urls"]["Repository"], metadata["version"])
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


class Examples(BuildHookInterface):
    """Puts the examples into a wheel; an editable installation finds them in the repository."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is made."""
        if version != "editable":
            root = Path(self.root)
            for path in (path for name in EXAMPLES for path in root.glob(name)):
                build_data["force_include"][str(path)] = f"g2links/examples/{path.relative_to(root).as_posix()}"
