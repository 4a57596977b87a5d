"""The G2-structure of a contact Calabi-Yau 7-manifold (Habib and Vezzoni), in the conventions used here.

phi = eta ^ omega + Re Upsilon and psi = (1/2) omega ^ omega - eta ^ Im Upsilon. The minus sign belongs to
omega = i g dz ^ dzbar with g_T = 2 Re g: with plus, phi ^ psi would be -vol. In the chart order (x1, x2, x3,
y1, y2, y3, theta) this phi has orientation -1, as dx ^ dy pairs must be reordered.
"""

from g2links._typing import Form, Number
from g2links.forms import wedge
from g2links.g2.metric import induced_metric


def contact_phi(eta: Form, omega: Form, re_upsilon: Form, *, epsilon: Number = 1.0) -> Form:
    """phi = epsilon eta ^ omega + Re Upsilon, shape (35,).

    Args:
        eta: the contact form, shape (7,).
        omega: the transverse Kähler form, shape (21,).
        re_upsilon: the real part of the normalised transverse (3,0)-form, shape (35,).
        epsilon: the length of the Reeb field; the metric is then epsilon^2 eta^2 + g_T.

    Raises:
        InputError: if a form has not the shape of its degree.
    """
    return epsilon * wedge(eta, omega, p=1, q=2, n=7) + re_upsilon


def contact_psi(eta: Form, omega: Form, im_upsilon: Form, *, epsilon: Number = 1.0) -> Form:
    """psi = (1/2) omega ^ omega - epsilon eta ^ Im Upsilon, shape (35,); it is *phi where Monge-Ampère holds.

    Args:
        eta: the contact form, shape (7,).
        omega: the transverse Kähler form, shape (21,).
        im_upsilon: the imaginary part of the normalised transverse (3,0)-form, shape (35,).
        epsilon: the length of the Reeb field, as in `contact_phi`.

    Raises:
        InputError: if a form has not the shape of its degree.
    """
    half_square = 0.5 * wedge(omega, omega, p=2, q=2, n=7)
    return half_square - epsilon * wedge(eta, im_upsilon, p=1, q=3, n=7)


def contact_form(phi: Form) -> Form:
    """eta = g(xi, .)/g(xi, xi), shape (7,), with g the metric that phi (35,) induces and xi the last coordinate field:
    the eta of phi = eta ^ omega + Re Upsilon, whatever its Monge-Ampère ratio."""
    g = induced_metric(phi)
    return g[6] / g[6, 6]
