"""The version: of the package, of its metadata (pyproject.toml) and of what it writes."""

__version__ = "0.2.0"
