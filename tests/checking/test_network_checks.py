"""The exact checks of networks: linear inequalities, weights, comparators."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import hwcode
from hwcode.checking import AnswerError
from hwcode.checking.comparators import Comparators, carry
from hwcode.checking.inequalities import Affine, solution
from hwcode.checking.networks import (
    ACTIVATIONS,
    Network,
    Perceptron,
    Region,
    agreement,
    disagreement,
)

numbers = st.integers(-3, 3)
WIDTHS = {"identity": 0, "relu": 1, "leaky_relu": 1, "abs": 1, "step": 1, "indicator": 2}
FLOATS = {
    "identity": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.maximum(z, z / 100),
    "abs": np.abs,
    "step": lambda z: 1.0 * (z >= 0),
    "indicator": lambda z: 1.0 * (np.abs(z) <= 1),
}


@st.composite
def systems(draw):
    size = draw(st.integers(1, 3))
    row = st.tuples(st.lists(numbers, min_size=size, max_size=size), numbers, st.booleans())
    rows = draw(st.lists(row, min_size=1, max_size=7))
    return size, [Affine.of(slopes, c).above(strict=strict) for slopes, c, strict in rows]


@settings(deadline=None)
@given(systems())
def test_inequalities_agree_with_a_linear_program(system):
    size, conditions = system
    found = solution(conditions, size)
    # The largest t <= 1 with form >= t on the strict ones: positive if and only if they can hold.
    left = [[-float(s) for s in one.form.slopes] + [float(one.strict)] for one in conditions]
    right = [float(one.form.constant) for one in conditions]
    best = linprog(
        [0.0] * size + [-1.0], A_ub=left, b_ub=right, bounds=[(None, None)] * size + [(0, 1)]
    )
    some_strict = any(one.strict for one in conditions)
    feasible = best.status == 0 and (not some_strict or -best.fun > 1e-9)
    assert (found is not None) == feasible
    if found is not None:
        assert all(one.holds(found) for one in conditions)


def random_perceptron(generator, sizes, names):
    weights = {}
    for i, (before, after) in enumerate(pairwise(sizes), 1):
        weights[f"W{i}"] = generator.integers(-2, 3, (after, before))
        weights[f"b{i}"] = generator.integers(-2, 3, after)
        weights[f"phi{i}"] = names[i - 1]
    return Perceptron.of(weights)


def in_floats(network, x):
    values = np.asarray(x, float)
    for layer in network.layers:
        W, b = np.array(layer.W, float), np.array(layer.b, float)
        values = FLOATS[layer.phi](W @ values + b)
    return values


@pytest.mark.parametrize("names", list(product(ACTIVATIONS, ["identity", "step", "abs"])))
def test_exact_evaluation_is_evaluation(names):
    generator = np.random.default_rng(7)
    network = random_perceptron(generator, (2, 3, 2), names)
    for x in generator.integers(-4, 5, (20, 2)).tolist():
        exact = [Fraction(v) for v in network(x)]
        assert np.allclose([float(v) for v in exact], in_floats(network, x), atol=1e-12)
        # The regions are a partition: exactly one of them has the point, and its value is right.
        holding = [r for r in network.regions() if all(c.holds(x) for c in r.where)]
        assert len(holding) == 1
        assert [value(x) for value in holding[0].values] == exact


@pytest.mark.parametrize("seed", range(12))
def test_disagreement_finds_any_difference_that_brute_force_finds(seed):
    generator = np.random.default_rng(seed)
    names = [str(generator.choice(list(ACTIVATIONS))), "identity"]
    one = random_perceptron(generator, (2, 2, 1), names)
    other = random_perceptron(generator, (2, 2, 1), names)
    for mine, theirs in ((one, one), (one, other)):
        _, point = disagreement(mine, theirs.regions())
        grid = [(Fraction(a, 2), Fraction(b, 2)) for a in range(-9, 10) for b in range(-9, 10)]
        differs = any(mine(x) != theirs(x) for x in grid)
        if point is None:
            assert not differs
        else:
            assert mine(point) != theirs(point)
    assert disagreement(one, one.regions())[1] is None


def test_a_wrong_value_on_a_line_or_in_a_point_is_found():
    x = Affine.of([1])
    equal = (x.above(1, strict=False), x.below(1, strict=False))
    step = Perceptron.of({"W1": [[1]], "b1": [-1], "phi1": "step"})
    expected = [
        Region((x.above(1),), (Affine.of([0], 1),)),
        Region((x.below(1),), (Affine.of([0]),)),
    ]
    assert disagreement(step, expected)[1] is None
    # At the point 1 itself the step is 1, and 0 is expected there.
    at_the_point = Region(equal, (Affine.of([0]),))
    assert disagreement(step, [*expected, at_the_point])[1] == (1,)
    assert agreement(step, [at_the_point]) is None


FORM = Network((2, 2, 1), domain=((),), what="anything", inputs=("x1", "x2"))
RIGHT = (
    "W1 = [[1, 1/2], [0, -1]]; b1 = [0, 0.1]; phi1 = abs; W2 = [[1, 2]]; b2 = [0]; phi2 = linear"
)


def test_typed_networks_in_all_their_forms():
    read = FORM.read(RIGHT)
    assert read.layers[0].b == (0, Fraction(1, 10))
    as_json = (
        '{"W1": [[1, "1/2"], [0, -1]], "b1": [0, "1/10"], "phi1": "abs", '
        '"W2": [[1, 2]], "b2": [0], "phi2": "identity"}'
    )
    assert FORM.read(as_json) == read
    assert FORM.read(as_json.replace('"1/2"', "1/2").replace('"1/10"', "(2-1)/10")) == read
    assert FORM.read(RIGHT.replace("; ", "\n").replace("phi1", "φ1").replace("-1", "−1")) == read
    assert FORM.read(RIGHT.replace("; ", "\n").replace(" = ", ": ")) == read
    wrapped = RIGHT.replace("[[1, 1/2], [0, -1]]", "np.array([[1, 1/2], [0, -1]])")
    assert FORM.read(wrapped.replace("abs", "|z|").replace("b2 = [0]", "b2 = [[0]]")) == read
    assert FORM.read(FORM.show(read)) == read
    assert FORM.accept(read.weights()) == read
    for text in (
        RIGHT.replace("[[1, 2]]", "[1, 2]").replace("b2 = [0]", "b2 = 0"),
        RIGHT.replace("W1", "W_1").replace("b1", "b^{(1)}").replace("phi1", r"\phi^{(1)}(z)"),
        RIGHT.replace("[[1, 2]]", "2*np.array([[0.5, 1]])").replace("abs", "lambda z: np.abs(z)"),
        RIGHT.replace("; ", ", ").replace("[[1, 1/2], [0, -1]]", "[1 0.5; 0 -1]"),
        f"$${FORM.block(read)}$$",
    ):
        assert FORM.read(text) == read
    arrays = {**read.weights(), "W2": np.array([[1.0, 2.0]])}
    assert FORM.accept(arrays) == read


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("b1 = [0, 0.1]; ", ""), "b1 is missing; a network of 2 layer"),
        (("phi1 = abs", "phi1 = sigmoid"), "the activations are identity, relu"),
        (("W2 = [[1, 2]]", "W2 = [[1, 2, 3]]"), "W2 has 3 columns, and layer 1 has 2 units"),
        (("b1 = [0, 0.1]", "b1 = [0]"), "b1 has 1 entries, and W1 has 2 rows"),
        (("[0, -1]", "[0]"), "rows of W1 have different lengths"),
        (("[0, -1]", "[0, sqrt(2)]"), "W1: sqrt.2. is no rational number"),
        (("b1 = [0, 0.1]", "b1 = 0.1"), "b1 is a list of numbers"),
        (("[0, -1]", "[0, x1]"), "unknown name 'x1'"),
        (("W2 = [[1, 2]]", "W2 = [1, 2, 3]"), r"W2 is a list of rows, .*as \[\[1, 2\]"),
        (("W2 = [[1, 2]]", "W2 = [1, 2"), "W2: "),
        (("W2 = [[1, 2]]", "W2 = [[1, 2]] V = 3"), "W2: "),
        (("[[1, 2]]", "os.system([[1, 2]])"), "unknown name 'os'"),
        (("b2 = [0]", "b2 = [().__class__]"), "'_' is not something an answer may contain"),
        (("b2 = [0]", "b2 = [0]; b2 = [1]"), "b2 is given twice"),
        (("b2 = [0]", "import os; b2 = [0]"), "W2: "),
        (("W1 =", "import os; W1 ="), "not a network"),
        (("[[1, 2]]; b2 = [0]", "[[1, 2], [3, 4]]; b2 = [0, 0]"), "2-2-2 network; the question"),
    ],
)  # fmt: skip
def test_unreadable_networks_name_what_is_wrong_and_allowed(change, message):
    text = RIGHT.replace(*change)
    assert text != RIGHT
    with pytest.raises(AnswerError, match=message):
        FORM.read(text)


@pytest.mark.parametrize("text", ["", "[1, 2]", "{1: 2}", "W1 = ", "x" * 5000, "{'W1': " * 200])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(AnswerError):
        FORM.read(text)


def test_a_typed_network_travels_through_the_isolated_process():
    wrong = RIGHT.replace("W2 = [[1, 2]]; b2 = [0]", "W2 = [[1, 2], [0, 1]]; b2 = [0, 0]")
    verdict = hwcode.check("A1-3.1:weights", wrong)
    assert verdict.right is False
    x = [Fraction(verdict.counterexample.point[name]) for name in ("x1", "x2")]
    assert min(x) > 0
    network = Network((2, 2, 2), ((),), "", ("x1", "x2")).read(wrong)
    assert str([str(v) for v in network(x)]).replace("'", "") == verdict.counterexample.got
    assert list(network(x)) != sorted(x)


blocks = st.lists(
    st.sampled_from([(i, j) for i in range(4) for j in range(4) if i != j]), max_size=7
)


@settings(deadline=None)
@given(blocks, blocks)
def test_comparators_are_equal_exactly_if_they_do_the_same(one, other):
    form = Comparators(4, "anything")
    same = all(carry(one, x) == carry(other, x) for x in product(range(3), repeat=4))
    same = same and all(carry(one, x) == carry(other, x) for x in permutations(range(4)))
    assert form.compare(tuple(one), tuple(other)).equal == same


@settings(deadline=None)
@given(blocks)
def test_zeros_and_ones_decide_about_random_reals(network):
    draw = random.Random(str(network))
    sorts_bits = all(list(carry(network, x)) == sorted(x) for x in product((0, 1), repeat=4))
    lists = [[draw.gauss(0, 1) for _ in range(4)] for _ in range(20)]
    if sorts_bits:
        assert all(list(carry(network, x)) == sorted(x) for x in lists)
    else:
        orders = permutations(range(4))
        assert not all(list(carry(network, x)) == sorted(x) for x in orders)


@pytest.mark.parametrize(
    "text",
    ["(1, 2), (2, 4)", "[[1,2],[2,4]]", "S1(x1, x2); S2(x2, x4)", "x_1-x_2, x2 - x4", "1->2\n2→4"],
)
def test_comparators_as_people_type_them(text):
    assert Comparators(4, "sorts").read(text) == ((0, 1), (1, 3))


def test_a_list_of_comparators_counts_wires_from_one_as_a_typed_one_does():
    form = Comparators(4, "sorts")
    assert form.accept([(1, 2), [2, 4]]) == form.accept(((0, 1), (1, 3))) == ((0, 1), (1, 3))
    for wrong in ([(0, 1)], [(4, 5)], [("1", "2")], [(1, 2, 3)], [(1, True)], ((3, 4),)):
        with pytest.raises(AnswerError, match="no comparator"):
            form.accept(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "Sort_2(x1, x2), Sort_2(x3, x4), Sort_2(x1, x3)",
        r"$(x_1,x_2) \to (x_3,x_4) \to (x_1,x_3)$",
        "step 1: 1-2, 3-4; step 2: 1-3.",
        "1. (1,2)\n2. (3,4)\n3. (1,3)",
        "first 1-2 and 3-4, then 1-3",
        "x₁–x₂, x₃–x₄, x₁–x₃",
        "1↔2 | 3↔4 | 1↔3",
        "12, 34, 13",
        "[(0, 1), (2, 3), (0, 2)]",
        "1 and 2, 3 and 4, 1 and 3",
    ],
)
def test_comparators_in_latex_in_unicode_and_step_by_step(text):
    found = Comparators(4, "sorts").reading(text)
    assert found.value == ((0, 1), (2, 3), (0, 2))
    assert bool(found.notes) is ("(0, 1)" in text)


def test_the_prescribed_block_may_stand_either_way_round_but_nothing_before_it():
    form = Comparators(4, "sorts", first=(0, 1))
    sorts = "1-2, 3-4, 1-3, 2-4, 2-3"
    for text, right in ((f"2-1, {sorts}", True), (f"3-4, {sorts}", True), (f"2-3, {sorts}", False)):
        assert form.compare(form.read(text), form.read(sorts)).equal is right


@pytest.mark.parametrize("text", ["", "1-1", "1-5", "0-4", "1 2", "1-2, x", "1-2-3"])
def test_unreadable_comparators(text):
    form = Comparators(4, "sorts", first=(0, 1))
    with pytest.raises(AnswerError, match="expected sorts"):
        form.read(text)


def test_keys_that_are_no_text_are_refused():
    with pytest.raises(AnswerError, match="W1 is missing"):
        FORM.accept({1: 2})
