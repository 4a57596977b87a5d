"""What the page of a run is made from: saved records, and values on V that were computed elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Complex, Float

from g2links.checks.contract import Check
from g2links.checks.verdict import Verdict
from g2links.records import CheckRecord, MetricRecord, NetworkRecord
from g2links.varieties.points.slices import Slice
from g2links.varieties.variety import AbstractVariety


@dataclass(frozen=True)
class ValuesOnV:
    """The Monge-Ampère ratio η/⟨η⟩, which is 1 everywhere on the Ricci-flat metric.

    Attributes:
        z: (n, N) random points of V.
        shares: (n, N) of their coordinates, |ζ_i|² of the point of the link over each.
        ratio: (n,) there.
        slice: a complex curve in V as a surface, None where there is none; `slice_ratio` at its points.
        curve: (a, b) parameters t of the rational curve (z, -z, tz, 0, -tz), None where it does not lie on V;
            `curve_ratio` at its points. The rows have one |t|, the columns one argument.
        worst_shares: (N,) those of the worst point of the run's record, None where it has none.
    """

    z: Complex[np.ndarray, "n variables"]
    shares: Float[np.ndarray, "n variables"]
    ratio: Float[np.ndarray, " n"]
    slice: Slice | None = None
    slice_ratio: Float[np.ndarray, " m"] | None = None
    curve: Complex[np.ndarray, "a b"] | None = None
    curve_ratio: Float[np.ndarray, "a b"] | None = None
    worst_shares: Float[np.ndarray, " variables"] | None = None

    @property
    def lost(self) -> tuple[int, int]:
        """At how many of all these points the ratio is not finite, and how many there are."""
        every = [part for part in (self.ratio, self.slice_ratio, self.curve_ratio) if part is not None]
        return sum(int(np.sum(~np.isfinite(part))) for part in every), sum(part.size for part in every)


@dataclass(frozen=True)
class RunContents:
    """One Calabi-Yau run, with what was learned from it and checked.

    Attributes:
        variety: V.
        cy_run: its number.
        record: of the run.
        verdict: on it.
        values: on V.
        facts: what is known of V, name to value.
        networks: for each task its run number and record.
        checks: those that were run, by label.
        missing: those that were not, by label, with the command that runs them.
        commands: that repeat the run.
        notes: what the reader should know.
    """

    variety: AbstractVariety
    cy_run: int
    record: MetricRecord
    verdict: Verdict
    values: ValuesOnV
    facts: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, tuple[int, NetworkRecord]] = field(default_factory=dict)
    checks: Mapping[str, CheckRecord] = field(default_factory=dict)
    missing: Mapping[str, tuple[Check, str]] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
