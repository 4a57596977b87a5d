"""A solved Calabi-Yau metric as one object: what it is, how good it is, and what follows from it."""

import html
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Complex, Float

from g2links.calculus.map_points import values_at
from g2links.checks.verdict import Verdict, verdict
from g2links.errors import InputError
from g2links.links.structure import ContactCalabiYau
from g2links.measures.monge_ampere import volume_density
from g2links.networks.cy_model import CalabiYauMetric
from g2links.records import MetricRecord
from g2links.ricci_flat.family import described_ansatz
from g2links.storage.keras_files import save_model
from g2links.varieties.kahler_class import require_circle_bundle
from g2links.varieties.points.sampling import Points, integral
from g2links.varieties.residue import kahler_volume
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.base_points import SampleOptions
from g2links.workflow.link_samples import LinkSamples, sample_structure
from g2links.workflow.progress import ProgressWish, progress_if_watched

Estimate = tuple[float, float]
"""A value and its standard error."""


@dataclass(frozen=True, eq=False, repr=False)
class CalabiYau:
    """The Ricci-flat Kähler metric that `g2links.solve` found.

    Attributes:
        model: the metric as a Keras model.
        points: all points that were drawn on V, with weights for integrals against |Ω|².
        record: figures, standard errors, settings, history and versions, as plain data.
        cy_run: its number, if it was saved as a run.
    """

    model: CalabiYauMetric
    points: Points
    record: MetricRecord
    cy_run: int | None = None

    @property
    def variety(self) -> AbstractVariety:
        """V."""
        return self.model.variety

    @property
    def figures(self) -> dict[str, float]:
        """What was measured at points that the search has not seen: `sigma`, `ma_rms`, `ma_max`, `volume_ratio`, ..."""
        return dict(self.record["figures"])

    @property
    def sigma(self) -> float:
        """σ = ⟨|1 - η/⟨η⟩|⟩, a mean; `supremum` is the worst point that was found."""
        return self.record["figures"]["sigma"]

    @property
    def supremum(self) -> tuple[float, Complex[np.ndarray, " variables"]]:
        """By what share the volume form is off at the worst point that was found, and that point, (N,) complex128."""
        worst = self.record["supremum"]
        return worst["value"], np.array([complex(*pair) for pair in worst["z"]])

    @property
    def verdict(self) -> Verdict:
        """What the metric is good for and, where it is not good enough, why, and what to do: by `require_sigma` and
        `require_supremum` of `g2links.solve`, or by what they are if not given."""
        return verdict(self.record)

    @property
    def passed(self) -> bool:
        """Whether the metric is good enough."""
        return self.verdict.passed

    @property
    def volume(self) -> float:
        """∫_V ω³/6, exact, for every potential."""
        return kahler_volume(self.variety)

    @property
    def link(self) -> ContactCalabiYau:
        """The contact Calabi-Yau structure, and the G2-structure, on the link.

        Raises:
            InputError: for a Kähler class that is not integral, which has no circle bundle.
        """
        require_circle_bundle(self.variety, "link")
        return self.model.link()

    def metric(self, points: np.ndarray) -> Complex[np.ndarray, "n 3 3"]:
        """g_{ab̄} in the canonical slice chart of each point.

        Args:
            points: (n, 5) complex or (n, 10) real points of V, in any gauge.

        Raises:
            InputError: for another shape, values that are not finite, or points that are not on V.
        """
        return np.asarray(self.model(points))

    def potential(self, points: np.ndarray) -> Float[np.ndarray, " n"]:
        """u at each point; arguments and errors as for `metric`."""
        return np.asarray(self.model.potential(points))

    def ratio(self, points: np.ndarray) -> Float[np.ndarray, " n"]:
        """The Monge-Ampère ratio η/⟨η⟩, η = det g/|h|², at each point: 1 everywhere on the Ricci-flat metric. Arguments
        and errors as for `metric`.

        Example:
            >>> g2links.plot.monge_ampere(cy.ratio(cy.points.z), cy.points.weights)  # doctest: +SKIP
        """
        return self.model.ratio(points)

    def eigenvalues(self, points: np.ndarray) -> Float[np.ndarray, "n d"]:
        """The eigenvalues of g relative to the reference metric, ascending: they do not depend on the chart. Arguments
        and errors as for `metric`.
        """
        return self.model.eigenvalues(points)

    def integrate(self, function: Callable[[Any], Any], n_points: int | None = None) -> Estimate:
        """∫_V F ω³/6 by the points of the run, with its standard error.

        Args:
            function: F of one point (5,) complex in the gauge of its chart; JAX must be able to trace it.
            n_points: how many of the points to use; all if None.

        Example:
            >>> cy.integrate(lambda z: 1.0)  # doctest: +SKIP
            (206.7, 0.5)
        """
        points = self._first(n_points)
        return integral(values_at(function, points.z) * self._volume_density[: points.n], points)

    def sample(
        self,
        n_points: int | None = None,
        *,
        n_rotations: int = 4,
        source: str = "run",
        splits: tuple[float, float, float] = (0.8, 0.1, 0.1),
        seed: int = 0,
        progress: ProgressWish = None,
    ) -> LinkSamples:
        """Data of the structure on the link, in memory: φ, ψ, the metrics and η at base points, each moved by random
        angles along the circle; see `g2links.sample`.

        Raises:
            InputError: for sizes or shares that cannot be.
        """
        options = SampleOptions(n_points, n_rotations, source, splits, seed)
        with progress_if_watched(progress) as show:
            return sample_structure(self.link, self.points, options, self.cy_run, show)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a `.keras` file, which `g2links.load_cy(path)` opens.

        Raises:
            ArtefactError: the name has another ending, or the disk refuses.
        """
        save_model(self.model, path)

    @cached_property
    def _volume_density(self) -> Float[np.ndarray, " n"]:
        return volume_density(self.variety, self.model.kahler_potential, self.points)

    def _first(self, n: int | None) -> Points:
        if n is not None and not 1 <= n <= self.points.n:
            raise InputError("n_points", n, f"from 1 to the {self.points.n} points of the run")
        return self.points.rows(slice(n))

    def __repr__(self) -> str:
        figures, ansatz = self.figures, self.record["ansatz"]
        saved = "" if self.cy_run is None else f", run {self.cy_run}"
        return (
            f"CalabiYau({self.variety.name}{saved}: {described_ansatz(ansatz)}, "
            f"sigma {figures['sigma']:.2e}, at the worst point {figures.get('ma_supremum', figures['ma_max']):.2e}; "
            f"{self.verdict.words})"
        )

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{html.escape(k)}</td><td>{v:.6g}</td></tr>" for k, v in self.figures.items())
        return f"<b>{html.escape(repr(self))}</b><table>{rows}</table>"
