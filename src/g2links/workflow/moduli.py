"""`g2links.moduli`: periods and special geometry of a member of a family, in closed form and by random points."""

from collections.abc import Sequence
from functools import partial

from g2links.errors import InputError
from g2links.quantities.moduli.deformation_space import monomial_basis, product_of_coordinates, read_direction
from g2links.quantities.moduli.estimates import THREEFOLD, Pair, Triple, all_triples, measure_moduli
from g2links.quantities.moduli.exact import ExactModuli, coupled_triples, exact_moduli
from g2links.quantities.moduli.harmonic import harmonic_moduli
from g2links.quantities.moduli.kodaira_spencer import Directions
from g2links.quantities.moduli.vector_fields import fields_for
from g2links.varieties.hypersurface import WeightedHypersurface, require_hypersurface
from g2links.varieties.periods import is_beyond_series
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety, require_calabi_yau
from g2links.workflow.calabi_yau import CalabiYau
from g2links.workflow.moduli_report import ModuliReport, is_dwork, require_plot
from g2links.workflow.polynomials import resolve_variety, smoothness
from g2links.workflow.progress import ProgressWish, progress_if_watched

FEWEST_POINTS = 1000
"""From so many the standard errors can be trusted: the control variates are fitted to a part of the points."""
_HARMONIC_POINTS = 60_000
"""At most, for harmonic representatives: errors of some parts in a thousand, in a minute or two for each direction."""
_HIGHEST_DEGREE = 8
"""Of vector fields, in units of the largest weight."""
_FEW = 6
"""Directions up to which all G_ab and all couplings are asked for; of more, all G_aa and the couplings that are known
and not 0."""


def moduli(
    variety: AbstractVariety | Polynomial | str | None = None,
    *,
    weights: tuple[int, ...] | None = None,
    directions: str | Sequence[Polynomial | str] | None = None,
    n_points: int = 100_000,
    seed: int = 0,
    exact: bool = True,
    metric: CalabiYau | None = None,
    degree: int | None = None,
    progress: ProgressWish = None,
) -> ModuliReport:
    """∫|h|², Weil-Petersson metric and normalised Yukawa couplings, by Kodaira-Spencer theory at random points and,
    where there is a closed form, exactly. No metric is needed; with one, the harmonic representatives say the same once
    more.

    Args:
        variety: V, a polynomial, an expression, a name of the catalogue, or the path of a YAML file; if None that of
            the metric, or the Fermat quintic.
        weights: of an expression.
        directions: polynomials of the degree of f, or "all" for the monomials of the Milnor algebra; without them the
            product of all coordinates, for the Dwork family of the quintic times -5, which is ψ.
        n_points: about how many points.
        seed: of the random choices.
        exact: False to do without the closed form beyond the disc in which its series converges.
        metric: a solved metric of V, for harmonic representatives at `n_points` points, 60,000 at most.
        degree: of the vector fields by which these are found; by default as high as some hundred unknowns allow.
        progress: whether to show a bar (`workflow.progress.ProgressWish`).

    Raises:
        InputError: for directions that are none, too few points, or a member beyond the disc.
        PolynomialError: when f is singular.

    Example:
        >>> report = moduli("dwork(0.3)", n_points=2000)
        >>> report.passed, f"{report.exact.metric[0, 0]:.6f}", f"{report.exact.couplings[0, 0, 0]:.6f}"
        (True, '0.190954', '1.602468')
    """
    if n_points < FEWEST_POINTS:
        raise InputError("n_points", n_points, f"at least {FEWEST_POINTS} points are needed")
    hypersurface = _member(wanted(variety, metric), weights, exact)
    _require_metric(hypersurface, metric, degree)
    smoothness(hypersurface.polynomial)
    chosen = chosen_directions(hypersurface, directions)
    pairs, triples = _asked(hypersurface, chosen)
    known = exact_moduli(hypersurface, chosen, [*_own(chosen), *pairs], triples)
    if not exact:
        known = ExactModuli(None, {}, {})
    with progress_if_watched(progress) as show:
        measured = measure_moduli(
            hypersurface,
            Directions(chosen),
            n_points,
            seed,
            pairs=pairs,
            triples=triples,
            progress=partial(show, "points"),
        )
        harmonic = None
        if metric is not None:
            harmonic = harmonic_moduli(
                fields_for(hypersurface, chosen, degree),
                metric.model.kahler_potential,
                chosen,
                min(n_points, _HARMONIC_POINTS),
                seed,
                pairs=pairs,
                triples=triples,
                progress=partial(show, "harmonic representatives, points"),
            )
    return ModuliReport(hypersurface, chosen, measured, known, n_points, seed, harmonic)


def wanted(
    variety: AbstractVariety | Polynomial | str | None, metric: CalabiYau | None
) -> AbstractVariety | Polynomial | str:
    """The variety that a user means: that of the metric, or the Fermat quintic, if none is given."""
    if variety is not None:
        return variety
    return "fermat_quintic" if metric is None else metric.variety


def _require_metric(variety: WeightedHypersurface, metric: CalabiYau | None, degree: int | None) -> None:
    if metric is None and degree is not None:
        raise InputError("degree", degree, "it goes with a metric")
    if metric is not None and metric.variety != variety:
        raise InputError("metric", metric.variety.name, f"one of {variety.name}")
    if degree is not None and not variety.heaviest <= degree <= _HIGHEST_DEGREE * variety.heaviest:
        raise InputError("degree", degree, f"from {variety.heaviest} to {_HIGHEST_DEGREE * variety.heaviest}")


def _member(
    variety: AbstractVariety | Polynomial | str, weights: Sequence[int] | None, exact: bool
) -> WeightedHypersurface:
    """V, a Calabi-Yau hypersurface and, where the closed form is asked for, not beyond its disc."""
    found = require_hypersurface(resolve_variety(variety, None if weights is None else (*weights,)), "moduli")
    require_calabi_yau(found)
    if exact and is_beyond_series(found):
        raise InputError(
            "polynomial",
            found.name,
            "the series of the periods converges up to the singular member, |psi| = 1 on the quintic, and this one "
            "lies beyond; --no-exact measures without it",
        )
    return found


def chosen_directions(
    variety: WeightedHypersurface, given: str | Sequence[Polynomial | str] | None
) -> tuple[Polynomial, ...]:
    """The directions that a user asks for.

    Raises:
        InputError: for what is no direction of V.
    """
    f = variety.polynomial
    if given is None:
        psi = Polynomial([(-5, (1,) * 5)], name="psi")
        return (psi if is_dwork(f) else read_direction(product_of_coordinates(f), f),)
    if isinstance(given, str):
        if given.strip() == "all":
            return monomial_basis(f)
        words = given.split(",")
        if not all(word.strip() for word in words):
            raise InputError("directions", given, "polynomials with single commas between them, or all")
        given = words
    chosen = tuple(read_direction(m, f) for m in given)
    if not chosen:
        raise InputError("directions", given, "at least one polynomial")
    return chosen


def require_drawn(
    variety: AbstractVariety | Polynomial | str,
    weights: Sequence[int] | None,
    directions: str | Sequence[Polynomial | str] | None,
    exact: bool,
) -> None:
    """Refuse, before any work, a picture that `ModuliReport.plot` will not draw.

    Raises:
        InputError: and the others of `moduli`.
    """
    found = _member(variety, weights, exact)
    require_plot(found, chosen_directions(found, directions))


def _own(directions: tuple[Polynomial, ...]) -> list[Pair]:
    return [(a, a) for a in range(len(directions))]


def _asked(variety: WeightedHypersurface, directions: tuple[Polynomial, ...]) -> tuple[list[Pair], list[Triple]]:
    """The G_ab, a < b, and the Y_abc that are worth their time."""
    count = len(directions)
    if count > _FEW:
        return [], coupled_triples(variety, directions)
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    return pairs, all_triples(count) if variety.dimension == THREEFOLD else []
