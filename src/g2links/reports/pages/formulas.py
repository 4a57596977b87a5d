"""Polynomials as they are printed: MathML, which every browser sets without help."""

from collections.abc import Sequence

from markupsafe import Markup

from g2links.reports.pages.numbers import typeset
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


def _term(coefficient: complex, exponents: Sequence[int], *, first: bool) -> Markup:
    negative = complex(coefficient).imag == 0 and complex(coefficient).real < 0
    size = -coefficient if negative else coefficient
    mark = "−" if negative else "" if first else "+"
    form = "prefix" if first else "infix"
    sign = Markup('<mo form="{}">{}</mo>').format(form, mark) if mark else Markup("")
    factors = Markup("").join(_power(i, e) for i, e in enumerate(exponents) if e)
    number = Markup("") if size == 1 and factors else Markup("<mn>{}</mn>").format(_coefficient(size))
    return Markup("<math>{}{}{}</math>").format(sign, number, factors)


def _coefficient(number: complex) -> str:
    """To its last digit, with i."""
    text = typeset(format_number(number)).replace("j", "i")
    return "i" if number == 1j else text.replace("-", "−")


def _power(i: int, exponent: int) -> Markup:
    if exponent == 1:
        return Markup("<msub><mi>z</mi><mn>{}</mn></msub>").format(i)
    return Markup("<msubsup><mi>z</mi><mn>{}</mn><mn>{}</mn></msubsup>").format(i, exponent)
