"""Spaces whose G2-structure is known exactly, as fields on R^7: what every law and figure is tested on."""

from g2links.g2.examples.circle_bundles import (
    calabi_contact,
    calabi_product,
    flat_omega,
    flat_space,
    flat_upsilon,
    heisenberg,
    torus,
)
from g2links.g2.examples.fields import G2Fields
from g2links.g2.examples.nilmanifolds import closed_nilmanifold
from g2links.g2.examples.spheres import (
    SQUASHED,
    nearly_kahler_cone,
    nearly_kahler_cylinder,
    round_sphere,
    squashed_sphere,
)

__all__ = [
    "SQUASHED",
    "G2Fields",
    "calabi_contact",
    "calabi_product",
    "closed_nilmanifold",
    "flat_omega",
    "flat_space",
    "flat_upsilon",
    "heisenberg",
    "nearly_kahler_cone",
    "nearly_kahler_cylinder",
    "round_sphere",
    "squashed_sphere",
    "torus",
]
