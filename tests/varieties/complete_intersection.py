"""A second family of varieties, written from outside: two equations in P^{N-1}, of any dimension N - 3.

It has all that `AbstractVariety` asks for and nothing more; what is tested with it is what the contract promises.
"""

from dataclasses import dataclass
from functools import cache

import jax
import numpy as np

from g2links.errors import PolynomialError
from g2links.potentials.metric import hermitian_determinant
from g2links.potentials.reference import reference_jet
from g2links.varieties.charts import tangent_frame
from g2links.varieties.points.sampling import Points, in_charts, require_points
from g2links.varieties.polynomial import Polynomial
from g2links.varieties.residue import kahler_volume, residue, volume_factor
from g2links.varieties.variety import AbstractVariety

FAMILY = "two equations"


@dataclass(frozen=True)
class TwoEquations(AbstractVariety):
    """{f = g = 0} in P^{N-1}."""

    first: Polynomial
    second: Polynomial
    name: str = "two_equations"

    @property
    def charges(self):
        """One row of ones."""
        return (self.first.weights,)

    @property
    def equations(self):
        """f and g."""
        return (self.first, self.second)

    def sample(self, n, seed):
        """On random planes, which meet V in deg f · deg g points: the law is ω_FS^n, as for lines and one equation."""
        require_points(n)
        each = self.first.degree * self.second.degree
        rng = np.random.default_rng(seed)
        planes = rng.normal(size=(-(-n // each), 2, 3, self.variables)).view()
        z = np.concatenate([self._on_plane(p[0] + 1j * p[1]) for p in planes])[:n]
        at = in_charts(self, z)

        def density(at):
            h, g = residue(self, at), reference_jet(self, at.z, tangent_frame(self, at)).hermitian()[0]
            return (h.real**2 + h.imag**2) / (volume_factor(self.dimension) * hermitian_determinant(g))

        # the density of |Ω|² with respect to the law
        weights = kahler_volume(self) * np.asarray(jax.jit(jax.vmap(density))(at))
        return Points(at, weights, np.arange(n) // each)

    def _on_plane(self, basis):
        """The points of V in the plane of three vectors: roots of the resultant in s, then of f in t."""
        f, g = (_on_grid(h, basis) for h in self.equations)
        total = self.first.degree * self.second.degree
        circle = np.exp(2j * np.pi * np.arange(total + 1) / (total + 1))
        values = [np.linalg.det(_sylvester(_at(f, s), _at(g, s))) for s in circle]
        found = []
        for s in np.roots(np.fft.fft(values)[::-1]):
            candidates = np.roots(_at(f, s)[::-1])
            best = candidates[np.argmin(np.abs(np.polyval(_at(g, s)[::-1], candidates)))]
            found.append(basis[0] + s * basis[1] + best * basis[2])
        if len(found) != total:
            raise PolynomialError("equations", self.name, f"{total} points on each plane")
        return np.array(found)

    def to_config(self):
        """With the name of the family, by which it is found again."""
        return {"family": FAMILY, "equations": [f.to_config() for f in self.equations], "name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(*map(Polynomial.from_config, config["equations"]), config["name"])


def _on_grid(f, basis):
    """(d + 1, d + 1) the coefficients of f(basis_0 + s basis_1 + t basis_2) at s^i t^j."""
    d = f.degree
    circle = np.exp(2j * np.pi * np.arange(d + 1) / (d + 1))
    s, t = np.meshgrid(circle, circle, indexing="ij")
    z = basis[0] + s[..., None] * basis[1] + t[..., None] * basis[2]
    return np.fft.fft2(np.asarray(_values(f)(z.reshape(-1, z.shape[-1]))).reshape(s.shape)) / s.size


@cache
def _values(f):
    return jax.jit(jax.vmap(f))


def _at(coefficients, s):
    """Those in t, ascending."""
    return s ** np.arange(len(coefficients)) @ coefficients


def _sylvester(f, g):
    rows = [np.concatenate([np.zeros(i), f, np.zeros(len(g) - 2 - i)]) for i in range(len(g) - 1)]
    rows += [np.concatenate([np.zeros(i), g, np.zeros(len(f) - 2 - i)]) for i in range(len(f) - 1)]
    return np.array(rows)
