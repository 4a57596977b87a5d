"""How large deviations are, and how often: shares of points beyond each size, both on logarithmic axes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from g2links.errors import InputError
from g2links.reports.canvas import BLUE, FAR, GREY, ORANGE, RED, SEQUENCE, STYLES, drawing, far_limit, run_title
from g2links.reports.histograms import FLOOR

_TORSION = {
    "tau0": (r"|\tau_0 - {}|", 6 / 7, 1, "6/7"),
    "tau1": (r"|\tau_1|", 0.0, 1, ""),
    "tau2": (r"|\tau_2|", 0.0, 1, ""),
    "tau3_norm2": (r"\left||\tau_3|^2 - {}\right|", 48 / 7, 2, "48/7"),
}
"""What each class is compared with on the Ricci-flat metric (GEOMETRY, section 3), the power of ε in it, and
its words."""

_LEFT = 0.01


def monge_ampere(
    ratio: Any,
    weights: Any = None,
    *,
    limit: float | None = None,
    supremum: float | None = None,
    cy_run: int | None = None,
    split: str = "",
) -> Figure:
    """Which share of V has a Monge-Ampère error |1 - η/⟨η⟩| beyond each size; η = det g/|h|² is constant on the
    Ricci-flat metric.

    Args:
        ratio: (n,) η, in any normalisation.
        weights: (n,) positive shares for averages over |Ω|²; equal ones if None.
        limit: the largest σ that is good enough, an arrow if it is two decades beyond all else; not drawn if None.
        supremum: the error at the worst point that a search has found (`cy.supremum`); not drawn if None.
        cy_run: for the title.
        split: which points these are, for the title, such as "test points".

    Returns:
        A curve of shares over errors, both logarithmic, with σ, its limit and the supremum as lines.

    Raises:
        InputError: shapes that do not agree, values that are not finite, or weights that are not positive.

    Example:
        >>> import g2links
        >>> figure = g2links.plot.monge_ampere([0.98, 1.0, 1.01, 1.01])
        >>> errors, shares = figure.axes[0].lines[0].get_data()
        >>> [round(float(x), 9) for x in errors]
        [0.0, 0.01, 0.01, 0.02]
        >>> shares.tolist()
        [1.0, 0.75, 0.5, 0.25]
    """
    values = np.ravel(np.asarray(ratio, dtype=float))
    shares = np.ones_like(values) if weights is None else np.ravel(np.asarray(weights, dtype=float))
    if values.shape != shares.shape or not values.size or not np.isfinite([values, shares]).all():
        raise InputError("ratio", f"shapes {values.shape}, {shares.shape}", "finite values with one weight each")
    if not (shares > 0).all():
        raise InputError("weights", float(shares.min()), "positive weights")
    shares = shares / np.sum(shares)
    values = values / np.sum(shares * values)
    error = np.abs(values - 1)
    sigma = float(np.sum(shares * error))
    title = run_title("Monge-Ampère error", cy_run=cy_run, n=len(values)) + (f" ({split})" if split else "")
    with drawing(title, width=6.5, height=4.6) as figure:
        axes = figure.subplots()
        _curve(axes, error, shares, color=BLUE, label=f"share beyond; largest {error.max():.3g}")
        axes.axvline(max(sigma, FLOOR), color=ORANGE, linestyle="--", label=rf"$\sigma$ = {sigma:.3g}")
        far = limit is not None and limit > 10**FAR * max(float(error.max()), supremum or 0.0, FLOOR)
        if limit is not None and far:
            far_limit(axes, rf"limit of $\sigma$: {limit:.3g}", right=True)
        elif limit is not None:
            axes.axvline(limit, color=RED, linestyle=":", label=rf"limit of $\sigma$: {limit:.3g}")
        if supremum is not None:
            axes.axvline(supremum, color=GREY, linestyle="-.", label=f"worst point found: {supremum:.3g}")
        axes.set_xlabel(r"$|1-\eta/\langle\eta\rangle|$,   $\eta = \det g\,/\,|h|^2$,   average over $|\Omega|^2$")
        axes.set_ylabel(r"share of $\int|\Omega|^2$ with a larger error")
        _finish(axes, [error])
    return figure


def torsion(
    pointwise: Mapping[str, Any],
    *,
    epsilon: float = 1.0,
    cy_run: int | None = None,
    g2_run: int | None = None,
) -> Figure:
    """How far the torsion classes are from those of the Ricci-flat metric, τ0 = 6ε/7, τ1 = τ2 = 0, |τ3|² = 48ε²/7.

    Args:
        pointwise: "tau0", "tau1", "tau2" and "tau3_norm2" -> (n,), or some of them; other names are left out.
            `g2links.check("torsion", cy=cy).pointwise` is such a mapping.
        epsilon: of the family φ_ε = ε η∧ω + ReΥ.
        cy_run, g2_run: for the title.

    Returns:
        For each class a curve: the share of points whose deviation is beyond each size, both logarithmic.

    Raises:
        InputError: none of the classes, or values that are no finite numbers.

    Example:
        >>> import g2links
        >>> figure = g2links.plot.torsion({"tau0": [6 / 7, 0.9], "tau1": [0.0, 1e-15]})
        >>> len(figure.axes[0].lines)
        2
        >>> [float(x) for x in figure.axes[0].lines[1].get_xdata()]
        [1e-18, 1e-15]
    """
    found = {name: np.ravel(np.asarray(pointwise[name], dtype=float)) for name in _TORSION if name in pointwise}
    if not found:
        raise InputError("pointwise", sorted(pointwise), f"values of {', '.join(_TORSION)}, or some of them")
    for name, values in found.items():
        if not values.size or not np.isfinite(values).all():
            raise InputError(name, f"{values.size} values", "finite numbers, at least one")
    n = max(values.size for values in found.values())
    title = run_title("Torsion of the G2-structure", cy_run=cy_run, g2_run=g2_run, n=n)
    with drawing(title, width=6.5, height=4.6) as figure:
        axes = figure.subplots()
        deviations: list[np.ndarray] = []
        for i, (name, values) in enumerate(found.items()):
            symbol, exact, power, fraction = _TORSION[name]
            deviation = np.abs(values - exact * epsilon**power)
            words = symbol.format(fraction if epsilon == 1 else f"{exact * epsilon**power:.4g}")
            deviations.append(deviation)
            label = rf"${words}$: mean {np.mean(deviation):.2g}"
            equal = np.full(values.size, 1 / values.size)
            _curve(axes, deviation, equal, color=SEQUENCE[i], linestyle=STYLES[i], label=label)
        axes.set_xlabel("deviation from the value on the Ricci-flat metric")
        axes.set_ylabel("share of points with a larger deviation")
        _finish(axes, deviations)
    return figure


def _curve(axes: Axes, values: np.ndarray, shares: np.ndarray, **look: Any) -> None:
    """The share at or beyond each value, as steps; zeros are drawn at 1e-18."""
    order = np.argsort(values, kind="stable")
    beyond = np.cumsum(shares[order][::-1])[::-1]
    axes.plot(np.maximum(values[order], FLOOR), beyond, drawstyle="steps-pre", **look)


def _finish(axes: Axes, curves: Sequence[np.ndarray]) -> None:
    """Logarithmic axes, from where one point in a hundred of some curve lies below: farther left all shares are 1."""
    axes.set(xscale="log", yscale="log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=8))
        axis.set_minor_formatter(NullFormatter())
    left = min(float(np.quantile(np.maximum(values, FLOOR), _LEFT)) for values in curves)
    right = max(axes.dataLim.x1, left)
    axes.set_xlim(left / 2, 2 * right)
    axes.set_ylim(top=1.3)
    axes.grid(visible=True, which="major")
    axes.figure.legend(loc="outside lower center", ncols=2)
