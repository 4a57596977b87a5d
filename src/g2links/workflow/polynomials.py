"""The variety that a user names: by an expression, a YAML file, or an entry of the catalogue."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from g2links.errors import InputError, PolynomialError
from g2links.measures.chern_numbers import chern_numbers
from g2links.measures.curvature import chern_names
from g2links.quantities.invariants import invariants_of
from g2links.records import PolynomialRecord, SmoothnessRecord, StratumRecord, TopologyRecord
from g2links.settings.intersection_files import is_intersection_file, read_intersection_yaml
from g2links.settings.polynomial_files import read_polynomial_yaml
from g2links.settings.values import did_you_mean
from g2links.varieties.catalogue import CATALOGUE, SHOWN, from_catalogue
from g2links.varieties.complete_intersection import CompleteIntersection
from g2links.varieties.configurations import of_configuration, of_equations
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.intersection_catalogue import INTERSECTIONS, is_intersection, named_intersection
from g2links.varieties.parsing import parse_polynomial
from g2links.varieties.periods import holomorphic_volume
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.registry import as_variety
from g2links.varieties.residue import kahler_volume
from g2links.varieties.smooth.criteria import require_degree, require_monomials, require_weights
from g2links.varieties.smooth.singularities import require_isolated_singularity
from g2links.varieties.symmetry import coordinate_permutations, is_real
from g2links.varieties.topology import THREEFOLD, orbifold_strata
from g2links.varieties.variety import AbstractVariety

_WORD = re.compile(r"[A-Za-z]\w{3,}\s*(?:\(.*)?")
"""What looks like a name of the catalogue, with or without a parameter in brackets."""


def catalogue_polynomials() -> list[Polynomial]:
    """The Fermat types of the catalogue, and a deformation of each."""
    return [from_catalogue(name) for name in SHOWN]


def describe(polynomial: Polynomial) -> PolynomialRecord:
    """What is known of a quasi-smooth polynomial, as plain data; see `quantities.invariants.Invariants`.

    Raises:
        PolynomialError: when its weights or its monomials make it singular.
    """
    require_degree(polynomial)
    require_weights(polynomial.weights)
    require_monomials(polynomial)
    variety = WeightedHypersurface(polynomial)
    facts = topology(variety)
    return {
        "name": polynomial.name,
        "polynomial": str(polynomial),
        "weights": list(polynomial.weights),
        "degree": polynomial.degree,
        **facts,
        "kahler_volume": kahler_volume(variety),
        "holomorphic_volume": holomorphic_volume(variety),
        "permutations": len(coordinate_permutations(polynomial)),
        "real": is_real(polynomial),
    }


def topology(variety: WeightedHypersurface) -> TopologyRecord:
    """The invariants of a threefold; in other dimensions the Euler number, of the orbifold for weights other than 1."""
    if variety.dimension != THREEFOLD:
        return {"euler": chern_numbers(variety)[chern_names(variety.dimension)[-1]]}
    found = invariants_of(variety.weights)
    strata = orbifold_strata(variety.weights)
    return {
        "h11": found.h11,
        "h21": found.h21,
        "euler": found.euler,
        "milnor_number": found.milnor_number,
        "signature": found.signature,
        "nu": found.nu,
        "polynomial_deformations": found.basic_h21,
        "betti": list(found.betti),
        "strata": [StratumRecord(order=s.order, dimension=s.dimension, variables=list(s.variables)) for s in strata],
    }


def smoothness(polynomial: Polynomial) -> SmoothnessRecord:
    """Whether f is quasi-smooth by a proof or by numerical evidence, and why.

    Raises:
        PolynomialError: when it is singular.
    """
    found = require_isolated_singularity(polynomial)
    return {
        "proved": found.proved,
        "reason": found.reason,
        "smallest_gradient": None if found.minimum is None else found.minimum.value,
    }


def resolve_variety(
    given: AbstractVariety | Polynomial | str, weights: tuple[int, ...] | None = None
) -> AbstractVariety:
    """What a user named: a variety, a polynomial, or a text for `resolve_polynomial`.

    Raises:
        InputError, PolynomialError, ArtefactError: see `resolve_polynomial`.
    """
    if not isinstance(given, str):
        if weights is not None:
            raise InputError("weights", weights, "they go with an expression in text")
        return as_variety(given)
    if is_intersection(given):
        _refuse_weights(weights, given)
        return named_intersection(given)
    if _is_file(given) and is_intersection_file(given):
        _refuse_weights(weights, given)
        return read_intersection(given)
    return WeightedHypersurface(resolve_polynomial(given, weights))


def with_polarisation(
    given: AbstractVariety | Polynomial | str, weights: tuple[int, ...] | None, polarisation: tuple[int | float, ...]
) -> AbstractVariety:
    """What a user named, with another Kähler class.

    Raises:
        InputError: for hypersurfaces of one space, which have one class up to scale, and see `resolve_variety`.
    """
    variety = resolve_variety(given, weights)
    if not isinstance(variety, CompleteIntersection):
        raise InputError("polarisation", polarisation, "for complete intersections in products of projective spaces")
    return replace(variety, polarisation=polarisation)


def resolve_polynomial(text: str, weights: tuple[int, ...] | None = None) -> Polynomial:
    """The polynomial that `text` means.

    Args:
        text: a path that ends in .yaml or .yml, a name of the catalogue, or an expression in z0, z1, ....
        weights: for an expression; 1 each if None. Files and catalogue entries bring their own.

    Raises:
        InputError, PolynomialError, ArtefactError: with what is wrong and what is allowed; weights and monomials that
            make f singular for all coefficients are refused here, other singular f by `smoothness`.
    """
    with refusals_name_the_file(text):
        polynomial = _read(text, weights)
        require_degree(polynomial)
        require_weights(polynomial.weights)
        require_monomials(polynomial)
        return polynomial


@contextlib.contextmanager
def refusals_name_the_file(given: object) -> Iterator[None]:
    """Where a polynomial that was given by the path of a file is refused in the block, the sentence begins with it."""
    try:
        yield
    except PolynomialError as error:
        if not isinstance(given, str) or not _is_file(given) or error.field.startswith(given.strip()):
            raise
        raise PolynomialError(f"{given.strip()}: {error.field}", error.value, error.allowed) from error


def read_intersection(path: str) -> CompleteIntersection:
    """The complete intersection of a YAML file.

    Raises:
        InputError, PolynomialError, ArtefactError: naming the file and the key.
    """
    file = read_intersection_yaml(path.strip())
    try:
        if file.configuration is not None:
            found = of_configuration(file.configuration, file.seed, file.polarisation)
        else:
            found = of_equations(file.ambient, file.equations, file.polarisation)
    except InputError as error:
        raise type(error)(f"{path.strip()}: {error.field}", error.value, error.allowed) from error
    return found if file.name is None else replace(found, name=file.name)


def _is_file(text: str) -> bool:
    return text.strip().lower().endswith((".yaml", ".yml"))


def _read(text: str, weights: tuple[int, ...] | None) -> Polynomial:
    text = text.strip()
    if _is_file(text):
        _refuse_weights(weights, text)
        file = read_polynomial_yaml(text)
        return Polynomial(tuple(file.monomials), file.weights, file.name or Path(text).stem)
    if text.partition("(")[0].strip() in CATALOGUE:
        _refuse_weights(weights, text)
        return from_catalogue(text)
    if _WORD.fullmatch(text) and (
        near := did_you_mean(text.partition("(")[0], (*CATALOGUE, *INTERSECTIONS), cutoff=0.6)
    ):
        raise InputError("polynomial", text, f"no such name; `g2links polynomials` lists them{near}")
    return parse_polynomial(text, weights)


def _refuse_weights(weights: tuple[int, ...] | None, text: str) -> None:
    if weights is not None:
        raise InputError("weights", weights, f"they go with an expression; {text!r} brings its own")
