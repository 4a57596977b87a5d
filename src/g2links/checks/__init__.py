"""The checks: what each evaluates, and what it is judged by."""
