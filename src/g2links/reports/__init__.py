"""Statistics, tables and HTML of saved results. Nothing here computes geometry.

`statistics` judges figures, `tables` prints them, and `pages`, with its `templates`, writes HTML. `canvas` has the look
of pictures and writes them; they are drawn in `g2links.plot`.
"""
