"""One form of answers with the symbols of several, for derivations that need more than their end.

Steps are decided at the points of the first form: the same sizes, the same structure. Another form
adds its symbols where they fit, that is where no name means two things and no number is drawn in
two ways; else it is left as it is.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy

from hwcode.checking.domain import Domain, Draw, Numbers
from hwcode.checking.formulas import Formula

__all__ = ["merged", "with_symbols"]


def merged(first: Formula, others: Sequence[Formula]) -> Formula:
    """The first form, with the symbols of all others that fit.

    >>> n, d, s = sympy.symbols("n d s", integer=True, positive=True)
    >>> one = Formula(Domain((n, d), ({n: 3, d: 2},), beyond=n > d))
    >>> two = Formula(Domain((n, s), ({n: 1},), beyond=True))
    >>> three = Formula(Domain((n, d, s), ({n: 2, d: 3},), beyond=d > n))
    >>> list(merged(one, [two, three]).symbols), merged(one, [two]).domain.cases
    (['n', 'd', 's'], ({n: 3, d: 2},))
    """
    domain, aliases = first.domain, dict(first.aliases)
    for other in others:
        wider = _widened(domain, other.domain)
        if wider is not None:
            domain = wider
            aliases = {**other.aliases, **aliases}
    names = {str(symbol.name) for symbol in domain.symbols}
    aliases = {told: name for told, name in aliases.items() if told not in names}
    return Formula(domain, first.what, aliases)


def with_symbols(form: Formula, symbols: Sequence[Any]) -> Formula:
    """A form with further symbols, for which any numbers may stand."""
    domain = replace(form.domain, symbols=(*form.domain.symbols, *symbols))
    return replace(form, domain=domain)


def _widened(domain: Domain, other: Domain) -> Domain | None:
    """A domain with the symbols of another one; None where the two do not fit."""
    mine = {str(symbol.name): symbol for symbol in (*domain.symbols, *domain.cases[0])}
    theirs = (*other.symbols, *other.cases[0])
    if any(mine.get(str(symbol.name), symbol) != symbol for symbol in theirs):
        return None
    varied = domain.cases[0] != {}
    cases = [_case(case, domain, other) for case in domain.cases] if varied else [*other.cases]
    if None in cases:
        return None
    draw = _drawn_by_both(domain, other)
    if other.draw is not None and draw is None:
        return None
    known = set(mine.values())
    return replace(
        domain,
        symbols=(*domain.symbols, *(one for one in other.symbols if one not in known)),
        cases=tuple(case for case in cases if case is not None),
        beyond=_beyond(domain, other),
        intervals={**other.intervals, **domain.intervals},
        draw=draw,
        draw_degree=max(domain.draw_degree, other.draw_degree),
    )


def _case(case: Mapping[Any, Any], domain: Domain, other: Domain) -> Mapping[Any, Any] | None:
    """A case of one domain with what another one has beside it; None if it is none of the other."""
    for theirs in other.cases:
        both = {**theirs, **case}
        same = all(both[symbol] == value for symbol, value in theirs.items())
        if same or other.possible({symbol: both[symbol] for symbol in theirs}):
            return both
    return None


def _beyond(domain: Domain, other: Domain) -> Any:
    """The relation between the sizes of both."""
    if not domain.cases[0]:
        return other.beyond
    if not other.cases[0] or domain.beyond == other.beyond:
        return domain.beyond
    if domain.beyond is None or other.beyond is None:
        return None
    return sympy.And(domain.beyond, other.beyond)


def _drawn_by_both(domain: Domain, other: Domain) -> Draw | None:
    """How points are drawn for both; None where neither has a way, or where they collide."""
    if other.draw is None or other.draw is domain.draw:
        return domain.draw
    names = _names_drawn(other)
    taken = {*domain.symbols, *domain.cases[0]}
    if names is None or names & taken:
        return None
    if domain.draw is None:
        return other.draw
    first, second = domain.draw, other.draw

    def draw(point: dict[Any, Any], numbers: Numbers) -> Mapping[Any, Any]:
        drawn = dict(first(point, numbers))
        return {**second({**point, **drawn}, numbers), **drawn}

    return draw


def _names_drawn(domain: Domain) -> set[Any] | None:
    """The symbols that a domain's own way gives numbers to."""
    point = {symbol: sympy.sympify(value) for symbol, value in domain.cases[0].items()}
    try:
        return set(domain.draw(point, Numbers("small", random.Random(0))))  # type: ignore[misc]
    except (ArithmeticError, KeyError, ValueError):
        return None
