"""Removing runs: what goes, what is refused, and what a kill leaves."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from g2links.errors import ArtefactError, InputError
from g2links.records import MetricRecord, NetworkRecord
from g2links.storage.arrays import write_arrays
from g2links.storage.cy_points import points_path, remove_points_of_no_run
from g2links.storage.finished import latest_run, run_numbers
from g2links.storage.journal import Journal
from g2links.storage.layout import Home
from g2links.storage.locks import folder_lock
from g2links.storage.models import CY_STEM, find_cy, find_link_run
from g2links.storage.new_sets import new_set
from g2links.storage.numbering import claim_run
from g2links.storage.published_sets import open_set
from g2links.storage.records import read_record, write_record
from g2links.workflow.removal import plan_removal, remove

SAVED = Path(__file__).parents[1] / "storage/version_0_1"
PICTURES = (
    *("cy_history_run1.png", "cy_monge_ampere_run1.png", "check_kahlerity_cy_run1.json", "report_cy_run1.html"),
    "check_model_cy_run1_g2_run1_star.json",
)
OF_OTHERS = ("cy_history_run11.png", "check_kahlerity_cy_run11.json", "3form_run11_history.png", "sweep_a_x_y.png")


def copy_of_run(home, folder, kind, name, number, **changes):
    """The saved run of version 0.1 under another number, with other entries in its record."""
    place = home.path / "models" / folder
    record = {**read_record(place / f"{name}_run1.json", kind), "run": number, **changes}
    write_record(place / f"{name}_run{number}.json", kind, record)
    shutil.copy(place / f"{name}_run1.keras", place / f"{name}_run{number}.keras")


@pytest.fixture
def home(tmp_path):
    """A Calabi-Yau run that nothing depends on, with its files, and files of other runs."""
    place = Home(shutil.copytree(SAVED, tmp_path / "home"))
    for name in ("3form_run1.keras", "3form_run1.json"):
        (tmp_path / name).write_bytes((place.link_models / name).read_bytes())
        (place.link_models / name).unlink()
    place.make(place.cy_data)
    points_path(place, 1).touch()
    place.make(place.plots)
    for name in (*PICTURES, *OF_OTHERS):
        (place.plots / name).touch()
    return place


@pytest.fixture
def home_with_network(home, tmp_path):
    """The same, and a network."""
    for name in ("3form_run1.keras", "3form_run1.json"):
        shutil.copy(tmp_path / name, home.link_models / name)
    return home


def left(home):
    return sorted(path.name for path in home.path.rglob("*") if path.is_file() and path.name != ".lock")


def test_a_run_goes_with_its_files_and_its_number_is_not_used_again(home):
    planned = plan_removal(home, "cy", 1)
    assert remove(home, "cy", 1) == planned
    assert left(home) == sorted([*OF_OTHERS, ".cy_metric_model_run1.removed"])
    assert len(planned.files) == 3 + len(PICTURES)
    with pytest.raises(InputError, match="it was removed; runs in"):
        find_cy(home, 1)
    with pytest.raises(InputError, match="it was removed"):
        remove(home, "cy", 1)
    with pytest.raises(ArtefactError, match="no finished run"):
        find_cy(home, None)
    with claim_run(home.cy_models, CY_STEM, {"seed": 1}) as claimed:
        assert claimed.number == 2


def test_checks_of_networks_go_with_the_3_form_or_the_last_of_them(home_with_network):
    home = home_with_network
    for name in ("3form_run1_history.png", "check_torsion_cy_run1_g2_run1.json", "metric_run1_history.png"):
        (home.plots / name).touch()
    for suffix in ("keras", "json"):
        shutil.copy(home.link_models / f"3form_run1.{suffix}", home.link_models / f"metric_run1.{suffix}")
    names = [path.name for path in plan_removal(home, "metric", 1).files]
    assert names == ["metric_run1.keras", "metric_run1.json", "metric_run1_history.png"]
    remove(home, "3form", 1)
    assert not (home.plots / "check_torsion_cy_run1_g2_run1.json").exists()
    assert (home.plots / "metric_run1_history.png").exists()
    assert (home.plots / "check_kahlerity_cy_run1.json").exists()


class Killed(BaseException):
    """At one system call."""


@pytest.mark.parametrize("step", range(14))
def test_a_kill_at_any_moment_leaves_a_whole_run_or_none_and_the_same_call_completes_it(home, monkeypatch, step):
    calls = iter(range(100))

    def until_killed(function):
        def called(*given, **options):
            if next(calls) == step:
                raise Killed
            return function(*given, **options)

        return called

    with monkeypatch.context() as patched:
        patched.setattr(Path, "touch", until_killed(Path.touch))
        patched.setattr(Path, "unlink", until_killed(Path.unlink))
        patched.setattr(os, "replace", until_killed(os.replace))
        try:
            remove(home, "cy", 1)
        except Killed:
            pass
        else:
            assert step >= 12, "each file, and the two marks"
            return
    if step == 0:
        assert find_cy(home, 1).number == 1
    else:
        assert run_numbers(home.cy_models, CY_STEM) == []
        with pytest.raises(InputError):
            find_cy(home, 1)
        with pytest.raises(ArtefactError, match="no finished run"):
            latest_run(home.cy_models, CY_STEM, MetricRecord)
        with claim_run(home.cy_models, CY_STEM, {"seed": 1}) as claimed:
            assert claimed.number == 2
            remove_points_of_no_run(home)
            assert not points_path(home, 1).exists()
        shutil.rmtree(claimed.work)
    remove(home, "cy", 1)
    assert left(home) == sorted([*OF_OTHERS, ".cy_metric_model_run1.removed"])


def test_files_that_are_put_back_are_the_run_again(home):
    kept = {path: path.read_bytes() for path in home.cy_models.glob("*_run1.*")}
    remove(home, "cy", 1)
    for path, content in kept.items():
        path.write_bytes(content)
    assert find_cy(home, None).number == 1
    remove(home, "cy", 1)
    assert run_numbers(home.cy_models, CY_STEM) == []


def test_what_others_depend_on_stays(home_with_network, tmp_path):
    home = home_with_network

    def refused(task, words):
        before = left(home)
        with pytest.raises(InputError, match=words) as error:
            remove(home, task, 1)
        assert left(home) == before
        return str(error.value)

    assert "needed by 3form_run1; remove that first" in refused("cy", "3form_run1")
    choices = read_record(home.link_models / "3form_run1.json", NetworkRecord)["hyperparameters"]
    for number, saved in ((2, 1), (3, str(home.link_models / "3form_run1.keras"))):
        changed = {"hyperparameters": {**choices, "saved_model": saved}}
        copy_of_run(home, "link_models", NetworkRecord, "3form", number, **changed)
    refused("3form", "needed by 3form_run2, 3form_run3;")
    for number in (3, 2, 1):
        remove(home, "3form", number)
    options = read_record(home.cy_models / "cy_metric_model_run1.json", MetricRecord)["options"]
    copy_of_run(home, "cy_models", MetricRecord, CY_STEM, 2, options={**options, "start_from": 1})
    refused("cy", "cy_metric_model_run2")
    remove(home, "cy", 2)
    with claim_run(home.cy_models, CY_STEM, {"options": {"start_from": 1}}) as unfinished:
        (unfinished.work / "checkpoint").touch()
    refused("cy", "the unfinished cy_metric_model_run3")
    shutil.rmtree(unfinished.work)
    with claim_run(home.link_models, "metric", {"cy_run": 1}) as unfinished:
        (unfinished.work / "checkpoint").touch()
    refused("cy", "the unfinished metric_run1")
    shutil.rmtree(unfinished.work)
    with Journal(home, {}) as journal:
        journal.record("cy", {"cy_run": 1})
    refused("cy", "the unfinished pipeline of")
    (home.path / "models/.pipeline.json").unlink()
    remove(home, "cy", 1)


def publish_set(home, cy_run):
    with new_set(home.link_data, lambda name: name.endswith(".npz")) as staged:
        write_arrays(staged.folder / "g2_train.npz", {"x": np.arange(cy_run)})
        return staged.publish(["g2_train.npz"], {"cy_run": cy_run})


def test_data_sets_that_are_published_or_read_keep_their_run(home):
    read = publish_set(home, 1)
    with pytest.raises(InputError, match="needed by the data sets in"):
        remove(home, "cy", 1)
    publish_set(home, 2)
    with pytest.raises(InputError, match="the data sets"):
        remove(home, "cy", 1)
    assert read.arrays("g2_train.npz")["x"].tolist() == [0]
    del read
    remove(home, "cy", 1)
    assert open_set(home.link_data).manifest.extra["cy_run"] == 2


@pytest.mark.parametrize("folder", ["models", "models/cy_models", "models/link_models", "samples/link_data"])
def test_where_somebody_works_nothing_is_removed(home, folder):
    place = home.make(home.path / folder)
    with folder_lock(place), pytest.raises(ArtefactError, match="another process"):
        remove(home, "cy", 1)
    assert find_cy(home, 1).number == 1


def test_unfinished_and_unknown_runs_are_refused_and_damaged_ones_go(home):
    with claim_run(home.cy_models, CY_STEM, {"seed": 1}) as unfinished:
        with pytest.raises(ArtefactError, match="run 2 of 'cy_metric_model' is not finished"):
            remove(home, "cy", 2)
        assert unfinished.work.exists()
    shutil.rmtree(unfinished.work)
    with pytest.raises(InputError, match="models: 1"):
        remove(home, "cy", 7)
    with pytest.raises(InputError, match="choose one of cy, 3form, metric, 4form"):
        remove(home, "2form", 1)
    record = home.cy_models / "cy_metric_model_run1.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "ansatz": 3}))
    remove(home, "cy", 1)
    assert left(home) == sorted([*OF_OTHERS, ".cy_metric_model_run1.removed"])


def test_a_run_that_somebody_completes_is_left(home):
    with claim_run(home.cy_models, CY_STEM, {"seed": 2}) as run:
        run.publish(
            lambda path: path.write_bytes(b"model"),
            read_record(home.cy_models / "cy_metric_model_run1.json", MetricRecord),
        )
        with pytest.raises(ArtefactError, match="another process works on run 2"):
            remove(home, "cy", 2)
    remove(home, "cy", 2)
    assert not run.work.exists()
    with pytest.raises(InputError):
        find_link_run(home, "3form", 1)
