"""Links of the pages to files of the repository that are no pages: on the site they lead to the repository."""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

_REPOSITORY = "https://github.com/g2links/g2links/blob/main/"
_OUTSIDE = re.compile(r"\]\((?:\.\./)+([^)\s]+)\)")


def setup(app: Sphinx) -> dict[str, Any]:
    """What is read, before it is parsed."""
    app.connect("source-read", _outside_links)
    app.connect("include-read", _included_links)
    return {"parallel_read_safe": True}


def _outside_links(app: Sphinx, docname: str, source: list[str]) -> None:
    """Links out of `docs`; those from one folder of it to another stay."""
    folder = (Path(app.srcdir) / docname).parent

    def replaced(match: re.Match[str]) -> str:
        target = match[0][2:-1]
        path = (folder / target.partition("#")[0]).resolve()
        if path.is_relative_to(app.srcdir):
            return match[0]
        return f"]({_REPOSITORY}{match[1]})"

    source[0] = _OUTSIDE.sub(replaced, source[0])


def _included_links(app: Sphinx, path: Path, docname: str, source: list[str]) -> None:
    """Of the changelog, which lies above `docs`."""
    source[0] = source[0].replace("](docs/", "](").replace("](README.md", f"]({_REPOSITORY}README.md")
