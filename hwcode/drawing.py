"""Drawings of structures: computation graphs and the like, for pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import networkx as nx

from hwcode.page import COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_graph"]


def draw_graph(
    ax: Axes,
    edges: Iterable[tuple[str, str]],
    labels: Mapping[str, str] | None = None,
    inputs: Iterable[str] = (),
    positions: Mapping[str, tuple[float, float]] | None = None,
) -> None:
    """Draw a directed acyclic graph from left to right.

    Args:
        ax: drawn inside :func:`hwcode.page.style`.
        edges: pairs of node names.
        labels: what stands in a node instead of its name; mathematics in dollars.
        inputs: nodes drawn as squares, for what is given rather than computed.
        positions: a place for each node; by default layers by the longest path from an input.

    Raises:
        ValueError: if the graph has a cycle.
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
