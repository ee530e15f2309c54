"""Natural wrong answers, made from the right ones on their text: what people do when they slip.

They are made by other means than the checker's own slips (on the syntax of what is typed, not on
SymPy's expressions), so that the share of them that gets a reason says something.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from typing import Any

from hwcode.chapters import CHAPTERS, questions_of
from hwcode.checking import Choice, Formula, Number, Part, Question
from hwcode.checking.errors import AnswerError
from hwcode.checking.forms import Ordering
from hwcode.checking.graphs import Graph
from hwcode.checking.growth import Growth

__all__ = ["mutants", "natural"]


def natural(per_part: int, seed: int) -> list[tuple[Question, Part, Any]]:
    """Up to so many wrong answers to every part that takes values; which, the seed decides."""
    found = []
    for chapter in CHAPTERS:
        for asked in questions_of(chapter):
            for part in asked.parts:
                source = random.Random(f"{seed} {asked.key(part)}")
                made = list(dict.fromkeys(mutants(part)))
                source.shuffle(made)
                kept = 0
                for text in made:
                    if kept == per_part:
                        break
                    try:
                        value = part.form.read(text)
                    except (AnswerError, ValueError, TypeError):
                        continue
                    if is_wrong(part, value):
                        found.append((asked, part, text))
                        kept += 1
    return found


def is_wrong(part: Part, value: Any) -> bool:
    """Whether an answer is right by no convention."""
    right = [part.reference, *(one.answer for one in part.alternatives)]
    try:
        return all(part.form.compare(value, one).equal is False for one in right)
    except AnswerError:
        return False


def mutants(part: Part) -> Iterator[str]:
    """Texts of answers that are near the right one."""
    form = part.form
    if isinstance(form, Choice):
        yield from (key for key in form.options if key != part.reference)
    elif isinstance(form, Ordering):
        items = list(part.reference)
        yield ", ".join(items[::-1])
        for i in range(len(items) - 1):
            yield ", ".join([*items[:i], items[i + 1], items[i], *items[i + 2 :]])
    elif isinstance(form, Graph):
        edges = sorted(part.reference)
        for i, (a, b) in enumerate(edges):
            rest = [f"{x} -> {y}" for x, y in (*edges[:i], *edges[i + 1 :])]
            yield ", ".join(rest)
            yield ", ".join([*rest, f"{b} -> {a}"])
    elif isinstance(form, (Formula, Growth)):
        text = form.show(part.reference)
        if isinstance(form, Number) and form.tolerance is not None:
            yield from (f"({text})*100", f"({text})/2", f"-({text})", f"1 - ({text})")
            return
        yield from _of_text(text, list(getattr(form, "symbols", ())))
        for other in part.also_right:
            if isinstance(other, str):
                yield from _of_text(other, list(getattr(form, "symbols", ())))


def _of_text(text: str, names: list[Any]) -> Iterator[str]:
    text = text.removeprefix("O")
    try:
        tree = ast.parse(text.replace("^", "**").strip(), mode="eval")
    except SyntaxError:
        return
    names = [str(name) for name in names]
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr)]
    for node in nodes:
        for other in _changes(node, names):
            yield ast.unparse(_Swap(node, other).visit(ast.parse(ast.unparse(tree), mode="eval")))


def _changes(node: ast.expr, names: list[str]) -> Iterator[str]:
    """What may be written in place of a node."""
    told = ast.unparse(node)
    match node:
        case ast.BinOp(left, ast.Add() | ast.Sub() as sign, right):
            a, b = ast.unparse(left), ast.unparse(right)
            yield f"(({a}) {'-' if isinstance(sign, ast.Add) else '+'} ({b}))"
            yield a
            yield b
        case ast.BinOp(left, ast.Mult() | ast.MatMult() as sign, right):
            a, b = ast.unparse(left), ast.unparse(right)
            yield b
            yield a
            if isinstance(sign, ast.MatMult):
                yield f"(({b}) @ ({a}))"
        case ast.BinOp(left, ast.Div(), right):
            a, b = ast.unparse(left), ast.unparse(right)
            yield a
            yield f"(({b})/({a}))"
            yield f"(2*({a})/({b}))"
        case ast.BinOp(left, ast.Pow(), right):
            a, b = ast.unparse(left), ast.unparse(right)
            yield a
            yield f"(({a})**(({b}) + 1))"
        case ast.Attribute(value=inner, attr="T"):
            yield ast.unparse(inner)
        case ast.Call(func=ast.Name(id="inv" | "sqrt" | "log" | "exp" | "abs"), args=[inner]):
            yield ast.unparse(inner)
        case ast.Name(id=name) if name in names:
            yield from (other for other in names if other != name)
            yield f"({name} - 1)"
            yield f"(2*{name})"
        case ast.Constant(value=int(number)):
            yield str(number + 1)
            yield f"({2 * number})"
            yield f"(-{number})"
        case _:
            return
    if "@" not in told and "norm" not in told:
        yield f"({told})/2"


class _Swap(ast.NodeTransformer):
    """Puts a text in the place of the first node that reads as another one, by its position."""

    def __init__(self, node: ast.expr, other: str) -> None:
        self.where = (node.col_offset, node.end_col_offset)
        self.told, self.other, self.done = ast.unparse(node), other, False

    def visit(self, node: ast.AST) -> Any:
        if not self.done and isinstance(node, ast.expr) and ast.unparse(node) == self.told:
            self.done = True
            return ast.parse(self.other, mode="eval").body
        return self.generic_visit(node)
