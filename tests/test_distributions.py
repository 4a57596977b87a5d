"""The wheel and the sdist: what is in them, and the wheel at work in an environment of its own, without the repository.

Nothing is downloaded: the new environment sees the libraries of this one through a `.pth` file.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import g2links
from tests.documents import ROOT

PACKAGE = ROOT / "src/g2links"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
RECIPE = yaml.safe_load((ROOT / "recipe/meta.yaml").read_text(encoding="utf-8"))
CALLED_BY_CONDA = {"matplotlib": "matplotlib-base"}
"""Without what only its windows need."""
NOT_OF_THE_REPOSITORY = {"__pycache__", ".ipynb_checkpoints"}


class Distributions(NamedTuple):
    """The files that were built."""

    wheel: Path
    sdist: Path


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not NOT_OF_THE_REPOSITORY & {*path.parts}]


def _call(*words: object, cwd: Path) -> str:
    """What a program prints, without what this process has set for its own imports."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "JAX_NUMPY_RANK_PROMOTION")}
    done = subprocess.run(
        [*map(str, words)], cwd=cwd, env=kept, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    _call(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Distributions(wheel, sdist)


@pytest.fixture(scope="module")
def unpacked(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built.sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"g2links-{g2links.__version__}"


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The folder of an environment with the wheel."""
    environment = tmp_path_factory.mktemp("environment")
    _call(sys.executable, "-m", "venv", "--without-pip", environment, cwd=environment)
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin/python", "--disable-pip-version-check")
    _call(*pip, "install", "--quiet", "--no-index", "--no-deps", "--no-compile", built.wheel, cwd=environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment


def _names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        return BytesParser().parsebytes(archive.read(f"g2links-{g2links.__version__}.dist-info/METADATA"))


@pytest.mark.slow
def test_the_wheel_has_the_whole_package_and_the_examples(built):
    names = _names(built.wheel)
    package = {f"g2links/{path.relative_to(PACKAGE).as_posix()}" for path in _files(PACKAGE)}
    for name in ("py.typed", "settings/hps.yaml", "reports/templates/run.html.j2", "storage/weight_systems.txt"):
        assert f"g2links/{name}" in package
    examples = [*sorted((ROOT / "docs/tutorials").glob("*.md")), *ROOT.glob("run_interactive.*")]
    assert len(examples) > 8
    package |= {f"g2links/examples/{path.relative_to(ROOT).as_posix()}" for path in examples}
    assert {name for name in names if ".dist-info/" not in name} == package


@pytest.mark.slow
def test_the_metadata_say_what_the_repository_says(built):
    metadata = _metadata(built.wheel)
    assert metadata["Version"] == g2links.__version__
    assert len(metadata.get_all("Requires-Dist", [])) >= len(PROJECT["dependencies"])
    text = metadata.get_payload(decode=True).decode()
    assert text.splitlines()[0] == "# g2links"
    links = re.findall(r"\]\(([^)\s]+)\)|\bsrc=\"([^\"]+)\"", text)
    targets = ["".join(found) for found in links]
    assert len(targets) > 20
    assert [target for target in targets if not target.startswith("https://")] == []
    own = re.compile(rf"{PROJECT['urls']['Repository']}/(?:blob|raw)/v{g2links.__version__}/([^#]+)")
    files = [found[1] for target in targets if (found := own.fullmatch(target.partition("#")[0]))]
    assert len(files) > 20
    assert [name for name in files if not (ROOT / name).exists()] == []


@pytest.mark.slow
def test_the_sdist_has_what_tests_and_documents_need(unpacked):
    needed = [path for name in ("tests", "docs", "benchmarks", "environment") for path in _files(ROOT / name)]
    needed = [path for path in needed if "_build" not in path.parts]
    names = ("README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "hatch_build.py", "run_tests.sh", "run_all.sh")
    needed += [ROOT / name for name in (*names, "hyperparameters/hps.yaml", ".ci/run", "run_cy.py")]
    assert len(needed) > 200
    assert [path for path in needed if not (unpacked / path.relative_to(ROOT)).is_file()] == []


@pytest.mark.slow
def test_the_sdist_makes_the_same_wheel(built, unpacked, tmp_path):
    _call(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=unpacked)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.read_bytes() == built.wheel.read_bytes()


@pytest.mark.slow
def test_the_wheel_works_in_an_environment_of_its_own(installed, tmp_path):
    python, program = installed / "bin/python", installed / "bin/g2links"
    assert _call(program, "--version", cwd=tmp_path) == f"g2links {g2links.__version__}\n"
    where = _call(python, "-c", "import g2links; print(g2links.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed)
    version = "import importlib.metadata as m; print(m.version('g2links'))"
    assert _call(python, "-c", version, cwd=tmp_path) == f"{g2links.__version__}\n"
    assert g2links.__version__ in _call(program, "cite", cwd=tmp_path)
    said = yaml.safe_load(_call(program, "cite", "--format", "cff", cwd=tmp_path))
    assert said["version"] == g2links.__version__
    _call(program, "examples", "new", cwd=tmp_path)
    assert (tmp_path / "new/hyperparameters/hps.yaml").is_file()
    assert len(list((tmp_path / "new/tutorials").glob("*.ipynb"))) == len(list((ROOT / "docs/tutorials").glob("*.md")))
    assert "P2 3" in _call(program, "polynomials", "--polynomial", "bicubic", cwd=tmp_path)
    assert "7555" in _call(program, "invariants", "--all", cwd=tmp_path).replace(",", "")
    templates = "from g2links.reports.pages import render as r; print(r._environment().list_templates())"
    assert "run.html.j2" in _call(python, "-c", templates, cwd=tmp_path)


def test_the_recipe_is_for_this_version_and_needs_what_the_package_needs():
    assert RECIPE["package"] == {"name": PROJECT["name"], "version": g2links.__version__}
    needed = [f"python {PROJECT['requires-python']}", "__unix"]
    for requirement in PROJECT["dependencies"]:
        name, bounds = re.fullmatch(r"([\w-]+)(.*)", requirement).groups()
        needed.append(f"{CALLED_BY_CONDA.get(name, name)} {bounds}".strip())
    assert sorted(RECIPE["requirements"]["run"]) == sorted(needed)
    assert [name.replace(">", " >", 1) for name in SETTINGS["build-system"]["requires"]] == [
        name for name in RECIPE["requirements"]["host"] if name.split()[0] not in ("python", "pip")
    ]
    ((program, function),) = PROJECT["scripts"].items()
    assert RECIPE["build"]["entry_points"] == [f"{program} = {function}"]
    assert RECIPE["about"]["summary"] == PROJECT["description"]


def test_every_python_that_is_named_is_one_that_is_tried():
    named = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if "Python :: 3." in name]
    text = (ROOT / "environment/interpreters.sh").read_text(encoding="utf-8")
    assert f"PYTHONS:-{' '.join(f'python{version}' for version in named)}}}" in text
    assert PROJECT["requires-python"] == f">={named[0]}"
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"^FROM python:([\d.]+)-slim", image, re.MULTILINE)) == {named[0]}


def test_the_image_copies_files_that_there_are_and_is_not_run_by_root():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    assert copied == ["environment/requirements.lock", "."]
    assert all((ROOT / name).exists() for name in copied)
    assert [line for line in lines if line.startswith(("USER", "ENTRYPOINT"))] == [
        "USER g2links",
        f'ENTRYPOINT ["{PROJECT["name"]}"]',
    ]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert not {"src", "README.md", "LICENSE", "docs", "docs/tutorials", "environment"} & set(ignored)
