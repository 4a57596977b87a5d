"""What an exact space is."""

from collections.abc import Callable
from dataclasses import dataclass

from g2links._typing import LinkPoint, Matrix
from g2links.forms import Field


@dataclass(frozen=True)
class G2Fields:
    """A G2-structure in a chart: phi (35,), psi = *phi (35,) and metric (7, 7) as functions of x (7,)."""

    phi: Field
    psi: Field
    metric: Callable[[LinkPoint], Matrix]
