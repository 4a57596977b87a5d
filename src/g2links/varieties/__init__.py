"""Weighted-homogeneous polynomials, their charts, residue forms, symmetries and points."""

from g2links.varieties.catalogue import dwork as dwork
from g2links.varieties.catalogue import fermat_quintic as fermat_quintic
from g2links.varieties.parsing import parse_polynomial as parse_polynomial
from g2links.varieties.points.sampling import sample_points as sample_points
from g2links.varieties.polynomial import Polynomial as Polynomial
