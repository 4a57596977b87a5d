"""Polynomials in YAML: `weights`, `monomials` as `[coefficient, [exponents]]`, and an optional
`name`, under which results show the polynomial.

A coefficient is a number, a pair `[re, im]`, or text as on the command line, such as `2/3` or `sqrt(2)+0.1j`.
"""

import cmath
import os
from typing import Any, NamedTuple

from g2links.errors import InputError
from g2links.storage.yaml_files import read_yaml

_KEYS = {"monomials", "weights", "name"}
_MAX_MONOMIALS = 100_000
"""More than any polynomial here has; a file with more is not one."""
_LONGEST_NAME = 100
"""It stands in tables and pictures."""
_MAX_EXPONENT = 10_000
"""Above the largest degree of the 7,555 systems of weights, 3,486."""

Monomial = tuple[complex, tuple[int, ...]]


class PolynomialFile(NamedTuple):
    """What a file says: monomials (coefficient, exponents), weights, and the name, if it gives one."""

    monomials: list[Monomial]
    weights: tuple[int, ...]
    name: str | None


def read_polynomial_yaml(path: str | os.PathLike[str]) -> PolynomialFile:
    """The monomials, weights and name in a file; whether they suit is not judged here.

    Raises:
        ArtefactError: the file is missing or not YAML.
        InputError: a key or an entry is not as described above; names file, line and place.
    """
    file = read_yaml(path)

    def wrong(place: tuple[str | int, ...], value: object, allowed: str) -> InputError:
        line = f":{file.lines[place]}" if place in file.lines else ""
        return InputError(f"{path}{line}: {_dotted(place)}", value, allowed)

    data = file.data
    if not isinstance(data, dict) or not {"monomials", "weights"} <= data.keys() <= _KEYS:
        found = list(data) if isinstance(data, dict) else data
        raise wrong((), found, "needed: the keys monomials and weights (name is optional), no others")
    weights = data["weights"]
    if not isinstance(weights, list) or not weights or not all(_is_count(w, 1) for w in weights):
        raise wrong(("weights",), weights, "needed: a list of whole numbers, at least 1 each")
    monomials = data["monomials"]
    if not isinstance(monomials, list) or not 0 < len(monomials) <= _MAX_MONOMIALS:
        raise wrong(("monomials",), monomials, "needed: a list of [coefficient, [exponents]]")
    for index, entry in enumerate(monomials):
        problem = _problem(entry, len(weights))
        if problem:
            raise wrong(("monomials", index), entry, problem)
    name = data.get("name")
    if "name" in data and not (isinstance(name, str) and name.isprintable() and 0 < len(name.strip()) <= _LONGEST_NAME):
        raise wrong(("name",), name, f"needed: one line of text, at most {_LONGEST_NAME} characters")
    terms = [(_coefficient(c) or 0j, tuple(exponents)) for c, exponents in monomials]
    return PolynomialFile(terms, tuple(weights), name)


def _problem(entry: Any, variables: int) -> str | None:
    if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[1], list):
        return "needed: [coefficient, [exponents]]"
    if _coefficient(entry[0]) is None:
        return 'the coefficient must be a finite number, [re, im], or text such as "2/3" or "(0.3+0.1j)"'
    if len(entry[1]) != variables:
        return f"needed: {variables} exponents, one for each weight"
    if not all(_is_count(exponent, 0) for exponent in entry[1]):
        return f"the exponents must be whole numbers from 0 to {_MAX_EXPONENT}"
    return None


def _coefficient(value: Any) -> complex | None:
    """The number that stands for the value, or None if there is none."""
    if isinstance(value, list):
        parts = [_coefficient(part) for part in value if not isinstance(part, list)]
        if len(value) != 2 or len(parts) != 2 or any(part is None or part.imag for part in parts):
            return None
        return complex(*(part.real for part in parts if part is not None))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = _read_number(value) if isinstance(value, str) else complex(value)
    except (InputError, OverflowError):
        return None
    return number if cmath.isfinite(number) else None


def _read_number(text: str) -> complex:
    from g2links.varieties.expressions import read_number  # here, because the package imports JAX

    return read_number(text)


def _is_count(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= _MAX_EXPONENT


def _dotted(place: tuple[str | int, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    return text or "the file"
