"""Counting arrays: what is multiplied, what is alive, and the polynomials through counts."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hwcode.chapters.backpropagation.metering import Meter, fitted_polynomial

sizes = st.integers(1, 5)


@settings(deadline=None, max_examples=30)
@given(sizes, sizes, sizes)
def test_products_count_and_give_the_right_numbers(rows, inner, columns):
    draw = np.random.default_rng(rows + 7 * inner + 49 * columns).standard_normal
    left, right = draw((rows, inner)), draw((inner, columns))
    meter = Meter()
    A, B = meter.array(left), meter.array(right)
    assert np.allclose((A @ B).values(), left @ right, rtol=1e-12, atol=1e-12)
    assert meter.multiplications == rows * inner * columns
    assert np.allclose((A * A).sum(axis=0).values(), (left * left).sum(axis=0), rtol=1e-12)
    assert meter.multiplications == rows * inner * (columns + 1)
    assert np.allclose((A + A).T.values(), 2 * left.T)
    assert meter.multiplications == rows * inner * (columns + 1)  # additions are free


def test_memory_is_what_is_alive_and_views_share_it():
    meter = Meter()
    A = meter.array(np.ones((3, 4)))
    view = A.T[1:2]
    assert (meter.live, view.shape, len(A)) == (12, (1, 3), 3)
    B = A + A
    assert (meter.live, meter.peak) == (24, 24)
    del B
    gc.collect()
    assert (meter.live, meter.peak) == (12, 24)
    del A
    gc.collect()
    assert meter.live == 12  # the view keeps it
    del view
    gc.collect()
    assert meter.live == 0


def test_phases_add_costs_and_take_the_highest_peak():
    meter = Meter()
    A = meter.array(np.ones((2, 2)))
    for _ in range(3):
        with meter.phase("product"):
            A @ A
    with meter.phase("sum"):
        (A + A).sum()
    product, total = meter.phases["product"], meter.phases["sum"]
    assert (product.multiplications, product.peak, product.added) == (24, 8, 4)
    assert (total.multiplications, total.peak, total.added) == (0, 9, 5)
    assert meter.peak == 9


def test_a_phase_ends_where_its_code_fails():
    meter = Meter()
    A = meter.array([1.0])

    def broken():
        with meter.phase("broken"):
            A * A
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert meter.phases["broken"].multiplications == 1


n, d = sympy.symbols("n d")


def test_polynomials_are_found():
    assert fitted_polynomial(lambda n, d: 3 * n * d**2 - n + 7, {n: 1, d: 2}) == sympy.expand(
        3 * n * d**2 - n + 7
    )


@pytest.mark.parametrize(
    "count", [lambda n, d: n**2 * d, lambda n, d: d**3, lambda n, d: 2**n, lambda n, d: max(n, d)]
)
def test_what_the_claimed_degrees_do_not_allow_is_contradicted(count):
    with pytest.raises(ValueError, match="the polynomial says"):
        fitted_polynomial(count, {n: 1, d: 2})
