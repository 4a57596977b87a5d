"""Numbers as they are printed on a page: with powers of ten, true minus signs and standard errors."""

import math
import re
from collections.abc import Sequence
from typing import Any

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALL, _LARGE = 1e-3, 1e5
"""Between these a number is written without a power of ten."""
_DECIMALS = 4
"""Of the coordinates of a point."""


def number_text(value: Any, digits: int = 4) -> str:
    """A number to some significant digits; None, which stands for NaN, as "not finite"; the rest as text."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "not finite"
    if isinstance(value, bool | str) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or value == 0 or _SMALL <= abs(value) < _LARGE:
        return (str(value) if isinstance(value, int) else f"{value:.{digits}g}").replace("-", "−")
    return typeset(f"{value:.{digits - 1}e}")


def estimate_text(value: float | None, error: float | None) -> str:
    """A value with its standard error, to two digits of that."""
    if value is None or error is None or not math.isfinite(value) or not 0 < error < math.inf:
        return number_text(value)
    size = max(abs(value), error)
    power = 0 if _SMALL * 10 <= size < _LARGE else math.floor(math.log10(size))
    decimals = max(0, 1 - math.floor(math.log10(error)) + power)
    both = " ± ".join(f"{x / 10**power:.{decimals}f}" for x in (value, error)).replace("-", "−")
    return both if power == 0 else f"({both})·{power_of_ten(power)}"


def typeset(text: str) -> str:
    """A sentence with its numbers and comparisons as they are printed."""
    text = re.sub(r"(?<=\d)e([+-]?)0*(\d+)", lambda m: f"·{power_of_ten(int(m[1] + m[2]))}", text)
    text = re.sub(r"(?<![\d.])1·(?=10)", "", text)
    return re.sub(r"(?<![\w.)])-(?=\d)", "−", text).replace("<=", "≤").replace(">=", "≥")


def power_of_ten(exponent: int) -> str:
    """10 to it."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def coordinate(i: int) -> str:
    """z with an index."""
    return "z" + str(i).translate(_SUBSCRIPTS)


def complex_text(number: complex, decimals: int = _DECIMALS) -> str:
    """A complex number, such as 0.3 + 0.1 i."""
    real, imaginary = (round(x, decimals) + 0.0 for x in (number.real, number.imag))
    if imaginary == 0:
        return f"{real:g}".replace("-", "−")
    size = "" if abs(imaginary) == 1 else f"{abs(imaginary):g} "
    if real == 0:
        return f"{'−' if imaginary < 0 else ''}{size}i"
    return f"{real:g} {'−' if imaginary < 0 else '+'} {size}i".replace("-", "−")


def point_text(z: Sequence[complex]) -> str:
    """A point, to four decimals."""
    return "(" + ", ".join(complex_text(complex(value)) for value in z) + ")"
