"""What ``questions/sorting.py`` asks, from the definitions."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import sympy

from hwcode.chapters.hard_coded_networks import perceptrons as hc
from hwcode.checking import Truth
from hwcode.checking.inequalities import Affine, Condition
from hwcode.checking.networks import Region, agreement, disagreement

__all__ = ["TRUTHS"]

SUM = Affine.of([1, 1])


def _pairs(*conditions: Condition) -> list[Region]:
    """Sorting pairs of distinct numbers that satisfy some conditions."""
    return [
        Region((*region.where, *conditions), region.values)
        for region in hc.sorting_regions(2, least=None)
    ]


def _where_it_sorts(_: Any) -> str:
    """Each candidate: right everywhere in it, and nowhere outside."""
    first, second = Affine.of([1, 0]), Affine.of([0, 1])
    inside = {
        "half-plane": [_pairs(SUM.above(strict=False))],
        "quadrant": [_pairs(first.above(strict=False), second.above(strict=False))],
        "plane": [_pairs()],
    }
    outside = {
        "half-plane": [_pairs(SUM.below())],
        "quadrant": [_pairs(first.below()), _pairs(second.below())],
        "plane": [],
    }
    (found,) = [
        key
        for key in inside
        if all(disagreement(hc.SORT_2, part)[1] is None for part in inside[key])
        and all(agreement(hc.SORT_2, part) is None for part in outside[key])
    ]
    return found


def _activations(_: Any) -> str:
    names = {
        frozenset({"abs"}): "abs",
        frozenset({"abs", "relu"}): "abs-relu",
        frozenset({"abs", "relu", "leaky_relu"}): "bent",
    }
    return names.get(frozenset(hc.possible_activations()), "any")


def _relu_units(everywhere: bool) -> sympy.Integer:
    """The bound from counting, attained by a network that sorts."""
    network = hc.SORT_2_RELU_EVERYWHERE if everywhere else hc.SORT_2_RELU
    least = None if everywhere else 0
    assert disagreement(network, hc.sorting_regions(2, least))[1] is None
    assert network.sizes[1] == hc.relu_units_needed(everywhere)
    return sympy.Integer(network.sizes[1])


def _sorted_orders(_: Any) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Python's own sorting of all orders of four numbers and all inputs of zeros and ones."""
    from itertools import product

    inputs = [*permutations((1, 2, 3, 4)), *product((0, 1), repeat=4)]
    return {values: tuple(sorted(values)) for values in inputs}


TRUTHS = {
    "A1-3.1:weights": Truth(
        lambda _: hc.sorting_regions(2), "the order of the two numbers, in both cases"
    ),
    "A1-3.1:domain": Truth(
        _where_it_sorts,
        "linear inequalities: no pair inside on which it fails, none outside on which it does not",
    ),
    "A1-3.1:hidden": Truth(
        _activations,
        "the eigenvalues of the exchange, against the slopes of each activation",
    ),
    "A1-3.1:relu": Truth(
        lambda _: _relu_units(everywhere=False),
        "counting active units on both sides of the diagonal, and a network that attains it",
    ),
    "A1-3.1:plane": Truth(
        lambda _: _relu_units(everywhere=True),
        "counting active units at both ends of the diagonal, and a network that attains it",
    ),
    "A1-3.2:network": Truth(_sorted_orders, "Python's sorted"),
    "A1-3.2:fewest": Truth(
        lambda _: sympy.Integer(hc.fewest(4)), "an exhaustive search over all networks"
    ),
    "A1-3.2:neighbours": Truth(
        lambda _: sympy.Integer(hc.fewest(4, neighbours=True)),
        "an exhaustive search over all such networks",
    ),
    "A1-3.2:layers": Truth(
        lambda _: sympy.Integer(hc.fewest(4, at_once=True)),
        "an exhaustive search over all layers of disjoint blocks",
    ),
}
