"""Every default and every value that a user sets: schema, YAML, sizes of quick runs."""
