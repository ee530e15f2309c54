"""The recorded study of depth, width and activation on the starter's two data sets (A1-P2.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwcode.chapters.networks_from_scratch import modules
from hwcode.data.images import Provenance
from hwcode.training.experiment import Experiment, Outcome, Tolerance
from hwcode.training.progress import Progress

__all__ = ["EXPERIMENTS", "SHAPES", "PointSets", "point_sets", "train"]

Array = NDArray[np.float64]
FourParts = tuple[Array, Array, Array, Array]
CONFIG: dict[str, Any] = {
    "nets": {
        "base": {"hidden": [10, 10], "activation": "ReLU"},
        "shallow": {"hidden": [10], "activation": "ReLU"},
        "deep": {"hidden": [10] * 4, "activation": "ReLU"},
        "deeper": {"hidden": [10] * 8, "activation": "ReLU"},
        "narrow": {"hidden": [3, 3], "activation": "ReLU"},
        "wide": {"hidden": [50, 50], "activation": "ReLU"},
        "tanh": {"hidden": [10, 10], "activation": "Tanh"},
        "deeper_tanh": {"hidden": [10] * 8, "activation": "Tanh"},
    },
    # The starter's rate, and one at which 1,000 steps are enough to train.
    "rates": {"starter": 0.001, "faster": 0.5},
    "steps": 1000,
    "kept": [0, 1, 2, 4, 7, 12, 20, 35, 60, 100, 150, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
}
SHAPES = {
    "base": "2 x 10, ReLU (the starter's)",
    "shallow": "1 x 10, ReLU",
    "deep": "4 x 10, ReLU",
    "deeper": "8 x 10, ReLU",
    "narrow": "2 x 3, ReLU",
    "wide": "2 x 50, ReLU",
    "tanh": "2 x 10, tanh",
    "deeper_tanh": "8 x 10, tanh",
}
"""What a reader is shown for each net: hidden layers x units, activation."""


@dataclass(frozen=True)
class PointSets:
    """The two data sets, each as training and test features, training and test targets."""

    sets: Mapping[str, FourParts]
    provenance: Provenance


def point_sets() -> PointSets:
    """The starter's 1,000 moons and 1,000 circles, split as it splits them.

    >>> point_sets().sets["circles"][0].shape
    (800, 2)
    """
    sets = {"moons": modules.two_moons(), "circles": modules.two_circles()}
    source = "scikit-learn's make_moons and make_circles with the starter's arguments and seed"
    # Rounded, as sines and cosines may differ in the last digit from machine to machine.
    digests = {
        name: hashlib.sha256(np.ascontiguousarray(parts[0].round(9)).tobytes()).hexdigest()
        for name, parts in sets.items()
    }
    return PointSets(sets, Provenance("moons and circles", source, exact=True, sha256=digests))


def train(
    net: Mapping[str, Any], parts: FourParts, rate: float, steps: int, seed: int
) -> tuple[modules.BinaryClassificationMLP, list[float]]:
    """Full-batch gradient descent on one net.

    Args:
        net: ``hidden``, the units of each hidden layer, and ``activation``, the name of its class.
        parts: a data set, as in :class:`PointSets`.
        rate, steps: of gradient descent.
        seed: draws the weights.

    Returns:
        The trained net, and the loss before the first step and after each.
    """
    X, _, t, _ = parts
    activation = {"ReLU": modules.ReLU, "Tanh": modules.Tanh}[net["activation"]]
    model = modules.BinaryClassificationMLP(
        X.shape[1], net["hidden"], activation, np.random.default_rng(seed)
    )
    losses = [modules.gd_step(model, X, t, rate) for _ in range(steps)]
    return model, [*losses, float(model(X, targets=t))]


def run(config: Mapping[str, Any], seed: int, data: PointSets, progress: Progress) -> Outcome:
    """Every net on both data sets, at both rates."""
    metrics: dict[str, float] = {}
    curves: dict[str, list[float]] = {}
    for name, net in progress.within("nets")(config["nets"].items()):
        for points, parts in data.sets.items():
            for speed, rate in config["rates"].items():
                label = f"{points}_{speed}_{name}"
                model, losses = train(net, parts, rate, config["steps"], seed)
                X, X_test, t, t_test = parts
                curves[label] = [losses[step] for step in config["kept"]]
                metrics[f"{label}_loss"] = losses[-1]
                metrics[f"{label}_train"] = float(np.mean(model.predict(X) == t))
                metrics[f"{label}_test"] = float(np.mean(model.predict(X_test) == t_test))
    return Outcome(metrics, curves)


def first_losses(config: Mapping[str, Any], seed: int, data: PointSets) -> list[float]:
    """The losses of five steps of each net on the moons, at the faster rate."""
    rate = config["rates"]["faster"]
    return [
        loss
        for net in config["nets"].values()
        for loss in train(net, data.sets["moons"], rate, 5, seed)[1]
    ]


STUDY = Experiment(
    name="networks_from_scratch",
    title="perceptrons on moons and circles: depth, width, activation",
    config=CONFIG,
    seeds=tuple(range(20)),
    data=point_sets,
    run=run,
    first_losses=first_losses,
    defines=(run, first_losses, point_sets),
    # Deterministic float64 arithmetic; the order of sums differs between machines, and a thousand
    # steps of nets with kinks make more of that than rounding.
    tolerances={"*": Tolerance(relative=0.02, absolute=0.01)},
    replay_tolerance=1e-9,
)

EXPERIMENTS = {STUDY.name: STUDY}
