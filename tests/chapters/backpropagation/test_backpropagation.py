"""A1-2.1.1 to A1-2.3: the backward pass, gradient norms, costs and contraction orders."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.chapters import question
from hwcode.chapters.backpropagation import passes as bp
from hwcode.chapters.backpropagation.forward_mode import DUAL, Dual, duals
from hwcode.chapters.backpropagation.metering import Meter, fitted_polynomial
from hwcode.chapters.backpropagation.questions import costs, forward, norms, products
from hwcode.chapters.backpropagation.truths import forward as forward_truths
from hwcode.chapters.backpropagation.truths import norms as norms_truths
from hwcode.checking import AnswerError
from hwcode.checking.graphs import carry_out, edges_of
from tests.conftest import truth

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
    assert forward.FORWARD == expected == forward_truths._dependences(None)
    assert {node for edge in expected for node in edge} == set(bp.NODES)


@pytest.mark.parametrize("edge", sorted(forward.FORWARD))
def test_every_edge_counts(edge):
    part = question("A1-2.1.1").parts[0]
    assert not part.form.compare(forward.FORWARD - {edge}, truth("A1-2.1.1:graph")).equal
    assert not part.form.compare(
        forward.FORWARD - {edge} | {edge[::-1]}, truth("A1-2.1.1:graph")
    ).equal


@pytest.mark.parametrize(
    "typed",
    [
        "x→z1→h1→g→y→yp→S→J; x→z2→h2→g; x→y; t→S",
        "x --> {z_1, z_2, y}\nz_1 => h_1\nz_2 => h_2\n{h_1, h_2} -> g -> y -> y' -> S -> J\nt -> S",
        "x -> {z1 z2 y}, z1 -> h1, z2 -> h2, {h1 h2} -> g -> y -> yp, {yp t} -> S -> J",
    ],
)
def test_arrows_are_read_as_people_type_them(typed):
    assert question("A1-2.1.1").part("graph").form.read(typed) == forward.FORWARD


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("x", "has no arrow"),
        ("x <-> z1", "two heads"),
        ("z1: x", "has no arrow"),
        ("x -> ", "no node at one of its ends"),
        ("{} -> z1", "no node at one of its ends"),
        ("W1 -> z1", "unknown node 'W1'"),
        ("x z1 -> h1", "unknown node 'x z1'"),
    ],
)
def test_what_is_no_graph_is_refused(typed, message):
    with pytest.raises(AnswerError, match=message):
        question("A1-2.1.1").part("graph").form.read(typed)


def test_a_wrong_graph_is_told_where_it_differs():
    part = question("A1-2.1.1").part("graph")
    wrong = part.form.compare(forward.FORWARD - {("x", "y")} | {("t", "J")}, part.reference)
    assert wrong.remark == "x -> y missing; t -> J too many"
    assert (wrong.counterexample.expected, wrong.counterexample.got) == ("x -> y", "t -> J")
    extra = part.form.compare(forward.FORWARD | {("x", "x")}, part.reference)
    assert (extra.counterexample.expected, extra.counterexample.got) == ("no other edges", "x -> x")


def test_backward_program_reverses_every_edge_but_that_of_the_label():
    names = edges_of(bp.backward(bp.NO_WEIGHTS))
    flow = {(b[:-3], a[:-3]) for a, b in names if a.endswith("bar")}
    assert flow == forward.FORWARD - {("t", "S")}


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
        for matrix in (norms_truths.FIRST, norms_truths.SECOND)
    )
    x = torch.tensor(np.array(norms.INPUT, float))[:, 0]
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


MEMORY = [("naive", phase) for phase in ("forward", "backward", "norm")]
MEMORY += [("trick", phase) for phase in ("forward", "backward", "norm")]
MEMORY += [("thrifty", "backward"), ("at once", "norm")]


@pytest.mark.parametrize(("method", "phase"), MEMORY)
def test_memory_is_a_polynomial_also_at_sizes_that_the_fit_has_not_seen(method, phase):
    def peak(*size):
        return bp.stack_cost(method, *size).phases[phase].peak

    found = fitted_polynomial(peak, {costs.N: 1, costs.K: 1, costs.D: 2}, first=2)
    for N, K, D in [(1, 2, 1), (1, 4, 5), (9, 2, 2), (2, 9, 2), (2, 2, 9), (12, 3, 5)]:
        assert peak(N, K, D) == found.subs({costs.N: N, costs.K: K, costs.D: D})
    for N, D in [(1, 1), (3, 2)]:  # a single layer: never more
        assert peak(N, 1, D) <= found.subs({costs.N: N, costs.K: 1, costs.D: D})


WEIGHTS = costs.K * costs.D**2
BATCH = {"activations": costs.N * costs.K * costs.D, "inputs": costs.N * costs.D, "norms": costs.N}


@pytest.mark.parametrize("method", ["naive", "trick"])
@pytest.mark.parametrize("phase", ["forward", "backward", "norm"])
def test_orders_are_accepted_as_the_memory_is_counted_and_no_others(method, phase):
    part = question("A1-2.2.3").part(f"M_{phase}_{method}")
    orders = {name: WEIGHTS + term for name, term in BATCH.items()}
    orders |= {"weights": WEIGHTS, "all gradients": costs.N * WEIGHTS}
    accepted = {name for name, order in orders.items() if part.check("", order).right}
    if method == "trick":
        assert accepted == {"activations"}
    else:  # with what waits, or what comes out, if one counts that
        assert accepted == {"weights", "inputs"} | ({"norms"} if phase == "norm" else set())


@pytest.mark.parametrize("typed", ["O(N*K*D**2)", r"\mathcal{O}(N)", " O (N*D)"])
def test_an_order_is_no_count(typed):
    with pytest.raises(AnswerError, match="not an order of growth"):
        question("A1-2.2.3").part("T_forward").form.read(typed)


def test_the_product_of_the_norms_is_left_out_consistently():
    parts = {part.name: part for part in question("A1-2.2.3").parts}
    with_it = parts["T_norm_trick"].reference + parts["saved"].reference
    (norm,) = (one.answer for one in parts["T_norm_trick"].alternatives)
    (saved,) = (one.answer for one in parts["saved"].alternatives)
    assert sympy.expand(norm + saved - with_it) == 0


def test_the_alternatives_are_what_the_other_convention_counts():
    for part in question("A1-2.2.3").parts:
        for alternative in part.alternatives:
            if alternative.convention != "input-error":
                continue
            method = part.name.removeprefix("T_backward_")
            for N, K, D in ((2, 3, 4), (3, 2, 5)):
                counted = bp.stack_cost(method, N, K, D, input_error=True).phases["backward"]
                at = {costs.N: N, costs.K: K, costs.D: D}
                assert alternative.answer.subs(at) == counted.multiplications


# --- A1-2.3 -----------------------------------------------------------------------------------


@QUICK
@given(seeds, sizes, sizes, sizes)
def test_orders_agree_and_cost_what_the_formulas_say(seed, O, Y, P):
    draw = np.random.default_rng(seed)
    factors = [draw.integers(-3, 4, shape) for shape in ((O, Y), (Y, P), (P, Y), (Y, O))]
    at = {products.O: O, products.Y: Y, products.P: P}
    formulas = {
        "outside-in": products.outside,
        "left to right": products.sideways,
        "right to left": products.sideways,
        "inside-out, left": products.inside,
        "inside-out, right": products.inside,
    }
    assert set(formulas) == set(bp.ORDERS)
    for name, contract in bp.ORDERS.items():
        meter = Meter()
        found = contract(*(meter.array(factor) for factor in factors))
        assert np.array_equal(found.values(), factors[0] @ factors[1] @ factors[2] @ factors[3])
        assert meter.multiplications == formulas[name].subs(at)


def test_when_each_order_wins():
    a, b, c = (
        sympy.lambdify((products.O, products.Y, products.P), cost)
        for cost in (products.outside, products.sideways, products.inside)
    )
    for O, Y, P in product(range(1, 12), repeat=3):
        assert (a(O, Y, P) < b(O, Y, P)) == (P < Y)
        assert (c(O, Y, P) < b(O, Y, P)) == (Y * (O + P) < 2 * O * P)
        if Y == O < P:  # the last layer
            assert c(O, Y, P) < min(a(O, Y, P), b(O, Y, P))
