"""The README and the pages: links that lead somewhere, commands that there are, blocks that run, and the site."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import g2links
from g2links.cli.app import build
from g2links.cli.options import join_numbers
from tests.cli.commands import SMALL, run, words_of
from tests.documents import EXECUTED, PAGES, ROOT, blocks, name_of

OTHERS = [ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "environment/README.md", "benchmarks/README.md")]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=name_of)
def test_relative_links_lead_somewhere(page):
    links = [link for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def _anchors(page):
    """Of the headings, as GitHub and the site name them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def test_every_block_is_executed_by_a_test_that_there_is():
    executable = {name_of(page) for page in PAGES if blocks(name_of(page), "python") + blocks(name_of(page), "console")}
    assert executable == set(EXECUTED)
    for page, test in EXECUTED.items():
        file, _, function = test.partition("::")
        (found,) = [
            node
            for node in ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef) and node.name == function
        ]
        assert page in ast.unparse(found), f"{test} does not name {page}"


def _commands():
    for page in PAGES:
        for body in blocks(name_of(page), "bash"):
            lines = body.replace("\\\n", " ").splitlines()
            for words in (shlex.split(line, comments=True) for line in lines):
                for command in " ".join(map(shlex.quote, words)).split(" '&&' "):
                    if command:
                        yield pytest.param(shlex.split(command), id=f"{name_of(page)}: {command[:60]}")


TOOLS = {"git", "pytest", "ruff", "mypy", "lint-imports", "jupytext"}
"""Of others, in blocks for those who work on g2links."""


@pytest.mark.parametrize("words", list(_commands()))
def test_every_command_is_one(words):
    """As the program itself reads it, or a file of the repository; pip, git and the tools of developers are others'."""
    program, *rest = words
    if program == "g2links":
        _read_as_the_program_does(rest)
    elif program == "python" and rest[0] == "-m":
        assert rest[1] == "pip"
    elif program == "python" and rest == ["docs/notebook.py"]:
        assert (ROOT / rest[0]).is_file()
    elif program == "python":
        (call,) = re.findall(r"^    script\((.*)\)$", (ROOT / rest[0]).read_text(), re.MULTILINE)
        _read_as_the_program_does([*shlex.split(call.replace(",", " ")), *rest[1:]])
    elif program in ("bash", "source"):
        assert (ROOT / rest[0]).is_file()
        if rest[0] == "run_all.sh":
            _read_as_the_program_does(["pipeline", *rest[1:]])
    else:
        assert program in TOOLS | {"cd"}


def _read_as_the_program_does(words):
    """Options and arguments of a command are parsed, and it is not called."""
    command, name, words = typer.main.get_command(build()), "g2links", join_numbers(words)
    parent = None
    while hasattr(command, "resolve_command"):
        parent = command.context_class(command, info_name=name, parent=parent)
        name, command, words = command.resolve_command(parent, words)
    assert command.make_context(name, list(words), parent=parent).params


def test_help_has_no_brackets_which_would_be_taken_for_markup():
    commands, texts = [typer.main.get_command(build())], []
    while commands:
        command = commands.pop()
        commands += getattr(command, "commands", {}).values()
        texts += [command.help, *(getattr(option, "help", None) for option in command.params)]
    assert len(texts) > 100
    assert [text for text in texts if "[" in (text or "")] == []


def test_the_questions_quote_what_the_program_says():
    text = (ROOT / "docs/faq.md").read_text(encoding="utf-8")
    said = " ".join(" ".join(p.read_text(encoding="utf-8").split()) for p in (ROOT / "src").rglob("*.py"))
    quoted = re.findall(r'"([^"\n]+)"', text)
    assert len(quoted) > 8
    assert [words for words in quoted if words not in said] == []


def _execute(code, page, **names):
    exec(compile(code, page, "exec"), names)
    return names


def _smaller(code, changes):
    """A block at the size of a test; every change must be one."""
    for old, new in changes.items():
        assert old in code, old
        code = code.replace(old, new)
    return code


@pytest.mark.slow
def test_the_first_example_of_the_readme(capsys):
    (code,) = blocks("README.md", "python")
    small = {"n_points=20_000": "n_points=3000, degree=6, iterations=12", "cy=cy)": "cy=cy, n_points=50)"}
    _execute(_smaller(code, small), "README.md")
    assert "PASSED" in capsys.readouterr().out


@pytest.mark.slow
def test_the_page_on_python(tmp_path, monkeypatch):
    """The first block in memory, at a small size; the second in the home of its metric."""
    monkeypatch.chdir(tmp_path)
    first, second = blocks("docs/python.md", "python")
    small = {
        "n_points=20_000": "n_points=3000, degree=6, iterations=12, home='.'",
        "cy, 2000,": "cy, 500,",
        '"analytic", cy=cy)': '"analytic", cy=cy, n_points=50)',
        "epochs=10": "epochs=2, lm_points=200",
        '"dwork(0.3)", quick=True': '"z0^3+z1^3+z2^3", quick=True',
    }
    names = _execute(_smaller(first, small), "docs/python.md")
    assert names["report"].passed
    names = _execute(second, "docs/python.md")
    assert float(abs(names["error"]).max()) < 1e-12


@pytest.mark.slow
def test_the_first_five_minutes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("docs/start.md", "python")
    assert run(["cy", *words_of(SMALL), "--home", "first"]) == 0
    _execute(code, "docs/start.md")
    assert "(3, 35)" in capsys.readouterr().out


@pytest.mark.slow
def test_the_page_on_torsion():
    first, second = blocks("docs/torsion.md", "python")
    names = _execute(first, "docs/torsion.md")
    assert float(abs(names["found"].bryant_residual)) < 1e-9
    _execute(second, "docs/torsion.md", **names)


@pytest.mark.slow
def test_the_sweeps_of_the_documents(tmp_path, monkeypatch):
    """The command on the page's own file, of plane cubics; and the call."""
    monkeypatch.chdir(tmp_path)
    first, _ = blocks("docs/sweeps.md", "yaml")
    small = {"[dwork(0.1), dwork(0.3), p11222]": "[z0^3+z1^3+z2^3]", "20000": "400", "degree: 6": "degree: 3"}
    (tmp_path / "family.yaml").write_text(_smaller(first, small))
    (command,) = blocks("docs/sweeps.md", "console")
    assert run(shlex.split(command.removeprefix("$ "))[1:]) == 0
    assert g2links.open_sweep("family", home=".").done == 2
    (code,) = blocks("docs/sweeps.md", "python")
    options = json.dumps({"n-points": 400, "degree": 3, "iterations": 4})
    small = {'["p11222", "p11226"]': '["z0^3+z1^3+z2^3"]', '{"quick": True}': options}
    assert _execute(_smaller(code, small), "docs/sweeps.md")["found"].done == 2


@pytest.mark.slow
def test_the_site_is_made_without_a_warning(tmp_path):
    """With the tutorials, whose cells are executed; and no page asks for anything from elsewhere."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    del environment["JAX_NUMPY_RANK_PROMOTION"]  # users combine arrays of different ranks
    done = subprocess.run(
        ["bash", ROOT / "docs/build.sh"], env=environment, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    html = ROOT / "docs/_build/html"
    loaded = re.compile(r"""<(?:script|img)[^>]*\ssrc="(?:https?:)?//|<link[^>]*rel="stylesheet"[^>]*href="https?:""")
    pages = list(html.rglob("*.html"))
    assert len(pages) > 40
    assert [page.name for page in pages if loaded.search(page.read_text(encoding="utf-8"))] == []
    assert "mathjax/tex-svg.js" in (html / "theory/metric.html").read_text(encoding="utf-8")
