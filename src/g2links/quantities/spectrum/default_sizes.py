"""How high a degree of functions can be, by what the averages cost."""

import numpy as np

from g2links.errors import InputError
from g2links.quantities.spectrum.form_space import FormSpace, HodgeType
from g2links.quantities.spectrum.function_space import FunctionSpace
from g2links.quantities.spectrum.product_space import ProductSpace, Symmetry
from g2links.varieties.variety import AbstractVariety

_HIGHEST = 8
_HIGHEST_OF_FORMS = 6
"""There eigenfunctions of the lowest dozen levels of a symmetric quintic are known to some 1e-4."""
_WORK = 4e12
"""Operations: some minutes on two cores."""
_MOST_WORK = 1e14
_MOST_FUNCTIONS = 3000
"""In one sector: matrices of 8 groups of points are in memory."""
_HIGHEST_OF_ALL = 1000
_MOST_PRODUCTS = 3_000_000
_EACH = 24
"""Real operations for each point and pair of functions, for three complex matrices."""


def work(space: ProductSpace, n_points: int) -> tuple[float, int]:
    """Operations for all averages, and about how many functions the largest sector has: blocks of one character are
    divided by the elements that exchange characters."""
    sizes = space.block_sizes()
    order = len(space.elements)
    each = _EACH * space.components * n_points
    return each * float(np.sum(sizes.astype(float) ** 2)) / order, int(sizes.max(initial=0))


def default_degree(variety: AbstractVariety, charge: int, n_points: int, symmetry: Symmetry) -> int:
    """The highest degree up to 8, in units of the largest weight, that takes minutes."""
    best = first = variety.heaviest
    for degree in range(first, _HIGHEST * first + 1):
        if work(FunctionSpace(variety, charge, degree, symmetry), n_points)[0] > _WORK:
            break
        best = degree
    return best


def default_form_degree(variety: AbstractVariety, hodge_type: HodgeType, n_points: int, symmetry: Symmetry) -> int:
    """The same for forms, up to 6, from the degree of the first of them on."""
    best = first = 2 * variety.heaviest
    for degree in range(first, _HIGHEST_OF_FORMS * variety.heaviest + 1):
        space = FormSpace(variety, hodge_type, degree, symmetry)
        if space.products() > _MOST_PRODUCTS or work(space, n_points)[0] > _WORK:
            break
        best = degree
    return best


def require_size(space: ProductSpace, n_points: int) -> None:
    """Refuse what would take hours, or more memory than there is.

    Raises:
        InputError: naming the degree.
    """
    if space.degree > _HIGHEST_OF_ALL:
        raise InputError("degree", space.degree, f"at most {_HIGHEST_OF_ALL}")
    if space.products() > _MOST_PRODUCTS:
        raise InputError("degree", space.degree, f"a lower one: there are more than {_MOST_PRODUCTS:,} products")
    operations, functions = work(space, n_points)
    if operations > _MOST_WORK or functions > _MOST_FUNCTIONS * len(space.elements):
        raise InputError(
            "degree",
            space.degree,
            f"a lower one: {operations:.1e} operations at {n_points} points, of which {_MOST_WORK:.0e} take an hour",
        )
