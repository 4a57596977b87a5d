"""What the model check allows knows how its derivatives are taken."""

import pytest

from g2links.checks.contract import CheckSetting, Found, Networks
from g2links.checks.model import CHECK
from g2links.checks.tolerances import GRADIENT, ROUNDING, closedness, gradient_of
from g2links.potentials.families import AlgebraicAnsatz, KahlerPotential, NeuralAnsatz
from g2links.potentials.features import InvariantFeatures
from g2links.potentials.sections import HermitianAnsatz, Sections
from g2links.varieties.catalogue import fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface

EPSILON = 1e-3
TRUNCATION = closedness("flux", EPSILON)["at_most"]


@pytest.fixture
def limits(make_model, link, points):
    """Of networks of one family, by one method, with ψ from its own network."""

    def of(kind, method):
        networks = Networks(**{name: make_model(kind, task) for name, task in NETWORKS.items()})
        setting = CheckSetting(
            link, points, {"ma_rms": 1e-3}, method=method, epsilon=EPSILON, networks=networks, psi_method="model"
        )
        return CHECK.thresholds(setting, Found({}))

    return of


NETWORKS = {"phi": "3form", "metric": "metric", "psi": "4form"}
CLOSED = ("d_eta_minus_omega", "d_phi_minus_omega2", "d_psi")


def test_what_a_potential_has_exactly_is_judged_by_the_error_of_the_derivative(limits):
    exact, flux = limits("potential", "autodiff"), limits("potential", "flux")
    for name in CLOSED:
        assert exact[name] == {"statistic": "max", "at_most": ROUNDING}
        assert flux[name] == {"statistic": "max", "at_most": TRUNCATION}
    assert {name: limit for name, limit in exact.items() if name not in CLOSED} == {
        name: limit for name, limit in flux.items() if name not in CLOSED
    }


def test_what_a_network_has_nearly_is_allowed_that_error_beside_its_own(limits):
    nearly, flux = limits("direct", "autodiff"), limits("direct", "flux")
    for name in CLOSED:
        assert flux[name]["statistic"] == "mean"
        assert flux[name]["at_most"] == pytest.approx(nearly[name]["at_most"] + TRUNCATION, rel=1e-12)


def test_a_gradient_may_be_that_of_a_polynomial_of_the_degree_of_the_potential():
    variety = WeightedHypersurface(fermat_quintic())
    features = InvariantFeatures(variety, 14, True)
    assert gradient_of(KahlerPotential(AlgebraicAnsatz(features), ())) == 2.5 * 14
    assert gradient_of(KahlerPotential(HermitianAnsatz(Sections(variety, 5)), ())) == GRADIENT
    assert gradient_of(KahlerPotential(NeuralAnsatz(features, (4,), "tanh"), ())) == GRADIENT
    assert gradient_of(lambda z: 0.0) == GRADIENT
