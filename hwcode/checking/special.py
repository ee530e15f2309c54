"""What a wrong formula has in common with the right one: special cases, symbols, how it grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from hwcode.checking.domain import Domain
from hwcode.checking.expressions import value_text
from hwcode.checking.likeness import Screen, multiple, same

__all__ = ["special_case"]


def special_case(domain: Domain, answer: Any, right: list[Any]) -> str:
    """The first of these that holds at every point tried: a case, a symbol, a rate of growth.

    Args:
        domain: the points.
        answer: a wrong formula.
        right: the reference and other right forms; what is said of symbols is true of all of them.
    """
    screen = Screen(domain, (right[0],))
    if not screen.points:
        return ""
    return (
        _of_value(screen, answer, right[0])
        or _of_symbols(domain, answer, right)
        or _of_cases(domain, screen, answer, right[0])
        or _of_growth(screen, answer, right)
    )


def _of_value(screen: Screen, answer: Any, right: Any) -> str:
    """Right where one symbol is 0 or 1, and not in general."""
    if screen.domain.draw is not None:
        return ""  # the other symbols would have to follow
    for symbol in screen.domain.symbols:
        if symbol not in right.free_symbols or symbol in screen.domain.cases[0]:
            continue
        for value in (0, 1):
            if value == 1 and isinstance(symbol, sympy.MatrixSymbol):
                continue
            if _agree_where(screen, symbol, value, answer, right):
                return f"it is right for {symbol.name} = {value}, and not in general"
    return ""


def _agree_where(screen: Screen, symbol: Any, value: int, answer: Any, right: Any) -> bool:
    """Whether two formulas agree, and are not 0, wherever a symbol has this value."""
    for point in screen.points:
        moved = _moved(point, symbol, lambda old: old * 0 if value == 0 else sympy.S.One)
        mine, theirs = screen.at(answer, moved), screen.at(right, moved)
        if theirs is None or not any(theirs[1]) or not same(mine, theirs):
            return False
    return True


def _moved(point: dict[Any, Any], symbol: Any, to: Callable[[Any], Any]) -> dict[Any, Any]:
    """A point with one symbol moved, and without the values that were computed from it."""
    kept = {key: value for key, value in point.items() if not key.has(symbol)}
    return {**kept, symbol: to(point[symbol])}


def _of_symbols(domain: Domain, answer: Any, right: list[Any]) -> str:
    """A symbol that must not be left out, or has nothing to do with it."""
    mine: set[Any] = getattr(answer, "free_symbols", set())
    theirs = [form.free_symbols for form in right]
    missing = [s for s in domain.symbols if s not in mine and all(s in one for one in theirs)]
    extra = [s for s in domain.symbols if s in mine and not any(s in one for one in theirs)]
    told = []
    if missing:
        told.append(f"the right answer depends on {_names(missing)}, and this one does not")
    if extra:
        told.append(f"it has {_names(extra)}, on which the right answer does not depend")
    return "; ".join(told)


def _names(symbols: list[Any]) -> str:
    names = [value_text(symbol) for symbol in symbols]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _of_cases(domain: Domain, screen: Screen, answer: Any, right: Any) -> str:
    """Right where the sizes are in some relation, in all cases that were tried."""
    sizes = [s for s in domain.cases[0] if getattr(s, "is_integer", False) and s in domain.symbols]
    if len(domain.cases) < 2 or not sizes:
        return ""
    agree = [
        same(screen.value(answer, i), screen.value(right, i)) for i in range(len(screen.points))
    ]
    if not any(agree) or all(agree):
        return ""
    relations = [(f"{s} = {v}", sympy.Eq(s, v)) for s in sizes for v in (1, 2)]
    for i, one in enumerate(sizes):
        for other in sizes[i + 1 :]:
            for relation in (sympy.Gt, sympy.Lt, sympy.Eq):
                told = {sympy.Gt: ">", sympy.Lt: "<", sympy.Eq: "="}[relation]
                relations.append((f"{one} {told} {other}", relation(one, other)))
    for told, relation in relations:
        held = [bool(relation.subs({s: point[s] for s in sizes})) for point in screen.points]
        if held == agree:
            return f"in the cases tried it is right where {told}, and not elsewhere"
    return ""


def _of_growth(screen: Screen, answer: Any, right: list[Any]) -> str:
    """Twice a symbol: the right answer grows by one factor, this one by another."""
    if screen.domain.draw is not None:
        return ""
    for symbol in screen.domain.symbols:
        if symbol in screen.domain.cases[0] or symbol in screen.domain.intervals:
            continue
        grown = [_growth(screen, form, symbol) for form in right]
        if None in grown or len(set(grown)) != 1:
            continue
        mine = _growth(screen, answer, symbol)
        if mine != grown[0]:
            told = f"the right answer is multiplied by {grown[0]} if {symbol.name} is doubled"
            if mine is None:
                return f"{told}; this one is not multiplied by any one number"
            return f"{told}, this one by {mine}"
    return ""


def _growth(screen: Screen, formula: Any, symbol: Any) -> Any:
    """By which power of two a formula is multiplied if a symbol is doubled; None if by none."""
    found = set()
    for point in screen.points:
        moved = _moved(point, symbol, lambda old: 2 * old)
        ratio = multiple(screen.at(formula, moved), screen.at(formula, point))
        if ratio is None or ratio <= 0:
            return None
        found.add(round(float(sympy.log(ratio, 2).evalf()) * 2, 6))
    power = next(iter(found))
    if len(found) != 1 or power != round(power):
        return None
    return sympy.Integer(2) ** sympy.Rational(int(power), 2)
