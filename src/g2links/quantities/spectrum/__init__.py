"""Eigenvalues of the Laplacian on V and on its link, in spaces of functions that the symmetries of V divide."""
