"""What all writers of answers share: how an expression of SymPy's becomes a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy.matrices import expressions as m

from hwcode.checking.nodes import EntrySum, Norm, PseudoInverse, entrywise_name

__all__ = ["GREEK", "POWER", "PRODUCT", "Writer"]

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
GREEK = ["alpha", "beta", "delta", "eta", "kappa", "lam", "mu", "rho", "sigma", "theta"]


class Writer:
    """Sets down an expression; each kind of writer overrides its habits."""

    times = "*"
    matmul = " @ "
    minus = "-"

    def name(self, name: str) -> str:
        return name

    def brackets(self, text: str) -> str:
        return f"({text})"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}**{exponent}" if exponent.isalnum() else f"{base}**({exponent})"

    def over(self, above: tuple[str, int], below: tuple[str, int]) -> tuple[str, int]:
        low = below[0] if below[1] == ATOM and below[0].isalnum() else self.brackets(below[0])
        return f"{self.inside(above, PRODUCT)}/{low}", PRODUCT

    def transposed(self, text: str) -> str:
        return f"{text}.T"

    def inverse(self, text: str) -> str:
        return f"inv({text})"

    def call(self, name: str, *arguments: str) -> str:
        return f"{name}({', '.join(arguments)})"

    def norm(self, text: str) -> str:
        return self.call("norm", text)

    def entrywise(self, parts: list[str]) -> str:
        return " * ".join(parts)

    def identity(self, size: str) -> str:
        return f"eye({size})"

    def matrix(self, rows: list[list[str]]) -> str:
        if all(len(row) == 1 for row in rows):
            return "[" + ", ".join(row[0] for row in rows) + "]"
        return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"

    def inside(self, told: tuple[str, int], rank: int) -> str:
        return told[0] if told[1] >= rank else self.brackets(told[0])

    def __call__(self, value: Any) -> str:
        return self.of(value)[0]

    def of(self, value: Any) -> tuple[str, int]:
        for kinds, write in self.KINDS:
            if isinstance(value, kinds):
                return write(self, value)
        raise NotImplementedError(type(value).__name__)

    def _number(self, value: Any) -> tuple[str, int]:
        if value < 0:
            told = self.of(-value)
            return self.minus + self.inside(told, PRODUCT), SUM
        if value.q == 1:
            return str(value), ATOM
        return self.over((str(value.p), ATOM), (str(value.q), ATOM))

    def _sum(self, value: Any) -> tuple[str, int]:
        told = ""
        for term in sorted(value.args, key=lambda one: one.could_extract_minus_sign()):
            if told and term.could_extract_minus_sign():
                told += f" {self.minus} {self.inside(self.of(-term), PRODUCT)}"
            else:
                told += f" + {self.inside(self.of(term), SUM)}" if told else self.of(term)[0]
        return told, SUM

    def _product(self, value: Any) -> tuple[str, int]:
        if value.could_extract_minus_sign():
            return self.minus + self.inside(self.of(-value), PRODUCT), SUM
        above, below = sympy.fraction(value)
        if below != 1:
            return self.over(self.of(above), self.of(below))
        return self.beside([self.inside(self.of(part), POWER) for part in value.args]), PRODUCT

    def beside(self, parts: list[str]) -> str:
        return self.times.join(parts)

    def _power(self, value: Any) -> tuple[str, int]:
        if value.exp == sympy.Rational(1, 2):
            return self.call("sqrt", self.of(value.base)[0]), ATOM
        if value.exp.is_negative or value.exp.could_extract_minus_sign():
            return self.over(("1", ATOM), self.of(value.base**-value.exp))
        return self.power(self.inside(self.of(value.base), ATOM), self.of(value.exp)[0]), POWER

    def _matmul(self, value: Any) -> tuple[str, int]:
        factor, parts = value.as_coeff_matrices()
        if factor.could_extract_minus_sign():
            return self.minus + self.of(-value)[0], SUM
        told = self.matmul.join(self.inside(self.of(part), POWER) for part in parts)
        if factor == 1:
            return told, PRODUCT
        return self.scaled(self.of(factor), told, len(parts)), PRODUCT

    def scaled(self, factor: tuple[str, int], told: str, count: int) -> str:
        return f"{self.inside(factor, PRODUCT)} * {told if count == 1 else self.brackets(told)}"

    def _matpow(self, value: Any) -> tuple[str, int]:
        if value.exp == -1:
            return self.inverse(self.of(value.base)[0]), ATOM
        return self.power(self.brackets(self.of(value.base)[0]), self.of(value.exp)[0]), POWER

    def _hadamard(self, value: Any) -> tuple[str, int]:
        if any(isinstance(part, m.HadamardPower) and part.exp == -1 for part in value.args):
            raise NotImplementedError("an entrywise quotient")
        return self.entrywise([self.inside(self.of(part), ATOM) for part in value.args]), PRODUCT

    def _entry_power(self, value: Any) -> tuple[str, int]:
        if value.exp != 2:
            raise NotImplementedError("an entrywise power")
        return self.entrywise([self.inside(self.of(value.base), ATOM)] * 2), PRODUCT

    def _explicit(self, value: Any) -> tuple[str, int]:
        rows = value.tolist()
        return self.matrix([[self.of(entry)[0] for entry in row] for row in rows]), ATOM

    def _function(self, value: Any) -> tuple[str, int]:
        name = {"Abs": "abs", "Max": "max", "Min": "min", "ceiling": "ceil"}.get(
            type(value).__name__, type(value).__name__
        )
        return self.call(name, *(self.of(part)[0] for part in value.args)), ATOM

    def _transpose(self, value: Any) -> tuple[str, int]:
        return self.transposed(self.inside(self.of(value.arg), ATOM)), ATOM

    def _trace(self, value: Any) -> tuple[str, int]:
        # Of a number in a 1 x 1 matrix: the product itself is meant.
        if value.arg.shape != (1, 1):
            return self.call("trace", self.of(value.arg)[0]), ATOM
        return self.brackets(self.of(value.arg)[0]), ATOM

    KINDS: tuple[tuple[Any, Callable[..., tuple[str, int]]], ...] = (
        (sympy.Rational, _number),
        (sympy.Symbol, lambda self, v: (self.name(v.name), ATOM)),
        (m.MatrixSymbol, lambda self, v: (self.name(v.name), ATOM)),
        (sympy.Add, _sum),
        (m.MatAdd, _sum),
        (sympy.Mul, _product),
        (m.MatMul, _matmul),
        (sympy.Pow, _power),
        (m.Inverse, lambda self, v: (self.inverse(self.of(v.arg)[0]), ATOM)),
        (m.MatPow, _matpow),
        (m.Transpose, _transpose),
        (m.Trace, _trace),
        (m.Identity, lambda self, v: (self.identity(self.of(v.shape[0])[0]), ATOM)),
        (Norm, lambda self, v: (self.norm(self.of(v.args[0])[0]), ATOM)),
        (EntrySum, lambda self, v: (self.call("sum", self.of(v.args[0])[0]), ATOM)),
        (PseudoInverse, lambda self, v: (self.call("pinv", self.of(v.args[0])[0]), ATOM)),
        (m.HadamardProduct, _hadamard),
        (m.HadamardPower, _entry_power),
        (m.DiagMatrix, lambda self, v: (self.call("diag", self.of(v.args[0])[0]), ATOM)),
        (m.applyfunc.ElementwiseApplyFunction,
         lambda self, v: (self.call(entrywise_name(v), self.of(v.expr)[0]), ATOM)),
        (sympy.MatrixBase, _explicit),
        (sympy.Function, _function),
        ((sympy.Max, sympy.Min), _function),
    )  # fmt: skip
