"""Homes of the campaigns: small commands in their order, what each leaves, and what files say without times."""

import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from g2links.records import CheckRecord
from g2links.storage.json_files import read_json
from g2links.storage.keras_files import load_model
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, find_link_run, load_cy, load_link_model
from g2links.storage.published_sets import open_set
from g2links.storage.records import read_record
from g2links.workflow.listing import finished_runs
from tests.cli.commands import SMALL_CY
from tests.cli.test_interruptions import PROGRAM

SMALL = ["--n-points", "20"]
TRAIN = ["train", "--architecture", "direct", "--units", "16", "--epochs", "6"]
STEPS: dict[str, list[str]] = {
    "cy": ["cy", *SMALL_CY],
    "sample": ["sample", "--n-points", "300", "--n-rotations", "2", "--shard-size", "100"],
    "train": [*TRAIN, "--task", "3form"],
    "check": ["check", "kahlerity", *SMALL],
    "check of networks": ["check", "model", *SMALL, "--psi-method", "star"],
    "export": ["export", "cymetric"],
}
"""In this order; each begins where the ones before have ended."""
PIPELINE = [
    "pipeline", "--quick", *SMALL_CY, "--sample-n-points", "300", "--architecture", "direct", "--units", "16",
    "--train-epochs", "2", "--check-n-points", "20",
]  # fmt: skip
TIMES = re.compile(r"^date$|seconds|per_second|sha256|versions|samples_per|evaluations_per|checksum")
"""Entries of records that differ from run to run: times, and checksums of files that have times in them."""
NUMBER = re.compile(r"run[0-9]+")
NUMBERS = {"run", "cy_run", "g2_run", "cy_run_number"}
RUN_FILE = re.compile(r".*(?:models|cy_data|plots)/(cy|3form|metric|4form)_\S*run([0-9]+)\S*")


def command(words: list[str], home: Path | None, cwd: Path | None = None) -> subprocess.Popen[bytes]:
    """Started, in this home if it takes one, with its words thrown away."""
    place = [] if home is None else ["--home", str(home)]
    return subprocess.Popen([*PROGRAM, *words, *place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd)


def content(path: Path) -> Any:
    """What a file says, without times."""
    if path.suffix == ".keras":
        model = load_model(path)
        return [np.asarray(weight).tobytes() for weight in model.get_weights()]
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return {name: arrays[name].tobytes() for name in sorted(arrays.files)}
    return _timeless(read_json(path)) if path.suffix == ".json" else ""


def _timeless(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _timeless(value) for name, value in data.items() if not TIMES.search(name)}
    return [_timeless(value) for value in data] if isinstance(data, list) else data


def contents(home: Path) -> dict[str, Any]:
    """By name; of data sets by the names of the seed, whatever the folder is called in which they lie."""
    names = sorted(path for path in home.rglob("*") if "sets" not in path.relative_to(home).parts)
    return {str(path.relative_to(home)): content(path) if path.is_file() else None for path in names}


def without_numbers(data: Any) -> Any:
    """Content of a home, or of one file, that does not say which run it is."""
    if isinstance(data, Mapping):
        return {NUMBER.sub("run", key): without_numbers(value) for key, value in data.items() if key not in NUMBERS}
    return [without_numbers(value) for value in data] if isinstance(data, list) else data


def files_of_runs(home: Path) -> dict[tuple[str, int], set[str]]:
    """By kind and number: models, records, points and pictures, without the number."""
    found = defaultdict(set)
    for path in home.rglob("*"):
        if match := RUN_FILE.fullmatch(str(path)):
            found[match[1], int(match[2])].add(NUMBER.sub("run", path.name))
    return found


def require_whole(home: Path) -> None:
    """Everything that is there loads, and belongs together."""
    place = Home(home)
    assert [row for row in finished_runs(place) if "problem" in row] == []
    for kind, number in files_of_runs(home):
        if kind == "cy":
            load_cy(find_cy(place, number).model_path)
        else:
            load_link_model(kind, find_link_run(place, kind, number).model_path)
    for path in place.plots.glob("check_*.json"):
        read_record(path, CheckRecord)
    for path in home.rglob("*.png"):
        assert path.read_bytes().endswith(b"IEND\xaeB`\x82"), path
    if place.link_data.exists():
        data = open_set(place.link_data)
        data.verify(data.manifest.files)
