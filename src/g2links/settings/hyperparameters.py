"""The hyperparameters of step 3; the description of each field is what an error says is allowed there."""

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from g2links.potentials.activations import ACTIVATIONS, activation_names
from g2links.potentials.sizes import MOST_LAYERS, MOST_UNITS, parameters_of, too_large

Task = Literal["3form", "metric", "4form"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _listed(*names: str) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


_ACTIVATION_NAMES = _listed("auto", *activation_names())


def _known_activation(value: str) -> str:
    if value not in ("auto", *ACTIVATIONS):
        raise ValueError(f"allowed: {_ACTIVATION_NAMES}")
    return value


_Width = Annotated[int, Field(ge=1, le=MOST_UNITS)]
_Widths = Annotated[tuple[_Width, ...], BeforeValidator(_as_tuple)]
_RunNumber = Annotated[int, Field(ge=1)]
_Path = Annotated[str, Field(min_length=1)]


class Schedule(_Section):
    """How the learning rate moves from epoch to epoch."""

    kind: Literal["constant", "cosine", "exponential", "plateau"] = Field(
        description="constant, cosine, exponential or plateau"
    )
    warmup_epochs: int = Field(ge=0, description="a whole number, at least 0")
    final_factor: float = Field(ge=0, le=1, description="a number from 0 to 1")
    decay: float = Field(gt=0, le=1, description="a number above 0, at most 1")
    patience: int = Field(ge=1, description="a whole number, at least 1")


class EarlyStopping(_Section):
    """When training ends before its last epoch."""

    enabled: bool = Field(description="true or false")
    patience: int = Field(ge=1, description="a whole number, at least 1")
    min_delta: float = Field(ge=0, description="a number, at least 0")


class Splits(_Section):
    """Shares of the base points."""

    train: float = Field(gt=0, le=1, description="a number above 0, at most 1")
    validation: float = Field(ge=0, lt=1, description="a number from 0, below 1")
    test: float = Field(ge=0, lt=1, description="a number from 0, below 1")

    @model_validator(mode="after")
    def _sum(self) -> "Splits":
        total = self.train + self.validation + self.test
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"train, validation and test must sum to 1; their sum is {total:.12g}")
        return self


class Validation(_Section):
    """How the network is judged during training."""

    every_epochs: int = Field(ge=1, description="a whole number, at least 1")


class Normalisation(_Section):
    """How inputs and outputs are scaled before training."""

    inputs: Literal["standard", "none"] = Field(description="standard or none")
    outputs: Literal["standard", "none"] = Field(description="standard or none")


class Regularisation(_Section):
    """What keeps the network from fitting noise."""

    l2: float = Field(ge=0, description="a number, at least 0")
    dropout: float = Field(ge=0, lt=1, description="a number from 0, below 1")


class Physics(_Section):
    """Identities of a G2-structure in the loss."""

    d_phi: float = Field(ge=0, description="a number, at least 0")
    d_psi: float = Field(ge=0, description="a number, at least 0")
    d_eta: float = Field(ge=0, description="a number, at least 0")
    volume: float = Field(ge=0, description="a number, at least 0")
    positivity: float = Field(ge=0, description="a number, at least 0")
    start_epoch: int = Field(ge=0, description="a whole number, at least 0")
    ramp_epochs: int = Field(ge=1, description="a whole number, at least 1")
    points: int = Field(ge=1, description="a whole number, at least 1")
    batch_size: int = Field(ge=1, description="a whole number, at least 1")

    @property
    def used(self) -> bool:
        """Whether any weight is above 0."""
        return max(self.d_phi, self.d_psi, self.d_eta, self.volume, self.positivity) > 0


class Hyperparameters(_Section):
    """All hyperparameters of one task; `settings/hps.yaml` says what each means."""

    task: Task = Field(description="3form, metric or 4form")
    architecture: Literal["direct", "ambient", "potential"] = Field(description="direct, ambient or potential")
    layers: int = Field(ge=1, description=f"a whole number from 1 to {MOST_LAYERS}")
    units: _Width | _Widths | Literal["auto"] = Field(
        description=f"auto, a whole number from 1 to {MOST_UNITS}, or a list of one such number for each layer"
    )
    activation: Annotated[str, AfterValidator(_known_activation)] = Field(description=_ACTIVATION_NAMES)
    epochs: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(description="auto, or a whole number, at least 1")
    optimiser: Literal["auto", "adam", "soap", "lm"] = Field(description="auto, adam, soap or lm")
    lm_points: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(description="auto, or a whole number, at least 1")
    batch_size: int = Field(ge=1, description="a whole number, at least 1")
    learning_rate: float = Field(gt=0, description="a number above 0")
    schedule: Schedule = Field(description="a mapping: kind, warmup_epochs, final_factor, decay, patience")
    early_stopping: EarlyStopping = Field(description="a mapping: enabled, patience, min_delta")
    splits: Splits = Field(description="a mapping: train, validation, test")
    validation: Validation = Field(description="a mapping: every_epochs")
    saved_model: _RunNumber | _Path | None = Field(description="null, a run number, or the path of a .keras file")
    normalisation: Normalisation = Field(description="a mapping: inputs, outputs")
    regularisation: Regularisation = Field(description="a mapping: l2, dropout")
    physics: Physics = Field(
        description="a mapping: d_phi, d_psi, d_eta, volume, positivity, start_epoch, ramp_epochs, points, batch_size"
    )
    seed: int = Field(ge=0, lt=2**63, description="a whole number, at least 0")

    @model_validator(mode="after")
    def _one_width_per_layer(self) -> "Hyperparameters":
        if isinstance(self.units, tuple) and len(self.units) != self.layers:
            raise ValueError(f"units lists {len(self.units)} layers, but layers is {self.layers}; make them agree")
        return self

    @model_validator(mode="after")
    def _not_too_large(self) -> "Hyperparameters":
        if isinstance(self.units, tuple):
            widest, hidden = max(self.units), parameters_of(self.units)
        else:
            widest = 1 if self.units == "auto" else self.units
            hidden = (self.layers - 1) * parameters_of((widest, widest))
        excess = too_large(self.layers, widest, hidden)
        if excess:
            raise ValueError(f"layers and units are too many: {excess}")
        return self

    @model_validator(mode="after")
    def _smooth_where_differentiated(self) -> "Hyperparameters":
        if self.activation == "auto":
            return self
        continuous = ACTIVATIONS[self.activation].continuous
        for needed, used, why in (
            (math.inf, self.architecture == "potential", "a potential is differentiated three times"),
            (1, self.physics.used, "identities in the loss (physics) take the derivative of a derivative"),
        ):
            if used and continuous < needed:
                raise ValueError(
                    f"activation is {self.activation}, but {why}; choose {_listed('auto', *activation_names(needed))}"
                )
        return self

    def resolved(self, points: int, *, shared: bool, layerless: bool = False) -> "Hyperparameters":
        """With values in place of `auto`.

        Args:
            points: how many training points there are.
            shared: whether an ambient network has shared weights (`networks.shared`), so that it is small.
            layerless: whether a potential has no hidden layers, so that `units` stays `auto`.
        """
        potential = self.architecture == "potential"
        small = potential or (self.architecture == "ambient" and shared)
        optimiser = self.optimiser
        if optimiser == "auto":
            optimiser = "lm" if potential or (small and not self.physics.used) else "soap"
        least_squares = optimiser == "lm"
        units: int | tuple[int, ...] = 16 if least_squares else 64 if small else 256
        values = {
            "optimiser": optimiser,
            "units": self.units if self.units != "auto" or (potential and layerless) else units,
            "activation": ("tanh" if least_squares else "gelu_tanh") if self.activation == "auto" else self.activation,
            "epochs": _epochs(points, optimiser) if self.epochs == "auto" else self.epochs,
            "lm_points": _LM_POINTS[self.architecture] if self.lm_points == "auto" else self.lm_points,
        }
        return self.model_copy(update=values)

    @property
    def widths(self) -> tuple[int, ...]:
        """Units of each hidden layer, once they are `resolved`."""
        if isinstance(self.units, tuple):
            return self.units
        assert self.units != "auto"
        return (self.units,) * self.layers


def _epochs(points: int, optimiser: str) -> int:
    if optimiser == "lm":
        return 60
    together, least, most = _PASSES[optimiser]
    return min(most, max(least, together // points))


_LM_POINTS = {"potential": 4000, "ambient": 2000, "direct": 4000}
"""Some sixty equations for each weight of a potential of 16 units; a direct network is not fitted so."""
_PASSES = {"adam": (8_000_000, 60, 400), "soap": (2_400_000, 40, 1000)}
"""Points in all epochs together, and the least and the most epochs."""
