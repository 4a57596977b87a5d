"""The words that options take. A test holds them against what the package takes, which no help text loads."""

from typing import Literal

Ansatz = Literal["auto", "neural", "algebraic", "mixed"]
Optimiser = Literal["lm", "adam"]
Source = Literal["run", "fresh"]
Task = Literal["3form", "metric", "4form"]
RunTask = Literal["cy", "3form", "metric", "4form"]
Compared = Literal["all", "cy", "3form", "metric", "4form"]
Architecture = Literal["direct", "ambient", "potential"]
Derivative = Literal["autodiff", "flux"]
PsiMethod = Literal["star", "model"]
Emitted = Literal["slurm"]
Rule = Literal["gauss", "sobol"]
