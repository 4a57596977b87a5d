"""Artefact files, run numbers, checkpoints and locks: the only layer of g2links that touches the disk.

Nothing here imports JAX or Keras until a model is saved or loaded.
"""
