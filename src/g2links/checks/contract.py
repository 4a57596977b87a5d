"""What a check is. One file of this folder holds one check; everything else about it, its command, its JSON, table,
picture, Python call and line in the documents, is derived from the `Check` of that file.

This module and the files of the checks import neither JAX nor NumPy when they are imported: the command line reads them
to say what there is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from g2links.checks.tolerances import ROUNDING, WORSE, gradient_of, network_error
from g2links.errors import InputError
from g2links.records import Thresholds

if TYPE_CHECKING:
    import numpy as np

    from g2links.checks.identities import Derivative
    from g2links.links.structure import ContactCalabiYau
    from g2links.varieties.charts import SliceChart
    from g2links.varieties.points.sampling import Points
    from g2links.varieties.variety import AbstractVariety

Option = Literal["derivative", "g2_run", "psi_method"]
"""What a check can be told beside its run, its number of points and its seed."""

NO_LIMIT = "the check sets no limit for it"
"""Why a figure is not judged, where its check does not say more."""


@dataclass(frozen=True)
class Figure:
    """One figure of a check.

    Attributes:
        formula: for pictures, as Matplotlib reads it.
        axis: "log" for an error, "linear" for a value, "flag" for 1 where something holds and 0 where it does not.
        meaning: what it measures and can show, in a few words of plain text for the HTML report.

    Example:
        >>> Figure(r"$|d\\omega|$").axis
        'log'
    """

    formula: str
    axis: Literal["log", "linear", "flag"] = "log"
    meaning: str = ""


@dataclass(frozen=True)
class Networks:
    """The networks that a check judges; those of `metric` and `4form` may be missing.

    Attributes:
        phi, metric, psi: models of the tasks 3form, metric and 4form.
        number: their run.
        notes: what the user should know of their origin.
        recorded: by task, the mean relative error that was measured when it was trained, of those that learned the
            metric at hand.
    """

    phi: Any
    metric: Any | None = None
    psi: Any | None = None
    number: int | None = None
    notes: tuple[str, ...] = ()
    recorded: Mapping[str, float] = field(default_factory=dict)

    def allowed_error(self, task: str, *, quick: bool) -> float:
        """What the mean relative error of a network may be: what its family reaches, and not much more than what was
        measured when it was trained; 0 where there is none."""
        model = {"3form": self.phi, "metric": self.metric, "4form": self.psi}[task]
        if model is None:
            return 0.0
        family = network_error(model, quick=quick)
        return min(family, WORSE * self.recorded[task] + ROUNDING) if task in self.recorded else family

    @property
    def by_argument(self) -> dict[str, Any]:
        """As `checks.learned.model_errors` takes them."""
        return {"phi_model": self.phi, "metric_model": self.metric, "psi_model": self.psi}


@dataclass(frozen=True)
class CheckSetting:
    """What a check is given.

    Attributes:
        link: the link of the Calabi-Yau metric, with its structure.
        points: fresh points of V, that no training has seen.
        recorded: the figures of the metric when it was found, by name, of which many thresholds are multiples.
        recorded_errors: the standard errors of those that are averages.
        method, epsilon: the exterior derivative, `autodiff`, or `flux` through cubes of edge epsilon.
        networks: where the check has the option `g2_run`.
        psi_method: of the option `psi_method`.
        quick: whether the networks come from a small run.
        seed: of further random choices.
        progress: called with what is being done, steps done, and steps in all.
        stop: asked between blocks of points; True where the user wants what there is so far.
    """

    link: "ContactCalabiYau"
    points: "Points"
    recorded: Mapping[str, float]
    recorded_errors: Mapping[str, float] = field(default_factory=dict)
    method: str = "autodiff"
    epsilon: float = 1e-3
    networks: Networks | None = None
    psi_method: str = "star"
    quick: bool = False
    seed: int = 0
    progress: Callable[[str, int, int], None] = lambda *_: None
    stop: Callable[[], bool] = lambda: False

    @property
    def ma_rms(self) -> float:
        """The Monge-Ampère error of the metric when it was found."""
        return self.recorded["ma_rms"]

    @property
    def ma_gradient(self) -> float:
        """What its gradient may be, on average: that of a polynomial of the degree of the potential."""
        return gradient_of(self.link.potential) * self.ma_rms

    @property
    def required_networks(self) -> Networks:
        """The networks, for a check with `needs_networks`, which is never evaluated without."""
        assert self.networks is not None
        return self.networks

    @property
    def derivative(self) -> "Derivative":
        """The exterior derivative, a function of a form and its degree."""
        from g2links.checks.identities import derivative

        return derivative(self.method, self.epsilon)

    def at_points(self, function: "Callable[[SliceChart], dict[str, Any]]") -> "dict[str, np.ndarray]":
        """The figures that `function` gives at the centre of a chart, at every point, compiled, in bounded memory."""
        from g2links.links.pointwise import at_points

        return at_points(function, self.points, self.stop, self.points_done)

    def points_done(self, done: int, total: int) -> None:
        """Show how many points are done; the first ones come with the compilation."""
        self.progress("evaluating at points", done, total)


@dataclass(frozen=True)
class Found:
    """What a check found.

    Attributes:
        pointwise: for each figure its values (n,), no point left out; those at the first points alone where the setting
            said stop.
        integrals: figures of the whole, each with its value ("mean"), "standard_error", and "exact" value where known.
        remarks: more entries of the JSON.
        notes: sentences for the user.

    Example:
        >>> Found(setting.at_points(at_centre))  # doctest: +SKIP
    """

    pointwise: "Mapping[str, np.ndarray]"
    integrals: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    remarks: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A check: what it measures at every point, and what the figures must be.

    Args:
        name: of the command `g2links check NAME`, and in the JSON.
        title: of its picture.
        summary: one sentence, for the help and the documents.
        figures: every figure it can have, in the order in which they are shown.
        evaluate: the figures at the points of a setting.
        thresholds: what they must be; one without a threshold is reported only.
        needs: "metric", any complex dimension and any Kähler class; "contact", any dimension and an integral class, of
            which there is a circle bundle; or "g2", an integral class of a threefold.
        options: what it can be told.
        needs_networks: whether there must be networks; otherwise they are taken where a run of them is named.
        located: errors of which a picture shows where on V they are large, and the JSON the worst points.
        least_points: fewer are refused.
        integrals: the meaning of each integral that it may find, as that of a figure.
        unjudged: for figures and integrals that may have no threshold, why that is so, as the end of a sentence.
        of_metric: whether its thresholds are multiples of the error of the metric: then one that is not good enough
            (`checks.verdict`) fails the check, whatever else holds. Networks are judged without this.

    Example:
        >>> def evaluate(setting):
        ...     share = lambda chart: {"share": abs(chart.centre.z[0]) ** 2 / sum(abs(chart.centre.z) ** 2)}
        ...     return Found(setting.at_points(share))
        >>> check = Check(
        ...     "share", "A share", "Is there one?", {"share": Figure("$s$", "linear")}, evaluate, lambda *_: {}
        ... )
        >>> g2links.check(check, cy=cy)  # doctest: +SKIP
    """

    name: str
    title: str
    summary: str
    figures: Mapping[str, Figure]
    evaluate: Callable[[CheckSetting], Found]
    thresholds: Callable[[CheckSetting, Found], Thresholds]
    needs: Literal["metric", "contact", "g2"] = "g2"
    options: tuple[Option, ...] = ("derivative",)
    needs_networks: bool = False
    located: tuple[str, ...] = ()
    least_points: int = 1
    of_metric: bool = False
    integrals: Mapping[str, str] = field(default_factory=dict)
    unjudged: Mapping[str, str] = field(default_factory=dict)

    def suits(self, variety: "AbstractVariety") -> bool:
        """Whether V has what it needs."""
        from g2links.varieties.topology import THREEFOLD

        if self.needs == "metric":
            return True
        return variety.is_integral and (self.needs == "contact" or variety.dimension == THREEFOLD)

    def without_limit(self, found: Iterable[str], limits: Thresholds) -> dict[str, str]:
        """For each figure or integral that was found and has no limit, why."""
        return {name: self.unjudged.get(name, NO_LIMIT) for name in found if name not in limits}

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise InputError("name", self.name, "a name of letters, digits and underscores")
        if not self.figures:
            raise InputError("figures", dict(self.figures), "at least one figure")
