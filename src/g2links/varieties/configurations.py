"""Complete intersections as a person writes them: configurations "P4 4 1; P1 1 1", and equations in the coordinates of
each factor."""

import math
import re
from typing import NamedTuple

import numpy as np

from g2links.errors import InputError, PolynomialError
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.expressions import read_terms
from g2links.varieties.points.systems import monomials_of_multidegree
from g2links.varieties.polynomial import Polynomial, exponents_of_degree, format_terms

LETTERS = "xyuvwst"
"""Of the coordinates of the factors of a product, in this order; z of a single factor, or of all of them in a row."""
_STREAM = 0x43494359
"""Of random coefficients; no other step uses it."""
_MOST_SPACES, _HIGHEST, _MOST_DEGREE = 16, 40, 60
"""Of a configuration; the 7,890 of threefolds have up to 15 rows, and spaces of up to 5 dimensions."""
_MOST_MONOMIALS = 20_000
"""Of an equation."""
_LONGEST_NAME = 120
"""Of equations that are named by themselves."""
_SPACE = re.compile(r"\(?[Pp](\d{1,2})\)?(?:\^(\d{1,2}))?")
_WEIGHTED = re.compile(r"[Pp]\((\d{1,2}(?:,\d{1,2})+)\)")
_VARIABLE = re.compile(rf"(?<![A-Za-z0-9_.])([{LETTERS}])_?(\d+)(?![A-Za-z0-9_.])")


class Configuration(NamedTuple):
    """A configuration matrix.

    Attributes:
        spaces: (r,) the dimensions of the projective spaces.
        degrees: (m, r) of each equation in each of them.
        weights: of the coordinates of the only space, where they are not all 1.
    """

    spaces: tuple[int, ...]
    degrees: tuple[tuple[int, ...], ...]
    weights: tuple[int, ...] = ()

    def __str__(self) -> str:
        if self.weights:
            return " ".join([space_of(self.weights), *(str(q) for (q,) in self.degrees)])
        rows = zip(self.spaces, zip(*self.degrees, strict=True), strict=True)
        return "; ".join(" ".join([f"P{n}", *map(str, degrees)]) for n, degrees in rows)


def space_of(weights: tuple[int, ...]) -> str:
    """A weighted projective space as it is written."""
    return f"P({','.join(map(str, weights))})"


def read_configuration(text: str, field: str = "configuration") -> Configuration:
    """A row for each projective space, separated by semicolons: the space, then the degree of each equation in it. One
    space alone may have weights: "P(1,1,1,1,1,3) 2 6".

    Raises:
        InputError: with the part that is not understood.

    Example:
        >>> read_configuration("P4 4 1; P1 1 1")
        Configuration(spaces=(4, 1), degrees=((4, 1), (1, 1)), weights=())
    """
    weights, rest = _weights(text, field)
    if weights:
        words = rest.split()
        if not words or not all(word.isdecimal() and 0 < int(word) <= _MOST_DEGREE for word in words):
            raise InputError(
                field, text, f"a weighted space and degrees up to {_MOST_DEGREE}, such as P(1,1,1,1,1,3) 2 6"
            )
        _require_spaces([len(weights) - 1], text, field)
        return Configuration((len(weights) - 1,), tuple((int(word),) for word in words), weights)
    spaces: list[int] = []
    columns: list[tuple[int, ...]] = []
    for row in _words(text, field).split(";"):
        words = row.split()
        found = _SPACE.fullmatch(words[0]) if words else None
        if found is None or not all(word.isdecimal() and len(word) <= 2 for word in words[1:]):
            raise InputError(field, text, "rows such as P2 3, a space and the degrees of the equations in it")
        copies = int(found[2] or 1)
        spaces += [int(found[1])] * copies
        columns += [tuple(map(int, words[1:]))] * copies
    _require_spaces(spaces, text, field)
    if len({len(column) for column in columns}) != 1 or not columns[0]:
        raise InputError(field, text, "as many degrees in each row as there are equations, at least one")
    degrees = tuple(zip(*columns, strict=True))
    if max(map(max, degrees)) > _MOST_DEGREE or min(map(sum, degrees)) < 1:
        raise InputError(field, text, f"degrees up to {_MOST_DEGREE}, in each column one above 0")
    return Configuration(tuple(spaces), degrees)


def _weights(text: str, field: str) -> tuple[tuple[int, ...], str]:
    """The weights of the space that a text begins with, none if they are not given, and what follows."""
    plain = re.sub(r"\s*,\s*", ",", _words(text, field))
    found = _WEIGHTED.match(plain)
    if found is None:
        return (), plain
    weights = tuple(map(int, found[1].split(",")))
    if min(weights) < 1:
        raise InputError(field, text, "positive weights")
    return weights, plain[found.end() :].strip()


def read_ambient(text: str, field: str = "ambient") -> tuple[int, ...]:
    """The dimensions of projective spaces, such as "P5", "P2 P2", "P3 x P3" or "P1^4".

    Raises:
        InputError: for anything else.
    """
    found = [_SPACE.fullmatch(word) for word in re.sub(r"[;x×*]", " ", _words(text, field)).split()]
    if not found or not all(found):
        raise InputError(field, text, "projective spaces such as P5, P3 x P3 or P1^4")
    spaces = [int(match[1]) for match in found if match for _ in range(int(match[2] or 1))]
    _require_spaces(spaces, text, field)
    return tuple(spaces)


def read_equations(
    text: str, spaces: tuple[int, ...], field: str = "equations", weights: tuple[int, ...] = ()
) -> tuple[Polynomial, ...]:
    """Polynomials, separated by semicolons, in the coordinates z0, z1, ... of all spaces in a row, or, of a product, in
    x0, x1, ... of the first, y0, y1, ... of the second, and so on with the letters u, v, w, s, t.

    Raises:
        PolynomialError: naming the part that is not understood, or a term of another degree than the first.
    """
    starts = np.concatenate([[0], np.cumsum(np.array(spaces) + 1)])
    variables = int(starts[-1])

    def numbered(match: re.Match[str]) -> str:
        factor, index = LETTERS.index(match[1]), int(match[2])
        if factor >= len(spaces) or index > spaces[factor]:
            allowed = ", ".join(f"{letter}0 to {letter}{n}" for letter, n in zip(LETTERS, spaces, strict=False))
            raise PolynomialError(field, match[0], f"the coordinates are {allowed}")
        return f"z{starts[factor] + index}"

    parts = [part.strip() for part in _words(text, field).split(";") if part.strip()]
    if not parts:
        raise PolynomialError(field, text, "at least one polynomial")
    return tuple(_polynomial(part, _VARIABLE.sub(numbered, part), variables, starts, field, weights) for part in parts)


def _polynomial(
    shown: str, text: str, variables: int, starts: np.ndarray, field: str, weights: tuple[int, ...]
) -> Polynomial:
    terms, own = [(c, e) for e, c in read_terms(text, variables).items()], weights or (1,) * variables
    table = np.array([e for _, e in terms]) * np.array(own) if terms else np.zeros((0, variables), dtype=int)
    degrees = np.add.reduceat(table, starts[:-1], axis=1) if terms else np.zeros((0, 1))
    if not len(degrees) or (degrees != degrees[0]).any():
        raise PolynomialError(field, shown, "all its terms need one degree in the coordinates of each space")
    return Polynomial(terms, own, shown)


def random_equations(configuration: Configuration, seed: int) -> tuple[Polynomial, ...]:
    """Equations with all monomials, and coefficients that are complex standard normal numbers.

    Raises:
        InputError: for more than 20,000 monomials.
    """
    rng = np.random.default_rng([seed, _STREAM])
    if configuration.weights:
        return tuple(_random_weighted(configuration.weights, degree, rng) for (degree,) in configuration.degrees)
    sizes = tuple(n + 1 for n in configuration.spaces)
    return tuple(_random(sizes, q, rng) for q in configuration.degrees)


def _random(sizes: tuple[int, ...], degrees: tuple[int, ...], rng: np.random.Generator) -> Polynomial:
    count = int(np.prod([_monomials(size, d) for size, d in zip(sizes, degrees, strict=True)], dtype=float))
    if count > _MOST_MONOMIALS:
        raise InputError("configuration", degrees, f"at most {_MOST_MONOMIALS:,} monomials; it has {count:,}")
    exponents = monomials_of_multidegree(sizes, degrees)
    re_, im = rng.normal(size=(2, len(exponents))) / np.sqrt(2)
    return Polynomial.from_arrays(exponents, re_ + 1j * im, name=f"random {' '.join(map(str, degrees))}")


def _random_weighted(weights: tuple[int, ...], degree: int, rng: np.random.Generator) -> Polynomial:
    count = _monomials(len(weights), degree)  # of weights 1, at least as many
    if count > 50 * _MOST_MONOMIALS:
        raise InputError("configuration", degree, f"at most {_MOST_MONOMIALS:,} monomials")
    exponents = exponents_of_degree(weights, degree)
    if not 0 < len(exponents) <= _MOST_MONOMIALS:
        raise InputError("configuration", degree, f"1 to {_MOST_MONOMIALS:,} monomials; it has {len(exponents):,}")
    re_, im = rng.normal(size=(2, len(exponents))) / np.sqrt(2)
    terms = [(complex(c), tuple(e)) for c, e in zip(re_ + 1j * im, exponents.tolist(), strict=True)]
    return Polynomial(terms, weights, f"random {degree}")


def _monomials(size: int, degree: int) -> int:
    return math.comb(size - 1 + degree, degree)


def of_configuration(
    text: str, seed: int = 0, polarisation: tuple[int | float, ...] = (), name: str | None = None
) -> CompleteIntersection:
    """The complete intersection of a configuration with random coefficients.

    Args:
        text: see `read_configuration`.
        seed: of the coefficients.
        polarisation: t, a positive number for each space; 1 each if it is empty.
        name: the configuration and the seed, if none is given.

    Raises:
        InputError, PolynomialError: see `read_configuration` and `CompleteIntersection`.

    Example:
        >>> of_configuration("P2 3; P2 3").degrees
        ((3, 3),)
    """
    configuration = read_configuration(text)
    equations = random_equations(configuration, seed)
    title = f"{configuration} (random, seed {seed})" if name is None else name
    return CompleteIntersection(configuration.spaces, equations, polarisation, title, configuration.weights)


def of_equations(ambient: str, equations: str, polarisation: tuple[int | float, ...] = ()) -> CompleteIntersection:
    """The complete intersection of equations in text, in projective spaces.

    Raises:
        InputError, PolynomialError: see `read_ambient`, `read_equations` and `CompleteIntersection`.

    Example:
        >>> of_equations("P2 x P1", "x0^3*y0^2 + x1^3*y1^2 + x2^3*y0*y1").dimension
        2
    """
    weights, rest = _weights(ambient, "ambient")
    if weights and rest:
        raise InputError("ambient", ambient, "one weighted space alone, such as P(1,1,1,1,1,3)")
    spaces = (len(weights) - 1,) if weights else read_ambient(ambient)
    _require_spaces(list(spaces), ambient, "ambient")
    read = read_equations(equations, spaces, weights=weights)
    name = "; ".join(f.name for f in read)
    title = name if len(name) <= _LONGEST_NAME else f"{name[:80]}..."
    return CompleteIntersection(spaces, read, polarisation, title, weights)


def as_text(variety: CompleteIntersection) -> tuple[str, str]:
    """The ambient space and the equations as `of_equations` reads them."""
    ambient = space_of(variety.weights) if variety.weights else " x ".join(f"P{n}" for n in variety.spaces)
    return ambient, "; ".join(format_terms(f.terms) for f in variety.equations)


def _words(text: str, field: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InputError(field, text, "text is needed")
    return text.strip()


def _require_spaces(spaces: list[int], text: str, field: str) -> None:
    if len(spaces) > _MOST_SPACES or not all(1 <= n <= _HIGHEST for n in spaces):
        raise InputError(field, text, f"at most {_MOST_SPACES} projective spaces of 1 to {_HIGHEST} dimensions")
