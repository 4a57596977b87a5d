"""Sums over several processes, again and again, until one of them is killed."""

import sys

import numpy as np

from g2links.cli.places import follow_the_first, place_among_processes
from g2links.errors import G2LinksError
from g2links.parallel.collectives import summed
from g2links.parallel.everywhere import everywhere


@everywhere
def total(values: np.ndarray) -> np.ndarray:
    """Of all processes."""
    return summed(values)


def main() -> None:
    """Begin, and never end."""
    with place_among_processes() as leads:
        if not leads:
            follow_the_first()
        said = False
        while True:
            assert total(np.arange(3.0))[2] == 4
            if not said:
                said = True
                print("begun", flush=True)


if __name__ == "__main__":
    try:
        main()
    except G2LinksError as error:
        sys.exit(str(error))
