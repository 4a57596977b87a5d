"""The page of one run."""

import os
from dataclasses import asdict

from g2links.reports.pages.cards import cards_of, sentence_of
from g2links.reports.pages.charts import check_histograms, deviations, learning_curves
from g2links.reports.pages.contents import RunContents
from g2links.reports.pages.formulas import polynomial_html
from g2links.reports.pages.maps import error_map, rational_curve, slice_surface, worst_points
from g2links.reports.pages.numbers import typeset
from g2links.reports.pages.plots import Plot
from g2links.reports.pages.render import plotly_script, write_page
from g2links.reports.pages.tables import COLUMNS, figure_rows


def write_run_page(path: str | os.PathLike[str], run: RunContents) -> None:
    """Write the page of a run, whole or not at all.

    Raises:
        ArtefactError: the disk refuses.
    """
    surface, curve = slice_surface(run), rational_curve(run)
    on_v = [error_map(run), deviations(run)]
    histograms = {label: check_histograms(label, record) for label, record in run.checks.items()}
    curves = learning_curves(run)
    every = [*on_v, *filter(None, (surface, curve)), *curves, *(p for plots in histograms.values() for p in plots)]
    write_page(
        path,
        "run.html.j2",
        title=f"{run.variety.name}: Calabi-Yau run {run.cy_run}",
        run=run,
        polynomials=[polynomial_html(f) for f in run.variety.equations],
        cards=cards_of(run),
        on_v=on_v,
        worst=worst_points(run),
        surface=surface,
        curve=curve,
        curves=curves,
        histograms=histograms,
        columns=COLUMNS,
        tables={label: (record, list(figure_rows(record))) for label, record in run.checks.items()},
        missing={label: (sentence_of(check), command) for label, (check, command) in run.missing.items()},
        typeset=typeset,
        plots=[_for_script(plot) for plot in every],
        variables=run.variety.variables,
        plotly=plotly_script(),
    )


def _for_script(plot: Plot) -> dict[str, object]:
    return {key: value for key, value in asdict(plot).items() if key not in ("title", "description")}
