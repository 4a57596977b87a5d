"""What is known in closed form of directions m_a at a member f: values beside those of `estimates`."""

from typing import NamedTuple

from g2links.quantities.moduli.estimates import THREEFOLD, Pair, Triple
from g2links.quantities.moduli.special_geometry import along_product, monomial_coupling, monomial_metric, power_sum
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.periods import holomorphic_volume
from g2links.varieties.polynomial import Polynomial


class ExactModuli(NamedTuple):
    """As `quantities.moduli.Moduli`, with only those pairs and triples that are known.

    Attributes:
        volume: ∫_V |h|² d^{2n}x, or None.
        metric: G_ab.
        couplings: Y_abc.
    """

    volume: float | None
    metric: dict[Pair, float]
    couplings: dict[Triple, float]


def exact_moduli(
    variety: WeightedHypersurface, directions: tuple[Polynomial, ...], pairs: list[Pair], triples: list[Triple]
) -> ExactModuli:
    """All that the closed formulas say of these pairs and triples: the direction of the product of all coordinates in
    its families, and monomials at sums of powers.

    Args:
        variety: V.
        directions: m_a.
        pairs: of directions, with all (a, a).
        triples: of directions.
    """
    f = variety.polynomial
    volume = holomorphic_volume(variety)
    if variety.dimension != THREEFOLD or any(len(m.terms) != 1 for m in directions):
        return ExactModuli(volume, {}, {})
    monomials = [m.terms[0][1] for m in directions]
    sizes = [abs(m.terms[0][0]) ** 2 for m in directions]
    if power_sum(f):
        metric: dict[Pair, float] = {}
        for a, b in pairs:
            own = monomial_metric(f, monomials[a])
            if own is not None:
                metric[a, b] = own * sizes[a] if monomials[a] == monomials[b] else 0.0
        found = {t: monomial_coupling(f, tuple(monomials[a] for a in t)) for t in triples}
        return ExactModuli(volume, metric, {t: y for t, y in found.items() if y is not None})
    geometry = along_product(variety)
    own_places = {a for a, e in enumerate(monomials) if set(e) == {1}}
    if geometry is None:
        return ExactModuli(volume, {}, {})
    return ExactModuli(
        volume,
        {(a, b): geometry.metric * sizes[a] for a, b in pairs if a == b and a in own_places},
        {t: geometry.coupling for t in triples if set(t) <= own_places},
    )


def coupled_triples(variety: WeightedHypersurface, directions: tuple[Polynomial, ...]) -> list[Triple]:
    """Unordered triples of monomials whose coupling at a sum of powers is known and not 0, such as the 566 at the
    Fermat quintic; none at another f, or for other directions."""
    powers = power_sum(variety.polynomial)
    if powers is None or variety.dimension != THREEFOLD or any(len(m.terms) != 1 for m in directions):
        return []
    place = {m.terms[0][1]: a for a, m in enumerate(directions)}
    top = [powers[i][0] - 2 for i in range(variety.variables)]
    found = []
    for first, a in place.items():
        for second, b in place.items():
            c = place.get(tuple(t - x - y for t, x, y in zip(top, first, second, strict=True)))
            if c is not None and a <= b <= c:
                found.append((a, b, c))
    return sorted(found)
