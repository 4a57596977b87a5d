"""Named polynomials: Fermat types, and with a parameter the Dwork-like families that contain them."""

import math
from collections.abc import Callable
from functools import partial

from g2links.errors import InputError, PolynomialError
from g2links.varieties.expressions import read_number
from g2links.varieties.polynomial import Polynomial, coefficient, format_number

_QUINTIC = (1,) * 5
"""The weights of P^4."""


def fermat(exponents: tuple[int, ...], weights: tuple[int, ...], name: str) -> Polynomial:
    """f = Σ z_i^{a_i}."""
    terms = tuple((1 + 0j, tuple(a * int(i == j) for j in range(len(weights)))) for i, a in enumerate(exponents))
    return Polynomial(terms, weights, name)


def fermat_quintic() -> Polynomial:
    """z0^5 + z1^5 + z2^5 + z3^5 + z4^5: Euler number -200, h11 = 1, h21 = 101.

    Example:
        >>> fermat_quintic().degree
        5
    """
    return fermat((sum(_QUINTIC),) * len(_QUINTIC), _QUINTIC, "fermat_quintic")


def dwork(psi: complex | str = 0.5) -> Polynomial:
    """The Dwork family Σ z_i^5 - 5 ψ z0 z1 z2 z3 z4, singular (125 nodes) exactly where ψ^5 = 1.

    Example:
        >>> print(dwork("1/5"))
        z0^5 - z0*z1*z2*z3*z4 + z1^5 + z2^5 + z3^5 + z4^5
    """
    return fermat_family(_QUINTIC, psi, _with_parameter("dwork", coefficient(psi, "psi")))


def fermat_family(weights: tuple[int, ...], psi: complex | str, name: str) -> Polynomial:
    """Σ z_i^{d/w_i} - d ψ Π z_i, singular exactly where ψ^d Π w_i^{w_i} = 1.

    It keeps the permutations of coordinates of equal weight and the phases that fix the product of all coordinates.

    Raises:
        InputError: when a weight does not divide their sum d, so that there is no Fermat type.
    """
    degree = sum(weights)
    if any(degree % w for w in weights):
        raise InputError("weights", weights, "a Fermat type needs weights that divide their sum")
    psi = coefficient(psi, "psi")
    plain = fermat(tuple(degree // w for w in weights), weights, name)
    return plain if psi == 0 else Polynomial((*plain.terms, (-degree * psi, (1,) * len(weights))), weights, name)


def conifold_modulus(weights: tuple[int, ...]) -> float:
    """|ψ| at the singular members of `fermat_family`: Π w_i^{-w_i/d}."""
    return math.prod(w ** (-w / sum(weights)) for w in weights)


def _weighted(weights: tuple[int, ...], stem: str, psi: complex | str = 0.0) -> Polynomial:
    number = coefficient(psi, "psi")
    return fermat_family(weights, number, _with_parameter(stem, number) if number else stem)


def _with_parameter(stem: str, psi: complex) -> str:
    """The name that `from_catalogue` reads as this member, to the last digit."""
    return f"{stem}({format_number(psi).strip('()')})"


CATALOGUE: dict[str, Callable[..., Polynomial]] = {
    "fermat_quintic": fermat_quintic,
    "dwork": dwork,
    "p11222": partial(_weighted, (1, 1, 2, 2, 2), "p11222"),
    "p11114": partial(_weighted, (1, 1, 1, 1, 4), "p11114"),
    "p11125": partial(_weighted, (1, 1, 1, 2, 5), "p11125"),
    "p11226": partial(_weighted, (1, 1, 2, 2, 6), "p11226"),
}
"""Names that `--polynomial` accepts. All but `fermat_quintic` take the parameter ψ, as in `dwork(0.3+0.1j)` or
`dwork(sqrt(2)/3)`; without it, `dwork` has ψ = 0.5, and the others are the Fermat types P(1,1,2,2,2)[8],
P(1,1,1,1,4)[8], P(1,1,1,2,5)[10] and P(1,1,2,2,6)[12]."""

SHOWN = tuple(
    name
    for stem, psi in (("dwork", "0.5"), ("p11222", "0.25"), ("p11114", "0.2"), ("p11125", "0.15"), ("p11226", "0.12"))
    for name in ("fermat_quintic" if stem == "dwork" else stem, f"{stem}({psi})")
)
"""The Fermat types and one deformation of each, at about half the modulus of the singular member: what is listed,
tested and measured."""


def from_catalogue(name: str) -> Polynomial:
    """The polynomial of that name.

    Raises:
        InputError: when the name, or the parameter in its brackets, is not known.

    Example:
        >>> from_catalogue("p11222(0.25)").weights
        (1, 1, 2, 2, 2)
    """
    if not isinstance(name, str):
        raise InputError("polynomial", name, "the name of an entry of the catalogue is text")
    stem, bracket, argument = name.strip().partition("(")
    stem = stem.strip()
    if stem not in CATALOGUE or (bracket and stem == "fermat_quintic"):
        raise InputError("polynomial", name, f"the catalogue has {', '.join(sorted(CATALOGUE))}")
    if not bracket:
        return CATALOGUE[stem]()
    if not argument.endswith(")"):
        raise InputError("polynomial", name, f"the parameter of {stem}(...), a complex number, ends with a bracket")
    try:
        psi = read_number(argument[:-1], "psi")
    except PolynomialError as error:
        raise InputError("polynomial", name, f"the parameter of {stem}(...) is a complex number: {error}") from error
    return CATALOGUE[stem](psi)
