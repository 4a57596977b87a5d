"""Ricci-flat Kähler potentials: families of functions, the solver, and measures of what it found."""

from g2links.kahler.potentials import AlgebraicAnsatz as AlgebraicAnsatz
from g2links.kahler.potentials import KahlerPotential as KahlerPotential
from g2links.kahler.potentials import NeuralAnsatz as NeuralAnsatz
