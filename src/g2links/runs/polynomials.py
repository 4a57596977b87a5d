"""The polynomial that a user names: an expression, a YAML file, or an entry of the catalogue."""

from pathlib import Path

from g2links.errors import InputError
from g2links.runs.polynomial_files import read_polynomial_yaml
from g2links.varieties.catalogue import CATALOGUE, from_catalogue
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.polynomial import VARIABLES, Polynomial


def resolve_polynomial(text: str, weights: tuple[int, ...] | None = None) -> Polynomial:
    """The polynomial that `text` means.

    Args:
        text: a path that ends in .yaml or .yml, a name of the catalogue, or an expression in z0..z4.
        weights: for an expression; (1, 1, 1, 1, 1) if None. Files and catalogue entries bring their own.

    Raises:
        InputError, PolynomialError, ArtefactError: with what is wrong and what is allowed.
    """
    if text.lower().endswith((".yaml", ".yml")):
        _refuse_weights(weights, text)
        monomials, file_weights = read_polynomial_yaml(text)
        return Polynomial(tuple(monomials), file_weights, Path(text).stem)
    if text.strip().partition("(")[0] in CATALOGUE:
        _refuse_weights(weights, text)
        return from_catalogue(text)
    return parse_polynomial(text, weights or (1,) * VARIABLES)


def _refuse_weights(weights: tuple[int, ...] | None, text: str) -> None:
    if weights is not None:
        raise InputError("weights", weights, f"they go with an expression; {text!r} brings its own")
