"""The commands of a page make the run again."""

import shlex

import numpy as np

from g2links.varieties.catalogue import from_catalogue
from g2links.varieties.configurations import of_configuration, of_equations
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.intersection_catalogue import all_intersections
from g2links.varieties.polynomial import Polynomial
from g2links.workflow.commands import check_command, metric_command, network_command, samples_command
from g2links.workflow.fit_options import FitOptions
from g2links.workflow.polynomials import resolve_polynomial


def _record(**options):
    return {"options": FitOptions(**options).to_record(), "ansatz": {"kind": "algebraic"}}


def test_the_metric_by_every_option_that_is_not_the_default():
    variety = WeightedHypersurface(from_catalogue("dwork(0.3+0.1j)"))
    record = {**_record(n_points=500, widths=(8, 4), seed=7), "time_limit": 60.0}
    words = shlex.split(metric_command(record, variety))
    assert words[:3] == ["g2links", "cy", "--polynomial"]
    assert words[4:] == ["--n-points", "500", "--widths", "8,4", "--seed", "7", "--time-limit", "60.0"]
    again = resolve_polynomial(words[3])
    assert again.terms == variety.polynomial.terms


def test_weights_where_they_are_not_one():
    polynomial = Polynomial("z0^8+z1^8+z2^4+z3^4+z4^4", (1, 1, 2, 2, 2))
    words = shlex.split(metric_command(_record(), WeightedHypersurface(polynomial)))
    assert words[4:] == ["--weights", "1", "1", "2", "2", "2"]
    np.testing.assert_array_equal(resolve_polynomial(words[3], (1, 1, 2, 2, 2)).exponents, polynomial.exponents)


def test_complete_intersections_by_their_equations():
    """To the last digit, random ones included."""
    for variety in (*all_intersections(), of_configuration("P2 3; P2 3", 4, (1, 2))):
        words = shlex.split(metric_command(_record(), variety))
        polarisation = tuple(map(int, words[7:]))
        again = of_equations(words[3], words[5], polarisation)
        assert words[2:7:2] == ["--ambient", "--equations", *(["--polarisation"] if polarisation else [])]
        assert (again.spaces, again.polarisation) == (variety.spaces, variety.polarisation)
        assert [f.terms for f in again.equations] == [f.terms for f in variety.equations]


def test_a_potential_of_ones_own_is_said():
    record = {**_record(), "ansatz": {"kind": "own"}}
    assert "from Python" in metric_command(record, WeightedHypersurface(from_catalogue("fermat_quintic")))


def test_data_sets_by_what_is_not_the_default():
    options = {"n_points": 600, "n_rotations": 2, "source": "run", "splits": [0.8, 0.1, 0.1], "seed": 0}
    assert samples_command(3, {"options": options}) == (
        "g2links sample --cy-run-number 3 --n-points 600 --n-rotations 2"
    )
    assert "with the options" in samples_command(3, None)


def test_networks_and_checks():
    record = {"hyperparameters": {"architecture": "ambient", "epochs": 3, "seed": 0}, "cy_run": 2}
    assert network_command("4form", record) == (
        "g2links train --task 4form --architecture ambient --epochs 3 --seed 0 --cy-run-number 2"
    )
    assert check_command("model", 1, 2, "star") == (
        "g2links check model --cy-run-number 1 --g2-run-number 2 --psi-method star"
    )
