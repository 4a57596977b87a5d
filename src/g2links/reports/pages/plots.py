"""The pictures of a page as plain data for plotly.js. A colour that begins with @ is one of the page's, which follow
the reader's light or dark mode; arrays are written as bytes in base64, which plotly.js reads."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from g2links.reports.histograms import FLOOR


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


def log_error(ratio: np.ndarray) -> np.ndarray:
    """log10 |1 - η/⟨η⟩|; zeros count as below all rounding errors, and what is not finite is NaN."""
    error = np.where(np.isfinite(ratio), np.abs(1 - ratio), np.nan)
    return np.asarray(np.log10(np.maximum(error, FLOOR)))
