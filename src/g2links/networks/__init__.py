"""Families of networks on V and on its link: what they predict, from what.

Importing this package registers every model with Keras, so that files can be loaded.
"""

from g2links.networks import cy_model as cy_model
from g2links.networks import model as model
from g2links.networks.model import LinkModel as LinkModel
