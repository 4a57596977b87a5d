"""Pages from templates: what comes from records is escaped, and all that a page needs is inside it."""

import os
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from g2links._version import __version__
from g2links.errors import ArtefactError
from g2links.storage.files import replace_atomically

_LARGEST = 8 * 2**20
"""Bytes of a page, of which plotly.js has 4.8 million."""


def write_page(path: str | os.PathLike[str], template: str, **content: Any) -> None:
    """Write a page, whole or not at all.

    Args:
        path: of the file, whose folder exists.
        template: of `reports/templates`.
        content: by the names that the template uses.

    Raises:
        ArtefactError: the disk refuses, or the page is too large to be read well.
    """
    text = _environment().get_template(template).render(version=__version__, **content)
    size = len(text.encode())
    if size > _LARGEST:
        raise ArtefactError(
            f"{path}: the page has {size / 2**20:.1f} MB, above the {_LARGEST // 2**20} that are allowed"
        )
    with replace_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def plotly_script() -> Markup:
    """The code of plotly.js, to be put between script tags once."""
    from plotly.offline import get_plotlyjs

    return Markup(get_plotlyjs())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("g2links.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {
        "ensure_ascii": False,
        "sort_keys": False,
        "separators": (",", ":"),
        "allow_nan": False,
    }
    return environment
