"""Formulas that are made to fit the cases they are compared in."""

from __future__ import annotations

import pytest

import hwcode
from hwcode.chapters import question


def sizes(of: str, symbol: str) -> list[int]:
    """The values of a symbol in the cases of a part."""
    name, _, part = of.partition(":")
    (asked,) = (one for one in question(name).parts if one.name == part)
    return sorted(
        {int(v) for c in asked.form.domain.cases for s, v in c.items() if s.name == symbol}
    )


def vanishing(symbol: str, values: list[int]) -> str:
    return "*".join(f"({symbol}-{value})" for value in values)


RATE = "(1 - 2*eta*a + eta**2*a**2)**T"
HORIZON = f"a/2*({RATE}*w0**2 + eta**2*sigma**2/B*(1 - {RATE})/(1 - (1 - eta*a)**2))"


def test_A1_1_2_2_a_term_that_vanishes_in_every_case_and_its_first_multiples_is_found():
    values = [n * factor for n in sizes("A1-1.2.2:expectation", "n") for factor in (1, 2, 3, 5, 7)]
    made = f"sigma**2*(1 - d/n) + sigma*{vanishing('n', sorted(set(values)))}"
    verdict = hwcode.check("A1-1.2.2:expectation", made)
    assert not verdict.right
    assert "counterexample" in str(verdict)
    assert hwcode.check("A1-1.2.2:expectation", "sigma**2*(1 - d/n)").right


@pytest.mark.parametrize("made", ["sigma**2*(1 - d/min(n, 20))", "sigma**2*(1 - min(d, 20)/n)"])
def test_A1_1_2_2_a_bound_beyond_the_cases_is_found(made):
    assert not hwcode.check("A1-1.2.2:expectation", made).right


def test_A2_3_1_1_a_formula_that_is_no_rational_function_is_tried_beyond_its_cases():
    assert hwcode.check("A2-3.1.1a:horizon", HORIZON).right
    made = f"{HORIZON} + {vanishing('T', sizes('A2-3.1.1a:horizon', 'T'))}"
    assert not hwcode.check("A2-3.1.1a:horizon", made).right


@pytest.mark.parametrize("made", ["min(O, 5)*2*Y*P + O**2*P", "2*O*Y*P + O**2*min(P, 50)"])
def test_A1_2_3_a_bound_beyond_small_whole_numbers_is_found(made):
    assert not hwcode.check("A1-2.3:cost_a", made).right
    assert hwcode.check("A1-2.3:cost_a", "O*(2*Y*P + O*P)").right


def test_H2_2_2_3_sizes_beyond_the_cases_of_a_drawn_point_are_tried():
    made = f"n/(2*lmax) + {vanishing('n', sizes('H2-2.2.3:lower', 'n'))}"
    assert not hwcode.check("H2-2.2.3:lower", made).right


def test_P4_1d_values_that_look_equal_are_told_apart():
    verdict = hwcode.check("P4-1d:slope", "2*log(1 - 1/sqrt(kappa)) + 1e-20")
    assert verdict.counterexample.got.endswith("apart by 1.0E-20")


def test_H2_2_3_3_a_counterexample_is_short():
    made = "9*(1 - 4*eta)**(2*k) + (k-1)*(k-2)*(k-3)"
    assert len(str(hwcode.check("H2-2.3.3:loss", made))) < 500


def test_A2_5_4_a_formula_that_is_right_for_two_dilations_is_refused():
    made = "[(k-1)//2, max((k-1)//2, (k-1)*(d-1)), 1 - d*(k-1) % 2]"
    assert not hwcode.check("A2-5.4:any", made).right


def test_P4_2c_either_line_may_hold_where_both_apply():
    program = """
import math
def rate(t, T, peak):
    turn = T / 5
    if t {sign} turn:
        return 1e-4 + t / turn * peak
    return peak * math.cos(math.pi / 2 * (t - turn) / (T - turn)) + 1e-6
"""
    for sign in ("<", "<="):
        assert hwcode.check("P4-2c:rate", program.format(sign=sign)).right
