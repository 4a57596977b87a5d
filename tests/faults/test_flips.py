"""The long campaign: single bits of every kind of file that the program writes are turned. Each is noticed, in one
sentence that names the file, or changes no number that is read."""

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from g2links.errors import ArtefactError
from g2links.records import CheckRecord, ClaimRecord
from g2links.storage.checkpoints import Checkpoints
from g2links.storage.cy_points import read_points
from g2links.storage.journal import Journal
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, find_link_run, load_cy, load_link_model
from g2links.storage.records import read_record
from g2links.workflow.listing import finished_runs
from g2links.workflow.sample import open_samples
from g2links.workflow.samples import read_rows
from tests.cli.commands import SMALL_CY, run
from tests.cli.test_interruptions import CY, _kill_when
from tests.storage.faults import flipped

pytestmark = pytest.mark.faults
FLIPS = 200
CONFIG = {"degree": 6, "splits": [0.8, 0.1, 0.1]}
UNFINISHED = "models/cy_models/.cy_metric_model_run2.work"


def _numbers(tree: Any) -> list[Any]:
    """All that a tree of arrays and plain data says, for comparison."""
    return [np.asarray(leaf).tobytes() if hasattr(leaf, "shape") else leaf for leaf in jax.tree.leaves(tree)]


def _model(path: Path, model: Any) -> Any:
    return model.get_config(), _numbers(model.get_weights())


def _checkpoint(home: Home) -> Any:
    """What an interrupted run goes on from: where the last checkpoint is damaged, the one before, with a note."""
    checkpoints = Checkpoints(home.path / UNFINISHED)
    found = checkpoints.load_latest()
    if checkpoints.notes:
        raise ArtefactError("; ".join(checkpoints.notes))
    return found and (found.step, _numbers(found.arrays), found.state)


def _journal(home: Home) -> Any:
    with Journal(home, CONFIG) as journal:
        return dict(journal.done)


def _listed(home: Home) -> Any:
    """A damaged run is a line of the list, and does not hide the others."""
    rows = finished_runs(home)
    assert len(rows) == 2
    problems = [row["problem"] for row in rows if "problem" in row]
    if problems:
        raise ArtefactError(problems[0])
    return rows


KINDS: dict[str, tuple[str, Callable[[Home], Any]]] = {
    "record of a metric": (
        "models/cy_models/cy_metric_model_run1.json",
        lambda home: (_listed(home), find_cy(home, 1).record),
    ),
    "record of a network": (
        "models/link_models/3form_run1.json",
        lambda home: (_listed(home), find_link_run(home, "3form", 1).record),
    ),
    "metric": ("models/cy_models/cy_metric_model_run1.keras", lambda home: find_cy(home, 1).record),
    "metric by its path": (
        "models/cy_models/cy_metric_model_run1.keras",
        lambda home: _model(home.path, load_cy(home.cy_models / "cy_metric_model_run1.keras")),
    ),
    "network": ("models/link_models/3form_run1.keras", lambda home: find_link_run(home, "3form", 1).record),
    "network by its path": (
        "models/link_models/3form_run1.keras",
        lambda home: _model(home.path, load_link_model("3form", home.link_models / "3form_run1.keras")),
    ),
    "points": ("samples/cy_data/cy_points_run1.npz", lambda home: _numbers(read_points(home, find_cy(home, 1)))),
    "manifest": ("samples/link_data/manifest.json", lambda home: open_samples(home).record),
    "data set": ("samples/link_data/g2_train.npz", lambda home: _numbers(read_rows(home, "train", "3form").rows)),
    "check": (
        "plots/check_kahlerity_cy_run1.json",
        lambda home: read_record(home.plots / "check_kahlerity_cy_run1.json", CheckRecord),
    ),
    "claim of an unfinished run": (
        f"{UNFINISHED}/config.json",
        lambda home: read_record(home.path / UNFINISHED / "config.json", ClaimRecord),
    ),
    "list of checkpoints": (f"{UNFINISHED}/LATEST.json", _checkpoint),
    "checkpoint": (f"{UNFINISHED}/checkpoint_*.npz", _checkpoint),
    "journal of a pipeline": ("models/.pipeline.json", _journal),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """With one of everything, and a run that was killed."""
    folder = tmp_path_factory.mktemp("home")
    place = ["--home", str(folder)]
    train = ["train", "--task", "3form", "--architecture", "direct", "--units", "16", "--epochs", "3"]
    for command in (
        ["cy", *SMALL_CY],
        ["sample", "--n-points", "300", "--n-rotations", "1"],
        train,
        ["check", "kahlerity", "--n-points", "20"],
    ):
        assert run([*command, *place]) == 0
    _kill_when([*CY, "--seed", "7"], f"{UNFINISHED}/checkpoint_00000003.npz", folder, signal.SIGTERM)
    with Journal(Home(folder), CONFIG) as journal:
        journal.record("cy", {"cy_run": 1, "figures": {"sigma": 0.00137}, "passed": True})
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_every_flipped_bit_is_noticed_or_changes_no_number(home, tmp_path, rng, kind, figures):
    pattern, read = KINDS[kind]
    whole = max(home.glob(pattern)).resolve()
    copy = shutil.copytree(home, tmp_path / "home", symlinks=True)
    target = copy / whole.relative_to(home.resolve())
    expected = json.dumps(_plain(read(Home(copy))), sort_keys=True)
    said, unnoticed = [], []
    for _ in range(FLIPS):
        byte, bit = int(rng.integers(whole.stat().st_size)), int(rng.integers(8))
        flipped(whole, target, byte, bit)
        try:
            found = json.dumps(_plain(read(Home(copy))), sort_keys=True)
        except ArtefactError as error:
            said.append(str(error))
            continue
        if found != expected:
            unnoticed.append((byte, bit))
    harmless = FLIPS - len(said) - len(unnoticed)
    figures(f"{kind}: {FLIPS} bits flipped, {len(said)} noticed, {harmless} without effect")
    assert unnoticed == []
    assert {len(sentence.splitlines()) for sentence in said} == {1}


def _plain(data: Any) -> Any:
    """With bytes as text."""
    if isinstance(data, bytes):
        return data.hex()
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    return [_plain(value) for value in data] if isinstance(data, list | tuple) else data
