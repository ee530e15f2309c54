"""Orders of growth: answers such as ``O(K*D**2 + N*K*D)``, compared without constants.

Two polynomials with positive coefficients, in variables that are at least 1, are of the same order
exactly if each term of either is bounded by a constant times the other. A term ``N^a K^b D^c`` is
bounded by a sum of terms exactly if no way of letting the variables grow, each like a power of one
quantity ``s``, makes it outgrow all of them; that is a small linear programme, solved in rationals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.solvers.simplex import lpmax

from hwcode.checking.domain import Domain
from hwcode.checking.errors import AnswerError
from hwcode.checking.forms import Form, Formula
from hwcode.checking.grammar import Node, walk
from hwcode.checking.identity import Truth
from hwcode.checking.latex import latex_text
from hwcode.checking.reader import Reading, trees
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Growth", "outgrowing"]

Exponents = tuple[int, ...]

_LETTER = re.compile(
    r"(?:\\math(?:cal|rm)\s*(?:\{\s*O\s*\}|O)|\\?\bTheta|\bO|Θ)\s*(?:\\(?:left|[bB]igg?l?))?\s*\("
)
"""The beginning of an order as it is typed or pasted: ``O(``, ``Theta(``, ``\\mathcal{O}(``."""


@dataclass(frozen=True)
class Growth(Form):
    """An order of growth in some variables that are at least 1, such as ``"O(N*D + D**2)"``.

    The tight order is asked for: an upper bound that is not attained is refused, and said to be
    one. The larger of two quantities is of the order of their sum, so ``max`` may occur too.

    Args:
        symbols: the variables.
        what: what grows.

    >>> n, d = sympy.symbols("n d", positive=True)
    >>> form = Growth((n, d))
    >>> form.compare(form.read("O(3*n*d + n)"), n * d).equal
    True
    >>> form.compare(form.read("O(n) + O(max(n, d))"), n + d).equal
    True
    >>> form.compare(form.read("n*d**2"), n * d).remark
    'it is an upper bound, and not tight: it outgrows the right order as d = s'
    """

    symbols: tuple[Any, ...]
    what: str = "an order of growth"

    isolated = True

    @property
    def _formula(self) -> Formula:
        return Formula(Domain(self.symbols), self.what)

    def describe(self) -> str:
        names = ", ".join(str(symbol) for symbol in self.symbols)
        return f"{self.what}, as O(...) with a sum of products of {names}; constants do not count"

    def read(self, text: str) -> Any:
        return self.reading(text).value

    def reading(self, text: str) -> Reading:
        plain = _LETTER.sub("(", text)
        # Looked for in the text: SymPy would cancel one term against another.
        roots, _ = trees(plain.strip().strip("."), self._formula.symbols)
        nodes = [node for root in roots for node in walk(root)]
        if any(map(_subtracts, nodes)):
            raise AnswerError(f"an order of growth has no minus; expected {self.describe()}")
        if called := {str(n.args[0]) for n in nodes if n.head in ("call", "bare")} - {"max"}:
            # A constant such as cos(pi) is a minus, too.
            raise AnswerError(f"{min(called)}(...) in an order; expected {self.describe()}")
        found = self._formula.reading(plain)
        return Reading(self.accept(found.value), f"O({found.plain})", found.notes)

    def accept(self, answer: Any) -> Any:
        value = self._formula.accept(answer)
        if getattr(value, "is_Matrix", False) or value == 0 or not _terms(value, self.symbols):
            raise AnswerError(f"expected {self.describe()}, with plus signs only")
        return value

    def compare(self, answer: Any, reference: Any) -> Comparison:
        expected = reference.value({}) if isinstance(reference, Truth) else reference
        mine, theirs = _terms(answer, self.symbols), _terms(expected, self.symbols)
        found = outgrowing(mine, theirs)
        missed = outgrowing(theirs, mine)
        if found is None and missed is None:
            return Comparison(True, Method.EXACT, "each order bounds the other")
        if missed is None:
            told = "it is an upper bound, and not tight: it outgrows the right order"
        else:
            told = "it is no upper bound: the right order outgrows it"
        rates = missed or found or ()
        remark = f"{told} as {self._path(rates)}"
        failure = Counterexample(self._point(rates), self.show(expected), self.show(answer))
        return Comparison(False, Method.EXACT, counterexample=failure, remark=remark)

    def _path(self, rates: Exponents) -> str:
        growing = [
            f"{symbol} = s" + (f"^{rate}" if rate > 1 else "")
            for symbol, rate in zip(self.symbols, rates, strict=True)
            if rate
        ]
        return ", ".join(growing)

    def _point(self, rates: Exponents) -> dict[str, str]:
        pairs = zip(self.symbols, rates, strict=True)
        return {str(symbol): f"s^{rate}" if rate else "1" for symbol, rate in pairs}

    def show(self, answer: Any) -> str:
        return f"O({answer})"

    def latex(self, answer: Any) -> str:
        return rf"\Theta\left({latex_text(answer, self.symbols)}\right)"

    def inline(self, answer: Any) -> str:
        return f"${self.latex(answer)}$"


def _subtracts(node: Node) -> bool:
    """Whether a node of the tree takes a term away; a constant less, as in K - 1, does not."""
    if node.head == "negative":
        return True
    if node.head == "difference":
        left, right = node.args
        return not _has_names(left) or _has_names(right)
    return False


def _has_names(node: Node) -> bool:
    return any(each.head == "name" for each in walk(node))


def _terms(value: Any, symbols: tuple[Any, ...]) -> list[Exponents]:
    """The exponents of a polynomial's terms; none where it is no polynomial with plus signs.

    A maximum counts as a sum: ``max(a, b) <= a + b <= 2 max(a, b)`` where neither is negative, and
    the signs of the sum's terms are looked at afterwards.
    """
    value = sympy.sympify(value).replace(sympy.Max, sympy.Add)
    if not value.is_polynomial(*symbols):
        return []
    terms = sympy.Poly(value, *symbols).terms()
    if any(not coefficient.is_positive for _, coefficient in terms):
        return []
    return [tuple(int(power) for power in exponents) for exponents, _ in terms]


def outgrowing(terms: list[Exponents], others: list[Exponents]) -> Exponents | None:
    """Rates at which some term outgrows all others; None where none does.

    With the variables ``s^w1, s^w2, ...`` for rates ``w >= 0`` a term grows like ``s`` to the inner
    product of its exponents with ``w``.

    Returns:
        Whole rates without a common factor.

    >>> outgrowing([(1, 1)], [(2, 0), (0, 2)]), outgrowing([(1, 1)], [(1, 0), (0, 1)])
    (None, (1, 1))
    """
    for term in terms:
        if any(all(a <= b for a, b in zip(term, other, strict=True)) for other in others):
            continue  # one term bounds it; else several together may
        rates = sympy.symbols(f"w:{len(term)}")
        slack = sympy.Symbol("slack")
        bounds = [rate <= 1 for rate in rates] + [rate >= 0 for rate in rates]
        for other in others:
            gap = sum((a - b) * rate for a, b, rate in zip(term, other, rates, strict=True))
            bounds.append(sympy.Ge(gap, slack, evaluate=False))
        most, at = lpmax(slack, [*bounds, slack <= 100])
        if most > 0:
            found = [sympy.Rational(at[rate]) for rate in rates]
            whole = sympy.ilcm(*(rate.q for rate in found))
            scaled = [int(rate * whole) for rate in found]
            common = sympy.igcd(*scaled)
            return tuple(rate // int(common) for rate in scaled)
    return None
