"""A1-3.1 to A1-3.4: what the hard-coded networks compute, and where."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import hwcode
from hwcode.chapters.hard_coded_networks import perceptrons as hc
from hwcode.chapters.hard_coded_networks.modules import CountingSelector, as_module, as_perceptron
from hwcode.checking import AnswerError
from hwcode.checking.comparators import carry
from hwcode.checking.inequalities import Affine
from hwcode.checking.networks import Perceptron, Region, agreement, disagreement

fractions = st.fractions(min_value=-50, max_value=50, max_denominator=20)
doubles = st.floats(allow_nan=False, allow_infinity=False)
quadruples = st.lists(fractions, min_size=4, max_size=4)


@settings(deadline=None)
@given(fractions, fractions)
def test_a1_3_1_sorts_exactly_on_the_half_plane(a, b):
    assert (list(hc.SORT_2((a, b))) == sorted((a, b))) == (a + b >= 0)


@settings(deadline=None)
@given(fractions, fractions)
def test_a1_3_1_relu_networks_sort_where_they_should(a, b):
    assert (list(hc.SORT_2_RELU((a, b))) == sorted((a, b))) == (min(a, b) >= 0)
    assert list(hc.SORT_2_RELU_EVERYWHERE((a, b))) == sorted((a, b))


@pytest.mark.parametrize("phi", ["relu", "leaky_relu", "identity", "step", "indicator"])
def test_a1_3_1_no_small_integer_weights_sort_with_another_activation(phi):
    # The best linear outputs for given hidden units, by least squares on a few pairs.
    pairs = np.array([(a, b) for a, b in product(range(1, 6), repeat=2) if a != b])
    functions = {
        "relu": lambda z: np.maximum(z, 0), "leaky_relu": lambda z: np.maximum(z, z / 100),
        "identity": lambda z: z, "step": lambda z: z >= 0, "indicator": lambda z: abs(z) <= 1,
        "abs": np.abs,
    }  # fmt: skip

    def best(name):
        errors = []
        for rows in product(product((-2, -1, 0, 1, 2), repeat=3), repeat=2):
            W, b = np.array(rows)[:, :2], np.array(rows)[:, 2]
            hidden = functions[name](pairs @ W.T + b)
            basis = np.column_stack([hidden, np.ones(len(pairs))])
            fitted = basis @ np.linalg.lstsq(basis, np.sort(pairs, 1), rcond=None)[0]
            errors.append(np.abs(fitted - np.sort(pairs, 1)).max())
        return min(errors)

    assert best(phi) > 0.1
    if phi == "relu":
        assert best("abs") < 1e-9


def test_a1_3_1_rows_are_eigenvectors_of_the_exchange():
    exchange = np.array([[0, 1], [1, 0]])
    for row in hc.SORT_2.layers[0].W:
        turned = np.array(row) @ exchange
        assert any((turned == sign * np.array(row)).all() for sign in (1, -1))


@settings(deadline=None)
@given(quadruples)
def test_a1_3_2_both_networks_sort_everything(x):
    for network in (hc.BATCHER, hc.BUBBLE):
        assert list(carry(network, x)) == sorted(x)


def test_a1_3_2_dropping_any_block_breaks_it():
    for network in (hc.BATCHER, hc.BUBBLE):
        for left_out in range(len(network)):
            rest = network[:left_out] + network[left_out + 1 :]
            assert not hc.sorts(rest, permutations(range(4)))


def test_a1_3_2_exhaustive_search_agrees_with_trying_all_sequences():
    blocks = [(i, j) for i in range(4) for j in range(4) if i != j]
    bits = list(product((0, 1), repeat=4))
    assert not any(hc.sorts(network, bits) for network in product(blocks, repeat=4))
    assert hc.fewest(4) == 5
    assert [hc.fewest(n, neighbours=True) for n in (2, 3, 4)] == [1, 3, 6]
    assert [hc.fewest(4, hc.carries(k)) for k in (1, 2, 3, 4)] == [3, 5, 5, 3]


@settings(deadline=None, max_examples=60)
@given(quadruples)
def test_a1_3_2_one_perceptron_sorts_exactly_the_lists_without_negatives(x):
    sorts = list(hc.sorting_perceptron(hc.BATCHER, 4)(x)) == sorted(x)
    assert sorts == (min(x) >= 0)
    shifted = hc.sorting_perceptron(hc.BATCHER, 4, shift=7)
    assert (list(shifted(x)) == sorted(x)) == (min(x) >= -7)


@settings(deadline=None)
@given(quadruples)
def test_a1_3_2_with_wires_past_the_blocks_three_sums_decide(x):
    wires = list(x)
    for i, j in hc.BATCHER:
        wires[i], wires[j] = hc.SORT_2((wires[i], wires[j]))
    sums = (x[0] + x[1], x[2] + x[3], min(x[:2]) + min(x[2:]))
    assert (wires == sorted(x)) == (min(sums) >= 0)


def test_a1_3_2_the_proof_of_that_domain():
    network = hc.sorting_perceptron(hc.BATCHER, 4)
    assert disagreement(network, hc.sorting_regions(4))[1] is None
    # Outside, on one order of the numbers for each place of the smallest.
    outside = [
        Region((*region.where, region.values[0].below()), region.values)
        for region in hc.sorting_regions(4, least=None)[::7]
    ]
    assert agreement(network, outside) is None


def test_a1_3_2_a_changed_weight_is_found():
    network = hc.sorting_perceptron(hc.BATCHER, 4).weights()
    rows = [list(row) for row in network["W3"]]
    rows[1][2] += Fraction(1, 10**9)
    changed = Perceptron.of({**network, "W3": rows})
    _, point = disagreement(changed, hc.sorting_regions(4))
    assert point is not None
    assert list(changed(point)) != sorted(point)


@pytest.mark.parametrize(
    "network", [hc.SORT_2, hc.COUNT, hc.GATE, hc.firing_perceptron(4, 2, True)]
)
def test_modules_have_the_weights_and_keep_them(network):
    module = as_module(network)
    assert as_perceptron(module) == network
    assert not any(parameter.requires_grad for parameter in module.parameters())
    generator = np.random.default_rng(1)
    for x in generator.integers(-8, 9, (20, network.sizes[0])).tolist():
        got = module(torch.tensor(x, dtype=torch.float64)).tolist()
        assert got == [float(v) for v in network(x)]


@settings(deadline=None)
@given(quadruples)
def test_a1_3_4_counts_the_smaller_ones(x):
    if len(set(x)) == 4:
        assert hc.COUNT(x)[0] == sum(other < x[0] for other in x)


def test_a1_3_4_ties():
    for k, x in product((1, 2, 3, 4), hc.weak_orders(4)):
        fired = hc.firing_perceptron(4, k, ties=True)(x)
        assert sum(fired) == 1
        assert x[fired.index(1)] == sorted(x)[k - 1]
    plain = [sum(hc.firing_perceptron(4, k)((5, 5, 7, 9))) for k in (1, 2, 3, 4)]
    assert plain == [0, 2, 1, 1]


@settings(deadline=None)
@given(st.lists(doubles, min_size=4, max_size=4), st.integers(1, 4))
def test_a1_3_4_module_is_exact_for_every_double(x, k):
    module = CountingSelector(4, k)
    for order in (x, x[::-1], sorted(x), [x[0], x[0], *x[2:]]):
        got = float(module(torch.tensor(order, dtype=torch.float64)))
        assert got == sorted(order)[k - 1]


@pytest.mark.parametrize("x", [[5e-324, 0.0, -5e-324, 1e-323], [1.7e308, -1.7e308, 1e308, 0.0]])
def test_a1_3_4_module_at_the_ends_of_double_precision(x):
    for k, order in product((1, 2, 3, 4), permutations(x)):
        assert (
            float(CountingSelector(4, k)(torch.tensor(order, dtype=torch.float64)))
            == sorted(x)[k - 1]
        )


def test_a1_3_4_a_bound_that_is_too_small_lets_others_through():
    module = CountingSelector(4, 2, bound=10.0)
    inside = torch.tensor([3.0, -10.0, 10.0, 4.0], dtype=torch.float64)
    assert float(module(inside)) == 3
    outside = torch.tensor([3.0, -10.0, 10.5, 4.0], dtype=torch.float64)
    assert float(module(outside)) == 3.5


@pytest.mark.parametrize("seed", range(10))
def test_a1_3_4_far_slopes_are_the_slopes_far_out_wherever_a_ray_begins(seed):
    generator = np.random.default_rng(seed)
    names = ["identity", "relu", "abs", "step", "indicator", "leaky_relu"]
    weights = {}
    for i, (before, after) in enumerate(((2, 4), (4, 3), (3, 1)), 1):
        weights[f"W{i}"] = generator.integers(-3, 4, (after, before))
        weights[f"b{i}"] = generator.integers(-3, 4, after)
        weights[f"phi{i}"] = str(generator.choice(names))
    network = Perceptron.of(weights)
    far = 10**9
    for s, sign in product((0, 1), (1, -1)):
        slope = (network((2 * sign * far, s))[0] - network((sign * far, s))[0]) / far
        assert slope == hc.far_slopes(network, [sign, 0])[0]


def test_a1_3_4_without_a_scale_only_the_ends_can_be_picked():
    # The interval moves over the counts; at an end of it a count is still inside.
    found = {
        tuple(r for r in range(4) if abs(r + Fraction(b, 4)) <= 1) for b in range(-20, 9)
    }  # fmt: skip
    assert {one for one in found if len(one) == 1} == {(0,), (3,)}


def test_a1_3_4_the_gate_works_up_to_its_bound_only():
    x, s = Affine.of([1, 0]), Affine.of([0, 1])
    closed = (s.above(strict=False), s.below(strict=False))
    beyond = [Region((*closed, x.above(1)), (0 * x,)), Region((*closed, x.below(-1)), (0 * x,))]
    assert agreement(hc.GATE, beyond) is None
    opened = (s.above(1, strict=False), s.below(1, strict=False))
    assert disagreement(hc.GATE, [Region(opened, (x,))])[1] is None


@pytest.mark.parametrize(
    ("typed", "right"),
    [("[1, -2]", False), ("[3, -6]", True), ("[sqrt(2), -2*sqrt(2)]", True)],
)
def test_a1_3_4_gates_as_people_type_them(typed, right):
    assert hwcode.check("A1-3.4:fire", typed).right is right


@pytest.mark.parametrize("typed", ["[3, -6 + sin(1)**2 + cos(1)**2]", "[sqrt(-1), -2]"])
def test_a1_3_4_a_gate_that_cannot_be_decided_is_unreadable(typed):
    with pytest.raises(AnswerError, match=r"cannot be decided|no real number"):
        hwcode.check("A1-3.4:fire", typed)
