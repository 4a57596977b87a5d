"""HTML pages of saved records: one file each, which needs no network. Nothing here computes geometry."""
