"""Step 3: train a network on the link. The same as `g2links train`; `--help` lists the options."""

from g2links.cli import script

if __name__ == "__main__":
    script("train")
