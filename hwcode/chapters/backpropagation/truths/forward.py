"""What ``questions/forward.py`` asks, from the definitions."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer

from hwcode.chapters.backpropagation import passes as bp
from hwcode.checking import Truth
from hwcode.checking.graphs import carry_out

__all__ = ["TRUTHS"]


def _dependences(_: Any) -> frozenset[tuple[str, str]]:
    """Which quantity changes when one other is changed and all the rest are held.

    Every step of the network is carried out again with one value changed, on several networks, as
    a ReLU that is off hides a dependence.
    """
    found = set()
    generator = np.random.default_rng(5)
    for _ in range(4):
        steps = bp.forward(bp.draw_weights(generator, 3, 3, 3))
        values = carry_out(steps, {"x": generator.standard_normal(3), "t": 0})
        for changed, value in values.items():
            other = 1 if changed == "t" else value * generator.uniform(1.1, 1.2, np.shape(value))
            for name, step in steps.items():
                again = carry_out({name: step}, {**values, changed: other})[name]
                if not np.array_equal(again, values[name]):
                    found.add((changed, name))
    return frozenset(found)


def _paths_to_loss(_: Any) -> Integer:
    """Walk along every dependence from x to J."""
    edges = _dependences(None)
    waiting, arrived = ["x"], 0
    while waiting:
        node = waiting.pop()
        arrived += node == "J"
        waiting += [target for source, target in edges if source == node]
    return Integer(arrived)


TRUTHS = {
    "A1-2.1.1:graph": Truth(_dependences, "changing each quantity and seeing which others change"),
    "A1-2.1.1:paths": Truth(_paths_to_loss, "walking along all dependences"),
}
