"""What `g2links.calibrated` found."""

import html
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from g2links.links.structure import ContactCalabiYau
from g2links.plot.calibrations import calibrated as plot_calibrated
from g2links.quantities.calibrated.known_submanifolds import Known
from g2links.quantities.calibrated.volumes import Estimate, Measured
from g2links.records import MetricRecord
from g2links.reports.canvas import SCREEN, save
from g2links.reports.statistics import summarise
from g2links.reports.tables import Table, Words, number, text
from g2links.varieties.variety import AbstractVariety

ROUNDING = 1e-10
"""Of what vanishes for every potential."""
_PER_SIGMA = 2.5
"""The relative error of a volume, over σ, that is promised: 1e-5 where σ is 4e-6."""
_ERRORS = 3.0
"""Errors of an integral that are allowed beside it."""
_CURVE = 1e-9
"""The relative error of a volume that is the same for every potential."""


@dataclass(frozen=True, eq=False, repr=False)
class CalibratedReport:
    """A submanifold of V or of the link K, measured.

    Attributes:
        name: what was asked for.
        within: "V" or "K".
        measured: all that was measured, point by point.
        variety: V.
        exact: its volume on the Ricci-flat metric, where known.
        controlled: its volume by what is known of the calibration's integral, where known: only the difference of the
            volume form and the calibration is integrated.
        lift: what lies over it in K, of a known one in V.
        thresholds: the largest values that were promised, by name.
        values: what these are held against.
        cy_run: of the metric, if it was saved.
    """

    name: str
    within: str
    measured: Measured
    variety: AbstractVariety
    exact: float | None = None
    controlled: Estimate | None = None
    lift: "CalibratedReport | None" = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    cy_run: int | None = None

    @property
    def volume(self) -> Estimate:
        """Its volume and the error of the integration: the `controlled` one where there is one."""
        return self.measured.volume if self.controlled is None else self.controlled

    @property
    def integrals(self) -> dict[str, Estimate]:
        """∫ω^k/k!, ∫Re(e^{-iα}Υ), ∫φ or ∫ψ, with their errors, by the kind that they calibrate: `holomorphic`,
        `special_lagrangian`, `associative` or `coassociative`."""
        return dict(self.measured.integrals)

    @property
    def angles(self) -> dict[str, np.ndarray]:
        """(n,) for each kind, the angle in radians between the tangent space and the calibrated planes."""
        return dict(self.measured.angles)

    @property
    def defects(self) -> dict[str, float]:
        """How far it is from each kind at the worst point: the largest angle; for `lagrangian` the largest |ω|_L|, and
        for `horizontal` the largest |η|_N|."""
        found = {kind: float(angles.max()) for kind, angles in self.measured.angles.items()}
        for name, values in (("lagrangian", self.measured.lagrangian), ("horizontal", self.measured.horizontal)):
            if values is not None:
                found[name] = float(values.max())
        return found

    @property
    def phase(self) -> float | None:
        """α, the argument of ∫Υ, where it is defined; e^{-iα}Υ is what the angle of `special_lagrangian` is to."""
        return self.measured.phase

    @property
    def failures(self) -> list[str]:
        """One sentence for each promise that does not hold."""
        return [
            f"{name}: {self.values[name]:.3g} is above {limit:.3g}"
            for name, limit in self.thresholds.items()
            if not self.values[name] <= limit
        ]

    @property
    def passed(self) -> bool:
        """Whether all that was promised holds."""
        return not self.failures

    @property
    def record(self) -> dict[str, Any]:
        """Its JSON."""
        said = self._own_record()
        if self.lift is not None:
            said |= {f"lift_{name}": value for name, value in self.lift._own_record().items() if name in _OF_LIFT}
        judged = {"thresholds": dict(self.thresholds), "failures": self.failures, "passed": self.passed}
        return {"command": "calibrated", "submanifold": self.name, "cy_run": self.cy_run, **said, **judged}

    def _own_record(self) -> dict[str, Any]:
        found, (value, error) = self.measured, self.volume
        said: dict[str, Any] = {"within": self.within, "dimension": found.degree, "n": len(found.density)}
        said |= {"volume": value, "error": error}
        if self.exact is not None:
            said |= {"exact": self.exact, "relative_error": abs(value / self.exact - 1)}
        if self.controlled is not None:
            said |= {"plain_volume": found.volume[0], "plain_error": found.volume[1]}
        said["integrals"] = {kind: list(estimate) for kind, estimate in found.integrals.items()}
        said["angles"] = {kind: summarise(angles) for kind, angles in found.angles.items()}
        said["form_over_volume"] = {kind: [float(r.min()), float(r.max())] for kind, r in found.ratios.items()}
        said["worst_points"] = {kind: _point(*found.worst(kind)) for kind in found.angles}
        if found.lagrangian is not None:
            said["lagrangian"] = float(found.lagrangian.max())
            said["phase_of_upsilon"] = found.phase
            said["phase"] = float(np.max(np.abs(self._phases())))
        if found.horizontal is not None:
            said["horizontal"] = float(found.horizontal.max())
        return said

    def _phases(self) -> np.ndarray:
        """arg(e^{-iα}Υ), up to π."""
        angles, flat = self.measured.angles["special_lagrangian"], self.measured.lagrangian
        assert flat is not None
        sine = np.sqrt(np.maximum(np.sin(angles) ** 2 - flat**2, 0))
        return np.asarray(np.arctan2(sine, np.cos(angles)))

    def plot(self, path: str | os.PathLike[str]) -> None:
        """Write a PNG: how the angles, and the calibration over the volume form, are spread.

        Raises:
            ArtefactError: the disk refuses.
        """
        parts = [self, *([self.lift] if self.lift else [])]
        measured = [(part.within, part.measured.angles, part.measured.ratios) for part in parts]
        save(plot_calibrated(measured, name=self.name, cy_run=self.cy_run), path, dpi=SCREEN)

    @property
    def words(self) -> list[Words]:
        """What was measured, in a table and sentences."""
        parts = [self, *([self.lift] if self.lift else [])]
        rows = []
        for part in parts:
            value, error = part.volume
            exact = "-" if part.exact is None else f"{part.exact:.9g}"
            for kind, angles in part.angles.items():
                integral = f"{part.integrals[kind][0]:.9g}"
                mean, most = number(float(angles.mean())), number(float(angles.max()))
                rows.append([part.within, kind, f"{value:.9g}", f"{error:.1e}", exact, integral, mean, most])
        header = ["in", "kind", "volume", "error", "exact", "integral", "angle", "largest"]
        lines: list[Words] = [f"{self.name} in {self.variety.name}", Table(header, rows, left=2)]
        for part in parts:
            flat, horizontal = part.measured.lagrangian, part.measured.horizontal
            if flat is not None:
                lines.append(
                    f"in {part.within}: |omega on it| at most {flat.max():.1e}, phase of Upsilon {part.phase:.9g}"
                )
            if horizontal is not None and part.within == "K":
                lines.append(f"in {part.within}: |eta on it| at most {horizontal.max():.1e}")
        return lines

    def __repr__(self) -> str:
        return text(self.words)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


_OF_LIFT = (
    "volume", "error", "exact", "relative_error", "plain_volume", "plain_error", "integrals", "angles",
    "form_over_volume", "horizontal",
)  # fmt: skip
"""What the record says of the lift."""


def _point(angle: float, z: np.ndarray, parameters: np.ndarray) -> dict[str, Any]:
    return {"angle": angle, "z": [[value.real, value.imag] for value in z.tolist()], "parameters": parameters.tolist()}


def known_report(
    link: ContactCalabiYau,
    known: Known,
    found: Measured,
    lift: Measured,
    record: MetricRecord | None,
    cy_run: int | None,
) -> CalibratedReport:
    """Of a known submanifold and what lies over it, with what was promised: what holds for every potential to rounding,
    and what depends on the metric in units of its errors."""
    controlled = lifted = None
    if known.period is not None:
        controlled = _controlled(found, "special_lagrangian", link.normalisation * known.period)
        lifted = _controlled(lift, "associative", known.sheets * link.normalisation * known.period)
    over = CalibratedReport(known.name, "K", lift, link.variety, known.exact_lift, lifted)
    report = CalibratedReport(known.name, "V", found, link.variety, known.exact, controlled, over, cy_run=cy_run)
    figures = None if record is None else record["figures"]
    values, limits = _promises(known, report, over, figures)
    return CalibratedReport(known.name, "V", found, link.variety, known.exact, controlled, over, limits, values, cy_run)


def _controlled(found: Measured, kind: str, exact: float) -> Estimate:
    """∫vol = ∫(vol - form) + ∫form, of which the second is known."""
    rest, error = found.samples.integral(found.density * (1 - found.ratios[kind]))
    return exact + rest, error


def _promises(
    known: Known, report: CalibratedReport, over: CalibratedReport, figures: Mapping[str, float] | None
) -> tuple[dict[str, float], dict[str, float]]:
    values: dict[str, float] = {}
    limits: dict[str, float] = {}
    kind = "holomorphic" if known.phase is None else "special_lagrangian"
    values |= {kind: report.defects[kind], "associative": over.defects["associative"]}
    limits |= {kind: ROUNDING, "associative": ROUNDING}
    for name, part in (("volume", report), ("lift_volume", over)):
        if part.exact is None:
            continue
        value, error = part.volume
        values[f"{name}_error"] = abs(value / part.exact - 1)
        if known.phase is None:
            limits[f"{name}_error"] = _CURVE + _ERRORS * error / part.exact
        elif figures is not None:
            limits[f"{name}_error"] = _PER_SIGMA * figures["sigma"] + _ERRORS * error / part.exact
        else:
            del values[f"{name}_error"]
    if known.phase is not None and figures is not None and "ma_supremum" in figures:
        for name, part, of in (("calibration", report, kind), ("lift_calibration", over, "associative")):
            values[name] = float(np.max(np.abs(part.measured.ratios[of] - 1)))
            limits[name] = max(figures["ma_supremum"], ROUNDING)
    return values, limits
