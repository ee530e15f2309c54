"""What ``questions/perceptron.py`` asks, from the definitions."""

from __future__ import annotations

from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.chapters.networks_from_scratch.truths import digits, propagation
from hwcode.checking import Method, Truth

__all__ = ["TRUTHS"]


TRUTHS = {
    "A1-P2.3:program": Truth(
        digits.many_digits(propagation.mlp_by_quotients),
        "difference quotients with 150 digits, weight by weight",
    ),
    "A1-P2.3:parameters": Truth(
        propagation.count_entries, "counting the entries of the network's arrays"
    ),
    "A1-P2.4:moons": Truth(
        propagation.beats_the_line,
        "a training run, and all lines through two points",
        method=Method.COMPUTED,
    ),
    "A1-P2.4:units": Truth(
        propagation.units_for_xor, "the lines' best on XOR, and a network of two units"
    ),
    "A1-P2.4:zeros": Truth(
        lambda _: (
            fate
            if (fate := propagation.fate_of_zeros(nn.Tanh)) == propagation.fate_of_zeros(nn.ReLU)
            else "learns"
        ),
        "five steps from zero with either activation",
        method=Method.COMPUTED,
    ),
    "A1-P2.4:sigmoid_zeros": Truth(
        lambda _: propagation.fate_of_zeros(nn.Sigmoid),
        "five steps from zero",
        method=Method.COMPUTED,
    ),
    "A1-P2.4:zeros_loss": Truth(
        propagation.loss_of_a_constant, "the least loss of a constant logit"
    ),
}
