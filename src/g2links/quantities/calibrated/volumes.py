"""What was measured of a submanifold: its volume, the integrals of the calibrations over it, and its angles to them."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Complex, Float

from g2links.quantities.calibrated.calibrations import ASSOCIATIVE, COASSOCIATIVE, HOLOMORPHIC, LAGRANGIAN
from g2links.quantities.calibrated.submanifolds import Samples

Estimate = tuple[float, float]
"""A value and its error."""

_INDEPENDENT = (HOLOMORPHIC, ASSOCIATIVE, COASSOCIATIVE)
"""Those whose value and complement were measured as they are."""


class Measured(NamedTuple):
    """A submanifold of V or of the link, of dimension p.

    Attributes:
        volume: ∫vol.
        integrals: ∫ of each calibration of degree p, by the kind of submanifold that it calibrates; of Υ that of
            Re(e^{-iα}Υ).
        angles: (n,) for each kind, the angle in radians between the tangent space and the calibrated planes, in the
            orientation in which the integral is positive: 0 where it is calibrated.
        ratios: (n,) for each kind, the form over the volume form, cos of that angle but for the error of the metric.
        lagrangian: (n,) |ω|_L|, on V, where p is half of its real dimension; None elsewhere.
        horizontal: (n,) |η|_N|, on the link; None on V.
        phase: α, the argument of ∫Υ, where p is half of the real dimension of V, or what was given.
        density: (n,) the volume element.
        samples: the points.
    """

    volume: Estimate
    integrals: dict[str, Estimate]
    angles: dict[str, Float[np.ndarray, " n"]]
    ratios: dict[str, Float[np.ndarray, " n"]]
    lagrangian: Float[np.ndarray, " n"] | None
    horizontal: Float[np.ndarray, " n"] | None
    phase: float | None
    density: Float[np.ndarray, " n"]
    samples: Samples

    @property
    def degree(self) -> int:
        """p."""
        return self.samples.velocities.shape[1]

    def worst(self, kind: str) -> tuple[float, Complex[np.ndarray, " variables"], Float[np.ndarray, " p"]]:
        """The largest angle of a kind, the point (N,) where it is, and its parameters."""
        angles = self.angles[kind]
        at = int(np.argmax(angles))
        return float(angles[at]), self.samples.z[at], self.samples.parameters[at]


def measured(
    samples: Samples, figures: dict[str, np.ndarray], *, phase: float | None = None, oriented: bool = True
) -> Measured:
    """The integrals and angles from the figures at all points.

    Args:
        samples: the points.
        figures: of `submanifolds.evaluate`.
        phase: α; None for the argument of ∫Υ.
        oriented: whether the patches have one orientation; each is turned by its own integral otherwise.
    """
    density = figures["density"]
    values = {kind: (figures[kind], figures[f"{kind}_sine"]) for kind in _INDEPENDENT if kind in figures}
    lagrangian = figures["omega_norm"] if "upsilon_re" in figures else None
    if lagrangian is not None:
        upsilon = figures["upsilon_re"] + 1j * figures["upsilon_im"]
        if phase is None:
            weights = samples.weights * density
            phase = float(np.angle(weights @ upsilon))
        turned = upsilon * np.exp(-1j * phase)
        values[LAGRANGIAN] = (turned.real, np.hypot(turned.imag, lagrangian))
    integrals, angles, ratios = {}, {}, {}
    for kind, (value, sine) in values.items():
        signs = _signs(samples, density * value, oriented)
        integrals[kind] = samples.integral(density * value * signs)
        ratios[kind] = value * signs
        angles[kind] = np.arctan2(sine, value * signs)
    return Measured(
        samples.integral(density),
        integrals,
        angles,
        ratios,
        lagrangian,
        figures.get("eta_norm"),
        None if lagrangian is None else phase,
        density,
        samples,
    )


def _signs(samples: Samples, values: np.ndarray, oriented: bool) -> np.ndarray:
    """1 or -1 at each point: the orientation in which the integral, or that over each patch, is positive."""
    parts = samples.patch if not oriented else np.zeros_like(samples.patch)
    totals = np.bincount(parts, samples.weights * values)
    return np.asarray(np.where(totals < 0, -1.0, 1.0)[parts])
