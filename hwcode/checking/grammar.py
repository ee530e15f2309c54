"""The grammar of answers: from names, numbers and signs to a tree.

Powers bind most, then products without a sign, then the other products, then sums, as on paper.
Where paper leaves open what is meant, as in ``a/2b``, the tree has a node ``either`` with both
readings, and :mod:`hwcode.checking.reader` finds out whether they differ.

The grammar is a few lines for each kind of product, and its words depend on the question, as does
whether a word is one name or several: a parser generator would need a grammar for each question,
and would settle by a rule what has to be asked back.
"""

from __future__ import annotations

from collections.abc import Sequence

from hwcode.checking.brackets import CLOSING, VULGAR
from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.primaries import Primaries
from hwcode.checking.tokens import Token
from hwcode.checking.tree import Node, joined, run_of, walk

__all__ = ["Node", "parsed", "walk"]


def parsed(tokens: Sequence[Token], tex: bool = False) -> Node:
    """The tree of an expression.

    Args:
        tokens: with their words read as names; the last is of the kind ``end``.
        tex: whether LaTeX's rules for arguments hold: one character, or a group.

    Raises:
        AnswerError: names what stands where it can't.
    """
    parser = _Parser(tokens, tex)
    node = parser.tuple_or_sum()
    if parser.now.kind != "end":
        raise AnswerError(f"{quoted(parser.now.text)} is not expected here; {parser.hint()}")
    return node


_PRODUCTS = {"*": "times", "@": "matmul", "·": "point", "⊙": "entrywise", "⊘": "entry_over",
             "/": "over", "//": "floordiv", "%": "modulo"}  # fmt: skip


class _Parser(Primaries):
    # --- sums and products --------------------------------------------------------------------

    def tuple_or_sum(self) -> Node:
        """Several expressions with commas between them are a list."""
        first = self.sum()
        if not self.at(",", ";"):
            return first
        entries = [first]
        while self.at(",", ";"):
            self.take()
            if self.now.kind in ("end", "close"):
                break
            entries.append(self.sum())
        return Node("list", tuple(entries))

    def sum(self) -> Node:
        node = self.product()
        while self.at("+", "-"):
            sign = self.take()
            if self.at("+", "-") and not self.now.spaced and sign.text != self.now.text:
                raise AnswerError(f"two signs stand together: {sign.text}{self.now.text}")
            right = self.product()
            node = Node("sum" if sign.text == "+" else "difference", (node, right))
        return node

    def product(self) -> Node:
        if self.at("+", "-"):
            sign = self.take().text
            inner = self.product()
            return Node("negative", (inner,)) if sign == "-" else inner
        first, pairs = self.run(), []
        while self.now.kind == "sign" and self.now.text in _PRODUCTS:
            sign = _PRODUCTS[self.take().text]
            pairs.append((sign, self.run(signed=True)))
        plain = _chain(first, pairs)
        order = [sign == "matmul" for sign, _ in pairs]
        if True not in order or False not in order or True not in order[order.index(False) :]:
            return plain
        # a @ b * c @ d: on paper the two products are multiplied, in code one after the other.
        runs, signs = [[("", first)]], [""]
        for sign, right in pairs:
            if sign == "matmul":
                runs[-1].append((sign, right))
            else:
                runs.append([("", right)])
                signs.append(sign)
        tight = [run[0][1] if len(run) == 1 else [_chain(run[0][1], run[1:])] for run in runs]
        other = _chain(tight[0], list(zip(signs[1:], tight[1:], strict=True)))
        return plain if other == plain else Node("either", (plain, other))

    def run(self, signed: bool = False) -> list[Node]:
        """Factors without signs between them."""
        if signed and self.at("+", "-"):
            sign = self.take().text
            first = self.run(signed=True)
            return [Node("negative", (run_of(first),))] if sign == "-" else first
        factors = [self.power()]
        while self.begins_factor() or self._number_behind(factors[-1]):
            if factors[-1].head == "number" and self._is_fraction():
                return [self._mixed(factors)]
            factors.append(self.power())
        return factors

    def _number_behind(self, factor: Node) -> bool:
        """Whether a number is multiplied: behind a mark that it can't belong to, as in M^-1 2/n."""
        inverted = factor.head == "power" and factor.args[1].head == "negative"
        marked = inverted or factor.head in ("transpose", "pseudo")
        return marked and self.now.kind == "number" and self.now.spaced

    def _is_fraction(self) -> bool:
        """Whether a fraction of two numbers follows, as in 2 1/2 with a line."""
        if self.now.text in VULGAR:
            return True
        if self.now.kind != "command" or self.now.text != "frac":
            return False
        return [token.kind for token in self.tokens[self.place + 1 :]][:6].count("number") == 2 or (
            self.next.kind == "number"
        )

    def _mixed(self, factors: list[Node]) -> Node:
        fraction = self.power()
        rest = []
        while self.begins_factor():
            rest.append(self.power())
        times = run_of([*factors, fraction, *rest])
        if len(factors) > 1 or rest or any(one.head == "name" for one in walk(fraction)):
            return times
        return Node("either", (times, Node("sum", (factors[0], fraction))))

    # --- powers -------------------------------------------------------------------------------

    def power(self) -> Node:
        node = self.postfix(self.primary())
        while self.at("^"):
            self.take()
            node = self.postfix(self._raised(node))
        return node

    def _raised(self, base: Node) -> Node:
        if self.at("T"):
            self.take()
            return Node("transpose", (base,))
        if self.at("†", "+") and (self.at("†") or not self._operand_follows()):
            self.take()
            return Node("pseudo", (base,))
        if self.now.kind == "open" and self.now.text in "{(":
            return self._raised_group(base)
        if self.tex:
            if self.now.kind == "number" and len(self.now.text) > 1:
                raise AnswerError(f"in LaTeX an exponent of several digits stands in braces: "
                                  f"^{{{self.now.text}}}")  # fmt: skip
            if self.at("-") and self.next.kind == "number":
                self.take()
                return Node("power", (base, Node("negative", (self._argument(),))))
            return Node("power", (base, self.primary()))
        return self._raised_plainly(base)

    def _operand_follows(self) -> bool:
        """Whether a number follows the plus that could begin an exponent."""
        return self.next.kind == "number" and not self.next.spaced

    def _raised_plainly(self, base: Node) -> Node:
        signs = 0
        while self.at("+", "-"):
            signs += self.take().text == "-"
        if self.at("T") and signs == 1:
            self.take()
            return Node("transpose", (Node("inverse", (base,)),))
        exponent = self.postfix(self.primary())
        if self.at("^"):
            self.take()
            exponent = self._raised(exponent)

        def raised(to: Node) -> Node:
            return Node("power", (base, Node("negative", (to,)) if signs % 2 else to))

        plain = raised(exponent)
        if exponent == Node("number", ("1",)) and self.at("/") and self.next.kind == "number":
            self.take()
            below = self.primary()
            return Node("either", (raised(Node("over", (exponent, below))),
                                   Node("over", (plain, below))))  # fmt: skip
        if self.begins_factor() and not self.now.spaced and self.now.kind in ("name", "constant"):
            # x^2T: is T raised, too?
            rest = [self.power()]
            while self.begins_factor() and not self.now.spaced and self.now.kind == "name":
                rest.append(self.power())
            return Node("either", (run_of([plain, *rest]), raised(run_of([exponent, *rest]))))
        return plain

    def _raised_group(self, base: Node) -> Node:
        """An exponent in brackets; besides numbers it may be a mark such as T, + or (3)."""
        start, opening = self.place, self.take()
        marks = self._marks(CLOSING[opening.text])
        if marks is not None:
            return _marked(base, marks)
        self.place = start
        if opening.text == "(":
            return self._raised_plainly(base)
        self.take()
        exponent = self.sum()
        self.expect("close", "}")
        return Node("power", (base, exponent))

    def _marks(self, closing: str) -> list[str] | None:
        marks: list[str] = []
        while not (self.now.kind == "close" and self.now.text == closing):
            if self.now.kind == "end" or self.now.kind in ("name", "function", "command"):
                return None
            marks.append(self.take().text)
        self.take()
        known = [mark for mark in marks if mark != "^"]
        told = "".join(known)
        return known if told in ("T", "+", "†", "-T") or told.startswith("⊙") else None


def _chain(factors: list[Node], pairs: Sequence[tuple[str, list[Node]]]) -> Node:
    """Products one after the other, from the left."""
    left: Node | None = None
    head = ""
    for sign, right in pairs:
        whole = joined(left, head, factors)
        if factors[-1].head == "bare":
            # log a / b: of a, or of a/b?
            *before, bare = factors
            name, argument = bare.args
            inside = Node("call", (name, joined(argument, sign, right)))
            other = joined(left, head, [*before, inside])
            left, head = None, ""
            factors = [Node("either", (joined(whole, sign, right), other))]
            continue
        left, head, factors = whole, sign, right
    return joined(left, head, factors)


def _marked(base: Node, marks: list[str]) -> Node:
    """A base with raised marks that are no exponents."""
    told = "".join(marks)
    if told == "T":
        return Node("transpose", (base,))
    if told == "-T":
        return Node("transpose", (Node("inverse", (base,)),))
    if told in ("+", "†"):
        return Node("pseudo", (base,))
    return Node("entry_power", (base, told[1:]))
