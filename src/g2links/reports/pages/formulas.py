"""Polynomials and points as they are printed: MathML, which every browser sets without help."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from g2links.varieties.polynomial import Polynomial, format_number

_SHOWN_TERMS = 40
"""The others are counted."""


def polynomial_html(f: Polynomial) -> Markup:
    """f with one formula for each term, so that lines break between them; read aloud as it would be typed."""
    terms = [_term(c, e, first=i == 0) for i, (c, e) in enumerate(f.terms[:_SHOWN_TERMS])]
    rest = len(f.terms) - len(terms)
    more = Markup(f" <span>+ … ({rest} more terms)</span>") if rest else Markup("")
    label = "f = " + str(f) if not rest else f"f, a polynomial with {len(f.terms)} terms"
    inside = Markup(" ").join([Markup("<math><mi>f</mi><mo>=</mo></math>"), *terms]) + more
    return Markup('<span role="math" aria-label="{}">{}</span>').format(label, inside)


def point_text(z: Sequence[complex], digits: int = 4) -> str:
    """A point as a list of complex numbers in the notation of Python."""
    return "[" + ", ".join(f"{complex(value):.{digits}g}" for value in z) + "]"


def complex_text(number: complex, digits: int = 3) -> str:
    """A complex number as mathematicians write it, such as 0.3 + 0.1 i."""
    real, imaginary = f"{number.real:.{digits}g}", f"{abs(number.imag):.{digits}g} i"
    if number.imag == 0:
        return real.replace("-", "−")
    sign = "−" if number.imag < 0 else "+"
    return f"{'' if number.real == 0 else real + ' '}{sign if number.real or sign == '−' else ''} {imaginary}".strip()


def _term(coefficient: complex, exponents: Sequence[int], *, first: bool) -> Markup:
    negative = complex(coefficient).imag == 0 and complex(coefficient).real < 0
    size = -coefficient if negative else coefficient
    sign = Markup("<mo>−</mo>") if negative else Markup("" if first else "<mo>+</mo>")
    factors = Markup("").join(_power(i, e) for i, e in enumerate(exponents) if e)
    number = Markup("") if size == 1 and factors else Markup("<mn>{}</mn>").format(escape(_typeset(size)))
    return Markup("<math>{}<mrow>{}{}</mrow></math>").format(sign, number, factors)


def _typeset(number: complex) -> str:
    return format_number(number).replace("1j", "i").replace("j", "i") if number in (1j, -1j) else _with_i(number)


def _with_i(number: complex) -> str:
    return format_number(number).replace("j", " i").replace("-", "−")


def _power(i: int, exponent: int) -> Markup:
    if exponent == 1:
        return Markup("<msub><mi>z</mi><mn>{}</mn></msub>").format(i)
    return Markup("<msubsup><mi>z</mi><mn>{}</mn><mn>{}</mn></msubsup>").format(i, exponent)
