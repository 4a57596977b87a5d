"""The command line. Nothing here loads JAX or Keras before a command needs them."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None, program: str = "g2links") -> None:
    """Run `g2links` with the given arguments (default: those of the process) and exit with its code."""
    import sys

    from g2links.cli.app import build
    from g2links.cli.boundary import run_app
    from g2links.cli.options import join_numbers

    given = sys.argv[1:] if arguments is None else arguments
    run_app(build, join_numbers(given), program)


def script(*command: str) -> None:
    """Run the subcommand that one of the seed's scripts stands for, with the arguments of the process."""
    import sys

    main([*command, *sys.argv[1:]])
