"""Orders of growth, held against growth itself: the ratio along the named path."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.checking import AnswerError
from hwcode.checking.growth import Growth, outgrowing

n, k, d = sympy.symbols("N K D", positive=True)
FORM = Growth((n, k, d))
exponents = st.tuples(*[st.integers(0, 3)] * 3)
orders = st.lists(exponents, min_size=1, max_size=4, unique=True)


@settings(deadline=None, max_examples=25)
@given(orders, orders)
def test_what_is_said_to_outgrow_does_so_along_the_named_path(terms, others):
    found = outgrowing(terms, others)
    if found is None:
        # Any rates at all: the largest power of s on the left is matched on the right.
        for rates in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (3, 1, 2), (1, 5, 2), (2, 2, 7)):
            assert _power(terms, rates) <= _power(others, rates)
    else:
        assert min(found) >= 0
        assert _power(terms, found) > _power(others, found)


def _power(terms, rates):
    return max(sum(a * b for a, b in zip(term, rates, strict=True)) for term in terms)


@settings(deadline=None, max_examples=15)
@given(orders)
def test_an_order_equals_itself_with_other_constants_and_lower_terms(terms):
    order = sum(n**a * k**b * d**c for a, b, c in terms)
    assert FORM.compare(5 * order + 3, order).equal
    assert not FORM.compare(order * d, order).equal


def test_answers_are_read_with_and_without_the_letter():
    for text in ("O(K*D**2 + N*K*D)", "Theta(K*D**2 + N*K*D)", "K*D**2 + N*K*D", "2*K*D*(D + N)"):
        assert FORM.compare(FORM.read(text), k * d**2 + n * k * d).equal
    for text in (r"\mathcal{O}(K*D**2 + N*K*D)", r"\Theta(K*D*(D + N))", "Θ(K*D**2) + Θ(N*K*D)"):
        assert FORM.compare(FORM.read(text), k * d**2 + n * k * d).equal
    assert FORM.compare(FORM.read(FORM.show(k * d**2)), k * d**2).equal


def test_a_maximum_is_of_the_order_of_the_sum():
    for text in ("O(max(K*D**2, N*K*D))", "K*D*max(N, D)", "max(O(K*D**2), max(O(N*K*D), N))"):
        assert FORM.compare(FORM.read(text), k * d**2 + n * k * d).equal
    assert not FORM.compare(FORM.read("K*D*max(N, K)"), k * d**2 + n * k * d).equal


@pytest.mark.parametrize(
    "text",
    [
        "O(K*D**2) + O(K*N*D) - O(K**5) + O(K**5)",
        "O(K*D^2) + 3*max(K*N*D, K*D**2) - 2*K*D**2",
        "K*D**2 + N*K*D + (1 − K)*0",
        "N + (-1)*K + K",
    ],
)
def test_no_term_is_taken_away_before_it_is_read(text):
    with pytest.raises(AnswerError, match="an order of growth has no minus"):
        FORM.read(text)


@pytest.mark.parametrize("text", ["K*D**2 + cos(pi)*K**5 + K**5", "K*D*max(N, floor(2)*D)"])
def test_no_function_but_the_maximum_hides_a_minus(text):
    with pytest.raises(AnswerError, match=r"(cos|floor)\(\.\.\.\) in an order"):
        FORM.read(text)


def test_a_constant_less_is_of_the_same_order():
    assert FORM.compare(FORM.read("N*D**2 + N*(K - 1)*D**2"), n * k * d**2).equal


@pytest.mark.parametrize(
    "text",
    ["O(K*D**2 - N)", "K*D - max(N, D)", "min(N, D)", "sqrt(N)", "O(0)", "O(M)", "[1, 2]", "1/N"],
)
def test_what_is_no_sum_of_products_is_refused(text):
    with pytest.raises(AnswerError):
        FORM.read(text)


def test_too_large_and_too_small_are_told_apart():
    above = FORM.compare(FORM.read("N*K*D**2"), k * d**2 + n * k * d)
    assert above.remark.startswith("it is an upper bound, and not tight")
    below = FORM.compare(FORM.read("K*D**2"), k * d**2 + n * k * d)
    assert below.remark.startswith("it is no upper bound")
    assert below.counterexample.point["N"] != "1"
