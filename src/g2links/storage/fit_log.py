"""What is written after every iteration of step 1, so that a search can be shown, resumed, and ended at its best."""

import time
from collections.abc import Callable

import numpy as np

from g2links.errors import ArtefactError
from g2links.records import Iteration, SearchStage
from g2links.ricci_flat.fitting import Fit
from g2links.ricci_flat.levenberg_marquardt import State
from g2links.storage.checkpoints import Checkpoints

Progress = Callable[[str, int, int], None]
"""Called with what is being done, steps done, and steps in all."""
_NEARLY = 1.1
"""A σ that is larger by so much is worth a smaller supremum."""


class FitLog:
    """After each iteration: a line of history, a checkpoint, and progress. The best state is that of the smallest σ on
    the validation points, so that a step that helps the training points alone is not kept.

    A search has one stage for each family of potentials that it takes, one after another; all of them have the same
    validation points.

    Attributes:
        history: what each iteration came to.
        stages: the families of potentials so far, and what each of them came to.
        best_vectors: the best state of each stage.
        seconds_before: that earlier processes took, of a search that was resumed.

    Args:
        checkpoints: where states are saved; None for a search that leaves nothing on the disk.
        progress: called after each iteration.
        iterations: how many there are at most in a stage.
        stop: asked after each iteration; True ends the search.
    """

    def __init__(
        self,
        checkpoints: Checkpoints | None,
        progress: Progress,
        iterations: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.checkpoints = checkpoints
        self.progress, self.iterations, self.stop = progress, iterations, stop
        self.history: list[Iteration] = []
        self.stages: list[SearchStage] = []
        self.best_vectors: list[np.ndarray] = []
        self.seconds_before = 0.0
        self._fit: Fit | None = None
        self._before = 0
        self._started = time.monotonic()

    def restore(self) -> State | None:
        """The state of the last checkpoint, if there is one; `stages` says of which family, to be given to `resume`.

        Raises:
            ArtefactError: for checkpoints that are damaged, or of an earlier version.
        """
        saved = None if self.checkpoints is None else self.checkpoints.load_latest()
        if saved is None:
            return None
        if "stages" not in saved.state:
            raise ArtefactError("the checkpoints of this run are of an earlier version; start it anew with --fresh")
        self.history, self.stages = saved.state["history"], saved.state["stages"]
        self._before = saved.state["before"]
        self.best_vectors = [saved.arrays[_best_name(i)] for i in range(len(self.stages))]
        self.seconds_before = self.history[-1]["seconds"]
        moments = tuple(saved.arrays[name] for name in ("first_moment", "second_moment") if name in saved.arrays)
        return State(
            saved.arrays["vector"],
            saved.state["damping"],
            saved.state["iteration"],
            tuple(saved.state["losses"]),
            moments,
        )

    def begin(self, stage: SearchStage, fit: Fit) -> None:
        """The iterations that follow are of the first or the next family."""
        self.stages.append(stage)
        self._before = self.history[-1]["iteration"] if self.history else 0
        self.resume(fit)

    def resume(self, fit: Fit) -> None:
        """The iterations that follow are of the family that the last state is of."""
        self._fit = fit

    def leave(self) -> None:
        """The family of the last state is done with, and its tables with it."""
        self._fit = None

    @property
    def best(self) -> Iteration | None:
        """That with the smallest σ on the validation points, and the first such, among those where the metric is
        positive on most of them; None before any."""
        return _best(self.history)

    @property
    def best_of_stage(self) -> Iteration | None:
        """The same among those of the present family."""
        return _best([entry for entry in self.history if entry["iteration"] > self._before])

    @property
    def ranking(self) -> list[int]:
        """The stages with an iteration, the one with the best state first: of those that are not known to have an ω
        that is not closed, that with the smallest σ, or, of those whose σ is nearly as small and whose supremum is
        known, that with the smallest supremum."""
        done = self.stages[: len(self.best_vectors)]
        sigmas = [
            (stage.get("closed") is False, -(stage["positive_validation"] or 0.0), stage["sigma_validation"] or np.inf)
            for stage in done
        ]
        unclosed, positive, smallest = min(sigmas, default=(False, 0.0, 0.0))

        def order(i: int) -> tuple[float, ...]:
            worst = done[i].get("supremum")
            good = sigmas[i] <= (unclosed, positive, _NEARLY * smallest) and worst is not None
            return (0.0, worst or 0.0, *sigmas[i]) if good else (1.0, 0.0, *sigmas[i])

        return sorted(range(len(done)), key=order)

    def __call__(self, state: State) -> bool:
        assert self._fit is not None
        quality = self._fit.quality(state.vector)
        entry: Iteration = {
            "iteration": self._before + state.iteration,
            "rms": float(np.sqrt(state.losses[-1])),
            "sigma_train": quality.train,
            "sigma_validation": quality.validation,
            "positive_validation": quality.positive,
            "damping": state.damping,
            "seconds": self.seconds_before + time.monotonic() - self._started,
        }
        self.history.append(entry)
        if self.best_of_stage is entry:
            self.best_vectors[len(self.stages) - 1 :] = [state.vector]
            self.stages[-1]["sigma_validation"] = quality.validation
            self.stages[-1]["positive_validation"] = quality.positive
        if self.checkpoints is not None:
            self._save(self.checkpoints, state)
        self.progress(f"training, sigma {entry['sigma_validation']:.2e}", state.iteration, self.iterations)
        return self.stop()

    def _save(self, checkpoints: Checkpoints, state: State) -> None:
        arrays = {"vector": state.vector, **{_best_name(i): best for i, best in enumerate(self.best_vectors)}}
        arrays |= dict(zip(("first_moment", "second_moment"), state.moments, strict=False))
        rest = {
            "damping": state.damping,
            "iteration": state.iteration,
            "losses": list(state.losses),
            "before": self._before,
            "stages": self.stages,
        }
        checkpoints.save(self._before + state.iteration, arrays, {**rest, "history": self.history})


def _best_name(stage: int) -> str:
    """Of the best vector of a stage among the arrays of a checkpoint."""
    return f"best_of_stage_{stage}"


def _best(history: list[Iteration]) -> Iteration | None:
    return min(history, key=lambda entry: (-entry["positive_validation"], entry["sigma_validation"]), default=None)
