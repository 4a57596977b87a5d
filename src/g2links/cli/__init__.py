"""The command line. Nothing here loads JAX or Keras before a command needs them."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None, program: str = "g2links") -> None:
    """Run `g2links` with the given arguments (default: those of the process) and exit with its code."""
    from g2links.cli.app import build
    from g2links.cli.session import run_app

    run_app(build(), arguments, program)


def script(*command: str) -> None:
    """Run the subcommand that one of the seed's scripts stands for, with the arguments of the process."""
    import sys

    main([*command, *sys.argv[1:]], program=f"g2links {' '.join(command)}")
