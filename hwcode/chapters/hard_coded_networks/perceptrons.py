"""Networks whose weights are written down, not learned: sorting and counting, exactly.

Everything here is over the rationals. The module ``modules`` beside this one turns the same weights
into ``torch`` modules. Wires and inputs count from 0; "the k-th smallest" counts from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from typing import Any

import sympy

from hwcode.checking.arguments import SIZE, between, takes
from hwcode.checking.comparators import Comparator, carry, layers
from hwcode.checking.extras import np
from hwcode.checking.inequalities import Affine, Condition
from hwcode.checking.networks import ACTIVATIONS, Perceptron, Region

__all__ = [
    "BATCHER",
    "BUBBLE",
    "COUNT",
    "GATE",
    "SORT_2",
    "SORT_2_RELU",
    "SORT_2_RELU_EVERYWHERE",
    "carries",
    "counting_regions",
    "far_slopes",
    "fewest",
    "firing_perceptron",
    "possible_activations",
    "relu_units_needed",
    "sorting_perceptron",
    "sorting_regions",
    "sorts",
    "weak_orders",
]

HALF = Fraction(1, 2)

SORT_2 = Perceptron.of(
    {"W1": [[1, 1], [1, -1]], "b1": [0, 0], "phi1": "abs",
     "W2": [[HALF, -HALF], [HALF, HALF]], "b2": [0, 0], "phi2": "identity"}
)  # fmt: skip
"""Sorts ``(x1, x2)`` exactly where ``x1 + x2 >= 0``."""

SORT_2_RELU = Perceptron.of(
    {"W1": [[1, -1], [1, 0], [0, 1]], "b1": [0, 0, 0], "phi1": "relu",
     "W2": [[-1, 1, 0], [1, 0, 1]], "b2": [0, 0], "phi2": "identity"}
)  # fmt: skip
"""Three ReLU units; sorts exactly where both numbers are at least 0."""

SORT_2_RELU_EVERYWHERE = Perceptron.of(
    {"W1": [[1, 1], [-1, -1], [1, -1], [-1, 1]], "b1": [0, 0, 0, 0], "phi1": "relu",
     "W2": [[HALF, -HALF, -HALF, -HALF], [HALF, -HALF, HALF, HALF]], "b2": [0, 0],
     "phi2": "identity"}
)  # fmt: skip
"""Four ReLU units; sorts every pair."""

BATCHER: tuple[Comparator, ...] = ((0, 1), (2, 3), (0, 2), (1, 3), (1, 2))
"""Five comparators that sort four numbers: Batcher's merge of two sorted pairs (Batcher 1968)."""

BUBBLE: tuple[Comparator, ...] = ((0, 1), (1, 2), (2, 3), (0, 1), (1, 2), (0, 1))
"""Bubble Sort of four numbers: six comparators of neighbours."""

COUNT = Perceptron.of(
    {"W1": [[1, -1, 0, 0], [1, 0, -1, 0], [1, 0, 0, -1]], "b1": [0, 0, 0], "phi1": "step",
     "W2": [[1, 1, 1]], "b2": [0], "phi2": "identity"}
)  # fmt: skip
"""How many of ``x2, x3, x4`` are smaller than ``x1``, if the four are distinct."""

GATE = Perceptron.of(
    {"W1": [[1, 1], [-1, 1]], "b1": [-1, -1], "phi1": "relu",
     "W2": [[1, -1]], "b2": [0], "phi2": "identity"}
)  # fmt: skip
"""``s * x`` for ``s`` in {0, 1} and ``-1 <= x <= 1``: the positive part, less the negative one."""


# --- what is to be computed, from its definition ----------------------------------------------


def _orders(size: int) -> Iterator[tuple[tuple[int, ...], tuple[Affine, ...], list[Condition]]]:
    """Each strict order of the inputs: who comes first, second, ..., and the conditions for it."""
    x = [Affine.coordinate(place, size) for place in range(size)]
    for order in permutations(range(size)):
        ranked = tuple(x[place] for place in order)
        yield order, ranked, [(b - a).above() for a, b in pairwise(ranked)]


@takes(size=between(1, 5))
def sorting_regions(size: int, least: int | None = 0) -> list[Region]:
    """Sorting distinct numbers: on each order of the inputs it is one permutation.

    Args:
        size: how many numbers.
        least: all are above this; None for no bound.

    >>> [[value.slopes.index(1) for value in region.values] for region in sorting_regions(2)]
    [[0, 1], [1, 0]]
    """
    return [
        Region((*where, *([] if least is None else [ranked[0].above(least)])), ranked)
        for _, ranked, where in _orders(size)
    ]


@takes(size=between(1, 6))
def counting_regions(size: int) -> list[Region]:
    """How many inputs are smaller than the first: its place in each order of distinct numbers."""
    return [
        Region(tuple(where), (Affine.of([0] * size, order.index(0)),))
        for order, _, where in _orders(size)
    ]


@takes(size=between(0, 8))
def weak_orders(size: int) -> list[tuple[int, ...]]:
    """One list of numbers for each way in which ``size`` numbers can be ordered, with ties.

    >>> len(weak_orders(3)), len(weak_orders(4))
    (13, 75)
    """
    lists = product(range(size), repeat=size)
    return [values for values in lists if set(values) == set(range(max(values) + 1))]


# --- which hidden units can sort two numbers --------------------------------------------------


def possible_activations() -> set[str]:
    """The activations that two hidden units can sort with, by the argument of the chapter.

    Across the diagonal the Jacobian ``W2 D W1`` has to change from the identity to the exchange of
    two coordinates. So ``D`` before, inverted, times ``D`` after is similar to the exchange: the
    slopes of the two units change by its eigenvalues as factors.

    >>> possible_activations()
    {'abs'}
    """
    exchange = sympy.Matrix([[0, 1], [1, 0]])
    factors = set(exchange.eigenvals())
    found = set()
    for name, pieces in ACTIVATIONS.items():
        slopes = [piece.slope for piece in pieces]
        bends = {b / a for a, b in pairwise(slopes) if a and b}
        unbent = {1} if any(slopes) else set()
        if factors <= {sympy.Rational(factor) for factor in bends | unbent}:
            found.add(name)
    return found


@takes()
def relu_units_needed(everywhere: bool) -> int:
    """A lower bound for the number of hidden ReLU units that sort two numbers.

    Units are counted by what they do near the diagonal. An oblique one, with a row that is not a
    multiple of (1, -1), is active at one of the two far ends of the diagonal. A parallel one is
    active on both sides of it, or on one side only. On either side the active rows must span the
    plane, all parallel ones together count one dimension, and the two sides must differ.

    Args:
        everywhere: for all pairs, so that both ends matter; else for positive ones.

    >>> relu_units_needed(everywhere=False), relu_units_needed(everywhere=True)
    (3, 4)
    """

    def spans(oblique: int, parallel: int) -> bool:
        return oblique + min(parallel, 1) >= 2

    counts = [
        first + second + both + left + right
        for first, second, both, left, right in product(range(5), repeat=5)
        if left + right > 0
        and spans(first, both + left)
        and spans(first, both + right)
        and (not everywhere or (spans(second, both + left) and spans(second, both + right)))
    ]
    return min(counts)


# --- networks of comparators ------------------------------------------------------------------

Goal = Callable[[frozenset[tuple[int, ...]]], bool]


@takes()
def sorts(comparators: Sequence[Comparator], inputs: Iterable[Sequence[Any]]) -> bool:
    """Whether the comparators sort each of the inputs."""
    return all(list(carry(comparators, values)) == sorted(values) for values in inputs)


@takes(wires=between(1, 6))
def fewest(
    wires: int, goal: Goal | None = None, at_once: bool = False, neighbours: bool = False
) -> int:
    """The least number of comparators that reach a goal, by exhaustive search.

    By the 0-1 principle it is enough to follow the set of all inputs of zeros and ones. The search
    goes through all sets that can be reached by one comparator, by two, and so on.

    Comparators that leave the larger value on the earlier wire are not tried. Exchange the names of
    the two wires from such a one on, and it is one of the others; with all of them turned round, a
    network that sorts still does (Knuth 1998, section 5.3.4, exercise 16). That can make neighbours
    of wires that were none, but between neighbours no comparator, whichever way it is turned,
    removes more than one inversion, and this gives the same bound.

    Args:
        wires: how many there are.
        goal: a property of the set of outputs; by default, that all are sorted.
        at_once: count layers instead, each with comparators on disjoint wires.
        neighbours: only between neighbouring wires.

    >>> [fewest(wires) for wires in (2, 3, 4)], fewest(4, at_once=True)
    ([1, 3, 5], 3)
    """
    pairs = [(i, j) for i, j in combinations(range(wires), 2) if j == i + 1 or not neighbours]
    moves: list[tuple[Comparator, ...]] = [(pair,) for pair in pairs]
    if at_once:
        groups = (g for size in range(1, wires // 2 + 1) for g in combinations(pairs, size))
        moves = [group for group in groups if len(set(sum(group, ()))) == 2 * len(group)]
    reached = goal or (lambda outputs: all(sorted(v) == list(v) for v in outputs))
    seen = front = {frozenset(product((0, 1), repeat=wires))}
    steps = 0
    while not any(map(reached, front)):
        following = {frozenset(carry(move, v) for v in some) for some in front for move in moves}
        front, steps = following - seen, steps + 1
        seen = seen | front
        if not front:
            raise ValueError("no number of comparators reaches the goal")
    return steps


@takes(k=between(0, 1_000))
def carries(k: int) -> Goal:
    """The goal that some wire carries the k-th smallest value, whatever the inputs.

    An input of zeros and ones has as many zeros as its outputs; its k-th smallest value is 1 if
    there are fewer than k zeros.
    """

    def reached(outputs: frozenset[tuple[int, ...]]) -> bool:
        wires = range(len(next(iter(outputs))))
        return any(all(v[wire] == (v.count(0) < k) for v in outputs) for wire in wires)

    return reached


@takes(wires=SIZE)
def sorting_perceptron(
    comparators: Sequence[Comparator], wires: int, shift: int | Fraction = 0
) -> Perceptron:
    """All comparators as one network: one hidden layer of ``wires`` units for each layer of them.

    A comparator on wires i, j becomes the units ``|x_i + x_j|`` and ``|x_i - x_j|``; a wire without
    one passes through ``|x|``. What follows a layer and what precedes the next one are both linear
    and make one matrix.

    Args:
        comparators: in order.
        wires: how many there are.
        shift: added to every number before the first layer and taken away after the last, so that
            numbers from ``-shift`` on are sorted.

    >>> sorting_perceptron(BATCHER, 4).sizes
    (4, 4, 4, 4, 4)
    """
    weights: dict[str, Any] = {}
    before, bias = np.eye(wires, dtype=int), np.full(wires, shift)
    stages = layers(comparators)
    for stage, level in enumerate(stages, 1):
        into, after = np.eye(wires, dtype=int), np.diag([Fraction(1)] * wires)
        for i, j in level:
            block = np.ix_([i, j], [i, j])
            into[block] = [[1, 1], [1, -1]]
            after[block] = [[HALF, -HALF], [HALF, HALF]]
        weights |= {f"W{stage}": into @ before, f"b{stage}": into @ bias, f"phi{stage}": "abs"}
        before, bias = after, np.zeros(wires, dtype=int)
    last = len(stages) + 1
    weights |= {f"W{last}": before, f"b{last}": bias - shift, f"phi{last}": "identity"}
    return Perceptron.of(weights)


# --- counting ---------------------------------------------------------------------------------


@takes(size=SIZE)
def firing_perceptron(size: int, k: int, ties: bool = False) -> Perceptron:
    """The counting network on every input, and a unit for each that fires at the k-th smallest.

    The hidden units compare all ordered pairs; unit i of the output is 1 if k - 1 numbers are
    smaller than ``x_i``. Twice the count goes into the indicator of [-1, 1]: counts are whole, and
    the indicator of the count itself would fire at three of them.

    Args:
        size: how many numbers.
        k: from 1 to ``size``.
        ties: let equal numbers be ordered by their places, so that one unit fires in any case.

    >>> [[int(v) for v in firing_perceptron(3, k)((5, 9, 7))] for k in (1, 2, 3)]
    [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    """
    if not 1 <= k <= size:
        raise ValueError(f"k is from 1 to {size}, not {k}")
    pairs = [(i, j) for i in range(size) for j in range(size) if i != j]
    # With ties, x_j counts against x_i if it is smaller, or equal and further left. "Smaller" is
    # "not at least as large", so the unit is turned around: 1 - step(x_j - x_i).
    turned = [ties and j > i for i, j in pairs]
    compare = np.zeros((len(pairs), size), int)
    count, bias = np.zeros((size, len(pairs)), int), np.full(size, 1 - k)
    for row, ((i, j), turn) in enumerate(zip(pairs, turned, strict=True)):
        sign = -1 if turn else 1
        compare[row, i], compare[row, j], count[i, row] = sign, -sign, sign
        bias[i] += turn
    return Perceptron.of(
        {"W1": compare, "b1": np.zeros(len(pairs), int), "phi1": "step",
         "W2": 2 * count, "b2": 2 * bias, "phi2": "indicator"}
    )  # fmt: skip


@takes()
def far_slopes(network: Perceptron, direction: Sequence[int | Fraction]) -> list[Fraction]:
    """How fast the outputs grow far out on a ray ``x0 + t * direction``, whatever ``x0`` is.

    Far out an argument that grows is on the last piece of its activation, one that falls on the
    first, and one that does neither changes its unit by no more than a constant. So the start of
    the ray and the biases have no influence.

    >>> far_slopes(GATE, [1, 0]), far_slopes(COUNT, [1, 2, 3, 4])
    ([Fraction(1, 1)], [Fraction(0, 1)])
    """
    slopes = [Fraction(value) for value in direction]
    for layer in network.layers:
        first, last = ACTIVATIONS[layer.phi][0].slope, ACTIVATIONS[layer.phi][-1].slope
        grown = [sum(w * a for w, a in zip(row, slopes, strict=True)) for row in layer.W]
        slopes = [Fraction((last if a > 0 else first) * a) for a in grown]
    return slopes
