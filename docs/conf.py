"""How Sphinx makes the site: `bash docs/build.sh`. Nothing is taken from the network, neither here nor by the pages."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

import g2links  # noqa: E402  (after the path of the extensions)

project = "g2links"
author = "The g2links developers"
copyright = "2026, the g2links developers"
version = release = g2links.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon", "docstrings", "repository"]
exclude_patterns = ["_build", "_ext", "_static"]
nitpicky = True
# annotations name many classes that the reference does not describe, of g2links and of other libraries
nitpick_ignore_regex = [("py:class", r".*")]

html_theme = "furo"
html_title = f"g2links {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False

mathjax_path = "mathjax/tex-svg.js"
mathjax3_config = {
    "loader": {"load": []},
    "tex": {
        "macros": {"Re": r"\operatorname{Re}", "Im": r"\operatorname{Im}", "CC": r"\mathbb{C}", "vol": r"\mathrm{vol}"}
    },
}
math_numfig = False

myst_enable_extensions = ["amsmath", "attrs_inline", "dollarmath"]
myst_heading_anchors = 3

nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / "notebooks")
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
maximum_signature_line_length = 100
python_display_short_literal_types = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_attr_annotations = False
napoleon_use_rtype = False
