"""The pictures of a page as plain data for plotly.js. A colour that begins with @ is one of the page's, which follow
the reader's light or dark mode; arrays are written as bytes in base64, which plotly.js reads."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from g2links.checks.thresholds import describe, limits_of
from g2links.records import CheckRecord, Histogram, Threshold
from g2links.reports.histograms import FLOOR, histogram_of
from g2links.reports.labels import check_title, in_order
from g2links.reports.pages.contents import RunContents
from g2links.reports.pages.formulas import complex_text

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TILT = math.pi / 4
"""Of the third axis of a slice between the two imaginary parts."""
_TASKS = {"3form": "3-form φ", "metric": "metric g", "4form": "4-form ψ"}


@dataclass(frozen=True)
class Plot:
    """One picture.

    Attributes:
        name: its id on the page.
        title: above it.
        description: what it shows, for those who cannot see it.
        data, layout: for plotly.js.
        kind: what the page does with it beside drawing: "map" copies points, "surface" needs WebGL.
    """

    name: str
    title: str
    description: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    kind: str = "plain"


def packed(values: Any, dtype: str) -> dict[str, str]:
    """An array for plotly.js: `f4`, `f8` or `i4`."""
    array = np.ascontiguousarray(values, dtype=np.dtype(dtype).newbyteorder("<"))
    shape = {"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {}
    return {"dtype": dtype, "bdata": base64.b64encode(array.tobytes()).decode("ascii"), **shape}


def error_map(run: RunContents) -> Plot:
    """The points of V by the shares of their coordinates, coloured by the error; the worst point that was found."""
    values, corners = run.values, _corners(run.variety.variables)
    place, error = values.shares @ corners, _log_error(values.ratio)
    coordinates = np.concatenate([values.z.real, values.z.imag], axis=1)
    colour = _colour(error, "|1 − η/⟨η⟩|")
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": packed(place[:, 0], "f4"),
        "y": packed(place[:, 1], "f4"),
        "customdata": packed(np.concatenate([10 ** error[:, None], coordinates], axis=1), "f8"),
        "hovertemplate": _hover(run.variety.variables),
        "marker": {"size": 5, "opacity": 0.85, **colour},
        "name": "points",
    }
    names = [_name(i) for i in range(run.variety.variables)]
    outline = np.concatenate([corners, corners[:1]])
    frame = {
        "type": "scatter",
        "mode": "lines",
        "x": outline[:, 0].tolist(),
        "y": outline[:, 1].tolist(),
        "line": {"color": "@grid", "width": 1},
        "hoverinfo": "skip",
    }
    labels = {
        "type": "scatter",
        "mode": "text",
        "x": (1.1 * corners[:, 0]).tolist(),
        "y": (1.1 * corners[:, 1]).tolist(),
        "text": names,
        "textfont": {"color": "@muted", "size": 15},
        "hoverinfo": "skip",
    }
    hidden = {"visible": False, "range": [-1.2, 1.2]}
    layout = {
        "xaxis": hidden,
        "yaxis": {**hidden, "scaleanchor": "x"},
        "height": 520,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "hovermode": "closest",
        "showlegend": False,
    }
    description = (
        f"Map of V with {len(error):,} points, each placed by the shares of its coordinates between the corners "
        f"{', '.join(names)} and coloured by its error, from {10 ** error.min():.1e} to {10 ** error.max():.1e}."
    )
    return Plot("error-map", "Error map", description, [frame, labels, points], layout, "map")


def deviations(run: RunContents) -> Plot:
    """The errors of the map as a histogram, with the largest σ that is good enough."""
    error = 10 ** _log_error(run.values.ratio)
    limit = run.verdict.thresholds.get("sigma")
    title = "Monge-Ampère error |1 − η/⟨η⟩|"
    return _histogram("deviations", title, histogram_of(error, limits_of(limit)), limit, float(np.mean(error)))


def slice_surface(run: RunContents) -> Plot | None:
    """A complex curve in V as a surface in space; None where there is none."""
    values, part = run.values, run.values.slice
    if part is None or values.slice_ratio is None:
        return None
    a, b = part.z[:, part.moving], part.z[:, part.solved]
    error = _log_error(values.slice_ratio)
    names = [_name(i) for i in (part.moving, part.solved)]
    surface = {
        "type": "mesh3d",
        **{name: packed(x, "f4") for name, x in zip("xyz", (a.real, b.real, _third(a, b)), strict=True)},
        **{name: packed(column, "i4") for name, column in zip("ijk", part.triangles.T, strict=True)},
        "intensity": packed(error, "f4"),
        **_colour(error, "|1 − η/⟨η⟩|", "intensity"),
        "customdata": packed(np.stack([10**error, a.real, a.imag, b.real, b.imag], axis=1), "f4"),
        "hovertemplate": (
            f"error %{{customdata[0]:.2e}}<br>{names[0]} = %{{customdata[1]:.3f}} %{{customdata[2]:+.3f}} i<br>"
            f"{names[1]} = %{{customdata[3]:.3f}} %{{customdata[4]:+.3f}} i<extra></extra>"
        ),
        "lighting": {"ambient": 0.75, "diffuse": 0.5, "specular": 0.1},
        "flatshading": False,
    }
    axes = {
        axis: {"title": {"text": title}, "gridcolor": "@grid", "color": "@muted", "showbackground": False}
        for axis, title in (
            ("xaxis", f"Re {names[0]}"),
            ("yaxis", f"Re {names[1]}"),
            ("zaxis", f"Im {names[0]}, Im {names[1]}"),
        )
    }
    layout = {
        "scene": {**axes, "aspectmode": "cube", "dragmode": "orbit"},
        "height": 520,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }
    others = [i for i in range(run.variety.variables) if i not in (part.moving, part.solved)]
    fixed = [f"{_name(i)} = {complex_text(part.z[0, i])}" for i in others]
    description = (
        f"Slice of V where {', '.join(fixed)}: a surface through {len(error):,} points, drawn by the real parts of "
        f"{names[0]} and {names[1]} and a mixture of their imaginary parts, and coloured by the error."
    )
    return Plot("slice", "A slice of V", description, [surface], layout, "surface")


def rational_curve(run: RunContents) -> Plot | None:
    """η/⟨η⟩ over the parameter t of the curve; None where it does not lie on V."""
    values = run.values
    if values.curve is None or values.curve_ratio is None:
        return None
    ratio = values.curve_ratio
    spread = max(float(np.max(np.abs(ratio - 1))), 1e-15)
    heat = {
        "type": "heatmap",
        "x": np.round(np.angle(values.curve[0]) / math.pi, 4).tolist(),
        "y": np.round(np.log10(np.abs(values.curve[:, 0])), 4).tolist(),
        "z": packed(ratio - 1, "f4"),
        "zmin": -spread,
        "zmax": spread,
        "colorscale": "RdBu",
        "colorbar": {"title": {"text": "η/⟨η⟩ − 1", "side": "top"}, "exponentformat": "power", **_BAR},
        "hovertemplate": "|t| = 10^%{y:.2f}, arg t = %{x:.2f} π<br>η/⟨η⟩ − 1 = %{z:.3e}<extra></extra>",
    }
    layout = {
        "xaxis": {"title": {"text": "arg t / π"}},
        "yaxis": {"title": {"text": "log₁₀ |t|"}},
        "height": 420,
        "margin": {"l": 60, "r": 10, "t": 70, "b": 50},
    }
    description = (
        f"Monge-Ampère ratio on the rational curve (z, −z, tz, 0, −tz), from {ratio.min():.6g} to {ratio.max():.6g}; "
        "1 on the Ricci-flat metric."
    )
    return Plot("rational-curve", "Monge-Ampère ratio on a rational curve", description, [heat], layout)


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
    plots = [_curves("history-metric", "Search for the metric", run.record["history"], "iteration", metric)]
    network = {"loss": "loss", "validation_loss": "validation loss"}
    for task, (number, record) in run.networks.items():
        title = f"Network of the {_TASKS[task]}, run {number}"
        plots.append(_curves(f"history-{task}", title, record["history"], "epoch", network))
    return [plot for plot in plots if plot.data]


_BAR = {"orientation": "h", "thickness": 10, "len": 0.9, "x": 0.5, "y": 1.02, "yanchor": "bottom", "outlinewidth": 0}
"""A bar of colours above a picture, where it takes no width."""


def _name(i: int) -> str:
    return f"z{i}".translate(SUBSCRIPTS)


def _third(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(math.cos(_TILT) * a.imag + math.sin(_TILT) * b.imag)


def _corners(n: int) -> np.ndarray:
    """Those of a regular polygon with one on top."""
    angles = math.pi / 2 - 2 * math.pi * np.arange(n) / n
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _log_error(ratio: np.ndarray) -> np.ndarray:
    return np.asarray(np.log10(np.maximum(np.abs(1 - ratio), FLOOR)))


def _power(exponent: int) -> str:
    return "10" + str(exponent).translate(SUPERSCRIPTS)


def _colour(error: np.ndarray, title: str, of: str = "color") -> dict[str, Any]:
    """A scale of the logarithms of errors, without the extremes that would wash out the rest."""
    low, high = (float(q) for q in np.quantile(error, [0.02, 0.999]))
    ticks = list(range(math.ceil(low), math.floor(high) + 1))
    bar = {"title": {"text": title, "side": "top"}, "tickvals": ticks, "ticktext": [_power(k) for k in ticks], **_BAR}
    limits = ("cmin", "cmax")
    own = {} if of == "intensity" else {of: packed(error, "f4")}
    return {
        **own,
        **dict(zip(limits, (low, max(high, low + 1e-6)), strict=True)),
        "colorscale": "Viridis",
        "colorbar": bar,
    }


def _hover(variables: int) -> str:
    """The error, then the point; the columns of `customdata` are the error, the real and the imaginary parts."""
    rows = [
        f"{_name(i)} = %{{customdata[{1 + i}]:.4f}} %{{customdata[{1 + variables + i}]:+.4f}} i"
        for i in range(variables)
    ]
    return "<br>".join(["<b>error %{customdata[0]:.2e}</b>", *rows]) + "<extra></extra>"


def _histogram(name: str, title: str, histogram: Histogram, threshold: Threshold | None, mean: float | None) -> Plot:
    """Bars over edges, on a logarithmic scale by their logarithms; the mean, and the limits of the threshold."""
    logarithmic = histogram["scale"] == "log"
    edges = np.array(histogram["edges"])
    edges = np.log10(edges) if logarithmic else edges
    centres, counts = (edges[1:] + edges[:-1]) / 2, histogram["counts"]
    ranges = [f"{a:.3g} to {b:.3g}" for a, b in zip(histogram["edges"], histogram["edges"][1:], strict=False)]
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
    needed = "no limit" if threshold is None else f"needed: {describe(threshold)}"
    description = (
        f"Histogram of {title} at {sum(counts):,} points, from {histogram['edges'][0]:.2e} to "
        f"{histogram['edges'][-1]:.2e}; {needed}."
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
    ticks = list(range(first, last + 1, max(1, (last - first) // 5)))
    text = [_power(k) for k in ticks]
    if len(ticks) < 2:  # less than a decade, or but one power in it
        ticks_at = [low, (low + high) / 2, high]
        return {
            "tickvals": ticks_at,
            "ticktext": [f"{10**x:.2g}" for x in ticks_at],
            "range": [low - margin, high + margin],
        }
    return {"tickvals": ticks, "ticktext": text, "range": [low - margin, high + margin]}


def _curves(name: str, title: str, history: Sequence[Mapping[str, Any]], step: str, labels: Mapping[str, str]) -> Plot:
    """Positive values on a logarithmic axis."""
    data, said = [], []
    for (key, label), colour in zip(labels.items(), ("@accent", "@mean"), strict=False):
        kept = [(entry[step], entry[key]) for entry in history if (entry.get(key) or 0) > 0]
        if kept:
            x, y = zip(*kept, strict=True)
            mode = "lines+markers" if len(kept) < 40 else "lines"
            line = {"color": colour, "width": 2}
            data.append({"type": "scatter", "mode": mode, "x": x, "y": y, "name": label, "line": line})
            said.append(f"{label}, {y[-1]:.2e} at the end")
    layout = {
        "xaxis": {"title": {"text": step}},
        "yaxis": {"type": "log", "exponentformat": "power", "nticks": 6},
        "height": 300,
        "margin": {"l": 60, "r": 12, "t": 8, "b": 44},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }
    return Plot(name, title, f"{title}, over each {step}: {'; '.join(said)}.", data, layout)


def section_title(record: CheckRecord, label: str) -> str:
    """What the histograms of a check are called, as plain text."""
    return f"Check {label}" if "$" in check_title(record["check"]) else f"{check_title(record['check'])} ({label})"
