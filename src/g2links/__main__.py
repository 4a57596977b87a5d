"""`python -m g2links`."""

from g2links.cli import main

main()
