"""Named complete intersections in products of projective spaces, each in a symmetric form and with random
coefficients."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from g2links.errors import InputError
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.configurations import of_configuration, of_equations
from g2links.varieties.polynomial import format_number


class Entry(NamedTuple):
    """A family of threefolds.

    Attributes:
        configuration: as `configurations.read_configuration` has it.
        ambient: the space.
        symmetric: makes the equations of a smooth member with many symmetries.
        h11, h21: Hodge numbers (Green, Hübsch and Lütken, Class. Quantum Grav. 6, 1989, 105); χ = 2(h11 - h21) follows
            from the configuration, too.
    """

    configuration: str
    ambient: str
    symmetric: Callable[[], str]
    h11: int
    h21: int


def _powers(variables: int, *columns: tuple[int, int]) -> str:
    """Σ_i ω^{k i} z_i^p for each (k, p), ω a primitive root of unity of as high an order as there are variables:
    a cyclic permutation multiplies each equation by a number."""

    def equation(k: int, p: int) -> str:
        roots = np.exp(2j * np.pi * ((k * np.arange(variables)) % variables) / variables)
        roots = np.where(np.abs(roots.real) < 1e-15, 0, roots.real) + 1j * np.where(
            np.abs(roots.imag) < 1e-15, 0, roots.imag
        )
        return " + ".join(f"{format_number(complex(c))}*z{i}^{p}" for i, c in enumerate(roots))

    return "; ".join(equation(k, p) for k, p in columns)


def _bicubic() -> str:
    rows = ((1, 2, 3), (3, 1, 2), (2, 3, 1))
    return " + ".join(f"{c}*x{i}^3*y{j}^3" for i, row in enumerate(rows) for j, c in enumerate(row))


def _tetra_quadric() -> str:
    """Symmetric under all permutations of the lines, and the exchange of both coordinates of all of them."""
    places = [tuple(int(b) for b in f"{n:04b}") for n in range(16)]
    values = {0: 1, 1: 2, 2: 5, 3: 2, 4: 1}
    return " + ".join(
        f"{values[sum(p)]}*" + "*".join(f"{letter}{b}^2" for letter, b in zip("xyuv", p, strict=True)) for p in places
    )


def _tian_yau() -> str:
    cubes = "; ".join(" + ".join(f"{letter}{i}^3" for i in range(4)) for letter in "xy")
    return f"{cubes}; " + " + ".join(f"x{i}*y{i}" for i in range(4))


def _double_quadric() -> str:
    """Σ a_i z_i² and Σ z_i^6 + z5², smooth as no Σ ± a_i^{3/2} over some of the i is 0."""
    quadric = " + ".join(f"{i + 1}*z{i}^2" for i in range(5))
    return f"{quadric}; " + " + ".join(f"z{i}^6" for i in range(5)) + " + z5^2"


def _two_quartics() -> str:
    """In the powers z_i^4 and z_j^2 two linear forms, of which no two coefficients have one ratio."""
    powers = [f"z{i}^4" for i in range(4)] + ["z4^2", "z5^2"]
    return " + ".join(powers) + "; " + " + ".join(f"{i + 1}*{power}" for i, power in enumerate(powers))


def _resolved_quintic() -> str:
    quartics = " + ".join(f"y0*x{i}^4 + {i + 1}*y1*x{i}^4" for i in range(5))
    return f"{quartics}; y0*x0 + y1*x1"


INTERSECTIONS: dict[str, Entry] = {
    "p5_33": Entry("P5 3 3", "P5", lambda: _powers(6, (0, 3), (1, 3)), 1, 73),
    "p5_24": Entry("P5 2 4", "P5", lambda: _powers(6, (0, 2), (0, 4)), 1, 89),
    "p6_223": Entry("P6 2 2 3", "P6", lambda: _powers(7, (0, 2), (1, 2), (0, 3)), 1, 73),
    "p7_2222": Entry("P7 2 2 2 2", "P7", lambda: _powers(8, (0, 2), (1, 2), (2, 2), (3, 2)), 1, 65),
    "bicubic": Entry("P2 3; P2 3", "P2 x P2", _bicubic, 2, 83),
    "tetra_quadric": Entry("P1^4 2", "P1^4", _tetra_quadric, 4, 68),
    "tian_yau": Entry("P3 3 0 1; P3 0 3 1", "P3 x P3", _tian_yau, 14, 23),
    "p111113_26": Entry("P(1,1,1,1,1,3) 2 6", "P(1,1,1,1,1,3)", _double_quadric, 1, 129),
    "p111122_44": Entry("P(1,1,1,1,2,2) 4 4", "P(1,1,1,1,2,2)", _two_quartics, 1, 73),
    "p4p1_41_11": Entry("P4 4 1; P1 1 1", "P4 x P1", _resolved_quintic, 2, 86),
}
"""By name; `name(3)` has random coefficients from the seed 3. The Tian-Yau manifold is before its quotient."""


def is_intersection(text: str) -> bool:
    """Whether the text begins with one of these names."""
    return text.partition("(")[0].strip() in INTERSECTIONS


def named_intersection(text: str) -> CompleteIntersection:
    """The complete intersection of a name, such as "bicubic" or "bicubic(3)".

    Raises:
        InputError: when the name, or the seed in its brackets, is not known.
    """
    stem, bracket, argument = (part.strip() for part in text.partition("("))
    if stem not in INTERSECTIONS:
        raise InputError("polynomial", text, f"the catalogue has {', '.join(INTERSECTIONS)}")
    entry = INTERSECTIONS[stem]
    if not bracket:
        found = of_equations(entry.ambient, entry.symmetric())
        return replace(found, name=stem)
    seed = argument.removesuffix(")").strip()
    if not argument.endswith(")") or not seed.isdecimal() or len(seed) > 18:
        raise InputError("polynomial", text, f"{stem}(SEED): a whole number, the seed of random coefficients")
    return of_configuration(entry.configuration, int(seed), name=f"{stem}({int(seed)})")


def all_intersections() -> Iterator[CompleteIntersection]:
    """Each in its symmetric form, and with random coefficients from the seed 0."""
    for name in INTERSECTIONS:
        yield named_intersection(name)
        yield named_intersection(f"{name}(0)")
