"""Histograms of errors, and how trainings went."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from g2links.checks.thresholds import describe, limits_of
from g2links.records import CheckRecord, Histogram, Threshold
from g2links.reports.histograms import histogram_of
from g2links.reports.labels import in_order
from g2links.reports.pages.contents import RunContents
from g2links.reports.pages.numbers import number_text, power_of_ten, typeset
from g2links.reports.pages.plots import Plot, log_error

_TASKS = {"3form": "3-form φ", "metric": "metric g", "4form": "4-form ψ"}


def deviations(run: RunContents) -> Plot:
    """The errors of the map as a histogram, with the largest σ that is good enough."""
    error = 10 ** log_error(run.values.ratio)
    error = error[np.isfinite(error)]
    limit = run.verdict.thresholds.get("sigma")
    title = "Monge-Ampère error |1 − η/⟨η⟩|"
    return _histogram("deviations", title, histogram_of(error, limits_of(limit)), limit, float(np.mean(error)))


def check_histograms(label: str, record: CheckRecord) -> list[Plot]:
    """One for each figure at points whose histogram was saved."""
    found = in_order(record.get("histograms", {}), record["check"])
    key = "".join(c if c.isalnum() else "-" for c in label)
    return [
        _histogram(
            f"histogram-{key}-{name}", name, histogram, record["thresholds"].get(name), record["figures"][name]["mean"]
        )
        for name, histogram in found.items()
    ]


def learning_curves(run: RunContents) -> list[Plot]:
    """That of the metric, over its iterations, and that of each network, over its epochs."""
    metric = {"rms": "residual on training points", "sigma_validation": "σ on validation points"}
    plots = [_curves("history-search", "Search for the metric", run.record["history"], "iteration", metric)]
    network = {"loss": "loss", "validation_loss": "validation loss"}
    for task, (number, record) in run.networks.items():
        title = f"Network of the {_TASKS[task]}, run {number}"
        plots.append(_curves(f"history-{task}", title, record["history"], "epoch", network))
    return [plot for plot in plots if plot.data]


def _histogram(name: str, title: str, histogram: Histogram, threshold: Threshold | None, mean: float | None) -> Plot:
    """Bars over edges, on a logarithmic scale by their logarithms; the mean, and the limits of the threshold."""
    logarithmic = histogram["scale"] == "log"
    edges = np.array(histogram["edges"])
    edges = np.log10(edges) if logarithmic else edges
    centres, counts = (edges[1:] + edges[:-1]) / 2, histogram["counts"]
    ranges = [
        f"{number_text(a, 3)} to {number_text(b, 3)}"
        for a, b in zip(histogram["edges"], histogram["edges"][1:], strict=False)
    ]
    bars = {
        "type": "bar",
        "x": centres.tolist(),
        "y": counts,
        "width": np.diff(edges).tolist(),
        "marker": {"color": "@accent", "line": {"width": 0}},
        "customdata": ranges,
        "hovertemplate": "%{customdata}<br>%{y} points<extra></extra>",
    }
    lines = [] if mean is None else [(mean, "@mean", "solid")]
    lines += [(limit, "@limit", "dash") for limit in limits_of(threshold)]
    drawn = [
        (math.log10(x) if logarithmic else x, colour, dash) for x, colour, dash in lines if x > 0 or not logarithmic
    ]
    axis = _decades([*edges.tolist(), *(x for x, *_ in drawn)]) if logarithmic else {"nticks": 5}
    layout = {
        "xaxis": axis,
        "yaxis": {"title": {"text": "points"}, "nticks": 4},
        "shapes": [_vertical(*line) for line in drawn],
        "height": 230,
        "bargap": 0,
        "margin": {"l": 48, "r": 12, "t": 8, "b": 36},
        "showlegend": False,
    }
    needed = "no limit" if threshold is None else f"needed: {typeset(describe(threshold))}"
    description = (
        f"Histogram of {title} at {sum(counts):,} points, from "
        f"{number_text(histogram['edges'][0], 3)} to {number_text(histogram['edges'][-1], 3)}; {needed}."
    )
    return Plot(name, title, description, [bars], layout)


def _vertical(x: float, colour: str, dash: str) -> dict[str, Any]:
    line = {"color": colour, "width": 2, "dash": dash}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _decades(exponents: Sequence[float]) -> dict[str, Any]:
    """An axis of logarithms whose ticks are powers of ten."""
    low, high = min(exponents), max(exponents)
    margin = 0.04 * (high - low) + 0.02
    first, last = math.ceil(low - margin), math.floor(high + margin)
    ticks = list(range(first, last + 1, max(1, -(-(last - first) // 4))))
    text = [power_of_ten(k) for k in ticks]
    if len(ticks) < 2:  # less than a decade, or but one power in it
        ticks_at = [low, (low + high) / 2, high]
        return {
            "tickvals": ticks_at,
            "ticktext": [number_text(10**x, 2) for x in ticks_at],
            "range": [low - margin, high + margin],
        }
    return {"tickvals": ticks, "ticktext": text, "range": [low - margin, high + margin]}


def _curves(name: str, title: str, history: Sequence[Mapping[str, Any]], step: str, labels: Mapping[str, str]) -> Plot:
    """Positive values on a logarithmic axis."""
    data: list[dict[str, Any]] = []
    said = []
    for (key, label), colour in zip(labels.items(), ("@accent", "@mean"), strict=False):
        kept = [(entry[step], entry[key]) for entry in history if (entry.get(key) or 0) > 0]
        if kept:
            x, y = zip(*kept, strict=True)
            mode = "lines+markers" if len(kept) < 40 else "lines"
            line = {"color": colour, "width": 2}
            data.append({"type": "scatter", "mode": mode, "x": x, "y": y, "name": label, "line": line})
            said.append(f"{label}, {number_text(y[-1], 3)} at the end")
    heights = [math.log10(value) for curve in data for value in curve["y"]] or [0.0]
    layout = {
        "xaxis": {"title": {"text": step}},
        "yaxis": {"type": "log", "exponentformat": "power", "dtick": math.ceil((max(heights) - min(heights)) / 5) or 1},
        "height": 300,
        "margin": {"l": 60, "r": 12, "t": 8, "b": 44},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    return Plot(name, title, f"{title}, over each {step}: {'; '.join(said)}.", data, layout)
