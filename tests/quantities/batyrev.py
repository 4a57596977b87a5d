"""Hodge numbers of a crepant resolution by lattice points of the Newton polytope of f and of its dual (Batyrev,
alg-geom/9310003, theorems 4.3.7 and 4.4.2). Nothing is shared with Vafa's formula."""

from itertools import combinations

import numpy as np
from scipy.spatial import ConvexHull

from g2links.varieties.polynomial import exponents_of_degree


def hodge_numbers_by_lattice_points(weights):
    """h11 and h21 for weights with w_0 = 1, where the lattice {Σ w_i m_i = 0} has the coordinates m_1, ..., m_4."""
    assert weights[0] == 1
    points = exponents_of_degree(weights, sum(weights))[:, 1:] - 1
    normals = _facets(points)
    box = [np.arange(low, high + 1) for low, high in zip(normals.min(axis=0), normals.max(axis=0), strict=True)]
    vertices = points[_hull(points).vertices]
    inside = np.stack(np.meshgrid(*box, indexing="ij"), axis=-1).reshape(-1, 4)
    inside = inside[np.all(inside @ vertices.T >= -1, axis=1)]
    own, dual = _points_of_faces(points, normals), _points_of_faces(inside, vertices)
    own_faces, dual_faces = _faces(vertices, normals), _faces(normals, vertices)
    h21 = len(points) - 5 - sum(own.get(frozenset([i]), 0) for i in range(len(normals)))
    h11 = len(inside) - 5 - sum(dual.get(frozenset([i]), 0) for i in range(len(vertices)))
    # a face of dimension 2 is dual to an edge: the facets that contain the one are the vertices of the other
    h21 += sum(own.get(facets, 0) * dual.get(corners, 0) for facets, corners in own_faces)
    h11 += sum(dual.get(corners, 0) * own.get(facets, 0) for corners, facets in dual_faces)
    return h11, h21


def _hull(points):
    return ConvexHull(points.astype(float))


def _facets(points):
    """The n with min n·x = -1 on the polytope, one for each facet; they are integers, as it is reflexive (Skarke,
    alg-geom/9603007)."""
    equations = _hull(points).equations
    normals = equations[:, :4] / equations[:, 4:]
    assert np.max(np.abs(normals - np.rint(normals))) < 1e-6
    return np.unique(np.rint(normals).astype(int), axis=0)


def _points_of_faces(points, normals):
    """How many points lie inside each face, by the facets that it lies in."""
    on = points @ normals.T == -1
    found = {}
    for row in on:
        key = frozenset(np.flatnonzero(row).tolist())
        found[key] = found.get(key, 0) + 1
    return found


def _faces(vertices, normals):
    """The faces of dimension 2, each as the facets that contain it and its vertices."""
    on = vertices @ normals.T == -1
    found = set()
    for i, j in combinations(range(len(normals)), 2):
        corners = np.flatnonzero(on[:, i] & on[:, j])
        if len(corners) > 2 and np.linalg.matrix_rank(vertices[corners[1:]] - vertices[corners[0]]) == 2:
            facets = np.flatnonzero(np.all(on[corners], axis=0))
            found.add((frozenset(facets.tolist()), frozenset(corners.tolist())))
    return found
