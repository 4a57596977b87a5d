"""Step 4: is the learned Kähler form closed?

The same as `g2links check kahlerity`; `--help` lists the options.
"""

from g2links.cli import script

if __name__ == "__main__":
    script("check", "kahlerity")
