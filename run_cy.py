"""Step 1: train the Calabi-Yau metric. The same as `g2links cy`; `--help` lists the options."""

from g2links.cli import script

if __name__ == "__main__":
    script("cy")
