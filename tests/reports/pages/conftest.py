"""A run that nobody solved: its records are made up, its points lie on V."""

from dataclasses import replace

import numpy as np
import pytest

from g2links.checks.registry import find_check
from g2links.checks.verdict import verdict
from g2links.reports.histograms import histograms_of
from g2links.reports.pages.contents import RunContents, ValuesOnV
from g2links.reports.statistics import check_record
from g2links.varieties.catalogue import fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.varieties.points.slices import slice_of
from g2links.varieties.polynomial import Polynomial

LIMITS = {"d_psi": {"statistic": "max", "at_most": 1e-9}, "positive": {"statistic": "mean", "at_least": 1.0}}


def record_of_run(sigma=1e-5):
    worst = {"value": 3e-4, "ratio": 0.9997, "smallest_eigenvalue": 0.1, "start": "special", "evaluations": 10}
    return {
        "ansatz": {"kind": "algebraic", "degree": 6},
        "options": {"n_points": 1000, "ansatz": "auto", "degree": None, "iterations": None, "seed": 3},
        "parameters": 10,
        "points": {"train": 700, "validation": 100, "test": 200},
        "effective_sample_size": 0.8,
        "figures": {
            "sigma": sigma,
            "reference_sigma": 0.37,
            "reference_supremum": 1.8,
            "ma_rms": 2e-5,
            "ma_max": 1e-4,
            "ma_supremum": 3e-4,
            "d_omega": 1e-15,
            "volume_ratio": 1.001,
            "smallest_eigenvalue": 0.1,
            "seconds": 3.0,
        },
        "standard_errors": {"sigma": 1e-7, "volume_ratio": 1e-3, "normalisation": 1e-3},
        "supremum": {**worst, "z": [[1.0, 0.0], [-1.0, 1e-17], [0.0, 0.5], [0.0, 0.0], [0.0, 0.0]]},
        "stopped_because": "the residual no longer falls",
        "iterations": 2,
        "best_iteration": 2,
        "history": [{"iteration": i, "rms": 0.1**i, "sigma_validation": 0.2**i} for i in (1, 2, 3)],
        "versions": {"python": "3.11.7", "packages": {"g2links": "0.2.0"}, "platform": "", "machine": "", "cores": 2},
    }


def record_of_check(rng, factor=1.0):
    """Of the analytic check, at 50 points; it passes where the factor is 1."""
    values = {"d_psi": factor * 10 ** rng.normal(-14, 0.3, 50), "positive": np.ones(50)}
    return {**check_record("analytic", 1, None, values, LIMITS), "histograms": histograms_of(values, LIMITS)}


@pytest.fixture
def make_run(rng):
    """Contents of a page, of which some can be told."""

    def make(polynomial=None, sigma=1e-5, **more):
        variety = WeightedHypersurface(polynomial or fermat_quintic())
        part, points = slice_of(variety, 600), variety.sample(200, 1)
        shares = np.abs(points.z) ** 2
        t = np.geomspace(0.1, 10, 5)[:, None] * np.exp(1j * np.arange(4))
        values = ValuesOnV(
            points.z,
            shares / shares.sum(axis=1, keepdims=True),
            1 + 1e-4 * rng.normal(size=200),
            part,
            1 + 1e-4 * rng.normal(size=len(part.z)),
            t,
            1 + 1e-4 * rng.normal(size=t.shape),
            np.array([0.4, 0.4, 0.2, 0.0, 0.0]),
        )
        record = record_of_run(sigma)
        contact = find_check("contact")
        run = RunContents(
            variety,
            1,
            record,
            verdict(record),
            values,
            facts={"Degree": "5"},
            checks={"analytic": record_of_check(rng)},
            missing={"contact": (contact, "g2links check contact --cy-run-number 1")},
            commands=("g2links cy --seed 3",),
        )
        return replace(run, **more)

    return make


@pytest.fixture
def evil():
    """A quintic whose name is a script."""
    f = fermat_quintic()
    return Polynomial(f.terms, f.weights, "<script>alert('x')</script>")
