"""Cases beyond those that a question lists: other sizes, other numbers of steps.

They are drawn after the answer was read, so that none can be made to fit them.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from typing import Any

import sympy

from hwcode.checking.domain import Domain

__all__ = [
    "beyond_by_a_few",
    "larger_cases",
    "largest_square",
    "more_rows",
    "other_cases",
    "smaller_cases",
]

Case = Mapping[Any, Any]

MATRICES = (((4, 6), (1, 3)), ((6, 9), (2, 9)), ((10, 20), (10, 60)))
"""Larger cases of matrices, each drawn: the range of a size, and of how much more than any listed
one a number is that stands in an exponent."""
MANY = (31, 60)
"""Rows and columns where true sizes alone decide."""
MORE_STEPS = 3
"""By how much a number in an exponent is raised, of matrices in a small case."""
WITHOUT_MATRICES = (0, 3, 6, 9)
"""Which of the cases are taken for a formula without matrices: numbers of two to five digits."""


def other_cases(domain: Domain, tame: frozenset[Any], source: random.Random) -> Iterator[Case]:
    """Cases of a question without matrices: near the listed ones, then of every size.

    >>> n, k = sympy.symbols("n k", integer=True, positive=True)
    >>> domain = Domain((n, k), ({n: 2, k: 1},), beyond=n > k)
    >>> drawn = itertools.islice(other_cases(domain, frozenset(), random.Random(1)), 10)
    >>> all(case[n] > case[k] for case in drawn)
    True
    """
    largest = _largest(domain)
    for turn in itertools.count():
        power = 10 ** min(6, 1 + turn // 2)
        # In an exponent 300 is a large number.
        high = {
            s: most + (min(300, 3 * power) if s in tame else power) for s, most in largest.items()
        }
        case = domain.larger(dict.fromkeys(largest, 1), high, source)
        yield domain.cases[turn % len(domain.cases)] if case is None else case


def larger_cases(
    domain: Domain, tame: frozenset[Any], source: random.Random, of_matrices: bool
) -> list[Case]:
    """A few cases: of matrices some of middling and one of larger size.

    Every size and every number of steps is beyond the listed ones, if the question lets it be.
    """
    if domain.beyond is None or not domain.varied:
        return []
    if not of_matrices:
        drawn = list(itertools.islice(other_cases(domain, tame, source), WITHOUT_MATRICES[-1] + 1))
        return [drawn[place] for place in WITHOUT_MATRICES]
    ranges = [
        {s: (v + more[0], v + more[1]) if s in tame else size for s, v in _largest(domain).items()}
        for size, more in MATRICES
    ]
    return [case for each in ranges if (case := _drawn(domain, each, source))]


def more_rows(domain: Domain, tame: frozenset[Any], source: random.Random) -> list[Case]:
    """Cases with more rows and columns than are tried as a rule, and hardly more steps."""
    most = _largest(domain)
    ranges = [{s: (v + 1, v + 9) if s in tame else MANY for s, v in most.items()}] * 2
    return [case for each in ranges if (case := _drawn(domain, each, source))]


def _drawn(domain: Domain, ranges: Mapping[Any, tuple[int, int]], source: random.Random) -> Any:
    """A case within these ranges, or at least below their upper ends; None if there is none."""
    high = {s: most for s, (_, most) in ranges.items()}
    for low in ({s: least for s, (least, _) in ranges.items()}, dict.fromkeys(high, 1)):
        if case := domain.larger(low, high, source):
            return case
    return None


def beyond_by_a_few(domain: Domain, source: random.Random) -> list[Case]:
    """A case of matrices that are larger than the listed ones by one or two rows or steps."""
    if not domain.varied:
        return []
    case = _drawn(domain, {s: (v + 1, v + 2) for s, v in _largest(domain).items()}, source)
    return [] if case is None else [case]


def smaller_cases(domain: Domain, case: Case) -> list[Case]:
    """Cases just beyond the listed ones, the smallest first; none of a case that is listed.

    Then listed ones in which one number is that of the case.
    """
    if case in domain.cases or not domain.varied:
        return []
    ranges = [range(1, high + MORE_STEPS + 1) for high in _largest(domain).values()]
    cases = [
        dict(zip(domain.varied, map(sympy.Integer, values), strict=True))
        for values in (itertools.product(*ranges) if math.prod(map(len, ranges)) <= 500 else ())
    ]
    cases.sort(key=lambda one: sum(one.values()))
    cases += [{**listed, s: case[s]} for s in domain.varied for listed in domain.cases]
    return [*filter(domain.possible, cases)]


def largest_square(domain: Domain, case: Case) -> int:
    """Entries of the largest matrix that such sizes make."""
    sizes = {s for symbol in domain.symbols for s in _sizes(symbol)} & set(case)
    return max((int(case[s]) for s in sizes), default=1) ** 2


def _sizes(symbol: Any) -> set[Any]:
    return {s for size in getattr(symbol, "shape", ()) for s in size.free_symbols}


def _largest(domain: Domain) -> dict[Any, int]:
    return {s: max(int(case[s]) for case in domain.cases) for s in domain.varied}
