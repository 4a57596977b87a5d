import jax
import jax.numpy as jnp
import numpy as np
import pytest

from g2links import forms
from g2links.g2.contact import contact_phi, contact_psi
from g2links.links.structure import ContactCalabiYau, structure_at, total_metric
from g2links.networks.cholesky import metric_from_numbers, numbers_of_metric
from g2links.networks.fundamental import FundamentalDomain
from g2links.networks.tasks import TASKS, change_frame, turn_upsilon
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential
from g2links.potentials.features import InvariantFeatures
from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.charts import canonical_point
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.symmetry import coordinate_permutations, exponent_lattice, is_real

NAMES = ("fermat_quintic", "dwork(0.3+0.1j)", "p11222")


@pytest.fixture(scope="module", params=NAMES)
def f(request):
    return from_catalogue(request.param)


@pytest.fixture(scope="module")
def points(f):
    return WeightedHypersurface(f).sample(40, 3)


def exact(link, at):
    eta, omega, upsilon, transverse = structure_at(link, at)
    return {
        "3form": contact_phi(eta, omega, upsilon.real),
        "metric": forms.pack_symmetric(total_metric(eta, transverse)),
        "4form": contact_psi(eta, omega, upsilon.imag),
    }


def test_the_exact_structure_comes_back_from_the_domain(f, points):
    variety = WeightedHypersurface(f)
    features = InvariantFeatures(variety, 2, True)
    ansatz = AlgebraicAnsatz(features)
    (start,) = ansatz.initial(np.random.default_rng(0), np.asarray(jax.jit(jax.vmap(features))(points.z)))
    potential = KahlerPotential(ansatz, (start + 0.1 * jnp.sin(jnp.arange(len(start))),))
    link, domain = ContactCalabiYau(f, potential, 2.0), FundamentalDomain(variety)

    @jax.jit
    @jax.vmap
    def here_and_back(at):
        image = domain.representative(at)
        here, there = exact(link, at), exact(link, image.at)
        pairs = [
            (here[task.name], turn_upsilon(task, change_frame(task, there[task.name], image.frame), image.turn))
            for task in TASKS.values()
        ]
        return pairs, jnp.abs(f(image.at.z))

    pairs, on_variety = here_and_back(points.at)
    assert np.max(on_variety) < 1e-12
    for here, back in pairs:
        np.testing.assert_allclose(back, here, atol=1e-11 * float(jnp.max(jnp.abs(here))))


def test_all_images_of_a_point_have_one_representative(f, points, rng):
    variety = WeightedHypersurface(f)
    orders, lattice = coordinate_permutations(f), exponent_lattice(f)
    moved = []
    for z in points.z:
        turns = np.zeros(5)
        for row in lattice[::-1]:
            column = int(np.flatnonzero(row)[0])
            turns[column] = (rng.integers(100) - row @ turns) / row[column]
        image = np.exp(2j * np.pi * turns) * z[list(orders[rng.integers(len(orders))])]
        moved.append(image.conj() if is_real(f) and rng.integers(2) else image)
    domain = FundamentalDomain(variety)

    @jax.jit
    @jax.vmap
    def representative(z):
        return domain.representative(canonical_point(variety, z)).at

    for here, there in zip(representative(points.z), representative(np.array(moved)), strict=True):
        np.testing.assert_allclose(there, here, atol=1e-9)


def test_the_turn_of_upsilon_is_that_of_the_forms(rng):
    """On the flat model: φ and ψ with e^{iα}Υ in place of Υ."""
    eta = jnp.asarray(rng.normal(size=7)).at[6].set(1.0)
    g = np.eye(3) + 0.1j * np.array([[0, 1, 2], [-1, 0, 3], [-2, -3, 0]])
    omega = forms.pack(jnp.pad(jnp.block([[-2 * g.imag, 2 * g.real], [-2 * g.real, -2 * g.imag]]), (0, 1)), 2)
    volume = (0.3 - 0.8j) * np.array(
        [np.linalg.det(np.concatenate([np.eye(3), 1j * np.eye(3), np.zeros((1, 3))])[row]) for row in indices()]
    )
    turn = np.exp(0.7j)
    phi, turned = (contact_phi(eta, omega, (t * volume).real) for t in (1.0, turn))
    np.testing.assert_allclose(turn_upsilon(TASKS["3form"], phi, jnp.asarray(turn)), turned, atol=1e-14)
    psi, turned = (contact_psi(eta, omega, (t * volume).imag) for t in (1.0, turn))
    np.testing.assert_allclose(turn_upsilon(TASKS["4form"], psi, jnp.asarray(turn)), turned, atol=1e-13)


def indices():
    return forms.multi_indices(7, 3)


def test_any_numbers_make_a_positive_metric_and_every_metric_has_numbers(rng):
    numbers = jnp.asarray(rng.normal(size=(20, 28)))
    metrics = jax.jit(jax.vmap(metric_from_numbers))(numbers)
    full = jax.vmap(lambda g: forms.unpack_symmetric(g, 7))(metrics)
    assert np.all(np.linalg.eigvalsh(full) > 0)
    np.testing.assert_allclose(jax.jit(jax.vmap(numbers_of_metric))(metrics), numbers, atol=1e-7)
