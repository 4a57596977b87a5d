"""`g2links.report`: everything that is known of a run on one page of HTML."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from g2links.checks.contract import Check
from g2links.checks.registry import all_checks
from g2links.checks.verdict import verdict
from g2links.errors import ArtefactError, InputError
from g2links.records import CheckRecord, MetricRecord, NetworkRecord, SavedSamplesRecord
from g2links.reports.pages.contents import RunContents
from g2links.reports.pages.numbers import number_text
from g2links.reports.pages.run_page import write_run_page
from g2links.ricci_flat.family import described_ansatz
from g2links.settings.config import TASKS
from g2links.storage.files import require_target
from g2links.storage.finished import FinishedRun, run_numbers
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, find_link_run, load_cy
from g2links.storage.published_sets import open_set
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.check import PSI_METHODS
from g2links.workflow.commands import check_command, metric_command, network_command, samples_command
from g2links.workflow.intersections import describe_intersection
from g2links.workflow.listing import check_records
from g2links.workflow.polynomials import topology
from g2links.workflow.progress import ProgressWish, progress_if_watched
from g2links.workflow.report_values import values_on_v
from g2links.workflow.samples import samples_record

Networks = Mapping[str, FinishedRun[NetworkRecord]]
"""By task."""


def report(
    *,
    home: str | os.PathLike[str] = ".",
    cy_run: int | None = None,
    g2_run: int | None = None,
    progress: ProgressWish = None,
) -> Path:
    """Write a page about a saved run: its figures, its errors over V, its checks and its networks.

    The page is one file that needs no network. What it says comes from the records of the run; the error of the metric
    is evaluated for its pictures.

    Args:
        home: the folder of the run.
        cy_run: its number; the most recent if None.
        g2_run: the number of its networks; if None, the most recent of each task that was trained on the run.
        progress: whether to show a bar; None for where somebody watches (`workflow.progress.ProgressWish`).

    Returns:
        The file, in the folder `plots` of the home.

    Raises:
        InputError: there is no run of that number.
        ArtefactError: a record is damaged, or the disk refuses.
        TrainingError: the metric has a value nowhere.

    Example:
        >>> g2links.report(home=".", cy_run=1)  # doctest: +SKIP
        PosixPath('plots/report_cy_run1.html')
    """
    place = Home(home)
    run = find_cy(place, cy_run)
    networks, damaged = _networks(place, run, g2_run)
    number = _number(networks)
    path = place.plots / ("_".join(["report", f"cy_run{run.number}", *_named(number)]) + ".html")
    place.make(place.plots)
    require_target(path)
    checks = _checks(place, run.number, number)
    with progress_if_watched(progress) as show:
        show("evaluating the metric for the pictures of the report", 0, 1)
        model = load_cy(run.model_path, sha256=run.sha256)
        values = values_on_v(model, run.record.get("supremum"))
    contents = RunContents(
        variety=model.variety,
        cy_run=run.number,
        record=run.record,
        verdict=verdict(run.record),
        values=values,
        facts=dict(_facts(run.record, model.variety)),
        networks={task: (found.number, found.record) for task, found in networks.items()},
        checks=checks,
        missing=dict(_missing(model.variety, run.number, number, checks)),
        commands=tuple(_commands(place, run, model.variety, networks)),
        notes=(*_notes(run, networks), *damaged),
    )
    write_run_page(path, contents)
    return path


def _networks(home: Home, run: FinishedRun[MetricRecord], number: int | None) -> tuple[Networks, list[str]]:
    """Those of a number, whatever they learned from; without one, for each task the most recent that learned this run,
    and what is said of damaged ones that were passed over.

    Raises:
        InputError: no task has that number.
    """
    every = {task: run_numbers(home.link_models, task) for task in TASKS}
    if number is not None and not any(number in numbers for numbers in every.values()):
        known = ", ".join(map(str, sorted({n for numbers in every.values() for n in numbers}))) or "none"
        raise InputError("--g2-run-number", number, f"runs in {home.link_models}: {known}")
    if number is not None:
        return {task: find_link_run(home, task, number) for task in TASKS if number in every[task]}, []
    found: dict[str, FinishedRun[NetworkRecord]] = {}
    damaged = []
    for task, numbers in every.items():
        for candidate in reversed(numbers):
            try:
                network = find_link_run(home, task, candidate)
            except ArtefactError as error:
                damaged.append(f"Left out: {error}.")
                continue
            if _learned(network.record, run):
                found[task] = network
                break
    return found, damaged


def _learned(record: NetworkRecord, run: FinishedRun[MetricRecord]) -> bool:
    return record.get("cy_run") == run.number and record.get("cy_sha256", run.sha256) == run.sha256


def _number(networks: Networks) -> int | None:
    """The run that checks of the networks are known by, that of the 3-form."""
    return next((networks[task].number for task in ("3form", *TASKS) if task in networks), None)


def _named(number: int | None) -> list[str]:
    return [] if number is None else [f"g2_run{number}"]


def _checks(home: Home, cy_run: int, g2_run: int | None) -> dict[str, CheckRecord]:
    """By label, such as "model (star)": of the metric, and of its networks; in the order of the registry."""
    name, kinds = rf"check_(\w+?)_cy_run{cy_run}", "(|_star|_model)(|_partial)"
    found = {_label(key): record for key, record in check_records(home, rf"{name}{kinds}").items()}
    if g2_run is not None:
        for key, record in check_records(home, rf"{name}_g2_run{g2_run}{kinds}").items():
            found[_label(key if _label(key) not in found else f"{key} network")] = record
    order = {name: i for i, name in enumerate(all_checks())}
    return {key: found[key] for key in sorted(found, key=lambda key: order.get(found[key]["check"], len(order)))}


def _label(name: str) -> str:
    """ "model (star)" of "check model star"."""
    check, *kinds = name.removeprefix("check ").split()
    return f"{check} ({', '.join(kinds)})" if kinds else check


def _missing(
    variety: AbstractVariety, cy_run: int, g2_run: int | None, checks: Mapping[str, CheckRecord]
) -> Iterator[tuple[str, tuple[Check, str]]]:
    """The checks that this run can have and has not; those of networks where there are some."""
    for name, check in all_checks().items():
        if not check.suits(variety):
            continue
        if not check.needs_networks:
            if name not in checks:
                yield name, (check, check_command(name, cy_run))
        elif g2_run is not None:
            for method in PSI_METHODS if "psi_method" in check.options else (None,):
                label = name if method is None else f"{name} ({method})"
                if label not in checks:
                    yield label, (check, check_command(name, cy_run, g2_run, method))


def _facts(record: MetricRecord, variety: AbstractVariety) -> Iterator[tuple[str, str]]:
    """What is known of V without a metric, then what the run was made with."""
    if isinstance(variety, CompleteIntersection):
        known = describe_intersection(variety)
        yield "Configuration", known["configuration"]
        yield "Polarisation", ", ".join(map(str, variety.polarisation))
        yield "Degree", number_text(known["degree"])
        if "h11" in known:
            yield "Hodge numbers", f"h¹¹ = {known['h11']}, h²¹ = {known['h21']}"
        yield "Euler number", number_text(known["euler"])
    else:
        rows = (", ".join(map(str, row)) for row in variety.charges)
        yield "Weights" if len(variety.charges) == 1 else "Charges", "; ".join(rows)
    yield "Complex dimension", str(variety.dimension)
    if isinstance(variety, WeightedHypersurface):
        yield "Degree", str(variety.degree)
        invariants = topology(variety)
        if "h11" in invariants:
            yield "Hodge numbers", f"h¹¹ = {invariants['h11']}, h²¹ = {invariants['h21']}"
        yield "Euler number", number_text(float(invariants["euler"]))
        if "nu" in invariants:
            yield "Crowley-Nordström invariant of the link", f"ν = {invariants['nu']}"
    yield "Potential", f"{described_ansatz(record['ansatz'])}, {record['parameters']} unknowns"
    yield "Points", ", ".join(f"{n:,} {split}" for split, n in record["points"].items())
    yield "Seed", str(record["options"]["seed"])
    yield "Stopped", f"after {record['iterations']} iterations: {record['stopped_because']}"
    if "seconds" in record["figures"]:
        yield "Time", f"{record['figures']['seconds']:.1f} s"
    versions = record["versions"]
    packages = {"Python": versions["python"], **versions["packages"]}
    yield "Versions", ", ".join(f"{name} {version}" for name, version in packages.items() if version)
    if versions.get("device"):
        yield "Device", f"{versions['device']}, {versions.get('precision')}"


def _commands(
    home: Home, run: FinishedRun[MetricRecord], variety: AbstractVariety, networks: Networks
) -> Iterator[str]:
    yield metric_command(run.record, variety)
    if networks:
        yield samples_command(run.number, _samples(home, networks))
    for task, network in networks.items():
        yield network_command(task, network.record)


def _samples(home: Home, networks: Networks) -> SavedSamplesRecord | None:
    """The record of the data sets that the networks learned from, where they are still those of the home."""
    learned = {sha256 for network in networks.values() for sha256 in network.record.get("data_sha256", {}).values()}
    try:
        data = open_set(home.link_data)
        known = {entry["sha256"] for entry in data.manifest.files.values()}
        return samples_record(data) if learned and learned <= known else None
    except ArtefactError:  # a page is not about them
        return None


def _notes(run: FinishedRun[MetricRecord], networks: Networks) -> Iterator[str]:
    for task, network in networks.items():
        if not _learned(network.record, run):
            yield (
                f"The {task} network of run {network.number} was trained on data of Calabi-Yau run "
                f"{network.record.get('cy_run')}, not of this one."
            )
