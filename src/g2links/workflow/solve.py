"""`g2links.solve`: a polynomial to its Ricci-flat metric, in one call."""

import os
import time
from collections.abc import Callable
from typing import Any

from g2links.errors import InputError
from g2links.networks.cy_model import CalabiYauMetric
from g2links.potentials.families import KahlerPotential
from g2links.potentials.own import register_potential
from g2links.ricci_flat.family import Family
from g2links.settings.limits import require_seconds
from g2links.storage.cy_points import read_points
from g2links.storage.layout import Home
from g2links.storage.models import find_cy, load_cy
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.fit import draw_points, fit_cy, own_family, solve_monge_ampere
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.fit_start import start_of
from g2links.workflow.interrupt import stop_on_interrupt
from g2links.workflow.polynomials import refusals_name_the_file, resolve_variety
from g2links.workflow.progress import ProgressWish, progress_if_watched
from g2links.workflow.sizes import require_room_for_points


def solve(
    variety: AbstractVariety | Polynomial | str = "fermat_quintic",
    *,
    weights: tuple[int, ...] | None = None,
    home: str | os.PathLike[str] | None = None,
    time_limit: float | None = None,
    progress: ProgressWish = None,
    potential: Callable[[Any, Any], Any] | None = None,
    parameters: Any = None,
    start: CalabiYau | None = None,
    **options: Any,
) -> CalabiYau:
    """Solve the Monge-Ampère equation on a Calabi-Yau variety, as that of a polynomial.

    Without `home` nothing is written, and Ctrl-C ends the search at the best state so far. With `home` the metric is
    saved there as a run, as by the command `g2links cy`; interrupted, the same call goes on from its last checkpoint.

    Args:
        variety: V, or an expression, a name of the catalogue, or the path of a YAML file.
        weights: of an expression; 1 each if not given.
        home: the folder of the run.
        time_limit: seconds after which the search ends at its best state; until then it goes on with higher degrees, if
            none is given.
        progress: whether to show a bar; None for where somebody watches (`workflow.progress.ProgressWish`).
        potential: a function u(parameters, z) of your own at one point (N,) complex, real and the same for every
            representative of a point of V; it takes the place of the families of g2links.
        parameters: its start, a tree of real arrays, where K_ref + u is a metric.
        start: a metric to begin at, of the same space and degrees: with other coefficients, or of another Kähler class,
            as in a scan of the Kähler cone; not with `home`, where `start_from` names a run.
        options: those of `workflow.fit_options.FitOptions`: n_points, ansatz, degree, widths, activation, optimiser,
            iterations, training_points, learning_rate, batch_size, seed, and what `.verdict` judges by: require_sigma,
            require_supremum.

    Raises:
        InputError, PolynomialError: for options or a polynomial that cannot be used, or more points than there is
            memory or disk for.
        TrainingError: when what was found is not a metric.

    Example:
        >>> cy = g2links.solve("dwork(0.5)", n_points=20_000)  # doctest: +SKIP
        >>> cy.sigma  # doctest: +SKIP
    """
    started = time.monotonic()
    require_seconds(time_limit)
    given, variety = variety, resolve_variety(variety, weights)
    chosen = FitOptions.from_names(options)
    if potential is None:
        if parameters is not None:
            raise InputError("parameters", parameters, "those of `potential`, which is missing")
        family = chosen.family(variety)
    else:
        family = own_family(variety, register_potential(potential, parameters), chosen)
    begin = _start(start, home, variety, family, chosen)
    require_room_for_points(variety, chosen.n_points, None if home is None else Home(home))
    with refusals_name_the_file(given), progress_if_watched(progress) as show:
        if home is not None:
            report = fit_cy(Home(home), variety, chosen, progress=show, time_limit=time_limit, family=family)
            return open_run(home, report.run)
        variety.require_solvable()
        show("drawing points", 0, 1)
        points = draw_points(variety, chosen)
        deadline = None if time_limit is None else started + time_limit
        with stop_on_interrupt() as stop:
            solved = solve_monge_ampere(
                variety, family, chosen, points, start=begin, progress=show, deadline=deadline, stop=stop
            )
    model = CalabiYauMetric.from_potential(variety, solved.potential, solved.record["figures"]["normalisation"])
    return CalabiYau(model, points, solved.record)


def _start(
    start: CalabiYau | None,
    home: str | os.PathLike[str] | None,
    variety: AbstractVariety,
    family: Family,
    options: FitOptions,
) -> KahlerPotential | None:
    """The potential of `start`, where a search in memory begins.

    Raises:
        InputError: for what belongs to runs that are saved, and a metric that the search cannot start from.
    """
    if start is not None and not isinstance(start, CalabiYau):
        raise InputError("start", start, "a metric, as g2links.solve gives it")
    if start is not None and home is not None:
        raise InputError("start", repr(start), "none with home; start_from names a run there")
    if home is None and options.start_from is not None:
        raise InputError("start_from", options.start_from, "a run of a home; in memory, start takes a metric")
    return None if start is None else start_of(start.model, variety, family.ansatz, "start", repr(start))


def open_run(home: str | os.PathLike[str] = ".", cy_run: int | None = None) -> CalabiYau:
    """A Calabi-Yau run that was saved, the most recent if no number is given.

    Raises:
        InputError, ArtefactError: there is no such run, or it is damaged.

    Example:
        >>> cy = g2links.open_run(".", 1)  # doctest: +SKIP
        >>> cy.verdict.words  # doctest: +SKIP
    """
    run = find_cy(Home(home), cy_run)
    return CalabiYau(load_cy(run.model_path, sha256=run.sha256), read_points(Home(home), run), run.record, run.number)
