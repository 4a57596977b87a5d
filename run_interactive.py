# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # G2-structures on a Calabi-Yau link, step by step
#
# A quintic polynomial $f$ in five variables defines a Calabi-Yau threefold $V = \{f = 0\} \subset \mathbb{P}^4$ and,
# as the intersection of its cone with the unit sphere, a seven-dimensional *link* $K \subset S^9$, a circle bundle
# $K \to V$. From the Ricci-flat metric of $V$ come, on $K$, the contact form $\eta$, the 3-form $\varphi$, the 4-form
# $\psi$ and a metric. This notebook finds the metric of the Fermat quintic, evaluates the forms, trains networks that
# predict them, and checks every identity between them.
#
# Each step is a command of `g2links`, called from Python; `README.md` says what it writes. As it stands the notebook
# makes a **quick run**: a minute or two that show how everything works. Its figures are not for use. Set
# `QUICK = False` for the real sizes; that takes some minutes more and is a thousand times as accurate.

# %%
from pathlib import Path

import jax
from IPython.display import Image, display

import g2links
from g2links import forms, g2
from g2links.cli import main

QUICK = True
HOME = Path(".")


def run(*arguments: str) -> None:
    """Run `g2links` with these arguments; stop the notebook if it fails."""
    small = ["--quick"] if QUICK and arguments[0] != "runs" else []
    try:
        main([*arguments, "--home", str(HOME), *small])
    except SystemExit as end:
        if end.code:
            raise RuntimeError(f"g2links {' '.join(arguments)}: exit code {end.code}") from None


def show(pattern: str) -> None:
    """Show the newest picture in `plots/` whose name matches."""
    pictures = sorted((HOME / "plots").glob(pattern), key=lambda path: path.stat().st_mtime)
    display(Image(filename=str(pictures[-1])))


# %% [markdown]
# ## 1. The Calabi-Yau metric
#
# Kähler metrics in the class of $\mathcal{O}(1)$ have a potential $K = \log |z|^2 + u$ with a function $u$ on $V$.
# The metric is Ricci-flat exactly where its volume form is that of the holomorphic 3-form $\Omega$ (the Monge-Ampère
# equation):
#
# $$ \lambda^2 = \frac{\omega^3/6}{\tfrac{i}{8}\, c^2\, \Omega \wedge \bar\Omega} = 1 . $$
#
# So $u$ is fitted, in a family of functions with all symmetries of $f$, to make this ratio 1 at random points of $V$
# whose distribution is known exactly. Two figures say how well that went, both from points that the fit never saw:
# $\sigma$, the mean of $|1 - \lambda^{-2}|$, and the *supremum*, the largest error that a search over all of $V$ finds.
# The mean alone would hide a bad spot.

# %%
run("cy")

# %% [markdown]
# How the error fell, and how it is distributed:

# %%
show("cy_history_run*.png")

# %% [markdown]
# ## 2. Data sets on the link
#
# The forms at the points of step 1, as components in a chart with coordinates $(x_1, x_2, x_3, y_1, y_2, y_3, \theta)$:
#
# $$ \eta = d\theta + \mathrm{Im}\, \partial K, \qquad \varphi = \eta \wedge \omega + \mathrm{Re}\, \Upsilon, \qquad
# \psi = \tfrac12\, \omega \wedge \omega - \eta \wedge \mathrm{Im}\, \Upsilon, \qquad \Upsilon = c\, \Omega . $$
#
# Each point is also rotated by random angles along its circle. Training, validation and test sets are split by base
# point, so that no circle is in two of them.

# %%
run("sample")

# %% [markdown]
# ## 3. Networks
#
# One for each of the 3-form, the metric and the 4-form, which predict all components from a point of the link. A file
# `hyperparameters/hps.yaml` changes how they are trained.

# %%
for task in ("3form", "metric", "4form"):
    run("train", "--task", task)

# %% [markdown]
# Predicted against computed components of $\varphi$, on base points that were held out:

# %%
show("3form_run*_predictions.png")

# %% [markdown]
# ## 4. Checks
#
# A check prints each figure with its limit, and its exit code is 1 where one fails. The first one is $d\omega = 0$.

# %%
run("check", "kahlerity")

# %% [markdown]
# Two kinds of identities hold for the forms. $d\varphi = \omega \wedge \omega$ and $d\psi = 0$ hold for *every* Kähler
# potential: they test the program, to rounding. $\varphi \wedge \psi = 7\, \mathrm{vol}$, $\psi = {*\varphi}$ and
# $g_\varphi = \eta^2 + g$ hold where the metric is Ricci-flat: they are as good as $\sigma$.

# %%
run("check", "analytic")

# %%
show("check_analytic*.png")

# %% [markdown]
# The same for the learned forms, whose derivatives are those of the networks:

# %%
run("check", "model", "--psi-method", "star")

# %%
show("check_model*.png")

# %% [markdown]
# And the torsion of the G2-structure, which on a contact Calabi-Yau manifold is known:
# $\tau_0 = \tfrac67$, $\tau_1 = 0$, $\tau_2 = 0$, $|\tau_3|^2 = \tfrac{48}7$. It is coclosed, and not parallel.

# %%
run("check", "torsion")

# %% [markdown]
# ## The same objects in Python
#
# All of this are functions: of a point, of a chart and its coordinates, or of a whole array of points.

# %%
cy = g2links.open_run(HOME)
link = cy.link
z = jax.numpy.array([1, -1, 0.5, -0.5, 0], dtype=complex)
print("φ at three rotations of a point:", link.phi(jax.numpy.stack([z, 1j * z, -z])).shape)

# %%
chart = link.chart(z)
x = link.origin(chart)
phi, omega = link.phi(chart, x), link.omega(chart, x)
d_phi = forms.exterior_derivative(lambda y: link.phi(chart, y), p=3)(x)
error = d_phi - forms.wedge(omega, omega, p=2, q=2, n=7)
print("largest component of dφ - ω∧ω:", float(abs(error).max()))
print("φ is positive:", bool(g2.is_positive(phi)))

# %% [markdown]
# Runs are numbered, and the most recent one is used unless an option says otherwise.

# %%
run("runs", "list")

# %% [markdown]
# ## From here
#
# - Your own threefold: `run("cy", "--polynomial", "z0^5+z1^5+z2^5+z3^5+z4^5+2*z0*z1*z2*z3*z4")`, or any weights.
#   `g2links polynomials` has a catalogue, complete intersections included.
# - `run("report")` writes the run as one page of HTML, with an error map that shows where the metric is weakest.
# - `g2links examples DIR` copies the tutorials: your own potential, your own check, torsion of your own 3-form.
