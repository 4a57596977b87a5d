"""The small data set and the networks that the tests of networks, of their training and of their checks share."""

from tests.networks.samples import arrays, link, make_model, points, quintic, rows

__all__ = ["arrays", "link", "make_model", "points", "quintic", "rows"]
