"""A1-2.1.1 to A1-2.3: the backward pass, gradient norms, costs and contraction orders."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode import backpropagation as bp
from hwcode.checking.graphs import carry_out, edges_of
from hwcode.forward_mode import DUAL, Dual, duals
from hwcode.metering import Meter
from hwcode.questions import backpropagation as questions
from hwcode.questions import question

QUICK = settings(deadline=None, max_examples=40)
NAMES = ("W1", "b1", "W2", "b2", "W3", "W4")
sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)


def drawn(seed, d, m, N):
    generator = np.random.default_rng(seed)
    weights = bp.draw_weights(generator, d, m, N)
    values = carry_out(
        bp.forward(weights), {"x": generator.standard_normal(d), "t": int(generator.integers(N))}
    )
    return weights, values


def autograd(weights, x, t):
    """The errors of all quantities by PyTorch, from a network written out anew."""
    W1, b1, W2, b2, W3, W4 = (torch.tensor(getattr(weights, name)) for name in NAMES)
    nodes = {"x": torch.tensor(x, requires_grad=True)}
    nodes["z1"] = W1 @ nodes["x"] + b1
    nodes["z2"] = W2 @ nodes["x"] + b2
    nodes["h1"], nodes["h2"] = nodes["z1"].relu(), nodes["z2"].sigmoid()
    nodes["g"] = nodes["h1"] * nodes["h2"]
    nodes["y"] = W3 @ nodes["g"] + W4 @ nodes["x"]
    nodes["yp"] = nodes["y"].softmax(0)
    nodes["S"] = nodes["yp"][t].log()
    nodes["J"] = -nodes["S"]
    for node in nodes.values():
        node.retain_grad()
    nodes["J"].backward()
    return {name: node.grad.numpy() for name, node in nodes.items()}


def agrees(mine, theirs):
    return np.allclose(mine, theirs, rtol=1e-10, atol=1e-12)


# --- A1-2.1.1 ---------------------------------------------------------------------------------


def test_graph_is_that_of_the_program_and_of_its_behaviour():
    expected = edges_of(bp.forward(bp.NO_WEIGHTS))
    assert questions.FORWARD == expected == questions._dependences(None)
    assert {node for edge in expected for node in edge} == set(bp.NODES)


@pytest.mark.parametrize("edge", sorted(questions.FORWARD))
def test_every_edge_counts(edge):
    part = question("A1-2.1.1").parts[0]
    assert not part.form.compare(questions.FORWARD - {edge}, part.truth).equal
    assert not part.form.compare(questions.FORWARD - {edge} | {edge[::-1]}, part.truth).equal


def test_backward_program_reverses_every_edge_but_that_of_the_label():
    names = edges_of(bp.backward(bp.NO_WEIGHTS))
    flow = {(b[:-3], a[:-3]) for a, b in names if a.endswith("bar")}
    assert flow == questions.FORWARD - {("t", "S")}


# --- A1-2.1.2 ---------------------------------------------------------------------------------


@QUICK
@given(seeds, sizes, sizes, sizes)
def test_every_line_is_what_autograd_gives(seed, d, m, N):
    weights, values = drawn(seed, d, m, N)
    errors = carry_out(bp.backward(weights), values)
    for name, expected in autograd(weights, values["x"], values["t"]).items():
        assert np.shape(errors[f"{name}bar"]) == np.shape(values[name]) == expected.shape
        assert agrees(errors[f"{name}bar"], expected), name


@pytest.mark.parametrize("factor", [-1, 0, 1.001])
@pytest.mark.parametrize("place", range(len(bp.backward(bp.NO_WEIGHTS))))
def test_a_seeded_error_is_found_in_the_line_that_has_it(place, factor):
    weights, values = drawn(3, 4, 5, 3)
    lines = list(bp.backward(weights).items())
    before, (name, line), after = lines[:place], lines[place], lines[place + 1 :]
    known = carry_out(dict(before), values)
    known[name] = factor * np.asarray(carry_out({name: line}, known)[name])
    known = carry_out(dict(after), known)
    expected = autograd(weights, values["x"], values["t"])
    wrong = [bar for bar, _ in lines if not agrees(known[bar], expected[bar.removesuffix("bar")])]
    assert wrong[0] == name
    assert wrong[-1] == "xbar"


@QUICK
@given(seeds, sizes, sizes, sizes)
def test_derivatives_by_the_weights_are_outer_products(seed, d, m, N):
    weights, values = drawn(seed, d, m, N)
    errors = carry_out(bp.backward(weights), values)
    tensors = bp.Weights(
        *(torch.tensor(getattr(weights, name), requires_grad=True) for name in NAMES)
    )
    ops = bp.Operations(
        torch.relu, torch.sign, torch.sigmoid, lambda y: y.softmax(0), torch.mul, torch.log, max
    )
    given_ = {"x": torch.tensor(values["x"]), "t": values["t"]}
    carry_out(bp.forward(tensors, ops), given_)["J"].backward()
    for name, error, value in (
        ("W1", "z1bar", "x"), ("W2", "z2bar", "x"), ("W3", "ybar", "g"), ("W4", "ybar", "x"),
    ):  # fmt: skip
        found = getattr(tensors, name).grad.numpy()
        assert agrees(np.outer(errors[error], values[value]), found), name


def test_dual_numbers_agree_with_backpropagation_exactly():
    weights = bp.Weights(
        *(sympy.Matrix(entries) for entries in ([[1, -2], [3, 1]], [1, -1], [[0, 1], [2, -1]])),
        sympy.Matrix([0, 1]), sympy.Matrix([[1, 2], [-1, 1]]), sympy.Matrix([[1, 0], [2, -1]]),
    )  # fmt: skip
    x = sympy.Matrix([2, 1])
    values = carry_out(bp.forward(weights, bp.SYMPY), {"x": x, "t": 1})
    by_rule = carry_out(bp.backward(weights, bp.SYMPY), values)["xbar"]
    matrices = (getattr(weights, name) for name in NAMES)
    lifted = bp.Weights(*(duals(M.tolist() if M.cols > 1 else list(M)) for M in matrices))
    for i in range(2):
        moved = duals(list(x), [int(i == j) for j in range(2)])
        loss = carry_out(bp.forward(lifted, DUAL), {"x": moved, "t": 1})["J"]
        # Both are exact; they differ in how the exponentials are written.
        assert abs((loss.rate - by_rule[i]).evalf(50, strict=False)) < 1e-45
        assert abs((loss.value - values["J"]).evalf(50, strict=False)) < 1e-45


def test_dual_numbers_know_the_rules():
    x = sympy.Symbol("x", positive=True)
    moved = Dual(x, sympy.Integer(1))
    for function in (
        lambda u: u * u - 3 * u + 2,
        lambda u: (u + 1) / (u * u + 2),
        lambda u: -u * u.exp() if isinstance(u, Dual) else -u * sympy.exp(u),
        lambda u: (u * u).log() if isinstance(u, Dual) else sympy.log(u * u),
    ):
        found = function(moved)
        assert sympy.simplify(found.value - function(x)) == 0
        assert sympy.simplify(found.rate - sympy.diff(function(x), x)) == 0
    with pytest.raises(NotImplementedError):
        DUAL.step(moved)


# --- A1-2.2.1 and A1-2.2.2 --------------------------------------------------------------------


def test_given_numbers_by_autograd():
    first, second = (
        torch.tensor(np.array(matrix, float), requires_grad=True)
        for matrix in (questions.FIRST, questions.SECOND)
    )
    x = torch.tensor(np.array(questions.INPUT, float))[:, 0]
    (second @ (first @ x).relu()).sum().backward()
    parts = {part.name: part.reference for part in question("A1-2.2.1").parts}
    for name, weight in (("1", first), ("2", second)):
        assert np.array_equal(np.array(parts[f"W{name}"], float), weight.grad.T.numpy())
        assert float(parts[f"norm{name}"]) == weight.grad.square().sum().item()


@QUICK
@given(seeds, st.lists(sizes, min_size=2, max_size=4), sizes)
def test_all_ways_give_the_same_norms(seed, widths, examples):
    """Layers of unequal widths, integers, so that equality is exact."""
    draw = np.random.default_rng(seed)
    weights = [draw.integers(-3, 4, shape[::-1]) for shape in pairwise(widths)]
    X = draw.integers(-3, 4, (widths[0], examples))
    Ybar = draw.integers(-3, 4, (widths[-1], examples))
    expected = bp.trick_norms(weights, X, Ybar).tolist()
    assert [int(norm) for norm in bp.naive_norms(weights, X, Ybar)] == expected
    assert [int(n) for n in bp.naive_norms(weights, X, Ybar, at_once=True)] == expected
    assert bp.thrifty_norms(weights, X, Ybar).tolist() == expected
    for i in range(examples):
        tensors = [torch.tensor(W, dtype=torch.float64, requires_grad=True) for W in weights]
        h = torch.tensor(X[:, i], dtype=torch.float64)
        for W in tensors:
            h = W @ h
        (h @ torch.tensor(Ybar[:, i], dtype=torch.float64)).backward()
        assert sum(W.grad.square().sum().item() for W in tensors) == expected[i]


# --- A1-2.2.3 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("N", "K", "D"), [(1, 1, 1), (2, 1, 5), (5, 3, 2), (3, 4, 4)])
@pytest.mark.parametrize("input_error", [False, True])
def test_counts_are_the_table_at_sizes_that_the_fit_has_not_seen(N, K, D, input_error):
    naive = bp.stack_cost("naive", N, K, D, input_error).phases
    trick = bp.stack_cost("trick", N, K, D, input_error).phases
    extra = N * D**2 * input_error
    assert naive["forward"].multiplications == trick["forward"].multiplications == N * K * D**2
    assert naive["backward"].multiplications == N * (2 * K - 1) * D**2 + extra
    assert trick["backward"].multiplications == N * (K - 1) * D**2 + extra
    assert naive["norm"].multiplications == N * K * D**2
    assert trick["norm"].multiplications == N * K * (2 * D + 1)


@pytest.mark.parametrize("size", [(2, 3, 4), (5, 2, 3)])
def test_memory_of_the_ways_is_ordered_as_the_page_says(size):
    N, K, D = size
    naive, at_once, trick = (
        bp.stack_cost(method, *size).phases["norm"].peak for method in ("naive", "at once", "trick")
    )
    thrifty = bp.stack_cost("thrifty", *size).phases["backward"].peak
    assert at_once >= naive + (N - 1) * K * D**2
    assert thrifty < trick
    # Parameters, all activations with the input, and the errors.
    assert trick >= K * D**2 + (K + 1) * N * D


def test_the_alternatives_are_what_the_other_convention_counts():
    for part in question("A1-2.2.3").parts:
        for alternative in part.alternatives:
            if alternative.convention != "input-error":
                continue
            method = part.name.removeprefix("T_backward_")
            for N, K, D in ((2, 3, 4), (3, 2, 5)):
                counted = bp.stack_cost(method, N, K, D, input_error=True).phases["backward"]
                at = {questions.N: N, questions.K: K, questions.D: D}
                assert alternative.answer.subs(at) == counted.multiplications


# --- A1-2.3 -----------------------------------------------------------------------------------


@QUICK
@given(seeds, sizes, sizes, sizes)
def test_orders_agree_and_cost_what_the_formulas_say(seed, O, Y, P):
    draw = np.random.default_rng(seed)
    factors = [draw.integers(-3, 4, shape) for shape in ((O, Y), (Y, P), (P, Y), (Y, O))]
    at = {questions.O: O, questions.Y: Y, questions.P: P}
    formulas = {
        "outside-in": questions.outside,
        "left to right": questions.sideways,
        "right to left": questions.sideways,
        "inside-out, left": questions.inside,
        "inside-out, right": questions.inside,
    }
    assert set(formulas) == set(bp.ORDERS)
    for name, contract in bp.ORDERS.items():
        meter = Meter()
        found = contract(*(meter.array(factor) for factor in factors))
        assert np.array_equal(found.values(), factors[0] @ factors[1] @ factors[2] @ factors[3])
        assert meter.multiplications == formulas[name].subs(at)


def test_when_each_order_wins():
    a, b, c = (
        sympy.lambdify((questions.O, questions.Y, questions.P), cost)
        for cost in (questions.outside, questions.sideways, questions.inside)
    )
    for O, Y, P in product(range(1, 12), repeat=3):
        assert (a(O, Y, P) < b(O, Y, P)) == (P < Y)
        assert (c(O, Y, P) < b(O, Y, P)) == (Y * (O + P) < 2 * O * P)
        if Y == O < P:  # the last layer
            assert c(O, Y, P) < min(a(O, Y, P), b(O, Y, P))
