"""Pointwise G2 algebra and geometry, for any 3-form on any 7-manifold; it needs only `forms`.

The metric of a 3-form is in `metric`, the parts of 2-forms and 3-forms in `projections`, torsion in `torsion`,
connection and curvature in `curvature`, all of it together in `geometry`; phi and psi of a contact Calabi-Yau structure
in `contact`, its flows in `flows`, the figures of the checks in `identities`, and exactly known spaces in `examples`.
"""

from g2links.g2.contact import contact_phi, contact_psi
from g2links.g2.curvature import Curvature, christoffel_symbols, curvature_of, curvature_of_expansion
from g2links.g2.examples import (
    G2Fields,
    calabi_contact,
    calabi_product,
    closed_nilmanifold,
    flat_omega,
    flat_space,
    flat_upsilon,
    heisenberg,
    nearly_kahler_cone,
    nearly_kahler_cylinder,
    round_sphere,
    squashed_sphere,
    torus,
)
from g2links.g2.flows import Proportions, laplacian_coflow, laplacian_flow, scaled_metric, scaled_phi, scaled_psi
from g2links.g2.geometry import Geometry, geometry_of, geometry_of_expansion
from g2links.g2.identities import Derivative, LinkFields, structure_errors
from g2links.g2.metric import induced_metric, is_positive, orientation, star_phi, volume
from g2links.g2.projections import i_phi, j_phi, project_2_form, project_3_form
from g2links.g2.torsion import (
    StructureName,
    TorsionClasses,
    bryant_scalar,
    derivatives_from_classes,
    name_structure,
    squared_norms,
    tau1_of_d_psi,
    torsion_classes,
    torsion_of,
    torsion_tensor,
    torsion_tensor_of_connection,
)

__all__ = [
    "Curvature",
    "Derivative",
    "G2Fields",
    "Geometry",
    "LinkFields",
    "Proportions",
    "StructureName",
    "TorsionClasses",
    "bryant_scalar",
    "calabi_contact",
    "calabi_product",
    "christoffel_symbols",
    "closed_nilmanifold",
    "contact_phi",
    "contact_psi",
    "curvature_of",
    "curvature_of_expansion",
    "derivatives_from_classes",
    "flat_omega",
    "flat_space",
    "flat_upsilon",
    "geometry_of",
    "geometry_of_expansion",
    "heisenberg",
    "i_phi",
    "induced_metric",
    "is_positive",
    "j_phi",
    "laplacian_coflow",
    "laplacian_flow",
    "name_structure",
    "nearly_kahler_cone",
    "nearly_kahler_cylinder",
    "orientation",
    "project_2_form",
    "project_3_form",
    "round_sphere",
    "scaled_metric",
    "scaled_phi",
    "scaled_psi",
    "squared_norms",
    "squashed_sphere",
    "star_phi",
    "structure_errors",
    "tau1_of_d_psi",
    "torsion_classes",
    "torsion_of",
    "torsion_tensor",
    "torsion_tensor_of_connection",
    "torus",
    "volume",
]
