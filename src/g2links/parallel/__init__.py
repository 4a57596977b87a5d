"""Several processes and devices as one: who leads, what is done by all, which rows each of them has."""
