"""The stages of a search for a potential: of what family each is, which points it is fitted on, and where its best
metric is worst."""

from typing import NamedTuple

import numpy as np

from g2links.checks.tolerances import ROUNDING
from g2links.measures.supremum import Supremum
from g2links.potentials.families import KahlerPotential, unravel
from g2links.potentials.sections import HermitianAnsatz
from g2links.records import SearchStage
from g2links.ricci_flat.family import Family, degree_of, mixed_instead, of_degree
from g2links.ricci_flat.fitting import Fit, fit_of
from g2links.storage.fit_log import FitLog
from g2links.varieties.points.sampling import Points, joined
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.fit_measures import closedness, find_worst
from g2links.workflow.fit_points import Split, most_training_points, points_around, split_points

_TIME_POWER = 1.5
"""A stage takes as much more time as it has more points, times as it has more unknowns to this power; to the first for
a Hermitian matrix, whose linear problems are solved by products alone."""
_STREAM = 0x44524157
"""Of random numbers, for points that are drawn for a stage; no other step uses it."""


class Stage(NamedTuple):
    """One part of a search.

    Attributes:
        family: of potentials.
        training_points: how many random ones it is fitted on.
        worst_of: the number of the stage whose points it has, and more where the best metric of that one is worst.
    """

    family: Family
    training_points: int
    worst_of: int | None = None

    @property
    def work(self) -> float:
        """Of its iterations, up to a constant."""
        power = 1.0 if isinstance(self.family.ansatz, HermitianAnsatz) else _TIME_POWER
        return float(self.training_points * self.family.ansatz.unknowns**power)

    def to_record(self) -> SearchStage:
        """Plain data; see `Stages`."""
        return {
            "kind": self.family.kind,
            "degree": degree_of(self.family),
            "parameters": self.family.ansatz.unknowns,
            "training_points": self.training_points,
            "worst_of": self.worst_of,
            "sigma_validation": None,
            "positive_validation": None,
            "supremum": None,
            "closed": None,
        }


class Stages:
    """Those that a log knows, from the first of them on.

    Args:
        variety: V.
        first: the stage that the search begins with.
        points: those of the run.
        log: of the search.
        seed: of points that are drawn where a stage has more than there are in `points`.
    """

    def __init__(self, variety: AbstractVariety, first: Stage, points: Points, log: FitLog, seed: int = 0) -> None:
        self.variety, self.first, self.points, self.log = variety, first, points, log
        self._worst: dict[int, Supremum] = {}
        self._seed, self._drawn = seed, (0, points)

    def __getitem__(self, i: int) -> Stage:
        record = self.log.stages[i]
        degree, family = record["degree"], self.first.family
        if record.get("kind", family.kind) != family.kind:
            mixed = mixed_instead(family)
            assert mixed is not None
            return Stage(mixed, record["training_points"], record.get("worst_of"))
        family = family if degree is None else of_degree(family, degree)
        return Stage(family, record["training_points"], record.get("worst_of"))

    def problem(self, stage: Stage) -> tuple[Split, Fit]:
        """Its points, and the fit to them."""
        split = self._split(stage)
        self.log.progress("evaluating features", 0, 1)
        return split, fit_of(self.variety, stage.family.ansatz, split.train, split.validation)

    def best_potential(self, i: int) -> KahlerPotential:
        """The best that stage `i` found."""
        ansatz = self[i].family.ansatz
        return KahlerPotential(ansatz, unravel(ansatz, self.log.best_vectors[i]))

    def worst(self, i: int) -> Supremum:
        """Where the best metric of stage `i` is worst, by a search that begins at its training points. Its value is
        noted in the log."""
        if i not in self._worst:
            train = self._split(self[i]).train
            self._worst[i] = find_worst(self.variety, self.best_potential(i), train, self.log.progress)
            value = self._worst[i].value
            self.log.stages[i]["supremum"] = value if np.isfinite(value) else None
        return self._worst[i]

    def is_closed(self, i: int) -> bool:
        """Whether ω of the best potential of stage `i` is closed to rounding, which is noted in the log."""
        closed = self.log.stages[i].get("closed")
        if closed is None:
            closed = closedness(self.variety, self.best_potential(i), self._split(self[i]).train) <= ROUNDING
            self.log.stages[i]["closed"] = closed
        return closed

    def _split(self, stage: Stage) -> Split:
        if stage.worst_of is None:
            split = split_points(self.variety, self.points, stage.training_points)
            more = stage.training_points - most_training_points(self.points)
            return split if more <= 0 else split._replace(train=joined(split.train, self._more(more)))
        split, worst = self._split(self[stage.worst_of]), self.worst(stage.worst_of)
        return split._replace(train=joined(split.train, points_around(self.variety, worst.places, split.train)))

    def _more(self, n: int) -> Points:
        """So many points of V on lines of their own, the same whenever they are asked for."""
        if self._drawn[0] != n:
            self.log.progress("drawing points", 0, 1)
            drawn = self.variety.sample(n, np.random.SeedSequence([self._seed, _STREAM]))
            self._drawn = n, drawn._replace(lines=drawn.lines + 1 + np.max(self.points.lines))
        return self._drawn[1]
