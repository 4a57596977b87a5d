"""How to cite this version, and the papers whose methods it has; `CITATION.cff` and docs/citing.md say the same."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from g2links._version import __version__

TITLE = "g2links: G2-structures on Calabi-Yau links, computed, learned and checked"
AUTHOR = "The g2links developers"
YEAR = 2026
"""Of this version."""
URL = "https://github.com/g2links/g2links"
LICENCE = "MIT"
MESSAGE = "There is no paper yet; please cite the software."


class Author(NamedTuple):
    """A person, by both names."""

    given: str
    family: str


class Paper(NamedTuple):
    """A paper.

    Attributes:
        key: of its BibTeX entry.
        arxiv: its number there.
        gives: what g2links takes from it; empty where the title says so.
    """

    key: str
    authors: tuple[Author, ...]
    title: str
    year: int
    arxiv: str
    gives: str = ""

    @property
    def url(self) -> str:
        """Where it can be read."""
        return f"https://arxiv.org/abs/{self.arxiv}"


PAPERS = (
    Paper(
        "fadel2025exterior",
        (Author("D.", "Fadel"), Author("H. N.", "Sá Earp"), Author("T. S. R.", "Silva")),
        "The exterior derivative and the mean value equality in R^n",
        2025,
        "2510.00999",
        "the exterior derivative of a black box",
    ),
    Paper(
        "habib2013remarks",
        (Author("G.", "Habib"), Author("L.", "Vezzoni")),
        "Some remarks on Calabi-Yau and hyper-Kähler foliations",
        2013,
        "1306.5159",
        "links as contact Calabi-Yau manifolds, and their G2-structure",
    ),
    Paper(
        "lotay2021flows",
        (Author("J. D.", "Lotay"), Author("H. N.", "Sá Earp"), Author("J.", "Saavedra")),
        "Flows of G2-structures on contact Calabi-Yau 7-manifolds",
        2021,
        "2111.01841",
    ),
    Paper(
        "bryant2003remarks",
        (Author("R. L.", "Bryant"),),
        "Some remarks on G2-structures",
        2003,
        "math/0305124",
    ),
    Paper(
        "donaldson2005numerical",
        (Author("S. K.", "Donaldson"),),
        "Some numerical results in complex differential geometry",
        2005,
        "math/0512625",
    ),
    Paper(
        "calvoandrade2016gauge",
        (Author("O.", "Calvo-Andrade"), Author("L. O.", "Rodríguez Díaz"), Author("H. N.", "Sá Earp")),
        "Gauge theory and G2-geometry on Calabi-Yau links",
        2016,
        "1606.09271",
        "the Crowley-Nordström invariant of the links",
    ),
    Paper(
        "douglas2006numerical",
        (Author("M. R.", "Douglas"), Author("R. L.", "Karp"), Author("S.", "Lukic"), Author("R.", "Reinbacher")),
        "Numerical Calabi-Yau metrics",
        2006,
        "hep-th/0612075",
        "random lines, weights and σ",
    ),
    Paper(
        "headrick2009energy",
        (Author("M.", "Headrick"), Author("A.", "Nassar")),
        "Energy functionals for Calabi-Yau metrics",
        2009,
        "0908.2635",
        "algebraic potentials with the symmetry of f",
    ),
)


def bibtex_of_software() -> str:
    """The BibTeX entry of this version."""
    return _entry(
        "software",
        "g2links",
        {
            "title": f"{{{TITLE}}}",
            "author": f"{{{AUTHOR}}}",
            "version": __version__,
            "year": str(YEAR),
            "url": URL,
        },
    )


def bibtex() -> str:
    """BibTeX entries of this version and of the papers."""
    papers = (
        f"% {paper.gives}\n{_bibtex_of_paper(paper)}" if paper.gives else _bibtex_of_paper(paper) for paper in PAPERS
    )
    return "\n\n".join([bibtex_of_software(), "% the papers: please cite those whose methods you use", *papers])


def cff() -> str:
    """The text of `CITATION.cff`."""
    head = [
        "cff-version: 1.2.0",
        f"message: {MESSAGE}",
        "type: software",
        f"title: {_quoted(TITLE)}",
        f"version: {__version__}",
        "authors:",
        f"  - name: {AUTHOR}",
        f"license: {LICENCE}",
        f"url: {URL}",
        f"repository-code: {URL}",
        "references:",
    ]
    return "\n".join([*head, *(line for paper in PAPERS for line in _cff_of_paper(paper))])


def plain_text() -> str:
    """A sentence to cite this version by, and a line for each of the papers."""
    lines = [f"{AUTHOR}, {TITLE}, version {__version__}, {YEAR}, {URL}", "", "Papers, of which to cite what you use:"]
    return "\n".join([*lines, *(f"- {text_of(paper)}" for paper in PAPERS)])


def text_of(paper: Paper) -> str:
    """A paper in one line."""
    gives = f": {paper.gives}" if paper.gives else ""
    return f"{_names(paper.authors)}, {paper.title}, arXiv:{paper.arxiv} ({paper.year}){gives}"


FORMATS = {"bibtex": bibtex, "cff": cff, "text": plain_text}
"""What `g2links cite --format` takes."""


def _names(authors: Sequence[Author]) -> str:
    return ", ".join(f"{author.given} {author.family}" for author in authors)


def _entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """A BibTeX entry with its values in one column."""
    width = max(map(len, fields))
    lines = (f"  {name:{width}} = {{{value}}}" for name, value in fields.items())
    return "\n".join([f"@{kind}{{{key},", ",\n".join(lines), "}"])


def _bibtex_of_paper(paper: Paper) -> str:
    return _entry(
        "misc",
        paper.key,
        {
            "title": f"{{{paper.title.replace('R^n', '$R^n$')}}}",
            "author": " and ".join(f"{author.family}, {author.given}" for author in paper.authors),
            "year": str(paper.year),
            "eprint": paper.arxiv,
            "archiveprefix": "arXiv",
            "url": paper.url,
        },
    )


def _cff_of_paper(paper: Paper) -> list[str]:
    authors = [
        line
        for author in paper.authors
        for line in (f"      - family-names: {author.family}", f"        given-names: {author.given}")
    ]
    head = ["  - type: article", f"    title: {_quoted(paper.title)}", "    authors:"]
    notes = [f"    notes: {paper.gives}"] if paper.gives else []
    return [*head, *authors, f"    year: {paper.year}", f"    url: {paper.url}", *notes]


def _quoted(text: str) -> str:
    """As a string of YAML."""
    return json.dumps(text, ensure_ascii=False)
