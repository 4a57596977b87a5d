"""The contact Calabi-Yau structure on a link, its G2-structure, and samples of them."""

from g2links.links.structure import ContactCalabiYau as ContactCalabiYau
