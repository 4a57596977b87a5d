"""Step 4, under the second name of this check: the identities of the learned G2-structure.

The same as `g2links check model`; `--help` lists the options.
"""

from g2links.cli import script

if __name__ == "__main__":
    script("check", "model")
