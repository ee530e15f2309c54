"""Values of rational expressions modulo a prime, where exact rationals would grow too long.

Two rational functions of drawn numbers that differ have a difference whose numerator is a
polynomial with whole coefficients. Modulo a prime it vanishes identically only if the prime divides
all of them, and of the primes of 63 bits only few can; else it vanishes at few points, as in
:mod:`hwcode.checking.identity`. Numbers never grow, so matrices may have ten or thirty rows.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import reduce
from typing import Any

import sympy
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    OneMatrix,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.determinant import Determinant
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.matrixbase import MatrixBase

from hwcode.checking.expressions import EntrySum, Norm, PseudoInverse, UndefinedError, evaluate

__all__ = ["PRIMES", "NoResidueError", "random_prime", "residue"]

PRIMES = 5 * 10**16
"""No fewer primes lie between 2**62 and 2**63 [Rosser & Schoenfeld 1962]."""

Rows = list[list[int]]


class NoResidueError(ArithmeticError):
    """The expression, or the point, is not rational."""


def random_prime(source: random.Random) -> int:
    """A prime of 63 bits, each as likely as any other.

    >>> random_prime(random.Random(1)).bit_length()
    63
    """
    while True:
        candidate = source.randrange(2**62 + 1, 2**63, 2)
        if sympy.isprime(candidate):
            return candidate


def residue(expression: Any, point: Mapping[Any, Any], prime: int) -> int | Rows:
    """The value of an expression at a rational point, modulo a prime.

    Args:
        expression: what is evaluated.
        point: rational values.
        prime: the modulus.

    Returns:
        A number below the prime, or the rows of a matrix of such numbers; a 1 x 1 matrix is a
        number.

    Raises:
        UndefinedError: where it has no value modulo this prime, such as 1/x at x = 0.
        NoResidueError: where it is not rational.

    >>> X = sympy.MatrixSymbol("X", 2, 2)
    >>> residue(X.I * X, {X: sympy.Matrix([[1, 2], [3, 4]])}, 101)
    [[1, 0], [0, 1]]
    """
    value = _Residues(point, prime).value(sympy.sympify(expression))
    if isinstance(value, list) and len(value) == len(value[0]) == 1:
        return value[0][0]
    return value


class _Residues:
    def __init__(self, point: Mapping[Any, Any], prime: int) -> None:
        self.point, self.prime = point, prime
        self.known: dict[Any, Any] = {}

    def value(self, node: Any) -> Any:
        if node not in self.known:
            self.known[node] = self._value(node)
        return self.known[node]

    def _value(self, node: Any) -> Any:
        if isinstance(node, (MatrixExpr, MatrixBase)):
            return self._matrix(node)
        if node in self.point:
            return self._number(self.point[node])
        if isinstance(node, Trace):
            rows = self.value(node.arg)
            return sum(rows[i][i] for i in range(len(rows))) % self.prime
        if isinstance(node, Determinant):
            return self._eliminated(self.value(node.arg))[0]
        if isinstance(node, EntrySum):
            return sum(map(sum, self.value(node.args[0]))) % self.prime
        if isinstance(node, MatrixElement):
            rows = self.value(node.parent)
            i, j = (int(evaluate(index, self.point)) for index in node.indices)
            if not (0 <= i < len(rows) and 0 <= j < len(rows[0])):
                raise UndefinedError(f"{node.parent} has no entry ({i}, {j}) here")
            return rows[i][j]
        if isinstance(node, sympy.Pow) and isinstance(node.base, Norm):
            return self._power(self._squared(node.base), self._whole(node.exp, half=True))
        if isinstance(node, sympy.Pow):
            exponent = evaluate(node.exp, self.point)
            if exponent.is_Integer:
                return self._power(self.value(node.base), int(exponent))
        elif isinstance(node, sympy.Add):
            return sum(map(self.value, node.args)) % self.prime
        elif isinstance(node, sympy.Mul):
            return reduce(lambda a, b: a * b % self.prime, map(self.value, node.args), 1)
        return self._number(evaluate(node, self.point))

    def _number(self, value: Any) -> int:
        value = sympy.sympify(value)
        if not value.is_Rational:
            raise NoResidueError(f"{value} is not rational")
        return value.p * self._power(value.q, -1) % self.prime

    def _power(self, base: int, exponent: int) -> int:
        base %= self.prime
        if base == 0 and exponent < 0:
            raise UndefinedError("division by zero")
        return pow(base, exponent, self.prime)

    def _whole(self, exponent: Any, half: bool = False) -> int:
        value = evaluate(exponent, self.point) / (2 if half else 1)
        if not value.is_Integer:
            raise NoResidueError(f"a power {exponent}")
        return int(value)

    def _squared(self, norm: Norm) -> int:
        return sum(entry * entry for row in self.value(norm.args[0]) for entry in row) % self.prime

    def _size(self, size: Any) -> int:
        value = evaluate(size, self.point)
        if not value.is_Integer or value < 1:
            raise UndefinedError(f"the size would be {value} here")
        return int(value)

    def _matrix(self, node: Any) -> Any:
        if node in self.point:
            node = self.point[node]
        if isinstance(node, MatrixBase):
            return [[self.value(node[i, j]) for j in range(node.cols)] for i in range(node.rows)]
        if isinstance(node, (Identity, OneMatrix, ZeroMatrix)):
            rows, columns = (self._size(size) for size in node.shape)
            fill = int(isinstance(node, OneMatrix))
            found = [[fill] * columns for _ in range(rows)]
            if isinstance(node, Identity):
                for i in range(rows):
                    found[i][i] = 1
            return found
        if isinstance(node, MatPow):
            return self._matrix_power(self.value(node.base), self._whole(node.exp))
        if isinstance(node, HadamardPower):
            power = self._whole(node.exp)
            return [[self._power(x, power) for x in row] for row in self.value(node.base)]
        if isinstance(node, Inverse):
            return self._inverse(self.value(node.arg))
        if isinstance(node, PseudoInverse):
            return self._pseudo_inverse(self.value(node.args[0]))
        if not isinstance(node, (MatMul, MatAdd, HadamardProduct, Transpose, DiagMatrix)):
            return self._matrix(evaluate(node, self.point))  # step, say, of rational numbers
        parts = [self.value(argument) for argument in node.args]
        if isinstance(node, MatMul):
            return self._product(parts)
        if isinstance(node, Transpose):
            return _transposed(parts[0])
        if isinstance(node, DiagMatrix):
            entries = [entry for row in parts[0] for entry in row]
            return [[x if i == j else 0 for j in range(len(entries))]
                    for i, x in enumerate(entries)]  # fmt: skip
        combine = sum if isinstance(node, MatAdd) else _multiplied
        return [
            [combine(entries) % self.prime for entries in zip(*rows, strict=True)]
            for rows in zip(*parts, strict=True)
        ]

    def _product(self, factors: list[Any]) -> Rows:
        scale = _multiplied([each for each in factors if isinstance(each, int)])
        matrices = [each for each in factors if not isinstance(each, int)]
        # From the end where a vector stands: then only products with vectors are formed.
        if len(matrices[-1][0]) == 1:
            found = reduce(lambda right, left: self._times(left, right), reversed(matrices))
        else:
            found = reduce(self._times, matrices)
        return [[scale * entry % self.prime for entry in row] for row in found]

    def _times(self, left: Rows, right: Rows) -> Rows:
        if len(left[0]) != len(right):
            raise UndefinedError("the shapes of a product do not fit here")
        columns = _transposed(right)
        return [
            [sum(map(int.__mul__, row, column)) % self.prime for column in columns] for row in left
        ]

    def _matrix_power(self, base: Rows, exponent: int) -> Rows:
        if exponent < 0:
            base, exponent = self._inverse(base), -exponent
        found = [[int(i == j) for j in range(len(base))] for i in range(len(base))]
        for digit in f"{exponent:b}":
            found = self._times(found, found)
            if digit == "1":
                found = self._times(found, base)
        return found

    def _inverse(self, rows: Rows) -> Rows:
        determinant, inverse = self._eliminated(rows)
        if determinant == 0:
            raise UndefinedError("a singular matrix has no inverse")
        return inverse

    def _pseudo_inverse(self, rows: Rows) -> Rows:
        turned = _transposed(rows)
        wide = len(rows) <= len(rows[0])
        determinant, inverse = self._eliminated(
            self._times(rows, turned) if wide else self._times(turned, rows)
        )
        if determinant == 0:
            raise NoResidueError("a pseudo-inverse of lower rank")
        return self._times(turned, inverse) if wide else self._times(inverse, turned)

    def _eliminated(self, rows: Rows) -> tuple[int, Rows]:
        """Determinant and inverse by Gauss and Jordan; the inverse is of no use if it is 0."""
        size, prime = len(rows), self.prime
        if size != len(rows[0]):
            raise UndefinedError(f"a {size} x {len(rows[0])} matrix has no inverse")
        work = [[*row, *(int(i == j) for j in range(size))] for i, row in enumerate(rows)]
        determinant = 1
        for k in range(size):
            pivot = next((i for i in range(k, size) if work[i][k]), None)
            if pivot is None:
                return 0, []
            if pivot != k:
                work[k], work[pivot] = work[pivot], work[k]
                determinant = -determinant
            determinant = determinant * work[k][k] % prime
            inverse = pow(work[k][k], -1, prime)
            work[k] = [entry * inverse % prime for entry in work[k]]
            for i in range(size):
                if i != k and (factor := work[i][k]):
                    work[i] = [(a - factor * b) % prime for a, b in zip(work[i], work[k],
                                                                        strict=True)]  # fmt: skip
        return determinant % prime, [row[size:] for row in work]


def _transposed(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def _multiplied(numbers: Any) -> int:
    return reduce(int.__mul__, numbers, 1)
