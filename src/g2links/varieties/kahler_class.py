"""Kähler classes Σ t_α J_α: any positive t has metrics, whole ones a circle bundle too."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np

from g2links.errors import InputError, PolynomialError
from g2links.varieties.variety import AbstractVariety

_LARGEST = 1e6
"""Of the numbers that give a class: what is larger, or smaller than the inverse, is a mistake."""
_LARGEST_MULTIPLE = 1000
"""Of a class that is not integral, which a message may advise."""


def kahler_class(values: Iterable[Any]) -> tuple[int | float, ...]:
    """t as it is kept: whole numbers as integers, the others as floats.

    Raises:
        PolynomialError: for what is no number from 1e-6 to 1e6.

    Example:
        >>> kahler_class((2.0, 0.37))
        (2, 0.37)
    """
    numbers = tuple(values)
    for t in numbers:
        real = isinstance(t, int | float | np.integer | np.floating) and not isinstance(t, bool)
        if not real or not 1 / _LARGEST <= t <= _LARGEST:
            allowed = f"positive numbers are needed, from {1 / _LARGEST:g} to {_LARGEST:g}"
            raise PolynomialError("polarisation", numbers, allowed)
    return tuple(int(t) if t == int(t) else float(t) for t in numbers)


def require_circle_bundle(variety: AbstractVariety, what: str) -> None:
    """Refuse what lives on the circle bundle over V where the class of ω is not integral, so that there is none.

    Args:
        variety: V.
        what: the name of it, for the message.

    Raises:
        InputError: with an integral multiple of the class, where there is a small one.
    """
    if variety.is_integral:
        return
    near = [Fraction(t).limit_denominator(_LARGEST_MULTIPLE) for t in variety.polarisation]
    multiple = math.lcm(*(f.denominator for f in near))
    exact = all(math.isclose(f, t, rel_tol=1e-12) for f, t in zip(near, variety.polarisation, strict=True))
    scaled = "one of whole numbers near it"
    if exact and multiple <= _LARGEST_MULTIPLE:
        whole = [int(f * multiple) for f in near]
        scaled = f"--polarisation {' '.join(str(n // math.gcd(*whole)) for n in whole)}, a multiple of it"
    shown = " ".join(map(str, variety.polarisation))
    raise InputError(
        what, f"the Kähler class {shown}", f"a class of whole numbers, as the circle bundle needs them: take {scaled}"
    )
