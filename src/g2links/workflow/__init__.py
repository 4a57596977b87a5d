"""The steps of the workflow: solve, sample, train, check, export."""
