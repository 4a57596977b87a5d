"""`g2links.check`: how far the identities hold on a metric, or of the networks that learned it, in one call."""

import html
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from matplotlib.figure import Figure

from g2links.calculus.map_points import Stop, never
from g2links.checks.contract import Check, CheckSetting, Networks
from g2links.checks.identities import derivative as require_derivative
from g2links.checks.registry import find_check
from g2links.checks.verdict import verdict
from g2links.errors import InputError
from g2links.links.structure import require_threefold
from g2links.networks.locations import coordinate_shares, worst_points
from g2links.plot.checks import check as plot_check
from g2links.plot.locations import error_locations
from g2links.records import CheckRecord, Thresholds
from g2links.reports.canvas import SCREEN, save
from g2links.reports.histograms import histograms_of
from g2links.reports.statistics import check_record
from g2links.reports.tables import Words, check_words, text
from g2links.storage.layout import Home
from g2links.storage.records import write_record
from g2links.varieties.kahler_class import require_circle_bundle
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.check_inputs import Subject, open_networks, open_phi, open_subject, subject_of
from g2links.workflow.interrupt import stop_on_interrupt
from g2links.workflow.progress import ProgressWish, Show, progress_if_watched
from g2links.workflow.train import TrainedNetwork

_STREAM = 0x43484543
"""Of random numbers, for the points of the checks; no other step uses it."""

PSI_METHODS = ("star", "model")


@dataclass(frozen=True, eq=False, repr=False)
class CheckReport:
    """What a check found.

    Attributes:
        check: what was checked.
        record: its JSON: statistics of each figure, thresholds, `passed`, and the failures in words.
        pointwise: for each figure its values (n,).
        points: where.
        variety: V.
        notes: what the user should know beside it.
        psi_method: where the check has that option.
    """

    check: Check
    record: CheckRecord
    pointwise: Mapping[str, np.ndarray]
    points: Points
    variety: AbstractVariety
    notes: tuple[str, ...] = ()
    psi_method: str | None = None

    @property
    def passed(self) -> bool:
        """Whether all thresholds hold, at finite values alone."""
        return self.record["passed"]

    @property
    def partial(self) -> bool:
        """Whether Ctrl-C ended it before the last point: then it has not passed."""
        return self.record.get("partial", False)

    @property
    def failures(self) -> list[str]:
        """One sentence for each threshold that does not hold, with by how much."""
        return list(self.record["failures"])

    @property
    def figures(self) -> dict[str, dict[str, float | None]]:
        """The mean, median, standard deviation and largest value of each figure."""
        return dict(self.record["figures"])

    @property
    def thresholds(self) -> Thresholds:
        """What each figure must be."""
        return dict(self.record["thresholds"])

    def to_dataframe(self) -> Any:
        """A pandas DataFrame, one row for each point and one column for each figure.

        Raises:
            ImportError: pandas is not installed.
        """
        import pandas

        return pandas.DataFrame(dict(self.pointwise))

    def plot(self, path: str | os.PathLike[str] | None = None) -> Figure:
        """A histogram of each figure and its limit, by `g2links.plot.check`; written to `path` (PNG or PDF) if given.

        Raises:
            InputError: for a path with another ending.
            ArtefactError: the disk refuses.
        """
        limits = {name: limit for name, limit in self.thresholds.items() if name in self.pointwise}
        figure = plot_check(self.pointwise, limits, name=self.check.name, **self._runs)
        if path is not None:
            save(figure, path, dpi=SCREEN)
        return figure

    def save(self, home: str | os.PathLike[str]) -> list[str]:
        """Write JSON and pictures into the folder `plots` of a home, named after the check, its runs and its method,
        and `partial` if it is, so that no whole one is replaced.

        Returns:
            The paths.

        Raises:
            ArtefactError: the disk refuses.
        """
        place = Home(home)
        place.make(place.plots)
        runs = [f"{key}{number}" for key, number in self._runs.items() if number is not None]
        method = [] if self.psi_method is None else [self.psi_method]
        stem = place.plots / "_".join(
            ["check", self.check.name, *runs, *method, *(["partial"] if self.partial else [])]
        )
        self.plot(f"{stem}.png")
        paths = [f"{stem}.png", f"{stem}.json"]
        if self._located:
            paths.insert(1, f"{stem}_error_locations.png")
            figure = error_locations(
                coordinate_shares(self.variety, self.points.z),
                self._located,
                what="Errors of the learned forms over V",
                weighted=self.variety.heaviest > 1,
                **self._runs,
            )
            save(figure, paths[1], dpi=SCREEN)
        write_record(paths[-1], CheckRecord, self.record, non_finite="null")
        return paths

    @property
    def _runs(self) -> dict[str, int | None]:
        return {"cy_run": self.record["cy_run"], "g2_run": self.record["g2_run"]}

    @property
    def _located(self) -> dict[str, np.ndarray]:
        return {name: self.pointwise[name] for name in self.check.located if name in self.pointwise}

    @property
    def words(self) -> list[Words]:
        """What it found, in tables and sentences."""
        return check_words(self.record)

    def __repr__(self) -> str:
        return text(self.words)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def check(
    name: str | Check,
    *,
    cy: CalabiYau | None = None,
    networks: Mapping[str, TrainedNetwork] | None = None,
    home: str | os.PathLike[str] = ".",
    cy_run: int | None = None,
    g2_run: int | None = None,
    n_points: int = 1000,
    derivative: str = "autodiff",
    epsilon: float = 1e-3,
    psi_method: str = "star",
    seed: int = 0,
    quick: bool = False,
    progress: ProgressWish = None,
) -> CheckReport:
    """Evaluate a check at fresh points; nothing is written, and Ctrl-C ends it with what was measured so far: then the
    report is `partial`.

    Args:
        name: kahlerity, contact, analytic, model, measures, torsion, one that was registered, or a `g2links.Check`.
        cy: the metric; if None, run `cy_run` of `home`, the most recent if that is None too.
        networks: by task (3form, metric, 4form), for `model` and `torsion`; if None, those of run `g2_run` of `home`.
        home, cy_run, g2_run: where saved runs are taken from.
        n_points: how many points.
        derivative: `autodiff`, exact, or `flux`, through cubes of edge `epsilon`.
        psi_method: `star`, ψ = *φ in the learned metric, or `model`, the 4-form network.
        seed: of the points.
        quick: judge networks as those of a quick run.
        progress: whether to show a bar; None for where somebody watches (`workflow.progress.ProgressWish`).

    Raises:
        InputError, ArtefactError: for a name, a run or an option that cannot be used, or a check of the G2-structure
            where the complex dimension is not 3.

    Example:
        >>> report = g2links.check("analytic", cy=cy)  # doctest: +SKIP
        >>> report.figures["d_psi"]["max"]  # doctest: +SKIP
        4.1e-14
    """
    with progress_if_watched(progress) as show, stop_on_interrupt() as stop:
        return evaluate_check(
            find_check(name),
            subject=None if cy is None else subject_of(cy),
            networks=None if networks is None else _in_memory(networks),
            home=Home(home),
            cy_run=cy_run,
            g2_run=g2_run,
            n_points=n_points,
            derivative=derivative,
            epsilon=epsilon,
            psi_method=psi_method,
            seed=seed,
            quick=quick,
            show=show,
            stop=stop,
        )


def evaluate_check(
    chosen: Check,
    *,
    home: Home,
    show: Show,
    stop: Stop = never,
    n_points: int,
    subject: Subject | None = None,
    networks: Networks | None = None,
    cy_run: int | None = None,
    g2_run: int | None = None,
    derivative: str = "autodiff",
    epsilon: float = 1e-3,
    psi_method: str = "star",
    seed: int = 0,
    quick: bool = False,
) -> CheckReport:
    """`check` with everything decided.

    Raises:
        KeyboardInterrupt: where `stop` says so before anything is measured.
    """
    require_options(
        chosen, {"n_points": n_points, "derivative": derivative, "epsilon": epsilon, "psi_method": psi_method}
    )
    if "g2_run" not in chosen.options and not (networks is None and g2_run is None):
        raise InputError("networks", f"check {chosen.name}", "this check judges the metric alone and takes no networks")
    subject = open_subject(home, cy_run) if subject is None else subject
    variety = subject.link.variety
    if chosen.needs != "metric":
        require_circle_bundle(variety, f"check {chosen.name}")
    if chosen.needs == "g2":
        require_threefold(variety, f"check {chosen.name}")
    if networks is None and chosen.needs_networks:
        networks = open_networks(home, subject, g2_run, psi_method)
    elif networks is None and g2_run is not None and "g2_run" in chosen.options:
        networks = open_phi(home, subject, g2_run)
    show("drawing points", 0, 1)
    points = variety.sample(n_points, np.random.SeedSequence([seed, _STREAM]))
    setting = CheckSetting(
        subject.link,
        points,
        subject.record["figures"],
        subject.record["standard_errors"],
        derivative,
        epsilon,
        networks,
        psi_method,
        quick,
        seed,
        show,
        stop,
    )
    if stop():
        raise KeyboardInterrupt
    show(f"compiling check {chosen.name}", 0, 1)
    found = chosen.evaluate(setting)
    measured = min(map(np.size, found.pointwise.values()), default=n_points)
    interrupted = stop() and measured < n_points
    if interrupted:
        found = replace(found, pointwise={name: values[:measured] for name, values in found.pointwise.items()})
        points = points.rows(slice(measured))
    limits = chosen.thresholds(setting, found)
    number = None if networks is None else networks.number
    unfit = verdict(subject.record).failures if chosen.of_metric and networks is None else ()
    record = check_record(
        chosen.name,
        subject.cy_run,
        number,
        found.pointwise,
        limits,
        found.integrals,
        failures=[f"the metric is not good enough: {sentence}" for sentence in unfit],
        interrupted=n_points if interrupted else None,
    )
    record = cast("CheckRecord", {**record, **found.remarks})
    record["unjudged"] = chosen.without_limit(record["figures"], limits)
    record["histograms"] = histograms_of(found.pointwise, limits)
    located = [key for key in chosen.located if key in found.pointwise]
    if located:
        record["worst_points"] = {key: worst_points(variety, points.at, found.pointwise[key]) for key in located}
    notes = (() if networks is None else networks.notes) + found.notes
    method = psi_method if "psi_method" in chosen.options else None
    return CheckReport(chosen, record, found.pointwise, points, variety, notes, method)


def require_options(chosen: Check, options: Mapping[str, Any]) -> None:
    """Refuse options of a check that cannot be, of those that are given.

    Raises:
        InputError: naming the option.
    """
    n_points = options.get("n_points", chosen.least_points)
    if not isinstance(n_points, int | np.integer) or n_points < chosen.least_points:
        why = ", for integrals with standard errors" if chosen.least_points > 1 else ""
        raise InputError("n_points", n_points, f"a whole number, at least {chosen.least_points}{why}")
    require_derivative(options.get("derivative", "autodiff"), options.get("epsilon", 1e-3))
    if options.get("psi_method", "star") not in PSI_METHODS:
        raise InputError("--psi-method", options["psi_method"], "choose star or model")


def _in_memory(networks: Mapping[str, TrainedNetwork]) -> Networks:
    """By task, as `check` takes them."""
    unknown = set(networks) - {"3form", "metric", "4form"}
    if unknown or "3form" not in networks:
        raise InputError("networks", sorted(networks), "3form, and where there are such also metric and 4form")
    models = {task: network.model for task, network in networks.items()}
    recorded = {task: network.relative_error for task, network in networks.items()}
    return Networks(models["3form"], models.get("metric"), models.get("4form"), recorded=recorded)
