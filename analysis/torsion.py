"""Step 4: torsion classes and Ricci curvature of the G2-structure, analytic or learned.

The same as `g2links check torsion`; `--help` lists the options.
"""

from g2links.cli import script

if __name__ == "__main__":
    script("check", "torsion")
