"""Where the search of step 1 starts when it goes on from an earlier run (`--start-from`)."""

from g2links.errors import InputError
from g2links.potentials.families import AlgebraicAnsatz, Ansatz, KahlerPotential, NeuralAnsatz, Parameters
from g2links.potentials.own import OwnAnsatz
from g2links.potentials.sections import HermitianAnsatz
from g2links.records import MetricRecord
from g2links.ricci_flat.projection import project
from g2links.storage.finished import FinishedRun
from g2links.storage.models import load_cy
from g2links.varieties.points.sampling import Points
from g2links.varieties.variety import AbstractVariety


def potential_of(run: FinishedRun[MetricRecord], variety: AbstractVariety, ansatz: Ansatz) -> KahlerPotential:
    """The potential of an earlier run: of the same ansatz, or of any where the new one is algebraic.

    Raises:
        InputError: for a run that the new one cannot start from.
    """
    model, number = load_cy(run.model_path, sha256=run.sha256), run.number
    potential: KahlerPotential = model.kahler_potential
    if model.variety.charges != variety.charges:
        raise InputError("--start-from", number, f"a run with the weights {' and '.join(map(str, variety.charges))}")
    if isinstance(ansatz, NeuralAnsatz | OwnAnsatz) and not _is_same(potential.ansatz, ansatz):
        raise InputError(
            "--start-from",
            number,
            f"a run with the same ansatz and features; that one has {potential.ansatz.to_config()} with parameters of "
            f"the shapes {potential.ansatz.shapes()}, this one {ansatz.to_config()} with {ansatz.shapes()}",
        )
    return potential


def parameters_near(potential: KahlerPotential | None, ansatz: Ansatz, points: Points) -> Parameters | None:
    """The parameters of that potential, or the nearest ones of another algebraic ansatz; None for no potential."""
    if potential is None:
        return None
    if isinstance(ansatz, AlgebraicAnsatz | HermitianAnsatz) and not _is_same(potential.ansatz, ansatz):
        return project(ansatz, potential, points)
    return potential.parameters


def _is_same(one: Ansatz, other: Ansatz) -> bool:
    return one.to_config() == other.to_config() and one.shapes() == other.shapes()
