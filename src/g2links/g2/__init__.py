"""Pointwise G2 algebra and geometry, for any 3-form on any 7-manifold; it needs only `forms`.

The metric of a 3-form is in `metric`, phi and psi of a contact Calabi-Yau structure in `contact`, the figures
of the checks in `identities`, and exactly known spaces in `examples`.
"""

from g2links.g2.contact import contact_phi, contact_psi
from g2links.g2.examples import G2Fields, flat_omega, flat_space, flat_upsilon, heisenberg, round_sphere
from g2links.g2.identities import Derivative, LinkFields, structure_errors
from g2links.g2.metric import induced_metric, is_positive, orientation, star_phi, volume

__all__ = [
    "Derivative",
    "G2Fields",
    "LinkFields",
    "contact_phi",
    "contact_psi",
    "flat_omega",
    "flat_space",
    "flat_upsilon",
    "heisenberg",
    "induced_metric",
    "is_positive",
    "orientation",
    "round_sphere",
    "star_phi",
    "structure_errors",
    "volume",
]
