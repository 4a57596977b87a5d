"""`g2links.calibrated`: volumes and calibration angles of submanifolds of V and of the link, in one call."""

from collections.abc import Callable
from typing import Any

import numpy as np

from g2links.errors import InputError
from g2links.links.structure import ContactCalabiYau, require_threefold
from g2links.networks.cy_model import CalabiYauMetric
from g2links.quantities.calibrated.known_submanifolds import Known, known_submanifold
from g2links.quantities.calibrated.submanifolds import RULES, Samples, at_given, evaluate, patch_of, require_on, sampled
from g2links.quantities.calibrated.volumes import Measured, measured
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.calibrated_report import CalibratedReport, known_report
from g2links.workflow.check_inputs import Subject
from g2links.workflow.progress import ProgressWish, Show, progress_if_watched

PLACES = ("V", "K")
"""Where a submanifold lies."""

Metric = CalabiYau | CalabiYauMetric | ContactCalabiYau | Subject
"""What has a metric on V and a structure on its link."""


def calibrated(
    metric: Metric,
    submanifold: str | Callable[[Any], Any],
    box: Any = None,
    *,
    within: str = "V",
    points: Any = None,
    weights: Any = None,
    n_points: int = 40_000,
    rule: str = "gauss",
    turns: tuple[int, ...] | None = None,
    seed: int = 0,
    progress: ProgressWish = None,
) -> CalibratedReport:
    """The volume of a submanifold of V or of the link K, the integrals of the calibrations over it, and how far it is
    from being calibrated: holomorphic or special Lagrangian in V, associative or coassociative in K.

    Args:
        metric: a solved metric, a model of one, or a `ContactCalabiYau`.
        submanifold: a JAX function of p real parameters (p,) to a point (N,) of V, in any gauge, or of K, in any real
            scale: θ is the phase. Or "real-locus", "line" or "conic", which are known, with what lies over them in K.
        box: (least, greatest) for each parameter.
        within: "V" or "K".
        points, weights: (n, p) and (n,), in place of a box: Σ weights F estimates ∫F dt. The errors are then
            statistical, as of n independent points.
        n_points: about how many points.
        rule: `gauss`, the product of Gauss's rules, whose error is its distance from a coarser one, for what is
            analytic on the closed box; or `sobol`, sixteen scrambled Sobol sequences, whose error is their spread.
        turns: of the real locus, k: the fixed points z_i = exp(iπ k_i/a_i) x_i of another real structure, where
            z_i^{a_i} is a term of f.
        seed: of `sobol`.
        progress: whether to show a bar; None for where somebody watches (`workflow.progress.ProgressWish`).

    Raises:
        InputError: for what cannot be a submanifold, points that are not on V, a dimension that nothing calibrates, or
            a known one that V has not got.

    Example:
        >>> report = g2links.calibrated(cy, "real-locus")  # doctest: +SKIP
        >>> report.volume, report.exact, report.lift.volume  # doctest: +SKIP
        ((27.0298799, 5.8e-07), 27.0298769, (54.0597598, 1.2e-06))
        >>> torus = g2links.calibrated(cy, lambda t: ..., [(0, 1)] * 3, within="K")  # doctest: +SKIP
        >>> torus.angles["associative"].max()  # doctest: +SKIP
    """
    link = link_of(metric)
    _require_options(within, n_points, rule, points, weights)
    record = metric.record if isinstance(metric, CalabiYau | Subject) else None
    with progress_if_watched(progress) as show:
        if isinstance(submanifold, str):
            for name, value in (("box", box), ("points", points)):
                if value is not None:
                    raise InputError(name, "given", f"not with {submanifold}, which has its own")
            known = known_submanifold(link.variety, submanifold, turns)
            found, lift = _measured_known(link, known, n_points, rule, seed, show)
            return known_report(link, known, found, lift, record, getattr(metric, "cy_run", None))
        if not callable(submanifold):
            raise InputError("submanifold", submanifold, "a function of the parameters, or a name")
        if turns is not None:
            raise InputError("turns", turns, "for the real locus only")
        given = None if points is None else _given(points, weights)
        if (box is None) == (given is None):
            raise InputError("box", box, "either a box of the parameters, or points and weights")
        patch = patch_of(submanifold, [(0.0, 1.0)] * given[0].shape[1] if given else box, link.variety.variables)
        require_degree(link, within, len(patch.box))
        samples = at_given(patch, *given) if given else sampled([patch], n_points, rule, seed)
        found = _measured(link, samples, within, show)
    return CalibratedReport("submanifold", within, found, link.variety)


def require_degree(link: ContactCalabiYau, within: str, p: int) -> None:
    """Refuse a dimension of which nothing on V or K is calibrated.

    Raises:
        InputError: with those that there are.
    """
    d = link.variety.dimension
    if within == "K":
        require_threefold(link.variety, "within K")
    allowed = {3, 4} if within == "K" else {*range(2, 2 * d, 2), d}
    if p not in allowed:
        dimensions = ", ".join(map(str, sorted(allowed)))
        raise InputError("submanifold", f"dimension {p}", f"in {within} those of dimension {dimensions} are calibrated")


def _measured_known(
    link: ContactCalabiYau, known: Known, n: int, rule: str, seed: int, show: Show
) -> tuple[Measured, Measured]:
    """In V, and over it in the link."""
    found = []
    for within, patches in (("V", known.on_v), ("K", known.on_link)):
        samples = sampled(patches, n, rule, seed)
        sheets = known.sheets if within == "K" else 1
        second = None if samples.second is None else samples.second * sheets
        samples = samples._replace(weights=samples.weights * sheets, second=second)
        found.append(_measured(link, samples, within, show, phase=known.phase, oriented=False))
    return found[0], found[1]


def _measured(
    link: ContactCalabiYau,
    samples: Samples,
    within: str,
    show: Show,
    *,
    phase: float | None = None,
    oriented: bool = True,
) -> Measured:
    require_on(link.variety, samples)
    turn = np.exp(-1j * (phase or 0.0)) if within == "K" else 1.0
    figures = evaluate(
        link.variety,
        link.potential,
        complex(link.normalisation * turn),
        samples,
        on_link=within == "K",
        progress=lambda done, total: show(f"calibrations in {within}", done, total),
    )
    return measured(samples, figures, phase=phase, oriented=oriented)


def link_of(metric: Any) -> ContactCalabiYau:
    """The structure on the link of what has a metric.

    Raises:
        InputError: for anything else.
    """
    if isinstance(metric, ContactCalabiYau):
        return metric
    if isinstance(metric, Subject):
        return metric.link
    if isinstance(metric, CalabiYau):
        return metric.model.link()
    if isinstance(metric, CalabiYauMetric):
        return metric.link()
    raise InputError("metric", metric, "what g2links.solve, open_run or load_cy gives, or a ContactCalabiYau")


def _require_options(within: str, n_points: int, rule: str, points: Any, weights: Any) -> None:
    if within not in PLACES:
        raise InputError("within", within, "V or K")
    if rule not in RULES:
        raise InputError("rule", rule, f"one of {', '.join(RULES)}")
    if isinstance(n_points, bool) or not isinstance(n_points, int | np.integer) or n_points < 1:
        raise InputError("n_points", n_points, "a whole number, at least 1")
    if (points is None) != (weights is None):
        raise InputError("weights", weights, "points and weights belong together")


def _given(points: Any, weights: Any) -> tuple[np.ndarray, np.ndarray]:
    """Parameters (n, p) and weights (n,)."""
    try:
        t, w = np.asarray(points, dtype=float), np.asarray(weights, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError("points", points, f"numbers (n, p), with weights (n,) ({error})") from error
    if t.ndim != 2 or w.shape != t.shape[:1] or len(w) < 2:
        raise InputError("points", f"shapes {t.shape} and {w.shape}", "(n, p) and weights (n,), at least two")
    if not (np.isfinite(t).all() and np.isfinite(w).all()):
        raise InputError("points", "values that are not finite", "finite numbers")
    return t, w
