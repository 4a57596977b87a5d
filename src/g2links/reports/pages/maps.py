"""The errors of a metric over V: a map of V, a slice of it as a surface, and a rational curve."""

import math
from typing import Any

import numpy as np

from g2links.reports.pages.contents import RunContents
from g2links.reports.pages.numbers import complex_text, coordinate, number_text, power_of_ten
from g2links.reports.pages.plots import Plot, log_error, packed

_BAR = {
    "orientation": "h",
    "thickness": 10,
    "lenmode": "pixels",
    "len": 240,
    "x": 0.5,
    "y": 1.02,
    "yanchor": "bottom",
    "outlinewidth": 0,
}
"""A bar of colours above a picture, where it takes no width."""


def error_map(run: RunContents) -> Plot:
    """The points of V by the shares of their coordinates, coloured by the error; the worst point that was found."""
    values, corners = run.values, _corners(run.variety.variables)
    error = log_error(values.ratio)
    drawn = np.isfinite(error)
    error, z, shares = error[drawn], values.z[drawn], values.shares[drawn]
    place = shares / shares.sum(axis=1, keepdims=True) @ corners
    coordinates = np.concatenate([z.real, z.imag], axis=1)
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
    names = [coordinate(i) for i in range(run.variety.variables)]
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
        "x": (1.06 * corners[:, 0]).tolist(),
        "y": (1.06 * corners[:, 1]).tolist(),
        "text": names,
        "textfont": {"color": "@muted", "size": 15},
        "hoverinfo": "skip",
    }
    hidden = {"visible": False, "range": [-1.12, 1.12]}
    layout = {
        "xaxis": hidden,
        "yaxis": {**hidden, "scaleanchor": "x"},
        "height": 460,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "hovermode": "closest",
        "showlegend": False,
    }
    description = (
        f"Map of V with {len(error):,} points, each placed by the shares of its coordinates between the corners "
        f"{', '.join(names)} and coloured by its error, from {number_text(float(10 ** error.min()), 2)} to "
        f"{number_text(float(10 ** error.max()), 2)}."
    )
    return Plot("error-map", "Error map", description, [frame, labels, points, *_worst(run, corners)], layout, "map")


def _worst(run: RunContents, corners: np.ndarray) -> list[dict[str, Any]]:
    """A star at the worst point that was found, where it is known."""
    found, shares = run.record.get("supremum"), run.values.worst_shares
    if found is None or shares is None:
        return []
    x, y = shares / shares.sum() @ corners
    real, imaginary = zip(*found["z"], strict=True)
    star = {
        "type": "scatter",
        "mode": "markers",
        "x": [float(x)],
        "y": [float(y)],
        "customdata": [[found["value"], *real, *imaginary]],
        "hovertemplate": "<b>the worst point that was found</b><br>" + _hover(run.variety.variables),
        "marker": {"symbol": "star", "size": 15, "color": "@limit", "line": {"color": "@panel", "width": 1.5}},
    }
    return [star]


def worst_points(run: RunContents, count: int = 5) -> list[str]:
    """Python code for the worst point that was found, and for the points of the map with the largest errors."""
    found = run.record.get("supremum")
    lines = [] if found is None else [([complex(*pair) for pair in found["z"]], found["value"])]
    error = np.abs(1 - run.values.ratio)
    order = np.argsort(-np.where(np.isfinite(error), error, np.inf), kind="stable")
    lines += [(run.values.z[i].tolist(), float(error[i])) for i in order[:count]]
    return [f"point = [{', '.join(map(_literal, z))}]  # error {value:.2e}" for z, value in lines]


def slice_surface(run: RunContents) -> Plot | None:
    """A complex curve in V as a surface in space; None where there is none."""
    values, part = run.values, run.values.slice
    if part is None or values.slice_ratio is None:
        return None
    a, b = part.z[:, part.moving], part.z[:, part.solved]
    error = log_error(values.slice_ratio)
    names = [coordinate(i) for i in (part.moving, part.solved)]
    surface = {
        "type": "mesh3d",
        **{name: packed(x, "f4") for name, x in zip("xyz", part.in_space.T, strict=True)},
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
        "scene": {**axes, "aspectmode": "cube", "dragmode": "orbit", "camera": {"eye": {"x": 1.1, "y": 1.1, "z": 0.8}}},
        "height": 520,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    }
    others = [i for i in range(run.variety.variables) if i not in (part.moving, part.solved)]
    fixed = [f"{coordinate(i)} = {complex_text(part.z[0, i])}" for i in others]
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
    ratio, radius = values.curve_ratio, np.abs(values.curve[:, 0]).tolist()
    low, high = (_listed(part) for part in (ratio.min(1), ratio.max(1)))
    hidden = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    data = [
        {"type": "scatter", "x": radius, "y": low, **hidden},
        {"type": "scatter", "x": radius, "y": high, "fill": "tonexty", "fillcolor": "@band", **hidden},
        {
            "type": "scatter",
            "mode": "lines",
            "x": radius,
            "y": _listed(ratio.mean(1)),
            "line": {"color": "@accent", "width": 2},
            "customdata": list(zip(low, high, strict=True)),
            "hovertemplate": (
                "|t| = %{x:.3g}<br>η/⟨η⟩ = %{y:.6g}, from %{customdata[0]:.6g} to %{customdata[1]:.6g}<extra></extra>"
            ),
        },
    ]
    layout = {
        "xaxis": {"title": {"text": "|t|"}, "type": "log", "dtick": 1, "exponentformat": "power"},
        "yaxis": {"title": {"text": "η/⟨η⟩"}, "nticks": 6},
        "height": 300,
        "margin": {"l": 60, "r": 10, "t": 10, "b": 50},
        "showlegend": False,
    }
    description = (
        f"Monge-Ampère ratio on the rational curve (z, −z, tz, 0, −tz), from {np.nanmin(ratio):.6g} to "
        f"{np.nanmax(ratio):.6g}; 1 on the Ricci-flat metric."
    )
    return Plot("rational-curve", "Monge-Ampère ratio on a rational curve", description, data, layout)


def _listed(values: np.ndarray) -> list[float | None]:
    """As JSON has it, which knows no NaN."""
    return [float(value) if np.isfinite(value) else None for value in values]


def _literal(number: complex) -> str:
    """To the last digit, without the brackets that `repr` puts around a sum."""
    return repr(complex(number)).strip("()")


def _corners(n: int) -> np.ndarray:
    """Those of a regular polygon with one on top."""
    angles = math.pi / 2 - 2 * math.pi * np.arange(n) / n
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _colour(error: np.ndarray, title: str, of: str = "color") -> dict[str, Any]:
    """A scale of the logarithms of errors, without the extremes that would wash out the rest."""
    low, high = (float(q) for q in np.nanquantile(error, [0.02, 0.999]))
    ticks = list(range(math.ceil(low), math.floor(high) + 1))
    bar = {
        "title": {"text": title, "side": "top"},
        "tickvals": ticks,
        "ticktext": [power_of_ten(k) for k in ticks],
        **_BAR,
    }
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
        f"{coordinate(i)} = %{{customdata[{1 + i}]:.4f}} %{{customdata[{1 + variables + i}]:+.4f}} i"
        for i in range(variables)
    ]
    return "<br>".join(["<b>error %{customdata[0]:.2e}</b>", *rows]) + "<extra></extra>"
