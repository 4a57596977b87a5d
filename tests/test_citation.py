"""How to cite: one source, with which `CITATION.cff`, the page and the changelog agree."""

import json
import re

import pytest
import yaml

import g2links
from g2links import citation
from tests.cli.commands import run
from tests.documents import ROOT, blocks

PAGE = " ".join((ROOT / "docs/citing.md").read_text(encoding="utf-8").split())


def test_the_version_is_the_newest_of_the_changelog():
    versions = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == g2links.__version__


def test_the_file_for_programs_is_what_the_command_prints():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert text == citation.cff() + "\n", "run: g2links cite --format cff > CITATION.cff"
    said = yaml.safe_load(text)
    assert said["version"] == g2links.__version__
    assert [paper["url"] for paper in said["references"]] == [paper.url for paper in citation.PAPERS]


def test_the_page_has_the_entry_and_the_papers():
    assert blocks("docs/citing.md", "bibtex") == [citation.bibtex_of_software() + "\n"]
    assert PAGE.count("https://arxiv.org/abs/") == len(citation.PAPERS)
    for paper in citation.PAPERS:
        authors = ", ".join(f"{author.given} {author.family}" for author in paper.authors)
        entry = f"- {authors}, *{paper.title}*, [arXiv:{paper.arxiv}]({paper.url})"
        assert entry + (f": {paper.gives}." if paper.gives else ".") in PAGE


def test_the_command_prints_each_form(capsys):
    printed = {}
    for form, text in citation.FORMATS.items():
        assert run(["cite", "--format", form]) == 0
        printed[form] = capsys.readouterr().out
        assert printed[form] == text() + "\n"
        assert all(paper.arxiv in printed[form] for paper in citation.PAPERS)
    assert run(["cite"]) == 0
    assert capsys.readouterr().out == printed["bibtex"]


def test_the_entries_have_keys_of_their_own_and_no_mathematics_outside_of_dollars():
    text = citation.bibtex()
    keys = re.findall(r"^@\w+\{(.*),$", text, re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(citation.PAPERS) + 1
    assert text.count("{") == text.count("}")
    assert "^" not in re.sub(r"\$[^$]*\$", "", text)


def test_the_record_has_the_papers_one_by_one(capsys):
    assert run(["cite", "--json", "-"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["version"] == g2links.__version__
    assert [paper["arxiv"] for paper in record["papers"]] == [paper.arxiv for paper in citation.PAPERS]
    assert record["text"] == citation.bibtex()


@pytest.mark.parametrize("form", ["nonsense", "BibTeX"])
def test_a_form_that_there_is_not_is_refused(form, capsys):
    assert run(["cite", "--format", form]) == 2
    assert capsys.readouterr().err == f"g2links: error: --format: got {form!r}; choose one of bibtex, cff, text\n"
