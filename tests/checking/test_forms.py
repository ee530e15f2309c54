"""The forms of answers: numbers, options, orders, programs, weights, graphs."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from sympy import ImmutableMatrix, Rational

from hwcode.checking import (
    AnswerError,
    Choice,
    Comparison,
    Domain,
    Formula,
    Method,
    Number,
    Ordering,
    Truth,
    scalar,
)
from hwcode.checking.graphs import Graph, carry_out, edges_of
from hwcode.checking.programs import Program
from hwcode.checking.returned import close
from hwcode.checking.weights import matrix_of
from hwcode.checking.witness import Witness

PLANE = Domain(sympy.symbols("x y", real=True))


@pytest.mark.parametrize(
    ("answer", "right"), [("ln(10)", True), ("2.303", True), ("2.2", False), ("log(10)", True)]
)
def test_number_within_a_tolerance(answer, right):
    form = Number(what="a slope", tolerance=0.01)
    assert form.compare(form.read(answer), sympy.log(10)).equal is right


@pytest.mark.parametrize("answer", ["0.38", "0.42", "38 %", "42%"])
def test_both_ends_of_a_tolerance_are_inside(answer):
    form = Number(what="a share", tolerance=0.05)
    assert form.compare(form.read(answer), sympy.Rational(2, 5)).equal


@pytest.mark.parametrize("typed", ["(B)", "b.", "option B", "the second"])
def test_an_option_as_people_name_it(typed):
    assert Choice({"a": "the first", "b": "the second"}).read(typed) == "b"


def test_forms_describe_themselves_and_refuse_other_things():
    forms = [Formula(PLANE), Number(), Choice({"a": "one"}), Ordering(("A", "B"))]
    for form in forms:
        assert form.describe()
        with pytest.raises(AnswerError):
            form.accept(object())
    with pytest.raises(AnswerError, match="unknown symbols q"):
        Formula(PLANE).accept(sympy.Symbol("q"))


def test_symbols_count_by_name_and_arrays_are_exact():
    form = Formula(Domain((scalar("x", positive=True),)))
    assert form.compare(form.accept(sympy.Symbol("x") * 2), 2 * scalar("x", positive=True)).equal
    assert Formula().accept(np.array([0.5, 1.0])) == ImmutableMatrix([Rational(1, 2), 1])
    rows = [[1, 2, 3], [4, 5, 6]]
    assert Formula().accept(rows) == Formula().accept(np.array(rows)) == ImmutableMatrix(rows)
    with pytest.raises(AnswerError):
        Formula().accept([[1, 2], [3]])


def test_program_is_tried_and_its_failure_is_the_counterexample():
    form = Program(
        "double", {"v": "an array"}, "twice the array",
        instances=lambda: [(np.array([1.0]),), (np.array([2.0, 3.0]),)],
        differ=lambda got, expected: close(got, expected, 1e-12),
    )  # fmt: skip
    truth = Truth(lambda arguments: 2 * arguments[0], "a product")
    assert form.compare(lambda v: v + v, truth).equal
    wrong = form.compare(lambda v: v + 1, truth)
    assert wrong.counterexample.point == {"v": "[2.0, 3.0]"}
    raising = form.compare(lambda v: 1 / 0, truth)
    assert "ZeroDivisionError" in raising.counterexample.got
    mutating = form.compare(lambda v: v.__imul__(2), lambda v: 2 * v)
    assert mutating.remark == "<lambda> changes its argument number 1"
    with pytest.raises(AnswerError, match="no function 'double'"):
        form.read("def triple(v): return v")
    with pytest.raises(AnswerError, match="SyntaxError"):
        form.read("def double(v) return v")


def test_witness_is_decided_by_its_property():
    form = Witness("[a, b]", lambda v: Comparison(v[0] < v[1], Method.EXACT), size=2)
    assert form.compare(form.read("[1, 2]"), None).equal
    assert not form.compare(form.read("[2, 1]"), None).equal
    with pytest.raises(AnswerError):
        form.read("[1, 2, 3]")


def test_weights_that_are_not_finite_are_refused():
    for value in (float("nan"), float("inf")):
        with pytest.raises(AnswerError, match=r"W1: (nan|inf) is no rational number"):
            matrix_of("W1", [[1, value]])


@pytest.mark.parametrize("tolerance", [None, 0.01])
@pytest.mark.parametrize("text", ["log(0)", "sqrt(-1)", "[1, 2]", "factorial(-1)", "0*log(0)"])
def test_what_is_no_real_number_is_wrong(text, tolerance):
    form = Number(tolerance=tolerance)
    assert not form.compare(form.read(text), sympy.Integer(1)).equal
    assert form.compare(form.read("[1]"), sympy.Integer(1)).equal


@pytest.mark.parametrize(
    "got", [[1 + 7j], np.array([1 + 0j]), "1", ["1"], np.array("1"), None, [None]]
)
def test_what_is_no_array_of_real_numbers_is_no_answer_of_a_program(got):
    assert "no array of real numbers" in close(got, np.ravel(1.0), 1e-9)


# --- computation graphs -----------------------------------------------------------------------

STEPS = {"z": lambda w, x: w * x, "h": lambda z: z**2, "loss": lambda h, z, t: h + z - t}
GRAPH = Graph(("w", "x", "t", "z", "h", "loss"))


def test_a_graph_is_read_from_the_program_that_runs():
    assert carry_out(STEPS, {"w": 2, "x": 3, "t": 1})["loss"] == 41
    typed = GRAPH.read("w -> z; x→z, z -> h -> loss, z -> loss, t -> loss")
    assert GRAPH.compare(typed, edges_of(STEPS)).equal


def test_a_wrong_graph_is_told_edge_by_edge():
    found = GRAPH.compare(GRAPH.read("w -> z, x -> z -> h -> loss, t -> h"), edges_of(STEPS))
    assert found.remark == "t -> loss, z -> loss missing; t -> h too many"
    for text, said in (("w z", "no arrow"), ("w -> q", "unknown node 'q'"), ("", "expected")):
        with pytest.raises(AnswerError, match=said):
            GRAPH.read(text)
