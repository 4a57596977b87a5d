"""Step 4: how good is the Calabi-Yau metric, with its curvature and Chern numbers?

The same as `g2links check measures`; `--help` lists the options.
"""

from g2links.cli import script

if __name__ == "__main__":
    script("check", "measures")
