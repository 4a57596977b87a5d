"""Step 2: sample the structure on the link. The same as `g2links sample`; `--help` lists the options."""

from g2links.cli import script

if __name__ == "__main__":
    script("sample")
