"""Whether the numbers of a data set of the link can be what they are said to be; shapes and types are judged by
`storage.arrays`.

A file need not have every column: what is there is judged, by itself and against the others.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from g2links import forms
from g2links.errors import ArtefactError, InputError
from g2links.forms.algebra import complement
from g2links.links.dataset import COLUMNS
from g2links.links.structure import LINK_DIMENSION
from g2links.varieties.real_points import complex_points, require_on_variety
from g2links.varieties.variety import AbstractVariety

_ROUNDING = 1e-8
"""By how much numbers of size 1 may differ that are equal but for rounding: half the digits, as for points of V."""
_BLOCK = 10_000
"""Rows that are judged at once, so that memory does not grow."""

Columns = Mapping[str, np.ndarray]


def require_values(path: Path, arrays: Columns, variety: AbstractVariety | None) -> None:
    """Refuse a data set with a number that cannot be.

    Args:
        path: of the file, which the messages name.
        arrays: columns of `links.dataset.COLUMNS`, of these shapes.
        variety: on which the points have to lie, where it is known (`sample_variety.variety_of`).

    Raises:
        ArtefactError: naming the file, the column and the first row: points off V, or link
            points that are not those of the base points; weights that are not positive; metrics that are not positive
            definite, or not η² + g_T; η without dθ; forms of which φ∧ψ is not the multiple of the volume form that it
            has to be.
    """
    variables = _require_width(path, arrays, variety)
    _require_charts(path, arrays, variables)
    spheres = [np.arange(variables)] if variety is None else [factor.coordinates for factor in variety.factors]
    rows = len(next(iter(arrays.values()), ()))
    for start in range(0, rows, _BLOCK):
        part = {name: column[start : start + _BLOCK] for name, column in arrays.items()}
        _require_numbers(path, part, start, spheres)
        if variety is not None:
            _require_points(path, part, variety, start)


def _require_width(path: Path, arrays: Columns, variety: AbstractVariety | None) -> int:
    """N, of which points have two numbers each; 5 for a data set that says no variety."""
    (width,), _ = COLUMNS["base_points"]
    variables = width // 2 if variety is None else variety.variables
    for name in ("base_points", "link_points"):
        if name in arrays and arrays[name].shape[1] != 2 * variables:
            found = f"shape {arrays[name].shape}, expected (n, {2 * variables})"
            raise ArtefactError(f"{path}: array {name!r} has {found}; make the data sets again")
    return variables


def _require_charts(path: Path, arrays: Columns, variables: int) -> None:
    for name in ("drop_ones", "drop_maxs"):
        if name in arrays:
            inside = (arrays[name] >= 0) & (arrays[name] < variables)
            _require(
                path,
                name,
                np.all(inside.reshape(len(inside), -1), axis=1),
                0,
                f"must lie between 0 and {variables - 1}",
            )
    if {"drop_ones", "drop_maxs"} <= arrays.keys():
        fixed, solved = (arrays[name].reshape(len(arrays[name]), -1) for name in ("drop_ones", "drop_maxs"))
        apart = (fixed[:, :, None] != solved[:, None, :]).all(axis=(1, 2))
        _require(path, "drop_maxs", apart, 0, "must differ from drop_ones")


def _require_numbers(path: Path, part: Columns, start: int, spheres: list[np.ndarray]) -> None:
    """What holds on every variety; `spheres` are the coordinates of each factor, in which links have norm 1."""
    if "weights" in part:
        _require(path, "weights", part["weights"] > 0, start, "must be above 0")
    if "rotations" in part:
        inside = (part["rotations"] >= 0) & (part["rotations"] < 2 * np.pi)
        _require(path, "rotations", inside, start, "must be angles from 0, below 2π")
    if {"base_points", "drop_ones"} <= part.keys():
        z = complex_points(part["base_points"])
        fixed = np.take_along_axis(z, part["drop_ones"].reshape(len(z), -1), axis=1)
        _require(path, "base_points", (np.abs(fixed - 1) <= _ROUNDING).all(axis=1), start, "must have 1 at drop_ones")
    if "link_points" in part:
        link = complex_points(part["link_points"])
        norms = np.stack([np.linalg.norm(link[:, own], axis=1) for own in spheres], axis=1)
        on_spheres = np.all(np.abs(norms - 1) <= _ROUNDING, axis=1)
        _require(path, "link_points", on_spheres, start, "must lie on the unit sphere")
    if "etas" in part:
        _require(path, "etas", part["etas"][:, -1] == 1, start, "must have 1 on dθ")
    for name, n in (("riemannian_metrics", LINK_DIMENSION - 1), ("g2_metrics", LINK_DIMENSION)):
        if name in part:
            _require(path, name, are_positive(part[name], n), start, "must be positive definite")
    if {"etas", "riemannian_metrics", "g2_metrics"} <= part.keys():
        _require(path, "g2_metrics", _is_sum(part), start, "must be η² + g_T of etas and riemannian_metrics")
    if {"phis", "psis", "g2_metrics"} <= part.keys():
        _require(path, "psis", _are_dual(part), start, "must be ψ of phis: φ∧ψ is 4λ² + 3 times the volume form")


def _require_points(path: Path, part: Columns, variety: AbstractVariety, start: int) -> None:
    """What holds on this variety."""
    for name in ("base_points", "link_points"):
        if name in part:
            try:
                require_on_variety(variety, part[name])
            except InputError as error:
                raise ArtefactError(
                    f"{path}: array {name!r} has points that are not on {variety.name}, its variety "
                    f"(in rows from {start}): {error.allowed}; make the data sets again"
                ) from error
    if {"base_points", "link_points", "rotations", "drop_ones"} <= part.keys():
        base, link = complex_points(part["base_points"]), complex_points(part["link_points"])
        fixed = part["drop_ones"].reshape(len(base), -1)
        charges = np.array(variety.charges)[np.arange(fixed.shape[1]), fixed]
        log_scale = np.log(np.abs(np.take_along_axis(link, fixed, axis=1))) / charges + 0j
        log_scale[:, 0] += 1j * part["rotations"] / variety.polarisation[0]
        moved = np.exp(log_scale @ np.array(variety.charges)) * base
        same = np.max(np.abs(moved - link), axis=1) <= _ROUNDING
        _require(path, "link_points", same, start, "must be the base_points, scaled and moved by the rotations")


def _unpacked(packed: np.ndarray, n: int) -> np.ndarray:
    full = np.zeros((len(packed), n, n))
    full[:, *np.triu_indices(n)] = packed
    return full + np.swapaxes(np.triu(full, 1), 1, 2)


def are_positive(packed: np.ndarray, n: int) -> np.ndarray:
    """Which of the packed symmetric (n, n) matrices are positive definite."""
    matrices = _unpacked(packed, n)
    try:
        np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        return np.linalg.eigvalsh(matrices)[:, 0] > 0
    return np.ones(len(matrices), dtype=bool)


def _is_sum(part: Columns) -> np.ndarray:
    eta = part["etas"]
    expected = eta[:, :, None] * eta[:, None, :]
    expected[:, :-1, :-1] += _unpacked(part["riemannian_metrics"], LINK_DIMENSION - 1)
    error = np.abs(_unpacked(part["g2_metrics"], LINK_DIMENSION) - expected)
    return np.max(error, axis=(1, 2)) <= _ROUNDING * np.max(np.abs(expected), axis=(1, 2))


def _are_dual(part: Columns) -> np.ndarray:
    """Whether φ∧ψ = (4λ² + 3) vol with λ > 0, where (x1, x2, x3, y1, y2, y3, θ) has the orientation -1."""
    wedge = np.sum((part["phis"] @ _complements()) * part["psis"], axis=1)
    volume = -np.sqrt(np.linalg.det(_unpacked(part["g2_metrics"], LINK_DIMENSION)))
    return wedge / volume > 3


@cache
def _complements() -> np.ndarray:
    """(35, 35) with φ∧ψ = (φ @ this) · ψ."""
    units = jnp.eye(forms.dimension(LINK_DIMENSION, 3))
    return np.stack([np.asarray(complement(unit, LINK_DIMENSION, 3)) for unit in units])


def _require(path: Path, name: str, good: np.ndarray, start: int, allowed: str) -> None:
    bad = np.flatnonzero(~good)
    if len(bad):
        raise ArtefactError(
            f"{path}: array {name!r} {allowed}; row {start + bad[0]} is not so (and {len(bad) - 1} more here); "
            "make the data sets again"
        )
