"""`g2links.pipeline`: the whole workflow in memory, from a polynomial to checked networks, in one call."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from g2links.errors import InputError
from g2links.settings.config import TASKS
from g2links.settings.quick_sizes import SMALL_TRAINING, size, small_fit
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.topology import THREEFOLD
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.check import PSI_METHODS, CheckReport, check
from g2links.workflow.fit import FitOptions
from g2links.workflow.link_samples import LinkSamples
from g2links.workflow.polynomials import resolve_variety
from g2links.workflow.progress import Show
from g2links.workflow.solve import solve
from g2links.workflow.train import TrainedNetwork, train

METRIC_CHECKS = ("kahlerity", "contact", "measures")
"""What there is to check outside complex dimension 3."""

LINK_CHECKS = ("kahlerity", "analytic")
"""What is checked before the networks are."""


@dataclass(frozen=True, eq=False, repr=False)
class Pipeline:
    """What every step of the workflow gave.

    Attributes:
        cy: the metric.
        data: of the link; None where the complex dimension is not 3, as are the networks.
        networks: by task.
        reports: of the checks, by name; the model check once for each method of ψ.
    """

    cy: CalabiYau
    data: LinkSamples | None
    networks: Mapping[str, TrainedNetwork]
    reports: Mapping[str, CheckReport]

    @property
    def passed(self) -> bool:
        """Whether all checks passed."""
        return all(report.passed for report in self.reports.values())

    @property
    def failures(self) -> list[str]:
        """One sentence for each threshold that does not hold."""
        return [f"{name}: {failure}" for name, report in self.reports.items() for failure in report.failures]

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{name} {'passed' if r.passed else 'FAILED'}" for name, r in self.reports.items())
        return "\n".join([repr(self.cy), *map(repr, self.networks.values()), f"checks: {verdicts}", *self.failures])

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def pipeline(
    variety: CalabiYau | AbstractVariety | Polynomial | str = "fermat_quintic",
    *,
    weights: tuple[int, ...] | None = None,
    n_points: int | None = None,
    n_rotations: int | None = None,
    check_points: int | None = None,
    seed: int = 0,
    quick: bool = False,
    solving: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    progress: bool | Show | None = None,
) -> Pipeline:
    """Metric, data of the link, a network of each task, and the checks; outside complex dimension 3 the metric and its
    checks. Nothing is written.

    Args:
        variety: V, an expression, a name or a file as for `g2links.solve`, or a metric that is solved already.
        weights: of an expression; 1 each if not given.
        n_points: on V; 100,000 if not given, 6,000 with `quick`.
        n_rotations: of each point along the circle; 4 if not given, 2 with `quick`.
        check_points: of each check; 1,000 if not given, 100 with `quick`.
        seed: of every random choice.
        quick: small sizes: a minute or two, not for results.
        solving, training: more options of `g2links.solve` and `g2links.train`.
        progress: whether to show a bar; None for where somebody watches, a terminal or a notebook.

    Raises:
        InputError: for what cannot be.
        TrainingError: when a network cannot be trained.

    Example:
        >>> result = g2links.pipeline("dwork(0.3)", quick=True)  # doctest: +SKIP
        >>> result.passed, result.networks["3form"].relative_error  # doctest: +SKIP
    """
    if isinstance(variety, CalabiYau):
        if weights is not None or n_points is not None or solving:
            raise InputError("variety", variety, "a variety, where it is said how to solve it")
        cy = variety
    else:
        solved = resolve_variety(variety, weights)
        options = {"n_points": size("n_points", n_points, quick), "seed": seed, **(solving or {})}
        if quick:
            options = small_fit(FitOptions.from_names(options).family(solved).kind, solved.heaviest, options)
        cy = solve(solved, progress=progress, **options)
    n = size("check_points", check_points, quick)
    rest: dict[str, Any] = {"cy": cy, "n_points": n, "seed": seed, "progress": progress}
    if cy.variety.dimension != THREEFOLD:
        return Pipeline(cy, None, {}, {name: check(name, **rest) for name in METRIC_CHECKS})
    data = cy.sample(n_rotations=size("n_rotations", n_rotations, quick), seed=seed)
    chosen = {**(SMALL_TRAINING if quick else {}), "seed": seed, **(training or {})}
    networks = {task: train(data, task, progress=progress, **chosen) for task in TASKS}
    reports = {name: check(name, **rest) for name in LINK_CHECKS}
    for method in PSI_METHODS:
        reports[f"model ({method})"] = check("model", networks=networks, psi_method=method, quick=quick, **rest)
    return Pipeline(cy, data, networks, reports)
