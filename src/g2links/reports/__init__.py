"""Statistics, tables and pictures of saved results. Nothing here computes geometry.

`statistics` and `thresholds` judge figures, `tables` prints them; `histories`, `checks` and `predictions`
draw with matplotlib, which the first three do not import. `pages`, with its `templates`, writes HTML.
"""
