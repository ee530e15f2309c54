"""Mutants of code: one small error each, of the kinds that this field makes and of the usual ones.

A mutant is made on the text of a module, so that everything else of it stays as it is. Annotations,
docstrings, imports and messages are left alone.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["OURS", "Mutant", "mutants_in", "sampled"]

COMPARISONS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
ARITHMETIC = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.FloorDiv: "/", ast.Mod: "//",
    ast.Pow: "*",
}  # fmt: skip
CALLS = {
    "mean": "sum", "sum": "mean", "eval": "train", "train": "eval", "min": "max", "max": "min",
    "argmin": "argmax", "argmax": "argmin", "any": "all", "all": "any", "floor": "ceil",
    "ceil": "floor", "zeros": "ones", "zeros_like": "ones_like",
}  # fmt: skip
"""Functions and methods that are taken for one another: a missing 1/n, eval for train."""
AXES = {"axis", "dim", "ddof", "correction", "padding", "stride", "dilation", "output_padding"}
"""Arguments whose number is one off: wrong axis, biased variance, padding."""
OURS = {
    "factor 2", "transposition", "missing 1/n", "order of a product", "one off in an argument",
    "function for another", "off by one in a range", "lost factor",
}  # fmt: skip
"""The kinds that this field makes."""


@dataclass(frozen=True)
class Mutant:
    """A change of a module: what stands at some place, and what is put there."""

    kind: str
    line: int
    was: str
    now: str
    text: str


def sampled(source: str, count: int, seed: str) -> list[Mutant]:
    """Up to ``count`` mutants of a module that differ from it, first by kind, then by place.

    Kinds are drawn alike, else most would be changes of a constant.

    >>> [m.now for m in sampled("x = a + b\\n", 2, "seed")]
    ['a - b']
    """
    source_of_chance = random.Random(seed)
    by_kind: dict[str, list[Mutant]] = {}
    for mutant in mutants_in(source):
        by_kind.setdefault(mutant.kind, []).append(mutant)
    clean = ast.dump(ast.parse(source))
    found: list[Mutant] = []
    while len(found) < count and by_kind:
        kind = source_of_chance.choice(sorted(by_kind))
        place = source_of_chance.randrange(len(by_kind[kind]))
        mutant = by_kind[kind].pop(place)
        if not by_kind[kind]:
            del by_kind[kind]
        if _differs(mutant.text, clean):
            found.append(mutant)
    return found


def _differs(text: str, clean: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) != clean
    except SyntaxError:
        return False  # inside an f-string, say


def mutants_in(source: str) -> Iterator[Mutant]:
    """All mutants of a module, in the order of their places.

    >>> [m.now for m in mutants_in("def loss(r, n):\\n    return r.T @ r / n\\n")]
    ['return 2 * (r.T @ r / n)', 'r.T @ r', 'r.T @ r * n', 'r @ r.T', 'r']
    """
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    for node in _mutable(ast.parse(source)):
        begin = offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        end = offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        for kind, now in _changes(node):
            inner = f"({now})" if isinstance(node, ast.expr) else now
            text = source[:begin] + inner + source[end:]
            now = ast.unparse(ast.parse(now)) if isinstance(node, ast.expr) else now
            yield Mutant(kind, node.lineno, source[begin:end], now, text)  # type: ignore[attr-defined]


def _mutable(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may be changed."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if not isinstance(node, ast.AST) or _left_alone(node):
                continue
            if hasattr(node, "lineno"):
                yield node
            yield from _mutable(node)


def _left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Raise() | ast.JoinedStr() | ast.Assert():
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Expr(value=ast.Constant()):
            return True
    return False


def _changes(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Return(value=ast.BinOp() as value):
            yield "factor 2", f"return 2 * ({ast.unparse(value)})"
        case ast.BinOp(left, op, right):
            yield from _of_arithmetic(ast.unparse(left), op, ast.unparse(right), left, right)
        case ast.Attribute(value, "T"):
            yield "transposition", ast.unparse(value)
        case ast.Compare(left, [sign], [right]) if type(sign) in COMPARISONS:
            other = COMPARISONS[type(sign)]
            yield "comparison", f"({ast.unparse(left)}) {other} ({ast.unparse(right)})"
        case ast.Call():
            yield from _of_a_call(node)
        case ast.Constant(value=bool(value)):
            yield "constant", str(not value)
        case ast.Constant(value=int(value)) | ast.Constant(value=float(value)):
            yield "constant", repr(value + 1)
            yield "constant", repr(value - 1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield "sign", ast.unparse(operand)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "condition", ast.unparse(operand)
        case ast.BoolOp(op, values):
            sign = " or " if isinstance(op, ast.And) else " and "
            yield "condition", sign.join(f"({ast.unparse(value)})" for value in values)
        case ast.IfExp(test, body, orelse):
            told = [ast.unparse(each) for each in (orelse, test, body)]
            yield "condition", f"({told[0]}) if ({told[1]}) else ({told[2]})"
        case ast.If(test=test) | ast.While(test=test) if not isinstance(test, ast.Compare):
            turned = ast.parse(ast.unparse(node)).body[0]
            turned.test = ast.UnaryOp(ast.Not(), test)  # type: ignore[attr-defined]
            yield "condition", _indented(ast.unparse(turned), node)
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Break():
            yield "dropped statement", "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "dropped statement", "pass"


def _indented(text: str, node: ast.stmt) -> str:
    return text.replace("\n", "\n" + " " * node.col_offset)


def _of_arithmetic(
    left: str, op: ast.operator, right: str, one: ast.expr, other: ast.expr
) -> Iterator[tuple[str, str]]:
    if any(isinstance(each, (ast.JoinedStr, ast.List, ast.Tuple)) for each in (one, other)):
        return
    if any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in (one, other)):
        return
    if isinstance(op, ast.MatMult):
        yield "order of a product", f"({right}) @ ({left})"
        return
    if isinstance(op, ast.Div):
        yield "missing 1/n", left
    if isinstance(op, ast.Mult):
        yield "lost factor", left
        yield "lost factor", right
    if type(op) in ARITHMETIC:
        yield "arithmetic", f"({left}) {ARITHMETIC[type(op)]} ({right})"


def _of_a_call(node: ast.Call) -> Iterator[tuple[str, str]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    given = [ast.unparse(each) for each in (*node.args, *node.keywords)]
    function = ast.unparse(node.func)
    if name in CALLS:
        yield "function for another", f"{function[: -len(name)]}{CALLS[name]}({', '.join(given)})"
    if name == "range" and not node.keywords:
        stop = min(len(node.args), 2) - 1
        for change in ("+", "-"):
            changed = [*given[:stop], f"{given[stop]} {change} 1", *given[stop + 1 :]]
            yield "off by one in a range", f"{function}({', '.join(changed)})"
    for place, argument in enumerate(node.keywords, len(node.args)):
        if argument.arg in AXES:
            changed = [*given[:place], f"{given[place]} + 1", *given[place + 1 :]]
            yield "one off in an argument", f"{function}({', '.join(changed)})"
