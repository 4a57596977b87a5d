"""What the user can choose for step 1."""

from dataclasses import asdict, dataclass, fields
from typing import Any, cast

from g2links.errors import InputError
from g2links.records import FitChoices
from g2links.ricci_flat.family import ANSATZE, Family, choose_family
from g2links.varieties.variety import AbstractVariety


@dataclass(frozen=True)
class FitOptions:
    """What the user chose in step 1; None means: chosen from the polynomial and the points, and for what is required,
    by `checks.verdict`."""

    n_points: int = 100_000
    ansatz: str = "auto"
    degree: int | None = None
    widths: tuple[int, ...] | None = None
    activation: str | None = None
    optimiser: str = "lm"
    iterations: int | None = None
    training_points: int | None = None
    learning_rate: float = 1e-3
    batch_size: int = 1000
    seed: int = 0
    start_from: int | None = None
    require_sigma: float | None = None
    require_supremum: float | None = None

    def __post_init__(self) -> None:
        _choice("ansatz", self.ansatz, ANSATZE)
        _choice("optimiser", self.optimiser, ("lm", "adam"))
        _at_least("n_points", self.n_points, 50)
        for name in ("degree", "iterations", "batch_size", "start_from"):
            _at_least(name, getattr(self, name), 1)
        _at_least("training_points", self.training_points, 10)
        _at_least("seed", self.seed, 0)
        for name in ("learning_rate", "require_sigma", "require_supremum"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise InputError(name, value, "a positive number")

    @classmethod
    def from_names(cls, options: dict[str, Any]) -> "FitOptions":
        """From options by name.

        Raises:
            InputError: for a name that there is not, or a value that cannot be.
        """
        known = [option.name for option in fields(cls)]
        for name in options:
            if name not in known:
                raise InputError("option", name, f"choose from {', '.join(known)}")
        return cls(**options)

    def to_record(self) -> FitChoices:
        """Plain data."""
        return cast("FitChoices", asdict(self))

    @property
    def most_iterations(self) -> int:
        """Of a search in one family."""
        return self.iterations or (80 if self.optimiser == "lm" else 200)

    def family(self, variety: AbstractVariety) -> Family:
        """The family of potentials that these options mean for f."""
        return choose_family(
            variety,
            self.ansatz,
            degree=self.degree,
            widths=self.widths,
            activation=self.activation,
            optimiser=self.optimiser,
        )


def _choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(name, value, f"choose one of {', '.join(allowed)}")


def _at_least(name: str, value: int | None, least: int) -> None:
    if value is not None and value < least:
        raise InputError(name, value, f"a whole number, at least {least}")
