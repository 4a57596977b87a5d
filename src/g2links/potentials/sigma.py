"""σ, the measure by which Calabi-Yau metrics are compared."""

import numpy as np


def sigma_of(ratio: np.ndarray, weights: np.ndarray) -> float:
    """σ = <|1 - η/<η>|> of Monge-Ampère ratios η (n,), with weights that sum to 1."""
    return float(weights @ np.abs(1 - ratio / (weights @ ratio)))
