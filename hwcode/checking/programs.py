"""Forms of answers that are decided by trying them: programs, and objects with a property."""

from __future__ import annotations

import copy
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any

import numpy as np

from hwcode.checking.errors import AnswerError
from hwcode.checking.expressions import UndefinedError, evaluate
from hwcode.checking.forms import Form, Formula
from hwcode.checking.identity import Truth
from hwcode.checking.source import plain_source
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Program", "Witness", "close", "plain"]


def close(got: Any, expected: Any, tolerance: float) -> str:
    """Empty if two arrays agree entrywise, relative to the largest entry; else what differs.

    >>> close([1.0, 2.0], [1.0, 2.0 + 1e-12], 1e-9)
    ''
    >>> close([[1.0, 2.0]], [1.0, 2.0], 1e-9)
    'its shape is (1, 2), and (2,) is expected'
    >>> close([np.inf, 1.0], [np.inf, 1.0], 1e-9)
    ''

    What is not a number agrees with the same only; so a program that returns it is equal to a known
    wrong one that does.
    """
    try:
        # NumPy would make None not a number, read a text, and drop imaginary parts.
        entries = np.ravel(got).tolist()
        if any(isinstance(each, (NoneType, str, bytes, complex)) for each in entries):
            raise TypeError
        mine, theirs = np.asarray(got, float), np.asarray(expected, float)
    except (TypeError, ValueError, RuntimeError):  # the last from a tensor that requires gradients
        return f"it is of type {type(got).__name__}, and no array of real numbers"
    if mine.shape != theirs.shape:
        return f"its shape is {mine.shape}, and {theirs.shape} is expected"
    scale = max(1.0, float(np.max(np.abs(theirs[np.isfinite(theirs)]), initial=0.0)))
    with np.errstate(invalid="ignore"):  # infinity less infinity
        agree = (mine == theirs) | (np.abs(mine - theirs) <= tolerance * scale)
        agree |= np.isnan(mine) & np.isnan(theirs)
    return "" if np.all(agree) else "its values differ"


def _call(program: Callable[..., Any], *arguments: Any) -> Any:
    return program(*arguments)


def _close(got: Any, expected: Any) -> str:
    return close(got, expected, 1e-9)


@dataclass(frozen=True)
class Program(Form):
    """A Python function or class, tried on instances against a reference.

    A program that comes as text is run, in the isolated process. That guards against loops and
    against memory running out, not against malice: it is the reader's own code.

    Args:
        name: the name of the function or class.
        parameters: the arguments that it is tried on, with shapes.
        what: what it returns.
        instances: yields tuples of arguments, the same ones at each call.
        differ: from the value and the expected one, empty or what is wrong; by default numbers
            are compared to nine digits.
        use: from the program and an instance to the value that is compared; by default it is
            called with the arguments. A class is made an object here, and its methods called.
        usage: how the program is to be written, where it is not a function of the parameters.
    """

    name: str
    parameters: Mapping[str, str]
    what: str
    instances: Callable[[], Iterable[tuple[Any, ...]]]
    differ: Callable[[Any, Any], str] = _close
    use: Callable[..., Any] = _call
    usage: str = ""

    isolated = True

    def describe(self) -> str:
        if self.usage:
            return self.usage
        parameters = ", ".join(self.parameters)
        details = "; ".join(f"{name}: {what}" for name, what in self.parameters.items())
        return f"a Python function {self.name}({parameters}) that returns {self.what} ({details})"

    def read(self, text: str) -> Callable[..., Any]:
        namespace: dict[str, Any] = {"__name__": "answer"}
        try:
            exec(compile(text, "<answer>", "exec"), namespace)  # noqa: S102
        except (Exception, SystemExit) as error:
            raise AnswerError(f"the program fails: {type(error).__name__}: {error}") from None
        if not callable(namespace.get(self.name)):
            kind = "program" if self.usage else "function"
            raise AnswerError(f"no {kind} {self.name!r} in it; expected {self.describe()}")
        return namespace[self.name]

    def modules(self, text: str) -> tuple[str, ...]:
        return ("torch",) if re.search(r"\btorch\b", text) else ()

    def accept(self, answer: Any) -> Callable[..., Any]:
        if not callable(answer):
            raise AnswerError(f"{type(answer).__name__} is no function; expected {self.describe()}")
        return answer

    def compare(self, answer: Callable[..., Any], reference: Any) -> Comparison:
        truth = reference.value if isinstance(reference, Truth) else None
        count = 0
        for arguments in self.instances():
            expected = truth(arguments) if truth else _outcome(self.use, reference, arguments)
            got = _outcome(self.use, answer, arguments)
            difference = self._difference(got, expected)
            if difference is not None:
                named = zip(self.parameters, arguments, strict=True)
                point = {name: _brief(value) for name, value in named}
                told = _part_named(difference, expected, got)
                failure = Counterexample(point, *map(_brief, told))
                return Comparison(False, Method.SAMPLED, counterexample=failure, remark=difference)
            count += 1
        return Comparison(True, Method.SAMPLED, f"{count} instances")

    def _difference(self, got: Any, expected: Any) -> str | None:
        if isinstance(got, Exception) or isinstance(expected, Exception):
            # By the message too: an overflow in exp is another mistake than one in cosh.
            same = type(got) is type(expected) and str(got) == str(expected)
            return None if same else ""
        return self.differ(got, expected) or None

    def show(self, answer: Callable[..., Any]) -> str:
        first = (inspect.getdoc(answer) or "").partition("\n")[0]
        return first or getattr(answer, "__name__", "a program")

    def block(self, answer: Callable[..., Any]) -> str:
        source = plain_source(textwrap.dedent(inspect.getsource(answer)))
        return f"```python\n{source}\n```"


@dataclass(frozen=True)
class Witness(Form):
    """Numbers with a property: many answers may be right, and the property decides.

    Args:
        what: what is asked for.
        decide: from the numbers to a comparison, with the reason in it.
        size: how many numbers; None for any.
    """

    what: str
    decide: Callable[[tuple[Any, ...]], Comparison]
    size: int | None = None

    isolated = True

    def describe(self) -> str:
        return f"{self.what}, as [first, second, ...]"

    def read(self, text: str) -> tuple[Any, ...]:
        return self._entries(Formula(what=self.what).read(text))

    def accept(self, answer: Any) -> tuple[Any, ...]:
        return self._entries(Formula(what=self.what).accept(answer))

    def _entries(self, value: Any) -> tuple[Any, ...]:
        entries = tuple(value) if hasattr(value, "shape") else (value,)
        if self.size is not None and len(entries) != self.size:
            raise AnswerError(f"{len(entries)} numbers; expected {self.describe()}")
        try:
            values = tuple(evaluate(entry, {}) for entry in entries)
        except UndefinedError as error:
            raise AnswerError(f"{error}; expected {self.describe()}") from None
        for value in values:
            if not value.is_real:
                raise AnswerError(f"{value} is no real number; expected {self.describe()}")
        return values

    def compare(self, answer: tuple[Any, ...], reference: Any) -> Comparison:
        return self.decide(answer)

    def show(self, answer: tuple[Any, ...]) -> str:
        return "[" + ", ".join(str(entry) for entry in answer) + "]"


def _outcome(
    use: Callable[..., Any], program: Callable[..., Any], arguments: tuple[Any, ...]
) -> Any:
    """What a program returns, or the exception that it ends in."""
    try:
        return use(program, *copy.deepcopy(arguments))
    except Exception as error:
        return error
    except SystemExit as error:
        return RuntimeError(f"it ends the process, by sys.exit({error.code!r})")


def _part_named(difference: str, expected: Any, got: Any) -> tuple[Any, Any]:
    """Of results with names only the one that differs, if its name begins the difference."""
    name = difference.partition(":")[0]
    if isinstance(expected, dict) and isinstance(got, dict) and name in expected:
        return {name: expected[name]}, {name: got.get(name)}
    return expected, got


def _brief(value: Any) -> str:
    """A value as text that can be pasted back, shortened if it is long."""
    if isinstance(value, Exception):
        return f"{type(value).__name__}: {value}"
    text = repr(plain(value))
    return text if len(text) <= 300 else f"{text[:300]} ..."


def plain(value: Any) -> Any:
    """Arrays as lists, also inside of mappings, lists and tuples."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return type(value)(map(plain, value)) if type(value) in (list, tuple) else value
