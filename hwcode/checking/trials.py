"""What programs return, by name: several results of one call, and how they are compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hwcode.checking.extras import np
from hwcode.checking.programs import UnfitError
from hwcode.checking.returned import close

__all__ = ["VALUES", "by_name", "named", "with_losses"]

VALUES = "its values differ"
"""What is said where nothing else can be."""

TOLERANCE = 1e-9
"""Of values that a program returns, relative to the largest of them, or to 1."""


def by_name(tolerance: float = TOLERANCE) -> Callable[[Any, Any], str]:
    """Compare numbers and arrays, one by one where they have names.

    >>> by_name()({"loss": 1.0, "slope": 2.0}, {"loss": 1.0, "slope": 3.0})
    'slope: its values differ'
    >>> by_name()({"slopes": [-1.0, 2.0]}, {"slopes": [1.0, -2.0]})
    'its values are -1 times the right ones'
    >>> by_name()({}, {"loss": 1.0})
    'loss: missing'
    """

    def differ(got: Any, expected: Any) -> str:
        if not isinstance(expected, dict):
            return close(got, expected, tolerance)
        if missing := [name for name in expected if name not in got]:
            return f"{', '.join(missing)}: missing"
        if more := [name for name in got if name not in expected]:
            return f"{', '.join(more)}: not asked for"
        for name, value in expected.items():
            found = close(got[name], value, tolerance)
            if found == VALUES:
                found = _in_part(got[name], value) or found
            if found:
                return found if len(expected) == 1 else f"{name}: {found}"
        return ""

    return differ


def _in_part(got: Any, expected: Any) -> str:
    """A sentence, if all are right to some digits, or the same multiple of the right ones."""
    mine, right = np.ravel(np.asarray(got, float)), np.ravel(np.asarray(expected, float))
    place = np.abs(right) > 1e-6
    if not np.isfinite([*mine, *right]).all() or not mine[place].any():
        return ""
    apart = np.abs(mine - right).max() / max(1.0, float(np.abs(right).max()))
    if apart < 1e-6:
        digits = int(-np.log10(apart))
        return f"its values are right to {digits} digits; nine are asked for, and float32 has seven"
    factor = float(np.median(mine[place] / right[place]))
    # A single number is a multiple of any other: of it, only the sign says something.
    simple = factor == -1 if place.sum() < 2 else abs(factor) > 1e-9
    scale = max(1.0, float(np.abs(mine).max()))
    if not simple or np.abs(mine - factor * right).max() > 1e-9 * scale:
        return ""
    return f"its values are {factor:.6g} times the right ones"


def with_losses(name: str) -> Callable[[Any, Any], str]:
    """As :func:`by_name`, with a reason where a loss is right for ordinary logits alone.

    These have to come first, so that a large logit is the first at which the values differ.

    >>> with_losses("f")({"f": 28.8, "dw": 1}, {"f": 700.0, "dw": 1}).partition(",")[0]
    'f: sure answers are cut off'
    """

    def differ(got: Any, expected: Any) -> str:
        found = by_name()(got, expected)
        if not found.startswith(f"{name}: its values"):
            return found
        mine, right = float(got[name]), float(expected[name])
        if not np.isfinite(mine):
            told = (
                f"it is {mine}, by the logarithm of 0; from logits it is finite, as with logaddexp"
            )
            return f"{name}: {told}"
        if 10 < right > mine > 0 or 1e-3 > mine > right == 0:
            return (
                f"{name}: sure answers are cut off, by a clip or by a constant in the logarithm: a"
                " right one costs nothing, and a wrong one as much as its logit"
            )
        return found

    return differ


def named(*names: str) -> Callable[..., dict[str, Any]]:
    """How a function with several results is used, so that each of them has a name.

    >>> named("quotient", "rest")(divmod, 7, 2)
    {'quotient': 3, 'rest': 1}
    """

    def use(program: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        results = program(*arguments)
        if not isinstance(results, (tuple, list)) or len(results) != len(names):
            told = "nothing" if results is None else "1 result"
            if isinstance(results, (tuple, list)):
                told = f"{len(results)} results"
            asked = f"{len(names)} are asked for: {', '.join(names)}"
            raise UnfitError(f"it returns {told}, and {asked}")
        return dict(zip(names, results, strict=True))

    return use
