"""The families of varieties that saved models may belong to, by the name in their data."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from g2links.errors import InputError
from g2links.records import VarietyData
from g2links.varieties import complete_intersection
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.variety import AbstractVariety


@runtime_checkable
class Family(Protocol):
    """A class of varieties that can be rebuilt from plain data."""

    def from_config(self, config: VarietyData) -> AbstractVariety:
        """The inverse of `AbstractVariety.to_config`."""


_FAMILIES: dict[str, Family] = {
    "weighted hypersurface": WeightedHypersurface,
    complete_intersection.FAMILY: complete_intersection.CompleteIntersection,
}
"""The entry `family` of the data, which a hypersurface need not have, and the class."""


def register_variety(name: str, family: Family) -> None:
    """Let models of another family be loaded: their `to_config` says `"family": name`.

    Raises:
        InputError: when another class has the name.

    Example:
        >>> g2links.register_variety("two equations", TwoEquations)  # doctest: +SKIP
    """
    if _FAMILIES.get(name, family) is not family:
        raise InputError("family", name, f"another name than {', '.join(_FAMILIES)}")
    _FAMILIES[name] = family


def variety_from_config(config: VarietyData) -> AbstractVariety:
    """The variety of a saved model.

    Raises:
        InputError: for a family that nobody registered.
        PolynomialError: for data that make no variety.
    """
    name = config.get("family", "weighted hypersurface")
    if not isinstance(name, str) or name not in _FAMILIES:
        raise InputError("family", name, f"one of {', '.join(_FAMILIES)}, or what `register_variety` was told")
    return _FAMILIES[name].from_config(config)


SAVED_VARIETY = ("variety", "polynomial")
"""Where a saved model and its record keep the variety: those of version 0.1 say `polynomial`."""


def saved_variety(config: Mapping[str, object]) -> VarietyData:
    """The data of the variety in those of a saved model, or in the record of its run.

    Raises:
        InputError: when there are none.
    """
    for key in SAVED_VARIETY:
        if key in config:
            found = config[key]
            if not isinstance(found, Mapping):
                raise InputError(key, found, "a mapping")
            return found
    raise InputError("model", sorted(config), f"an entry {' or '.join(SAVED_VARIETY)}")


def as_variety(given: AbstractVariety | Polynomial) -> AbstractVariety:
    """A variety as it is, or the hypersurface of a polynomial.

    Raises:
        InputError: for anything else.
    """
    if isinstance(given, Polynomial):
        return WeightedHypersurface(given)
    if not isinstance(given, AbstractVariety):
        raise InputError("variety", given, "a variety or a Polynomial")
    return given
