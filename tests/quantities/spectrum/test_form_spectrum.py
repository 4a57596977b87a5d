"""Spectra of the Hodge Laplacian on forms: manifolds where it is known, and what fails where it is spoiled."""

import dataclasses

import numpy as np
import pytest

import g2links
from g2links.quantities.spectrum.averages import Moments
from g2links.quantities.spectrum.form_levels import FormLevel, Kernel, betti_number, exact_part, kernel
from g2links.quantities.spectrum.form_space import FormSpace
from g2links.quantities.spectrum.sectors import sectors_of
from g2links.records import FormSpectrumRecord
from g2links.storage.records import read_record
from g2links.varieties.catalogue import fermat_family
from g2links.varieties.hypersurface import WeightedHypersurface
from g2links.workflow.form_spectrum import FormSpectrum
from g2links.workflow.polynomials import resolve_variety
from tests.cli.commands import SMALL_CURVE
from tests.quantities.spectrum.test_spectrum import SHORTEST

K3 = WeightedHypersurface(fermat_family((1,) * 4, 0, "fermat_4"))


def _level(value, multiplicity=1, exactness=0.0, error=1e-6):
    return FormLevel(value, multiplicity, (1, 0), 0.0, error, exactness, ())


FUNCTIONS = [_level(0.0, 1), _level(SHORTEST, 6), _level(3 * SHORTEST, 6), _level(4 * SHORTEST, 6)]
"""On the torus, as forms have them."""


@pytest.fixture(scope="module")
def torus():
    return g2links.solve("z0^3+z1^3+z2^3", weights=(1, 1, 1), **SMALL_CURVE)


@pytest.fixture(scope="module")
def one_forms(torus):
    return g2links.form_spectrum(torus, levels=7, degree=8, n_points=1000)


@pytest.mark.slow
def test_on_the_torus_one_forms_have_twice_the_levels_of_functions(one_forms):
    """T*V is trivial: 2 harmonic ones, and f dz, f dz̄ for every function f above 0."""
    assert one_forms.harmonic == one_forms.betti == 2
    assert one_forms.kernels[1, 0].highest < 1e-4
    assert one_forms.kernels[1, 0].next > 0.5 * SHORTEST
    levels = one_forms.levels[1, 0]
    found = np.repeat([level.eigenvalue for level in levels], [level.multiplicity for level in levels])
    expected = SHORTEST * np.repeat([0, 1, 3, 4, 7], [2, 12, 12, 12, 24])[: len(found)]
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert all(level.exactness == pytest.approx(1, abs=0.2) for level in levels[1:])
    assert one_forms.exact[1, 0].compared >= 12
    assert one_forms.passed


@pytest.mark.slow
def test_what_was_found_is_saved(one_forms, tmp_path):
    picture, record = one_forms.save(tmp_path)
    assert read_record(record, FormSpectrumRecord) == one_forms.record()
    assert picture.endswith(".png")


def test_a_missing_harmonic_form_and_a_wrong_exact_part_fail():
    levels = [_level(0.0, 2), *(_level(f.eigenvalue, 2 * f.multiplicity, 1.0) for f in FUNCTIONS[1:])]
    right = exact_part((1, 0), levels, FUNCTIONS)
    assert right.agrees
    assert right.compared == 36
    moved = [level._replace(eigenvalue=1.01 * level.eigenvalue) for level in levels]
    doubled = [level._replace(multiplicity=2 * level.multiplicity) for level in levels]
    wrong = [exact_part((1, 0), spoiled, FUNCTIONS) for spoiled in (moved, doubled, levels[:2] + levels[3:])]
    assert not any(part.agrees for part in wrong)
    found = FormSpectrum(
        K3, 1, {(1, 0): tuple(levels)}, {(1, 0): Kernel(2, 1e-9, 2.4)}, 2, {(1, 0): right}, 4, 1000, 1e-6, None, 0.01
    )
    assert found.passed
    assert "kernel" in dataclasses.replace(found, kernels={(1, 0): Kernel(1, 1e-9, 0.8)}).failures[0]
    assert "exact part" in dataclasses.replace(found, exact={(1, 0): wrong[0]}).failures[0]
    assert "relative errors" in dataclasses.replace(found, require_error=1e-8).failures[0]
    unknown = dataclasses.replace(found, exact={(1, 0): exact_part((1, 0), [], FUNCTIONS)})
    assert any("no level is known well enough to be compared" in line for line in unknown.lines())
    assert not any("no level is known" in line for line in found.lines())


@pytest.mark.parametrize(
    ("variety", "numbers"),
    [(K3, (0, 22)), (resolve_variety("fermat_quintic"), (0, 1)), (resolve_variety("bicubic"), (0, None))],
)
def test_betti_numbers(variety, numbers):
    assert (betti_number(variety, 1), betti_number(variety, 2)) == numbers


def test_the_kernel_is_what_lies_below_the_gap():
    sectors = list(sectors_of(FormSpace(K3, (1, 0), 2)))
    energies = [0.2, 1.4, 7.6]

    def moments(sector):
        values = (energies * sector.functions)[: sector.functions]
        unit = np.eye(sector.functions, dtype=complex)
        return Moments(np.stack(8 * [unit / 8]), np.stack(8 * [unit / 8]), unit, unit, np.diag(values).astype(complex))

    averages = [[moments(sector) for sector in orbit] for orbit in sectors]
    sizes = [(sector.multiplicity, sector.functions) for orbit in sectors for sector in orbit]
    low = sum(multiplicity * (len(range(0, n, 3)) + len(range(1, n, 3))) for multiplicity, n in sizes)
    found = kernel(sectors, averages, 6.9, in_degree=2)
    assert found.dimension == 2 * low
    assert found.highest == pytest.approx(max(energies[: max(n for _, n in sizes)][:2]))
    assert kernel(sectors, averages, 0.4).dimension == 0
