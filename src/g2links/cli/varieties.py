"""The options that say what V is: a polynomial with weights, or a complete intersection."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from g2links.cli import options
from g2links.errors import InputError

if TYPE_CHECKING:
    from g2links.varieties.variety import AbstractVariety

DEFAULT = "fermat_quintic"
"""Of `--polynomial`."""
OF_THE_VARIETY = ("polynomial", "weights", "configuration", "ambient", "equations", "polarisation")
"""The names of the options."""


class NamedVariety(NamedTuple):
    """What `workflow.polynomials.resolve_variety` takes."""

    given: "AbstractVariety | str"
    weights: tuple[int, ...] | None


def named_variety(given: Mapping[str, str | None], seed: int) -> NamedVariety:
    """V from the values of `OF_THE_VARIETY`, None for those that were not given.

    Args:
        given: the values by name.
        seed: of random coefficients.

    Raises:
        InputError, PolynomialError: for options that do not go together, and values that cannot be.
    """
    polynomial, configuration = given["polynomial"] or DEFAULT, given["configuration"]
    ambient, equations = given["ambient"], given["equations"]
    weights = options.integers(given["weights"], "--weights")
    polarisation = options.numbers(given["polarisation"], "--polarisation")
    if (ambient is None) != (equations is None):
        missing, name, value = (
            ("--equations", "--ambient", ambient) if ambient else ("--ambient", "--equations", equations)
        )
        raise InputError(name, value, f"together with {missing}")
    if configuration is None and ambient is None:
        if polarisation is None:
            return NamedVariety(polynomial, weights)
        from g2links.workflow.polynomials import with_polarisation

        return NamedVariety(with_polarisation(polynomial, weights, polarisation), None)
    if polynomial != DEFAULT:
        raise InputError("--polynomial", polynomial, "not with --configuration or --equations")
    if weights is not None:
        raise InputError("--weights", weights, "not with --configuration or --equations")
    from g2links.varieties.configurations import of_configuration, of_equations

    if configuration is None:
        return NamedVariety(of_equations(str(ambient), str(equations), polarisation or ()), None)
    if ambient is not None:
        raise InputError("--configuration", configuration, "not with --equations")
    return NamedVariety(of_configuration(configuration, seed, polarisation or ()), None)
