"""What the questions on networks with weights set by hand have in common."""

from __future__ import annotations

from typing import Any

from hwcode.checking.networks import Perceptron

CHAPTER = "hard_coded_networks"


def perceptron(W1: Any, b1: Any, phi1: str, W2: Any, b2: Any, phi2: str = "identity") -> Perceptron:
    """A network of two layers by its weights and activations."""
    return Perceptron.of({"W1": W1, "b1": b1, "phi1": phi1, "W2": W2, "b2": b2, "phi2": phi2})
