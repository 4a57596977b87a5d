"""Varieties: polynomials, families, charts, residue forms, symmetries and points."""

from g2links.varieties.catalogue import dwork as dwork
from g2links.varieties.catalogue import fermat_quintic as fermat_quintic
from g2links.varieties.hypersurface import WeightedHypersurface as WeightedHypersurface
from g2links.varieties.parsing import parse_polynomial as parse_polynomial
from g2links.varieties.polynomial import Polynomial as Polynomial
from g2links.varieties.variety import AbstractVariety as AbstractVariety
