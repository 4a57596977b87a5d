"""A small data set on the Fermat quintic: exact for a potential that is not Ricci-flat, which learning does
not need."""

import jax.numpy as jnp
import numpy as np
import pytest

import g2links
from g2links.links.dataset import sample_link
from g2links.links.structure import ContactCalabiYau
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.features import InvariantFeatures
from g2links.training import LinkModel, link_rows
from g2links.varieties.hypersurface import WeightedHypersurface

NETWORKS = {
    "direct": {"kind": "direct", "widths": [16, 16], "symmetric": True},
    "ambient": {"kind": "ambient", "widths": [16]},
    "shared": {"kind": "ambient", "widths": [8], "shared": True},
    "potential": {"kind": "potential", "widths": [4], "degree": 2, "symmetric": True},
    "hermitian": {"kind": "potential", "family": "hermitian", "degree": 2},
    "algebraic": {
        "kind": "potential",
        "family": "algebraic",
        "ansatz": AlgebraicAnsatz(
            InvariantFeatures(WeightedHypersurface(g2links.fermat_quintic()), 2, True)
        ).to_config(),
    },
}


@pytest.fixture(scope="session")
def quintic():
    return g2links.fermat_quintic()


@pytest.fixture(scope="session")
def points(quintic):
    return WeightedHypersurface(quintic).sample(400, 5)


@pytest.fixture(scope="session")
def link(quintic, points):
    """u = log of a quartic form close to |z|⁴."""
    ansatz = AlgebraicAnsatz(InvariantFeatures(WeightedHypersurface(quintic), 2, True))
    sample = np.asarray([ansatz.features(z) for z in points.z[:20]])
    (start,) = ansatz.initial(np.random.default_rng(0), sample)
    potential = KahlerPotential(ansatz, (start + 0.3 * jnp.sin(jnp.arange(len(start))),))
    return ContactCalabiYau(quintic, potential, 2.09)


@pytest.fixture(scope="session")
def arrays(link, points):
    return next(iter(sample_link(link, points, 2, np.random.default_rng(0))))


@pytest.fixture(scope="session")
def rows(arrays):
    return {task: link_rows(arrays, task) for task in ("3form", "metric", "4form")}


@pytest.fixture
def make_model(quintic, link, rows):
    """A model with statistics of the data and random weights that are not small."""

    def make(kind, task="3form", noise=0.05, **changes):
        architecture = {**NETWORKS[kind], **changes}
        model = LinkModel(quintic.to_config(), task, architecture, link.normalisation, cy_run=3)
        model.initialise(rows[task], 0)
        rng = np.random.default_rng(1)
        state = model.state
        moved = tuple(np.asarray(p) + noise * rng.normal(size=p.shape) * np.std(p) for p in state.trainable)
        model.assign(state._replace(trainable=moved))
        return model

    return make
