"""What a figure may be off by, for reasons that several checks share."""

from typing import Any

from g2links.records import Threshold

ROUNDING = 1e-9
"""For an identity that holds exactly; in double precision 1e-15 to 2e-12 is seen, most on a fourfold."""

CENTRED = 1000.0
"""The truncation error of the flux derivative over ε²: 250 on the Fermat quintic, times 4."""

STANDARD_ERRORS = 4.0
"""An integral with a known value may be off by so many: one in 16,000 honest ones is further."""

GRADIENT, GRADIENT_OF_DEGREE = 20.0, 2.5
"""|τ2| is a gradient of the Monge-Ampère ratio. Its mean is 11 to 13 `ma_rms` for networks on the Fermat quintic; for
potentials of degree k, whose errors have the wave length of such polynomials, 9 at k = 5, 12 at 8, 19 at 14."""

_NETWORK_ERROR = {"direct": 0.1, "ambient": 0.05, "potential": 0.01, "own": 0.1}
"""The mean relative error that every family of networks reaches within minutes of training; of a user's, the most that
those of g2links may have."""

_QUICK_FACTOR = 10.0
"""What the seconds of a quick run make of it."""

WORSE = 3.0
"""The mean relative error of a network at fresh points, over that on its own held-out points."""

SLOPES = 100.0
"""What an identity between derivatives is off by, over the relative error of the network: 14 to 80 were measured."""

ALWAYS: Threshold = {"statistic": "mean", "at_least": 1.0}
"""For a flag that must be 1 at every point."""

NEARLY_ALWAYS: Threshold = {"statistic": "mean", "at_least": 0.99}
"""For a flag of a network, of which a point in a hundred may lie where it saw no data."""


def to_rounding() -> Threshold:
    """For what holds exactly and takes no derivative."""
    return {"statistic": "max", "at_most": ROUNDING}


def closedness(method: str, epsilon: float) -> Threshold:
    """For an identity that is exact: 1e-9 by automatic differentiation; by flux, the truncation error of the centred
    difference and the rounding error 1e-13/ε."""
    limit = ROUNDING if method == "autodiff" else CENTRED * epsilon**2 + 1e-13 / epsilon + ROUNDING
    return {"statistic": "max", "at_most": limit}


def mean_at_most(limit: float) -> Threshold:
    """For the mean of an error."""
    return {"statistic": "mean", "at_most": limit}


def near(value: float, within: float) -> Threshold:
    """For a mean that is known."""
    return {"statistic": "mean", "target": value, "within": within}


def gradient_of(potential: Any) -> float:
    """What a gradient of the error of a potential may be, over the error itself."""
    ansatz = getattr(potential, "ansatz", None)
    config = ansatz.to_config() if ansatz is not None else {}
    polynomial = config.get("kind") in ("algebraic", "mixed", "hermitian")
    return max(GRADIENT, GRADIENT_OF_DEGREE * config["degree"]) if polynomial else GRADIENT


def network_error(model: Any, *, quick: bool) -> float:
    """What the mean relative error of a network of that family may be."""
    return _NETWORK_ERROR[kind_of(model)] * (_QUICK_FACTOR if quick else 1.0)


def kind_of(model: Any) -> str:
    """The family of a network: direct, ambient, potential, or own for a user's."""
    return str(model.architecture.to_config()["kind"])
