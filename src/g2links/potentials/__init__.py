"""Families of functions u on V, the reference potential, and the Kähler metric of a potential."""

from g2links.potentials.families import AlgebraicAnsatz as AlgebraicAnsatz
from g2links.potentials.families import KahlerPotential as KahlerPotential
from g2links.potentials.families import NeuralAnsatz as NeuralAnsatz
