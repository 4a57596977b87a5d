"""`g2links.solve`: a polynomial to its Ricci-flat metric, in one call."""

import os
import time
from typing import Any

from g2links.networks.cy_model import CalabiYauMetric
from g2links.storage.cy_points import read_points
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, load_cy
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.smooth.singularities import require_isolated_singularity
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.fit import FitOptions, draw_points, fit_cy, solve_monge_ampere
from g2links.workflow.interrupt import stop_on_interrupt
from g2links.workflow.polynomials import resolve_polynomial
from g2links.workflow.progress import progress_if_watched


def solve(
    polynomial: Polynomial | str = "fermat_quintic",
    *,
    weights: tuple[int, ...] | None = None,
    home: str | os.PathLike[str] | None = None,
    time_limit: float | None = None,
    progress: bool | None = None,
    **options: Any,
) -> CalabiYau:
    """Solve the Monge-Ampère equation on the Calabi-Yau threefold of a polynomial.

    Without `home` nothing is written, and Ctrl-C ends the search at the best state so far. With `home` the metric is
    saved there as a run, as by the command `g2links cy`; interrupted, the same call goes on from its last checkpoint.

    Args:
        polynomial: f, or an expression, a name of the catalogue, or the path of a YAML file.
        weights: of an expression; 1 each if not given.
        home: the folder of the run.
        time_limit: seconds after which the search ends at its best state.
        progress: whether to show a bar; None for where somebody watches, a terminal or a notebook.
        options: those of `workflow.fit.FitOptions`: n_points, ansatz, degree, widths, activation, optimiser,
            iterations, training_points, learning_rate, batch_size, seed.

    Raises:
        InputError, PolynomialError: for options or a polynomial that cannot be used.
        TrainingError: when what was found is not a metric.

    Example:
        >>> cy = g2links.solve("dwork(0.5)", n_points=20_000)  # doctest: +SKIP
        >>> cy.sigma  # doctest: +SKIP
    """
    started = time.monotonic()
    f = polynomial if isinstance(polynomial, Polynomial) else resolve_polynomial(polynomial, weights)
    chosen = FitOptions.from_names(options)
    with progress_if_watched(progress) as show:
        if home is not None:
            report = fit_cy(Home(home), f, chosen, progress=show, time_limit=time_limit)
            return open_run(home, report.run)
        family = chosen.family(f)
        require_isolated_singularity(f)
        show("drawing points", 0, 1)
        points = draw_points(f, chosen)
        deadline = None if time_limit is None else started + time_limit
        with stop_on_interrupt() as stop:
            solved = solve_monge_ampere(f, family, chosen, points, progress=show, deadline=deadline, stop=stop)
    model = CalabiYauMetric.from_potential(f, solved.potential, solved.record["figures"]["normalisation"])
    return CalabiYau(model, points, solved.record)


def open_run(home: str | os.PathLike[str] = ".", cy_run: int | None = None) -> CalabiYau:
    """A Calabi-Yau run that was saved, the most recent if no number is given.

    Raises:
        InputError, ArtefactError: there is no such run, or it is damaged.
    """
    run = find_cy(Home(home), cy_run)
    return CalabiYau(load_cy(run.model_path), read_points(Home(home), run), dict(run.record), run.number)
