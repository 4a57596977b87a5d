"""Statistics, tables and HTML of saved results. Nothing here computes geometry.

`statistics` judges figures, `tables` prints them, and `pages`, with its `templates`, writes HTML; pictures are in
`g2links.plot`.
"""
