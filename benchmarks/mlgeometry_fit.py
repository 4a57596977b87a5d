"""Fit a quintic with mlgeometry-jax, in its own environment; `other_codes.py` calls it.

Its package alone is used, with the network, optimiser and sizes of its guide (Guide.ipynb of
github.com/yidiq7/MLGeometry; Douglas, Lakshminarasimhan and Qi, arXiv:2012.04797).
"""

import argparse
import json
import os
import time

import jax
import MLGeometry as mlg
import numpy as np
import optax
import sympy as sp
from flax import linen as nn
from MLGeometry import bihomoNN as bnn

BATCH, LEARNING_RATE, SEED, LINE = 1000, 0.01, 7, 5
"""Of the guide; and how many points a line has."""


class Potential(nn.Module):
    """K up to a factor: the guide's network of k = 4."""

    @nn.compact
    def __call__(self, z: jax.Array) -> jax.Array:
        x = bnn.SquareDense(features=70)(bnn.Bihomogeneous(d=5)(z))
        x = bnn.SquareDense(features=100)(x)
        return jax.numpy.log(bnn.SquareDense(features=1, activation=None)(x))


def main() -> None:
    """Write the weights of the layers, and how long what took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polynomial", required=True)
    parser.add_argument("--points", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="of Adam, CPU time")
    parser.add_argument("--out", required=True, help="an .npz file")
    options = parser.parse_args()
    np.random.seed(SEED)  # noqa: NPY002  # the package draws from the global generator
    z = list(sp.symbols("z0:5"))
    f = sp.sympify(options.polynomial, locals={"I": sp.I, **{str(s): s for s in z}})
    data = mlg.dataset.generate_dataset(mlg.hypersurface.Hypersurface(z, f, options.points // LINE))
    prepared = cpu_seconds()
    parameters, epochs, loss = fitted(data, time.process_time() + options.seconds)
    layers = parameters["params"]
    kernels = {f"layer{i}": np.asarray(layers[f"SquareDense_{i}"]["kernel"]) for i in range(3)}
    np.savez(options.out, **kernels)
    print(json.dumps({"prepared": prepared, "seconds": cpu_seconds(), "epochs": epochs, "loss": loss}))


def cpu_seconds() -> float:
    """CPU time so far, that of the pool which solves for the points included: on one core, the wall time if the machine
    does nothing else."""
    return sum(os.times()[:4])


def fitted(data: dict[str, jax.Array], deadline: float) -> tuple[dict, int, float]:
    """Adam on the package's loss until the process has used so much CPU time; the state of the best epoch."""
    model, adam = Potential(), optax.adam(LEARNING_RATE)
    parameters = mlg.trainer.init_params(model, (5,), SEED)
    state, key, n = adam.init(parameters), jax.random.PRNGKey(SEED), len(data["points"])

    @jax.jit
    def step(parameters: dict, state: tuple, batch: dict) -> tuple[dict, tuple, jax.Array]:
        loss, slope = jax.value_and_grad(lambda p: mlg.loss.compute_loss(model, p, batch, mlg.loss.weighted_MAPE))(
            parameters
        )
        updates, state = adam.update(slope, state, parameters)
        return optax.apply_updates(parameters, updates), state, loss

    best, least, epochs = parameters, float("inf"), 0
    while time.process_time() < deadline:
        key, own = jax.random.split(key)
        shuffled = {name: values[jax.random.permutation(own, n)] for name, values in data.items()}
        losses = []
        for i in range(0, n - BATCH + 1, BATCH):
            parameters, state, loss = step(parameters, state, {name: v[i : i + BATCH] for name, v in shuffled.items()})
            losses.append(float(loss))
        epochs += 1
        if np.mean(losses) < least:
            best, least = parameters, float(np.mean(losses))
    return best, epochs, least


if __name__ == "__main__":
    main()
