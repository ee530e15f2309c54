"""Values that programs return: whether two agree, and how they are shown."""

from __future__ import annotations

from types import NoneType
from typing import Any

from hwcode.checking.extras import np
from hwcode.checking.remote import Remote

__all__ = ["brief", "close", "kept", "part_named", "plain"]


def close(got: Any, expected: Any, tolerance: float) -> str:
    """Empty if two arrays agree entrywise, relative to the largest entry; else what differs.

    >>> close([1.0, 2.0], [1.0, 2.0 + 1e-12], 1e-9)
    ''
    >>> close([[1.0, 2.0]], [1.0, 2.0], 1e-9)
    'its shape is (1, 2), and (2,) is expected'
    >>> close([np.inf, 1.0], [np.inf, 1.0], 1e-9)
    ''

    What is not a number agrees with the same only; so a program that returns it is equal to a known
    wrong one that does. The same holds of nothing at all.
    """
    if got is None and expected is None:
        return ""
    try:
        # NumPy would make None not a number, read a text, and drop imaginary parts.
        entries = np.ravel(got).tolist()
        if any(isinstance(each, (NoneType, str, bytes, complex, Remote)) for each in entries):
            raise TypeError
        mine, theirs = np.asarray(got, float), np.asarray(expected, float)
    except (TypeError, ValueError, RuntimeError):  # the last from a tensor that requires gradients
        kind = got._kind if type(got) is Remote else type(got).__name__
        return f"it is of type {kind}, and no array of real numbers"
    except OverflowError:
        return "it has a number that is too large for float64"
    if mine.shape != theirs.shape:
        return f"its shape is {mine.shape}, and {theirs.shape} is expected"
    scale = max(1.0, float(np.max(np.abs(theirs[np.isfinite(theirs)]), initial=0.0)))
    with np.errstate(invalid="ignore"):  # infinity less infinity
        agree = (mine == theirs) | (np.abs(mine - theirs) <= tolerance * scale)
        agree |= np.isnan(mine) & np.isnan(theirs)
    return "" if np.all(agree) else "its values differ"


def kept(value: Any) -> Any:
    """A value that later steps cannot change: lists of what was called go on growing."""
    if type(value) in (list, tuple):
        return type(value)(map(kept, value))
    return {key: kept(one) for key, one in value.items()} if type(value) is dict else value


def part_named(difference: str, expected: Any, got: Any) -> tuple[Any, Any]:
    """Of results with names only the one that differs, if its name begins the difference."""
    name = difference.partition(":")[0]
    if isinstance(expected, dict) and isinstance(got, dict) and name in expected:
        return {name: expected[name]}, {name: got.get(name)}
    return expected, got


def brief(value: Any) -> str:
    """A value as text that can be pasted back, shortened if it is long."""
    text = value if isinstance(value, str) else repr(plain(value))
    return text if len(text) <= 300 else f"{text[:300]} ..."


def plain(value: Any) -> Any:
    """Arrays as lists, also inside of mappings, lists and tuples."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return type(value)(map(plain, value)) if type(value) in (list, tuple) else value
