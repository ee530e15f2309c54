"""What a function takes: bad input gets a clear error in place of a fault deep inside, or of NaN.

:func:`takes` stands above a function or class. It reads what each argument is from the annotations
(a whole number, a finite number, an array of such), and is told what they do not say: ranges, and
shapes that have to agree. The mathematics below it stays as it is. A check computes nothing, so it
is no part of what defines a recorded experiment.
"""

from __future__ import annotations

import dis
import functools
import inspect
import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from numbers import Number
from types import GeneratorType
from typing import Any, TypeVar

from hwcode.checking.kinds import (
    ANY_NUMBER,
    NOT_ZERO,
    SEED,
    SIZE,
    Kind,
    above,
    at_least,
    between,
    one_of,
)

__all__ = [
    "ANY_NUMBER",
    "NOT_ZERO",
    "SEED",
    "SIZE",
    "ArgumentError",
    "Kind",
    "above",
    "at_least",
    "between",
    "one_of",
    "takes",
]

Taker = TypeVar("Taker", bound=Callable[..., Any])
MOST = 10**7
"""Of a whole number that nothing is said about: it counts something, and a loop over it ends."""
BARE = ("builtins", "numpy", "sympy", "torch")
"""Their errors say that arguments do not go together, and not which."""
ARRAYS = re.compile(r"(Array|ArrayLike|Pixels|NDArray\[.*\])$")


class ArgumentError(ValueError):
    """An argument is not what the function takes; the message names it and what is allowed."""


def takes(shapes: str = "", /, **kinds: Kind) -> Callable[[Taker], Taker]:
    """Check the arguments of a function, or of a class that is made, before anything is done.

    Args:
        shapes: of arrays, as ``"X[n,d] t[n]"``; equal names are equal lengths, a number stands for
            itself, ``*`` for any length. ``problem.X[n,d]`` looks at an attribute.
        kinds: for arguments by name what their annotations do not say.

    Raises:
        ArgumentError: when the function is called with anything else; where the arguments do not
            go together, with what NumPy, say, has to say of it; and where the result is NaN.

    >>> @takes("x[n] t[n]", degree=at_least(0))
    ... def fit(x: ArrayLike, t: ArrayLike, degree: int) -> int:
    ...     return degree
    >>> fit([1, 2], [3, 4], 1)
    1
    >>> fit([1, 2], [3, 4], -1)                                    # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    hwcode...ArgumentError: fit: degree has to be a whole number of at least 0, not -1
    """

    agreed = _Shapes(shapes)

    def checked(taker: Taker) -> Taker:
        made = isinstance(taker, type)
        run = taker.__init__ if made else taker
        name = taker.__name__
        asked = inspect.signature(run).parameters
        order = [one for one in asked if asked[one].kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD]
        checks = {
            argument: _Check(one.annotation, kinds.get(argument), run)
            for argument, one in asked.items()
            if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
            and (one.annotation is not one.empty or argument in kinds)
        }
        if unknown := set(kinds) - set(checks):
            raise TypeError(f"{name} takes no {unknown}")

        # Loops call this: what can be found out once has been, above.
        @functools.wraps(run)
        def checking(*args: Any, **named: Any) -> Any:
            given = {**dict(zip(order, args, strict=False)), **named}
            for argument, value in given.items():
                check = checks.get(argument)
                if check is not None:
                    given[argument] = check(name, argument, value)
            agreed.check(name, given)
            args = (*(given[one] for one in order[: len(args)]), *args[len(order) :])
            named = {argument: given[argument] for argument in named}
            try:
                result = run(*args, **named)
            except Exception as error:
                _tell(error, name, given)
                raise
            if isinstance(result, GeneratorType):
                return _steps(name, given, result)
            if _no_number(result):
                raise ArgumentError(f"{name}: the result is no number at {_told(given)}")
            return result

        if not made:
            return checking  # type: ignore[return-value]
        taker.__init__ = checking  # type: ignore[method-assign]
        return taker

    return checked


def _tell(error: Exception, function: str, given: Mapping[str, Any]) -> None:
    """Raise errors of Python and of libraries anew, with the function and its arguments."""
    place = error.__traceback__
    fits = place is not None and place.tb_next is not None  # else Python refused the call itself
    if not fits or _on_purpose(error) or type(error).__module__.partition(".")[0] not in BARE:
        return
    told = str(error).partition("\n")[0] or type(error).__name__
    raise ArgumentError(f"{function}: no result with {_told(given)}: {told}") from error


def _on_purpose(error: Exception) -> bool:
    """Raised by a ``raise`` of this project, or documented: a matrix is singular."""
    if type(error).__name__ == "LinAlgError":
        return True
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None or not frame.tb_frame.f_globals.get("__name__", "").startswith("hwcode."):
        return False
    return frame.tb_frame.f_code.co_code[frame.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _steps(function: str, given: Mapping[str, Any], path: Iterator[Any]) -> Iterator[Any]:
    try:
        yield from path
    except Exception as error:
        _tell(error, function, given)
        raise


class _Check:
    """One argument: what its annotation asks for, in words and as a test, and its kind."""

    def __init__(self, told: Any, kind: Kind | None, function: Any) -> None:
        annotation = told if isinstance(told, str) else getattr(told, "__name__", "Any")
        self.optional = annotation.endswith("| None")
        self.annotation = annotation.removesuffix("| None").strip()
        self.kind = kind
        self.scope = getattr(function, "__globals__", {})
        self.counts = self.annotation == "int" and not (kind and kind.large)
        self.array = bool(ARRAYS.match(self.annotation))
        self.or_number = self.annotation == "ArrayLike"

    def __call__(self, function: str, name: str, value: Any) -> Any:
        """The value, a list as an array where one is asked for."""
        if value is None and self.optional:
            return value
        if self.array and not (self.or_number and _is_finite(value)):
            value, good = _as_array(value)
        else:
            good = self.array or self.asked[1](value)
        if good and self.kind:
            good = _holds(self.kind, value)
        words = ""
        if good and self.counts and not -MOST <= value <= MOST:
            good, words = False, f" and at most {MOST}"
        if good:
            return value
        words = self.asked[0] + (self.kind.words if self.kind else "") + words
        raise ArgumentError(f"{function}: {name} has to be {words}, not {_shown(value)}")

    @functools.cached_property
    def asked(self) -> tuple[str, Callable[[Any], bool]]:
        """In words, and as a test; at the first call, as the module has all its names by then."""
        if self.array:
            return "an array of finite numbers", lambda value: True
        if self.annotation in SIMPLE:
            return SIMPLE[self.annotation]
        if self.kind and (self.annotation in ("Any", "Schedule") or "|" in self.annotation):
            if re.search("Callable|Schedule", self.annotation):
                words = "a finite number or a function of the step"
                return words, lambda value: _is_numeric(value) or callable(value)
            return "a finite number", _is_numeric
        if self.annotation.startswith(("Callable[", "Gradient", "Order")):
            return "a function", callable
        if found := re.fullmatch(
            r"(?:Sequence|list|Iterable|tuple)\[(\w+)(?:, \.\.\.)?\]", self.annotation
        ):
            return _entries(found[1])
        return self.of_class()

    def of_class(self) -> tuple[str, Callable[[Any], bool]]:
        """What has the class that is named, or what a protocol asks for."""
        first, *rest = self.annotation.split(".")
        found = self.scope.get(first)
        for attribute in rest:
            found = getattr(found, attribute, None)
        if not isinstance(found, type) or found is Any:
            return "", lambda value: True
        asked = [one for one in vars(found) if not one.startswith("_")]
        protocol = getattr(found, "_is_protocol", False)
        words = "an object with " if protocol else f"of the class {found.__name__}, or with its "

        def alike(value: Any) -> bool:
            """What has the same methods is as good: a reader's own class, say."""
            if not protocol and isinstance(value, found):
                return True
            has_all = all(hasattr(type(value), one) for one in asked)
            return bool(asked) and not isinstance(value, type) and has_all

        return words + ", ".join(asked[:5]), alike


def _entries(inner: str) -> tuple[str, Callable[[Any], bool]]:
    """A sequence, entry by entry; one that can be read only once is left as it is."""
    words, test = ENTRIES.get(inner, (inner, lambda _: True))

    def good(value: Any) -> bool:
        if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping)):
            return False
        return iter(value) is value or all(map(test, value))

    return f"a sequence of {words}", good


def _is_whole(value: Any) -> bool:
    if type(value) is int:
        return True
    try:
        operator.index(value)
    except TypeError:
        return False
    return True


def _is_finite(value: Any) -> bool:
    if type(value) is float:
        return math.isfinite(value)
    if isinstance(value, (str, bytes)) or getattr(value, "shape", ()) not in ((), None):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return not isinstance(value, int) or value.bit_length() < 4096
    except (TypeError, ValueError):
        # Symbols, intervals and numbers of many digits have no float.
        return isinstance(value, Number) or hasattr(value, "free_symbols")


def _is_numeric(value: Any) -> bool:
    if isinstance(value, (list, tuple)) or hasattr(value, "dtype"):
        return _as_array(value)[1]
    return _is_finite(value)


SIMPLE: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "int": ("a whole number", _is_whole),
    "float": ("a finite number", _is_finite),
    "str": ("a text", lambda value: isinstance(value, str)),
    "bool": ("True or False", lambda value: type(value).__name__ in ("bool", "bool_")),
}
ENTRIES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "int": ("whole numbers", _is_whole),
    "float": ("finite numbers", _is_finite),
    "str": ("texts", lambda _: True),
}


def _as_array(value: Any) -> tuple[Any, bool]:
    """A list as an array, and whether it is an array of finite numbers with anything in it."""
    import numpy as np

    if not hasattr(value, "__array__") and not isinstance(value, (list, tuple)):
        # Other objects that calculate: they count, or carry derivatives.
        return value, hasattr(value, "shape") and not isinstance(value, type)
    try:
        array = value if isinstance(value, np.ndarray) else np.asarray(value)
    except (ValueError, TypeError):
        return value, False
    if array.size == 0 or array.dtype.kind not in "biufO":
        return array, False
    if array.dtype.kind == "O":
        entries = array.ravel().tolist()
        return array, all(hasattr(one, "__mul__") and one == one for one in entries)
    return array, bool(np.isfinite(array).all())


def _holds(kind: Kind, value: Any) -> bool:
    if callable(value) and not hasattr(value, "__array__"):
        return True
    if isinstance(value, (list, tuple)):
        return all(_holds(kind, one) for one in value)
    try:
        found = kind.holds(value)
        return bool(found.all() if hasattr(found, "all") else found)
    except TypeError:
        return True  # a symbol: whether it is positive is not known


class _Shapes:
    """Shapes that have to fit one another, as :func:`takes` is told them."""

    def __init__(self, told: str) -> None:
        self.asked = [
            (found[1], found[1].split("."), [one.strip() for one in found[2].split(",") if one])
            for found in re.finditer(r"([\w.]+)\[([^\]]*)\]", told)
        ]

    def check(self, function: str, given: Mapping[str, Any]) -> None:
        """Refuse others."""
        lengths: dict[str, tuple[int, str]] = {}
        for name, (first, *rest), labels in self.asked:
            value = given.get(first)
            for attribute in rest if first in given else ():
                value = getattr(value, attribute)
            if value is None:
                continue
            shape = tuple(getattr(value, "shape", ()))
            good = len(shape) == len(labels)
            for label, length in zip(labels, shape, strict=False):
                if label.isdigit():
                    good = good and length == int(label)
                elif label != "*":
                    good = good and length == lengths.setdefault(label, (length, name))[0]
            if good:
                continue
            known = {one: lengths[one] for one in labels if lengths.get(one, (0, name))[1] != name}
            fixed = [f"{one} = {length} by {by}" for one, (length, by) in known.items()]
            wanted = " x ".join(labels) + (f" with {', '.join(fixed)}" if fixed else "")
            told = " x ".join(map(str, shape)) or "that of a number"
            raise ArgumentError(f"{function}: {name} has to have the shape {wanted}, not {told}")


def _no_number(result: Any) -> bool:
    if isinstance(result, float):
        return math.isnan(result)
    if type(result).__name__ == "ndarray" and result.dtype.kind == "f":
        # A sum is one pass; it is NaN, too, where infinities of both signs meet.
        return bool(math.isnan(result.sum())) and bool((result != result).any())
    return isinstance(result, tuple) and any(map(_no_number, result))


def _told(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {_shown(value)}" for name, value in given.items())


def _shown(value: Any) -> str:
    shape = getattr(value, "shape", ())
    if hasattr(value, "dtype") and shape:
        size = " x ".join(map(str, shape))
        finite = _as_array(value)[1] if all(shape) else True
        return f"an array {size} of {value.dtype}" + (
            "" if finite else " that are no finite numbers"
        )
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
