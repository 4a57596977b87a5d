"""`g2links.instanton`: how far the Chern connection of TV is from a G2-instanton on the link, and its energy."""

import html
import math
import os
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from g2links.calculus.map_points import map_points
from g2links.errors import InputError
from g2links.links.structure import require_threefold
from g2links.measures.chern_numbers import Estimate, Sample, concentrated_sample, controlled_integral
from g2links.plot.instantons import instanton as plot_instanton
from g2links.quantities.instantons import (
    InstantonFigures,
    LineBundle,
    exact_c2_omega,
    exact_energy,
    instanton_figures,
    line_bundle,
)
from g2links.reports.canvas import SCREEN, save
from g2links.reports.statistics import summarise
from g2links.reports.tables import Table, Words, number, text
from g2links.varieties.points.sampling import weighted_mean
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.calibrated import Metric, link_of
from g2links.workflow.progress import ProgressWish, progress_if_watched

_STREAM = 0x494E5354
"""Of random numbers, for the points; no other step uses it."""
_ERRORS = 3.0
"""Standard errors of an integral that are allowed."""
FEWEST = 100
"""Points, for integrals with standard errors."""


@dataclass(frozen=True, eq=False, repr=False)
class InstantonReport:
    """What `g2links.instanton` found.

    Attributes:
        defect: (n,) |F∧ψ|/|F| at each point, 0 for a G2-instanton.
        mean_defect: its mean against |Ω|².
        rms_defect: (∫|F∧ψ|²/∫|F|²)^{1/2}.
        energy: ∫_K -tr F∧*F.
        excess: ∫_K |F∧ψ|², what the energy has above that of a G2-instanton.
        exact: 2π (8π² ∫c_2∧ω), the energy of a G2-instanton.
        c2_omega: ∫_V c_2∧ω, and `exact_c2_omega` its value by the charges and degrees.
        bundle: the line bundle that was asked for.
        sample: the points.
        variety: V.
        cy_run: of the metric, if it was saved.
    """

    defect: np.ndarray
    mean_defect: Estimate
    rms_defect: float
    energy: Estimate
    excess: Estimate
    exact: float
    c2_omega: Estimate
    exact_c2_omega: float
    bundle: LineBundle
    sample: Sample
    variety: AbstractVariety
    cy_run: int | None = None

    @property
    def failures(self) -> list[str]:
        """One sentence for each integral that is not what it is for every metric: the energy without the excess, and
        ∫c_2∧ω, within three standard errors; and for a defect that is not finite."""
        topological = Estimate(self.energy.value - self.excess.value, math.hypot(self.energy.error, self.excess.error))
        found = [("energy - excess", topological, self.exact), ("c2_omega", self.c2_omega, self.exact_c2_omega)]
        said = [
            f"{name}: {value:.7g} is {abs(value - exact) / error:.1f} standard errors from {exact:.7g}"
            for name, (value, error), exact in found
            if not abs(value - exact) <= _ERRORS * error
        ]
        return said if np.isfinite(self.defect).all() else [*said, "defect: it is not finite everywhere"]

    @property
    def passed(self) -> bool:
        """Whether there are no failures."""
        return not self.failures

    @property
    def record(self) -> dict[str, Any]:
        """Its JSON."""
        worst = self.sample.points.z[int(np.argmax(self.defect))]
        return {
            "command": "instanton",
            "cy_run": self.cy_run,
            "n": len(self.defect),
            "defect": {**summarise(self.defect), "mean": self.mean_defect.value, "error": self.mean_defect.error},
            "rms_defect": self.rms_defect,
            "worst_point": [[value.real, value.imag] for value in worst.tolist()],
            "energy": self.energy.value,
            "error": self.energy.error,
            "exact": self.exact,
            "excess": list(self.excess),
            "energy_on_v": self.energy.value / (2 * math.pi),
            "c2_omega": {"value": self.c2_omega.value, "error": self.c2_omega.error, "exact": self.exact_c2_omega},
            "line_bundle": self.bundle._asdict(),
            "failures": self.failures,
            "passed": self.passed,
        }

    def plot(self, path: str | os.PathLike[str]) -> None:
        """Write a PNG: how the defect is spread over the points.

        Raises:
            ArtefactError: the disk refuses.
        """
        save(plot_instanton(self.defect, cy_run=self.cy_run), path, dpi=SCREEN)

    @property
    def words(self) -> list[Words]:
        """What it found, in a table and sentences."""
        integrals = [
            ("energy", self.energy, self.exact),
            ("excess", self.excess, 0.0),
            ("c2_omega", self.c2_omega, self.exact_c2_omega),
        ]
        rows = [[name, f"{found.value:.8g}", f"{found.error:.2g}", f"{exact:.8g}"] for name, found, exact in integrals]
        mean, rms, most = number(self.mean_defect.value), number(self.rms_defect), number(float(self.defect.max()))
        q, slope, constant, _ = self.bundle
        return [
            f"Chern connection of TV over the link of {self.variety.name}, {len(self.defect)} points",
            f"|F^psi|/|F|: mean {mean}, root mean square {rms}, at the worst point {most}",
            Table(["integral", "value", "std. error", "G2-instanton"], rows),
            f"line bundle O({q}): slope {number(slope)}, i Lambda F = {number(constant)} for every potential",
        ]

    def __repr__(self) -> str:
        return text(self.words)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def instanton(
    metric: Metric, *, n_points: int = 5000, charge: int = 1, seed: int = 0, progress: ProgressWish = None
) -> InstantonReport:
    """How far the Chern connection of TV, pulled back to the link, is from a G2-instanton, F∧ψ = 0, and its energy.

    Args:
        metric: a solved metric, a model of one, or a `ContactCalabiYau`.
        n_points: about how many points, which are kept where curvature is expected
            (`measures.chern_numbers.concentrated_sample`).
        charge: q of the line bundle O(q), whose slope is said.
        seed: of the points.
        progress: whether to show a bar; None for where somebody watches (`workflow.progress.ProgressWish`).

    Raises:
        InputError: for fewer than 100 points, a charge that is no whole number, or where V is no threefold.

    Example:
        >>> report = g2links.instanton(cy)  # doctest: +SKIP
        >>> report.energy, report.exact  # doctest: +SKIP
        (Estimate(value=155852.9, error=35.8), 155854.5)
    """
    link = link_of(metric)
    require_threefold(link.variety, "instanton")
    require_instanton_options(n_points, charge)
    with progress_if_watched(progress) as show:
        show("drawing points", 0, 1)
        sample = concentrated_sample(link.variety, n_points, np.random.SeedSequence([seed, _STREAM]))
        function = Partial(instanton_figures, link.variety, link.potential, jnp.asarray(link.normalisation))
        found = map_points(function, sample.points, progress=lambda done, of: show("curvature", done, of))
    return _report(found, sample, link.variety, charge, getattr(metric, "cy_run", None))


def require_instanton_options(n_points: int, charge: int) -> None:
    """Refuse options that cannot be.

    Raises:
        InputError: naming the option.
    """
    for name, value, least in (("n_points", n_points, FEWEST), ("charge", charge, -np.inf)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise InputError(name, value, "a whole number" + (f", at least {least}" if least > 0 else ""))


def _report(
    found: InstantonFigures, sample: Sample, variety: AbstractVariety, charge: int, cy_run: int | None
) -> InstantonReport:
    def over_v(values: Any, scale: float) -> Estimate:
        value, error = controlled_integral(variety, np.asarray(values), np.asarray(found.controls), sample)
        return Estimate(scale * value, scale * error)

    around = 2 * math.pi
    energy = over_v(found.curvature_norm**2 * found.density, around)
    excess = over_v(found.wedge_norm**2 * found.density, around)
    defect = np.asarray(found.wedge_norm / found.curvature_norm)
    return InstantonReport(
        defect,
        Estimate(*weighted_mean(defect, sample.points)),
        math.sqrt(max(excess.value, 0.0) / energy.value),
        energy,
        excess,
        exact_energy(variety),
        over_v(found.c2_h, around),
        exact_c2_omega(variety),
        line_bundle(variety, int(charge)),
        sample,
        variety,
        cy_run,
    )
