"""Named polynomials."""

from collections.abc import Callable

from g2links.errors import InputError
from g2links.varieties.polynomial import VARIABLES, Polynomial


def fermat(exponents: tuple[int, ...], weights: tuple[int, ...], name: str) -> Polynomial:
    """f = Σ z_i^{a_i}."""
    terms = tuple((1 + 0j, tuple(a * int(i == j) for j in range(VARIABLES))) for i, a in enumerate(exponents))
    return Polynomial(terms, weights, name)


def fermat_quintic() -> Polynomial:
    """z0^5 + z1^5 + z2^5 + z3^5 + z4^5: Euler number -200, h11 = 1, h21 = 101."""
    return fermat((5,) * VARIABLES, (1,) * VARIABLES, "fermat_quintic")


def dwork(psi: complex = 0.5) -> Polynomial:
    """The Dwork family Σ z_i^5 - 5 ψ z0 z1 z2 z3 z4, singular (125 nodes) exactly where ψ^5 = 1."""
    terms = (*fermat_quintic().terms, (-5 * complex(psi), (1,) * VARIABLES))
    return Polynomial(terms, (1,) * VARIABLES, f"dwork({complex(psi):g})")


CATALOGUE: dict[str, Callable[[], Polynomial]] = {"fermat_quintic": fermat_quintic, "dwork": dwork}
"""Names that `--polynomial` accepts. `dwork` takes its parameter as in `dwork(0.3+0.1j)`."""


def from_catalogue(name: str) -> Polynomial:
    """The polynomial of that name.

    Raises:
        InputError: when the name, or the parameter in its brackets, is not known.
    """
    stem, _, argument = name.strip().partition("(")
    if stem == "dwork" and argument.endswith(")"):
        try:
            return dwork(complex(argument[:-1].replace(" ", "")))
        except ValueError as error:
            raise InputError("polynomial", name, "the parameter of dwork(...) is a complex number") from error
    if stem not in CATALOGUE or argument:
        raise InputError("polynomial", name, f"the catalogue has {', '.join(sorted(CATALOGUE))}")
    return CATALOGUE[stem]()
