"""Exterior algebra on R^n, in any dimension and degree; it knows no manifold.

Packing is in `basis`, pointwise products in `algebra`, the Hodge star in `hodge`, d in `exterior`, its adjoint and the
Hodge Laplacian in `laplacian`, expansions of fields to second order in `taylor`, and inverses and determinants of small
matrices in `linear`.
"""

from g2links.forms.algebra import complement, inner, interior, norm, pullback, raise_indices, wedge
from g2links.forms.basis import (
    dimension,
    multi_indices,
    pack,
    pack_symmetric,
    permutation_sign,
    symmetric_dimension,
    unpack,
    unpack_symmetric,
)
from g2links.forms.exterior import Field, exterior_derivative, flux_derivative
from g2links.forms.hodge import hodge_star, volume_form
from g2links.forms.laplacian import MetricField, codifferential, hodge_laplacian
from g2links.forms.linear import determinant, inverse, inverse_and_determinant, is_positive_definite
from g2links.forms.taylor import Taylor, expand, expand_by_differences, linearised

__all__ = [
    "Field",
    "MetricField",
    "Taylor",
    "codifferential",
    "complement",
    "determinant",
    "dimension",
    "expand",
    "expand_by_differences",
    "exterior_derivative",
    "flux_derivative",
    "hodge_laplacian",
    "hodge_star",
    "inner",
    "interior",
    "inverse",
    "inverse_and_determinant",
    "is_positive_definite",
    "linearised",
    "multi_indices",
    "norm",
    "pack",
    "pack_symmetric",
    "permutation_sign",
    "pullback",
    "raise_indices",
    "symmetric_dimension",
    "unpack",
    "unpack_symmetric",
    "volume_form",
    "wedge",
]
