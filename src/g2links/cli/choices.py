"""The words that options take. A test holds them against what the package takes, which no help text loads."""

from typing import Literal

Ansatz = Literal["auto", "neural", "algebraic", "mixed"]
Optimiser = Literal["lm", "adam"]
Source = Literal["run", "fresh"]
Task = Literal["3form", "metric", "4form"]
RunTask = Literal["cy", "3form", "metric", "4form"]
Compared = Literal["all", "cy", "3form", "metric", "4form"]
Architecture = Literal["direct", "ambient", "potential"]
SmoothActivation = Literal["tanh", "gelu", "gelu_tanh", "swish", "softplus", "sine"]
Activation = Literal["auto", "tanh", "gelu", "gelu_tanh", "swish", "softplus", "sine", "elu", "relu"]
Derivative = Literal["autodiff", "flux"]
PsiMethod = Literal["star", "model"]
FunctionSymmetry = Literal["all", "phases", "none"]
Emitted = Literal["slurm"]
Rule = Literal["gauss", "sobol"]
