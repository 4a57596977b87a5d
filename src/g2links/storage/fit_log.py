"""What is written after every iteration of step 1, so that a search can be shown, resumed, and ended at its best."""

import time
from collections.abc import Callable

import numpy as np

from g2links.records import Iteration
from g2links.ricci_flat.fitting import Fit
from g2links.ricci_flat.levenberg_marquardt import State
from g2links.storage.checkpoints import Checkpoints

Progress = Callable[[str, int, int], None]
"""Called with what is being done, steps done, and steps in all."""


class FitLog:
    """After each iteration: a line of history, a checkpoint, and progress. The best state is that of the smallest σ on
    the validation points, so that a step that helps the training points alone is not kept.

    Args:
        checkpoints: where states are saved; None for a search that leaves nothing on the disk.
        fit: what is searched.
        progress: called after each iteration.
        iterations: how many there are at most.
        stop: asked after each iteration; True ends the search.
    """

    def __init__(
        self,
        checkpoints: Checkpoints | None,
        fit: Fit,
        progress: Progress,
        iterations: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self.checkpoints, self.fit = checkpoints, fit
        self.progress, self.iterations, self.stop = progress, iterations, stop
        self.history: list[Iteration] = []
        self.best_vector = np.zeros(0)
        self.seconds_before = 0.0
        self._started = time.monotonic()

    def restore(self) -> State | None:
        """The state of the last checkpoint, if there is one."""
        saved = None if self.checkpoints is None else self.checkpoints.load_latest()
        if saved is None:
            return None
        self.history = saved.state["history"]
        self.best_vector = saved.arrays["best_vector"]
        self.seconds_before = self.history[-1]["seconds"]
        moments = tuple(saved.arrays[name] for name in ("first_moment", "second_moment") if name in saved.arrays)
        return State(
            saved.arrays["vector"],
            saved.state["damping"],
            saved.state["iteration"],
            tuple(saved.state["losses"]),
            moments,
        )

    @property
    def best_iteration(self) -> int:
        """The first one with the smallest σ on the validation points, among those where the metric is positive on most
        of them; 0 before any."""
        if not self.history:
            return 0
        order = [(-entry["positive_validation"], entry["sigma_validation"]) for entry in self.history]
        return self.history[order.index(min(order))]["iteration"]

    def __call__(self, state: State) -> bool:
        quality = self.fit.quality(state.vector)
        entry: Iteration = {
            "iteration": state.iteration,
            "rms": float(np.sqrt(state.losses[-1])),
            "sigma_train": quality.train,
            "sigma_validation": quality.validation,
            "positive_validation": quality.positive,
            "damping": state.damping,
            "seconds": self.seconds_before + time.monotonic() - self._started,
        }
        self.history.append(entry)
        if self.best_iteration == state.iteration:
            self.best_vector = state.vector
        if self.checkpoints is not None:
            self._save(self.checkpoints, state)
        self.progress(f"training, sigma {entry['sigma_validation']:.2e}", state.iteration, self.iterations)
        return self.stop()

    def _save(self, checkpoints: Checkpoints, state: State) -> None:
        arrays = {"vector": state.vector, "best_vector": self.best_vector}
        arrays |= dict(zip(("first_moment", "second_moment"), state.moments, strict=False))
        rest = {"damping": state.damping, "iteration": state.iteration, "losses": list(state.losses)}
        checkpoints.save(state.iteration, arrays, {**rest, "history": self.history})
