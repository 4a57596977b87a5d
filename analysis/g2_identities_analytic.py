"""Step 4: the identities of the G2-structure built from the Calabi-Yau metric.

The same as `g2links check analytic`; `--help` lists the options.
"""

from g2links.cli import script

if __name__ == "__main__":
    script("check", "analytic")
