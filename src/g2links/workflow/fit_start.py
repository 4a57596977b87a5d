"""Where the search of step 1 starts when it goes on from an earlier run (`--start-from`), of the same variety, or of
one with other coefficients or another Kähler class."""

from collections.abc import Callable
from typing import Any

import numpy as np

from g2links._typing import ComplexPoint, Scalar
from g2links.errors import InputError
from g2links.networks.cy_model import CalabiYauMetric
from g2links.potentials.families import AlgebraicAnsatz, Ansatz, KahlerPotential, NeuralAnsatz, Parameters
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.own import OwnAnsatz
from g2links.potentials.sections import HermitianAnsatz
from g2links.records import MetricRecord
from g2links.ricci_flat.projection import project
from g2links.storage.finished import FinishedRun
from g2links.storage.models import load_cy
from g2links.varieties.points.sampling import Points
from g2links.varieties.residue import kahler_volume
from g2links.varieties.variety import AbstractVariety


def potential_of(run: FinishedRun[MetricRecord], variety: AbstractVariety, ansatz: Ansatz) -> KahlerPotential:
    """The potential of an earlier run: of the same ansatz, or of any where the new one is algebraic.

    Raises:
        InputError: for a run that the new one cannot start from.
    """
    return start_of(load_cy(run.model_path, sha256=run.sha256), variety, ansatz, "--start-from", run.number)


def start_of(
    model: CalabiYauMetric, variety: AbstractVariety, ansatz: Ansatz, field: str, shown: object
) -> KahlerPotential:
    """The potential of a metric, once it is known that a search of `ansatz` on `variety` can start there.

    Args:
        model: the metric; its variety may have other coefficients, or another Kähler class.
        variety, ansatz: of the search.
        field, shown: what the user gave, for the message.

    Raises:
        InputError: for another space or other degrees, and for potentials whose parameters mean nothing here.
    """
    potential: KahlerPotential = model.kahler_potential
    if model.variety.charges != variety.charges:
        raise InputError(field, shown, f"a run with the weights {' and '.join(map(str, variety.charges))}")
    if model.variety.degrees != variety.degrees:
        raise InputError(field, shown, f"a run with equations of the degrees {variety.degrees}")
    if isinstance(ansatz, NeuralAnsatz | OwnAnsatz) and not is_same(potential.ansatz, ansatz):
        raise InputError(
            field,
            shown,
            f"a run with the same ansatz and features; that one has {potential.ansatz.to_config()} with parameters of "
            f"the shapes {potential.ansatz.shapes()}, this one {ansatz.to_config()} with {ansatz.shapes()}",
        )
    return potential


def parameters_near(potential: KahlerPotential | None, ansatz: Ansatz, points: Points) -> Parameters | None:
    """The parameters of that potential, or the nearest ones of another algebraic ansatz; None for no potential. For
    another Kähler class u is multiplied by the n-th root of the ratio of the volumes: for a multiple of the class that
    is exact."""
    if potential is None:
        return None
    if isinstance(ansatz, AlgebraicAnsatz | HermitianAnsatz) and not is_same(potential.ansatz, ansatz):
        return project(ansatz, _scaled(potential, ansatz), points)
    return potential.parameters


def is_same(one: Ansatz, other: Ansatz) -> bool:
    """Whether parameters of one mean the same function for the other: not where sections have other multidegrees, or
    equations with other terms leave other monomials or invariants."""
    if one.to_config() != other.to_config() or one.shapes() != other.shapes():
        return False
    if isinstance(one, HermitianAnsatz) and isinstance(other, HermitianAnsatz):
        same = one.sections.of_class == other.sections.of_class
        return same and np.array_equal(one.sections.exponents, other.sections.exponents)
    if isinstance(one, OwnAnsatz) or isinstance(other, OwnAnsatz) or isinstance(one, HermitianAnsatz):
        return True
    assert not isinstance(other, HermitianAnsatz)
    return one.features == other.features or _forms(one.features) == _forms(other.features)


def has_same_variety(one: Ansatz, other: Ansatz) -> bool:
    """Whether both are of one variety and one class; True for a user's potential, which does not say it."""
    first, second = _variety(one), _variety(other)
    return first is None or second is None or first == second


def _variety(ansatz: Ansatz) -> AbstractVariety | None:
    if isinstance(ansatz, OwnAnsatz):
        return None
    return ansatz.sections.variety if isinstance(ansatz, HermitianAnsatz) else ansatz.features.variety


def _forms(features: InvariantFeatures) -> tuple[Any, ...]:
    forms = features.forms
    tables = (forms.exponents, forms.row, forms.column, np.asarray(forms.value), forms.owner, forms.degrees)
    return (features.root, getattr(forms, "multidegree", ()), *(table.tolist() for table in tables))


def _scaled(potential: KahlerPotential, ansatz: Ansatz) -> Callable[[ComplexPoint], Scalar]:
    old, new = _variety(potential.ansatz), _variety(ansatz)
    if old is None or new is None or old.polarisation == new.polarisation:
        return potential
    factor = (kahler_volume(new) / kahler_volume(old)) ** (1 / new.dimension)
    return lambda z: factor * potential(z)
