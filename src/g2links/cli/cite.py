"""`g2links cite`: how to cite this version, and the papers whose methods it has."""

from typing import Annotated

import typer

from g2links.cli import options
from g2links.cli.session import Session
from g2links.errors import InputError


def cite(
    form: Annotated[str, typer.Option("--format", help="bibtex, cff (a CITATION.cff) or text.")] = "bibtex",
    json: options.JsonFile = None,
) -> None:
    """How to cite this version, and the papers whose methods you use."""
    from g2links import __version__, citation

    session = Session(json)
    if form not in citation.FORMATS:
        raise InputError("--format", form, f"choose one of {', '.join(citation.FORMATS)}")
    text = citation.FORMATS[form]()
    session.say(text)
    session.write_json(
        {
            "command": "cite",
            "title": citation.TITLE,
            "author": citation.AUTHOR,
            "version": __version__,
            "year": citation.YEAR,
            "url": citation.URL,
            "papers": [
                {**paper._asdict(), "authors": [author._asdict() for author in paper.authors], "url": paper.url}
                for paper in citation.PAPERS
            ],
            "format": form,
            "text": text,
        }
    )
