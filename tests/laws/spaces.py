"""The spaces on which every law must hold."""

from g2links import g2

SPACES = {
    "flat": g2.flat_space(),
    "heisenberg": g2.heisenberg(),
    "heisenberg-0.3": g2.heisenberg(0.3),
    "round-sphere": g2.round_sphere(),
}
