"""The grammar of answers, second half: calls, bars, indices and LaTeX's commands."""

from __future__ import annotations

from dataclasses import replace

from hwcode.checking.brackets import BARS, CLOSING, HALVES, VULGAR, Brackets
from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.tree import Node, run_of

__all__ = ["Primaries"]


class Primaries(Brackets):
    """What stands for itself; sums, products and powers are added by the whole grammar."""

    def postfix(self, node: Node) -> Node:
        while True:
            if self.at("'"):
                self.take()
                node = Node("transpose", (node,))
            elif self.at("!"):
                self.take()
                node = Node("call", ("factorial", node))
            elif self.at(".") and self.next.kind in ("word", "name", "function", "sign"):
                node = self._attribute(node)
            elif self._indexed(node):
                node = self._index(node)
            else:
                return node

    def _attribute(self, node: Node) -> Node:
        self.take()
        name = self.take().text
        if name == "T":
            return Node("transpose", (node,))
        if name == "shape":
            return Node("shape", (node,))
        if not (self.now.kind == "open" and self.now.text == "("):
            raise AnswerError(f"the only attribute is .T (transpose), not .{name}")
        arguments = self._arguments()
        if name in ("t", "transpose") and not arguments:
            return Node("transpose", (node,))
        if name == "item" and not arguments:
            return node
        return Node("call", (name, node, *arguments))

    def _indexed(self, node: Node) -> bool:
        opens = self.now.kind == "open" and self.now.text == "["
        return (
            opens and not self.tex and not self.now.spaced and node.head not in ("number", "over")
        )

    def _index(self, node: Node) -> Node:
        self.take()
        places = [self.sum()]
        while self.at(","):
            self.take()
            places.append(self.sum())
        self.expect("close", "]")
        return Node("index", (node, *places))

    # --- what stands for itself ---------------------------------------------------------------

    def primary(self) -> Node:
        token = self.now
        match token.kind:
            case "number":
                return self._number()
            case "name" | "constant" | "identity" | "bound":
                self.take()
                return Node(token.kind, (token.text,))
            case "indexed":
                self.take()
                return Node("indexed", (token.text, "".join(cell.base for cell in token.cells)))
            case "function":
                return self._called()
            case "open":
                return self._bracket()
            case "command":
                return self._command()
            case "sign" if token.text in BARS:
                return self._between_bars()
            case "sign" if token.text in VULGAR:
                self.take()
                above, below = VULGAR[token.text].split("/")
                return Node("over", (Node("number", (above,)), Node("number", (below,))))
            case "sign" if token.text in HALVES:
                self.take()
                closing, name = HALVES[token.text]
                inner = self.sum()
                self.expect("sign", closing)
                return Node("call", (name, inner))
            case "sign" if token.text == "⟨":
                return self._inner_product()
            case "sign" if token.text == "√":
                self.take()
                return self._applied("sqrt")
        if token.kind == "end":
            raise AnswerError(f"the answer stops in the middle; {self.hint()}")
        raise AnswerError(f"{quoted(token.text)} is not expected here; {self.hint()}")

    def _number(self) -> Node:
        token = self.take()
        after = self.now
        if after.kind == "number":
            raise AnswerError(
                f"two numbers stand side by side, {token.text} and {after.text}: a product is"
                f" typed {token.text}*{after.text}"
            )
        return Node("number", (token.text,))

    def _called(self) -> Node:
        """A function with brackets, or on paper without."""
        name = self.take().text
        power = None
        if self.at("'"):
            self.take()
            name += "'"
        if self.at("^"):
            self.take()
            power = self._argument() if self.tex else self.primary()
        node = self._applied(name)
        tight = self.at("+", "-") and not self.now.spaced and not self.next.spaced
        if node.head == "bare" and name == "sqrt" and tight and not self.tex:
            raise AnswerError("sqrt has no brackets, and it is open where the root ends: sqrt(...)")
        if power is None:
            return node
        if power.head == "negative" or power == Node("number", ("-1",)):
            raise AnswerError(
                f"{name}^-1 may be the inverse function or a quotient; write 1/{name}"
            )
        return Node("power", (Node("call", node.args), power))

    def _applied(self, name: str) -> Node:
        if self.now.kind == "open" and self.now.text in ("(", "["):
            return Node("call", (name, *self._arguments()))
        if self.now.kind == "open" and self.now.text == "{":
            return Node("call", (name, *self._arguments()))
        if not (self.begins_factor() or self.now.kind == "number"):
            raise AnswerError(f"{name} is a function: write {name}(...)")
        arguments = [self.power()]
        while self.begins_factor() and self.now.kind != "function":
            arguments.append(self.power())
        if len(arguments) == 1:
            return Node("bare", (name, arguments[0]))
        whole = Node("call", (name, run_of(arguments)))
        return Node("either", (run_of([Node("call", (name, arguments[0])), *arguments[1:]]), whole))

    def _arguments(self) -> list[Node]:
        opening = self.take()
        closing = CLOSING[opening.text]
        self.bars, outer = [], self.bars
        if opening.text == "[":
            self.place -= 1
            found = [self._bracket()]
            self.bars = outer
            return found
        found = []
        while not (self.now.kind == "close" and self.now.text == closing):
            found.append(self.condition())
            if not self.at(","):
                break
            self.take()
        self.expect("close", closing)
        self.bars = outer
        return found

    def _inner_product(self) -> Node:
        self.take()
        self.bars, outer = [], self.bars
        left = self.sum()
        if self.at("|"):
            self.take()
        else:
            self.expect("sign", ",")
        right = self.sum()
        self.expect("sign", "⟩")
        self.bars = outer
        return Node("inner", (left, right))

    def _between_bars(self) -> Node:
        bar = self.take().text
        self.bars.append(bar)
        inner = self.sum()
        if bar == "|" and self.at("‖"):
            # The end of one and the beginning of the next, |a||b|.
            token = self.now
            halves = [replace(token, text="|", spaced=False) for _ in range(2)]
            self.tokens[self.place : self.place + 1] = halves
        self.expect("sign", bar)
        self.bars.pop()
        return Node("bars" if bar == "|" else "norm", (inner,))

    # --- LaTeX's own --------------------------------------------------------------------------

    def _argument(self) -> Node:
        """A group, or what stands next: of a number its first digit."""
        token = self.now
        if token.kind == "open" and token.text == "{":
            self.take()
            inner = self.sum()
            self.expect("close", "}")
            return inner
        if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
            rest = replace(token, text=token.text[1:], start=token.start + 1, spaced=False)
            self.tokens[self.place] = rest
            return Node("number", (token.text[0],))
        if token.kind == "number":
            self.take()
            return Node("number", (token.text,))
        return self.primary()

    def _command(self) -> Node:
        token = self.take()
        if token.text == "ones" and not token.cells[0].sub and self.now.kind == "open":
            place = self.place
            bracketed = self._bracket()
            inside = bracketed.args[0] if bracketed.head == "single" else bracketed
            if inside.head == "relation":
                return inside
            self.place = place
        if token.text == "ones":
            return Node("ones", (token.cells[0].sub,))
        if token.text == "frac":
            return Node("group", (Node("over", (self._argument(), self._argument())),))
        if token.text == "binom":
            return Node("binom", (self._argument(), self._argument()))
        if token.text == "sqrt":
            if self.now.kind == "open" and self.now.text == "[":
                self.take()
                degree = self.sum()
                self.expect("close", "]")
                root = Node("over", (Node("number", ("1",)), degree))
                return Node("power", (Node("group", (self._argument(),)), root))
            return Node("call", ("sqrt", self._argument()))
        index = token.cells[0]
        ends = (self._argument(), self._argument()) if index.sub else ()
        return Node("total", (index.base, self.product(), *ends))
