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
# Each step below is a command of `g2links`, called from Python; `README.md` describes what it writes. As it
# stands the notebook makes a quick run, which shows how everything works; its figures are not for use. Set
# `QUICK = False` for the real sizes.

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
# Points on the Fermat quintic, and a Kähler potential trained until the Monge-Ampère equation holds. Its
# error is σ.

# %%
run("cy")

# %%
show("cy_history_run*.png")

# %% [markdown]
# ## 2. Data sets on the link
#
# φ, ψ and the metrics at the points of step 1, each rotated by random angles along the circle; split by base
# point.

# %%
run("sample")

# %% [markdown]
# ## 3. Networks
#
# One for each of the 3-form, the metric and the 4-form. A file `hyperparameters/hps.yaml` changes how they
# are trained.

# %%
for task in ("3form", "metric", "4form"):
    run("train", "--task", task)

# %%
show("3form_run*_predictions.png")

# %% [markdown]
# ## 4. Checks
#
# dω = 0; then the identities of the G2-structure, for the analytic forms and for the learned ones.

# %%
run("check", "kahlerity")

# %%
run("check", "analytic")

# %%
show("check_analytic*.png")

# %%
run("check", "model", "--psi-method", "star")

# %%
show("check_model*.png")

# %% [markdown]
# ## The same objects in Python
#
# The forms are functions of the coordinates (x1, x2, x3, y1, y2, y3, θ) of a chart.

# %%
link = g2links.load_cy(home=HOME).link()
chart = link.chart(jax.numpy.array([1, -1, 0.5, -0.5, 0], dtype=complex))
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
