"""Drawings of structures: computation graphs and the like, for pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import networkx as nx

from hwcode.checking.comparators import Comparator, levels
from hwcode.site.page import COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_comparators", "draw_graph"]


def draw_graph(
    ax: Axes,
    edges: Iterable[tuple[str, str]],
    labels: Mapping[str, str] | None = None,
    inputs: Iterable[str] = (),
    positions: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """Draw a directed acyclic graph from left to right.

    Args:
        ax: drawn inside :func:`hwcode.site.page.style`.
        edges: pairs of node names.
        labels: what stands in a node instead of its name; mathematics in dollars.
        inputs: nodes drawn as squares, for what is given rather than computed.
        positions: a place for each node; by default layers by the longest path from an input.

    Raises:
        ValueError: if the graph has a cycle.

    >>> draw_graph(None, [("w0", "w1"), ("w1", "w0")])
    Traceback (most recent call last):
    ...
    ValueError: the graph has a cycle: [('w0', 'w1'), ('w1', 'w0')]
    """
    graph = nx.DiGraph(sorted(edges))
    if not nx.is_directed_acyclic_graph(graph):
        raise ValueError(f"the graph has a cycle: {nx.find_cycle(graph)}")
    for depth, layer in enumerate(nx.topological_generations(graph)):
        for name in layer:
            graph.nodes[name]["layer"] = depth
    places = positions or nx.multipartite_layout(graph, subset_key="layer", scale=2.0)
    given = [name for name in graph if name in set(inputs)]
    computed = [name for name in graph if name not in set(inputs)]
    for names, shape, colour in ((given, "s", COLOURS[5]), (computed, "o", COLOURS[0])):
        nx.draw_networkx_nodes(
            graph, places, nodelist=names, node_shape=shape, node_size=900, ax=ax,
            node_color="none", edgecolors=colour, linewidths=1.8,
        )  # fmt: skip
    nx.draw_networkx_edges(
        graph, places, ax=ax, node_size=950, edge_color=INK, arrowsize=12, width=1.1
    )
    nx.draw_networkx_labels(
        graph, places, {name: (labels or {}).get(name, name) for name in graph},
        font_size=10, font_color=INK, ax=ax,
    )  # fmt: skip
    ax.set_axis_off()
    ax.margins(0.08)


def draw_comparators(
    ax: Axes, comparators: Sequence[Comparator], inputs: Sequence[str], outputs: Sequence[str]
) -> None:
    """Draw a network of comparators: wires from left to right, an upright arrow for each block.

    An arrow points to the wire on which the larger value leaves. Blocks bear their numbers; those
    of one layer stand close together.

    Args:
        ax: drawn inside :func:`hwcode.site.page.style`.
        comparators: in order.
        inputs: what stands at the beginning of each wire.
        outputs: what stands at its end.
    """
    places = _bar_places(comparators)
    end = max(places, default=0.0) + 0.6
    for wire, (before, after) in enumerate(zip(inputs, outputs, strict=True)):
        ax.plot([-0.6, end], [-wire, -wire], color=INK, linewidth=1.1)
        ax.text(-0.7, -wire, before, ha="right", va="center")
        ax.text(end + 0.1, -wire, after, ha="left", va="center")
    for number, ((small, large), x) in enumerate(zip(comparators, places, strict=True), 1):
        ends = {"arrowstyle": "-|>", "color": COLOURS[0], "shrinkA": 0, "shrinkB": 0, "lw": 2}
        ax.annotate("", (x, -large), (x, -small), arrowprops=ends)
        ax.plot(x, -small, "o", color=COLOURS[0], markersize=6)
        ax.text(x + 0.05, -(small + large) / 2 + 0.28, f"$S_{number}$", ha="left", va="center")
    ax.set(xlim=(-1.1, end + 0.5), ylim=(0.4 - len(inputs), 0.6))
    ax.set_axis_off()


def _bar_places(comparators: Sequence[Comparator]) -> list[float]:
    """A place from left to right for each block, such that those of one layer do not overlap.

    >>> _bar_places([(0, 1), (2, 3), (0, 2), (1, 3)])  # the last two cross: side by side
    [0.0, 0.0, 1.0, 1.45]
    """
    level_of = levels(comparators)
    places = [0.0] * len(comparators)
    start = 0.0
    for level in range(max(level_of, default=-1) + 1):
        columns: list[set[int]] = []
        for index, (i, j) in enumerate(comparators):
            if level_of[index] != level:
                continue
            span = set(range(min(i, j), max(i, j) + 1))
            free = [column for column, taken in enumerate(columns) if not taken & span]
            if not free:
                columns.append(set())
            column = free[0] if free else len(columns) - 1
            columns[column] |= span
            places[index] = start + 0.45 * column
        start += 0.45 * len(columns) + 0.55
    return places
