"""`g2links.sample`: a metric to data of the structure on its link, in one call."""

import os

from g2links.errors import InputError
from g2links.storage.layout import Home
from g2links.storage.models import load_cy
from g2links.storage.published_sets import OpenSet, open_set
from g2links.workflow.base_points import SampleOptions, parts_of
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.link_samples import LinkSamples, rows_of_parts, run_of_metric
from g2links.workflow.progress import ProgressWish, progress_if_watched
from g2links.workflow.samples import SavedArrays, samples_record, write_samples


def sample(
    cy: CalabiYau | None = None,
    n_points: int | None = None,
    *,
    n_rotations: int = 4,
    source: str = "run",
    splits: tuple[float, float, float] = (0.8, 0.1, 0.1),
    seed: int = 0,
    home: str | os.PathLike[str] | None = None,
    cy_run: int | None = None,
    shard_size: int | None = None,
    progress: ProgressWish = None,
) -> LinkSamples:
    """Evaluate φ, ψ, the metrics and η on the link of a metric, for networks to learn from.

    Without `home` nothing is written (`LinkSamples.save` does so later). With `home` the data sets are written there,
    as by the command `g2links sample`, and what is returned reads them when it is asked for rows.

    Args:
        cy: the metric; with `home`, None is run `cy_run` there, the most recent if that is None too.
        n_points: base points; all of the metric's, or 100,000 fresh ones, if None.
        n_rotations: random angles along the circle for each of them.
        source: `run`, the points of the metric, or `fresh`, new ones.
        splits: the shares of base points for training, validation and test.
        seed: of fresh points, angles and parts.
        home, cy_run: where a saved run is taken from, and the data are written to.
        shard_size: base points in a file; larger sets become series of files. With `home` only.
        progress: whether to show a bar; None for where somebody watches (`workflow.progress.ProgressWish`).

    Raises:
        InputError, ArtefactError: for options that cannot be, or need more memory or disk than there is, a run that
            there is not, a variety that is no threefold, or a metric that is not positive.

    Example:
        >>> data = g2links.sample(cy, n_rotations=2)  # doctest: +SKIP
        >>> data["phi_123"]  # doctest: +SKIP
    """
    options = SampleOptions(n_points, n_rotations, source, splits, seed, shard_size)
    with progress_if_watched(progress) as show:
        if home is not None:
            written = write_samples(Home(home), _number(Home(home), cy, cy_run), options, progress=show)
            return _opened(Home(home), written)
        if cy is None:
            raise InputError("cy", cy, "a metric, from g2links.solve or g2links.open_run, or the home of a saved one")
        for name, value in (("cy_run", cy_run), ("shard_size", shard_size)):
            if value is not None:
                raise InputError(name, value, "with home= only")
        return cy.sample(n_points, n_rotations=n_rotations, source=source, splits=splits, seed=seed, progress=show)


def _number(home: Home, cy: CalabiYau | None, cy_run: int | None) -> int | None:
    """The run that is meant; None for the most recent."""
    if cy is None:
        return cy_run
    if cy.cy_run is None or cy_run not in (None, cy.cy_run):
        raise InputError("cy", cy, "a run of this home, from g2links.solve(home=...) or g2links.open_run, or cy_run=")
    return run_of_metric(home, cy.cy_run, cy.variety, cy.model.normalisation).number


def open_samples(home: Home) -> LinkSamples:
    """The data sets of a home, which are read when they are asked for rows.

    Raises:
        InputError, ArtefactError: there are none, or the Calabi-Yau run that they come from is missing or damaged.
    """
    return _opened(home, open_set(home.link_data))


def _opened(home: Home, data: OpenSet) -> LinkSamples:
    record = samples_record(data)
    options, cy_run = SampleOptions.from_record(record["options"]), record["cy_run"]
    model = load_cy(cy_run, home.path)
    rows = rows_of_parts(parts_of(record["base_points"]["all"], options), options)
    return LinkSamples(SavedArrays(data), rows, model.variety, model.normalisation, cy_run, record, model.ansatz)
