"""The commands that make a saved run again, or what is missing beside it."""

import shlex
from collections.abc import Mapping
from dataclasses import fields

from g2links.records import MetricRecord, NetworkRecord, SavedSamplesRecord
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.configurations import as_text
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.base_points import SampleOptions
from g2links.workflow.fit_options import FitOptions


def metric_command(record: MetricRecord, variety: AbstractVariety) -> str:
    """`g2links cy` with every option that is not the default; in words for what no command makes."""
    named = _words_of(variety)
    if named is None:
        return f"# from Python: g2links.solve of a {type(variety).__name__}, {variety.name}"
    words = ["g2links", "cy", *named]
    known = {option.name: option.default for option in fields(FitOptions)}
    options: Mapping[str, object] = {**record["options"], "time_limit": record.get("time_limit")}
    for name, value in options.items():
        if value is not None and value != known.get(name):
            text = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            words += [f"--{name.replace('_', '-')}", text]
    command = shlex.join(words)
    own = record["ansatz"]["kind"] == "own"
    return f"{command}  # but from Python, as its potential is one of the user's own" if own else command


def _words_of(variety: AbstractVariety) -> list[str] | None:
    """The options that say what V is; None where there are none."""
    if isinstance(variety, CompleteIntersection):
        ambient, equations = as_text(variety)
        classes = [] if set(variety.polarisation) == {1} else ["--polarisation", *map(str, variety.polarisation)]
        return ["--ambient", ambient, "--equations", equations, *classes]
    if not isinstance(variety, WeightedHypersurface):
        return None
    words = ["--polynomial", str(variety.polynomial)]
    if set(variety.weights) != {1} or not variety.polynomial.exponents[:, -1].any():
        words += ["--weights", *map(str, variety.weights)]
    return words


def samples_command(cy_run: int, record: SavedSamplesRecord | None) -> str:
    """`g2links sample` for the data sets of the record; without one, in words."""
    words = ["g2links", "sample", "--cy-run-number", str(cy_run)]
    if record is None:
        return f"{shlex.join(words)}  # with the options of the data sets that the networks learned from"
    known = {option.name: option.default for option in fields(SampleOptions)}
    for name, value in record["options"].items():
        if name != "splits" and value is not None and value != known.get(name):
            words += [f"--{name.replace('_', '-')}", str(value)]
    return shlex.join(words)


def network_command(task: str, record: NetworkRecord) -> str:
    """`g2links train` for a task; what else was chosen stands in the record."""
    chosen = record["hyperparameters"]
    words = ["g2links", "train", "--task", task, "--architecture", str(chosen.get("architecture"))]
    words += ["--epochs", str(chosen.get("epochs")), "--seed", str(chosen.get("seed"))]
    if record["cy_run"] is not None:
        words += ["--cy-run-number", str(record["cy_run"])]
    return shlex.join(words)


def check_command(name: str, cy_run: int, g2_run: int | None = None, psi_method: str | None = None) -> str:
    """`g2links check` on saved runs."""
    words = ["g2links", "check", name, "--cy-run-number", str(cy_run)]
    words += [] if g2_run is None else ["--g2-run-number", str(g2_run)]
    words += [] if psi_method is None else ["--psi-method", psi_method]
    return shlex.join(words)
