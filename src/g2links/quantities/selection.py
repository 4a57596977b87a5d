"""Conditions on the columns of a table, such as "h21 < 5 and not nu == 1", read without running anything.

The grammar: comparisons (<, <=, >, >=, ==, !=, also in chains) of names of columns and whole numbers, joined by `and`,
`or`, `not` and brackets. Python's parser takes the text apart, and all but these is refused.
"""

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool

from g2links.errors import InputError

_LONGEST = 1000
"""Letters of a condition."""

_Operand: TypeAlias = np.ndarray | int

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[_Operand, _Operand], np.ndarray | bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class _Refused(Exception):
    """A part of a condition that the grammar does not have."""


def rows_where(condition: str, columns: Mapping[str, np.ndarray]) -> Bool[np.ndarray, " rows"]:
    """In which rows the condition holds.

    Args:
        condition: text in the grammar above.
        columns: of whole numbers, all of the same length, by name.

    Raises:
        InputError: for text that is no such condition, or a column that there is not.

    Example:
        >>> rows_where("a < 3 or a == 5", {"a": np.array([1, 3, 5])}).tolist()
        [True, False, True]
    """
    try:
        return _holds(_parsed(condition), columns)
    except _Refused as error:
        allowed = f"compare columns ({', '.join(columns)}) and whole numbers, as in 'h21 < 5 and nu != 1' ({error})"
        raise InputError("where", condition, allowed) from error


def _parsed(condition: object) -> ast.expr:
    if not isinstance(condition, str):
        raise _Refused("a condition is text")
    if len(condition) > _LONGEST:
        raise _Refused(f"it is longer than {_LONGEST} letters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Python, on a doubtful style: what is doubtful is refused here
            return ast.parse(condition.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _Refused("it cannot be read") from error


def _holds(part: ast.expr, columns: Mapping[str, np.ndarray]) -> Bool[np.ndarray, " rows"]:
    """A part that is true or false in each row."""
    match part:
        case ast.BoolOp(op=ast.And()):
            return np.all([_holds(each, columns) for each in part.values], axis=0)
        case ast.BoolOp():
            return np.any([_holds(each, columns) for each in part.values], axis=0)
        case ast.UnaryOp(op=ast.Not()):
            return ~_holds(part.operand, columns)
        case ast.Compare():
            operands = [_operand(each, columns) for each in (part.left, *part.comparators)]
            steps = zip(part.ops, pairwise(operands), strict=True)
            rows = len(next(iter(columns.values())))
            return np.all([np.broadcast_to(_compared(op, *pair), rows) for op, pair in steps], axis=0)
    raise _Refused(f"{ast.unparse(part)!r} is neither true nor false")


def _compared(comparison: ast.cmpop, left: _Operand, right: _Operand) -> np.ndarray | bool:
    if type(comparison) not in _COMPARISONS:
        raise _Refused("the comparisons are <, <=, >, >=, == and !=")
    return _COMPARISONS[type(comparison)](left, right)


def _operand(part: ast.expr, columns: Mapping[str, np.ndarray]) -> _Operand:
    """A part that is a number, or one in each row."""
    match part:
        case ast.Name(id=name) if name in columns:
            return columns[name]
        case ast.Constant(value=value) if type(value) is int:
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)) if type(value) is int:
            return -value
    raise _Refused(f"{ast.unparse(part)!r} is neither a column nor a whole number")
