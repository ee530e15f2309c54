"""Forward-mode differentiation with dual numbers, in exact arithmetic.

A dual number is a value together with its rate of change, ``a + a' e`` with ``e^2 = 0``. A program
that runs on dual numbers computes a derivative beside its value, without any backward pass: so it
is an oracle for backpropagation that shares no step with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from hwcode.chapters.backpropagation.passes import Operations
from hwcode.checking.arguments import takes

__all__ = ["DUAL", "Dual", "duals"]


@dataclass(frozen=True)
class Dual:
    """A SymPy number and its rate of change.

    >>> x = Dual(sympy.Integer(3), sympy.Integer(1))
    >>> x * x + 2 * x            # x^2 + 2 x at 3: value 15, derivative 8
    Dual(value=15, rate=8)
    """

    value: Any
    rate: Any = sympy.S.Zero

    def __add__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value + other.value, self.rate + other.rate)

    def __mul__(self, other: Any) -> Dual:
        other = _dual(other)
        return Dual(self.value * other.value, self.rate * other.value + self.value * other.rate)

    def __truediv__(self, other: Any) -> Dual:
        other = _dual(other)
        value = self.value / other.value
        return Dual(value, (self.rate - value * other.rate) / other.value)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.rate)

    def __sub__(self, other: Any) -> Dual:
        return self + -_dual(other)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Dual:
        """The exponential, with its rate."""
        power = sympy.exp(self.value)
        return Dual(power, power * self.rate)

    def log(self) -> Dual:
        """The natural logarithm, with its rate."""
        return Dual(sympy.log(self.value), self.rate / self.value)


def _dual(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(sympy.sympify(value))


@takes()
def duals(values: Any, rates: Any = None) -> Any:
    """An array of dual numbers; rates of zero if none are given.

    >>> duals([1, 2], [0, 1])[1]
    Dual(value=2, rate=1)
    """
    values = np.array(values, dtype=object)
    rates = np.zeros(values.shape, dtype=int) if rates is None else np.array(rates, dtype=object)
    made = [Dual(*map(sympy.sympify, pair)) for pair in zip(values.flat, rates.flat, strict=True)]
    return np.array(made, dtype=object).reshape(values.shape)


def _entrywise(function: Callable[[Dual], Dual]) -> Callable[[Any], Any]:
    return lambda values: np.array([function(value) for value in values], dtype=object)


def _sigmoid(z: Dual) -> Dual:
    return Dual(sympy.S.One) / (Dual(sympy.S.One) + (-z).exp())


def _relu(z: Dual) -> Dual:
    return z if z.value > 0 else Dual(sympy.S.Zero)


def _softmax(y: Any) -> Any:
    powers = [entry.exp() for entry in y]
    total = sum(powers[1:], powers[0])
    return np.array([power / total for power in powers], dtype=object)


def _no_backward(*_: Any) -> Any:
    raise NotImplementedError("dual numbers serve forward passes only")


DUAL = Operations(
    relu=_entrywise(_relu),
    step=_no_backward,
    sigmoid=_entrywise(_sigmoid),
    softmax=_softmax,
    times=np.multiply,
    log=lambda value: value.log(),
    place=_no_backward,
)
"""The network's operations on arrays of dual numbers."""
