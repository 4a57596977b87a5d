"""The checks that there are: those of this folder, those of installed packages, and those registered from Python.

A package adds its checks by an entry point of the group `g2links.checks` that names a `Check`.
"""

import warnings
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from g2links.checks.contract import Check, Figure
from g2links.errors import InputError

_OWN = ("kahlerity", "contact", "analytic", "model", "measures", "torsion")
"""The modules of this folder that hold a `CHECK`."""

_registered: dict[str, Check] = {}


def register(check: Check) -> Check:
    """Make a check known to `g2links.check` by its name, for this process.

    Raises:
        InputError: there is another check of that name.

    Example:
        >>> g2links.register_check(check)  # doctest: +SKIP
        >>> g2links.check("contact_volume", cy=cy)  # doctest: +SKIP
    """
    if not isinstance(check, Check):
        raise InputError("check", check, "a g2links.Check is needed")
    if all_checks().get(check.name, check) != check:
        raise InputError("name", check.name, "there is a check of that name")
    _registered[check.name] = check
    return check


def all_checks() -> dict[str, Check]:
    """Every check by its name."""
    return _installed() | _registered


def find_check(check: Check | str) -> Check:
    """The check of that name; a `Check` is itself.

    Raises:
        InputError: there is none.
    """
    if isinstance(check, Check):
        return check
    known = all_checks()
    if not isinstance(check, str) or check not in known:
        raise InputError("check", check, f"choose one of {', '.join(known)}")
    return known[check]


def all_figures() -> dict[str, Figure]:
    """Every figure of every check, in the order in which tables and pictures show them."""
    figures: dict[str, Figure] = {}
    for check in all_checks().values():
        figures |= {name: figure for name, figure in check.figures.items() if name not in figures}
    return figures


@cache
def _installed() -> dict[str, Check]:
    own = [import_module(f"g2links.checks.{module}").CHECK for module in _OWN]
    checks = {check.name: check for check in own}
    for point in entry_points(group="g2links.checks"):
        try:
            found = point.load()
        except Exception as error:  # noqa: BLE001  (whatever another's package does, the other checks must work)
            warnings.warn(f"the check {point.value} of another package cannot be loaded: {error}", stacklevel=2)
            continue
        if isinstance(found, Check) and found.name not in checks:
            checks[found.name] = found
        else:
            warnings.warn(f"{point.value} of another package is no g2links.Check with a new name", stacklevel=2)
    return checks
