"""LaTeX's frames around formulas, and logarithms with their base at the foot."""

from __future__ import annotations

import pytest
import sympy

from hwcode.checking import Domain
from hwcode.checking.errors import AmbiguousError, AnswerError
from hwcode.checking.forms import Formula

a, b, q = sympy.symbols("a b q", positive=True)
FORM = Formula(Domain((a, b, q)), "a number")
TO_BASE = sympy.log(b / a) / sympy.log(q)


def _same(text, value):
    assert sympy.simplify(FORM.read(text) - value) == 0


@pytest.mark.parametrize(
    "text",
    [
        r"\log_q(b/a)",
        r"\log_{q}\frac{b}{a}",
        r"\log_q b - \log_q a",
        r"k = -\log_q \left(\frac ab\right)",
        "log_q(b/a)",
        "log_{q}(b/a)",
        "log_q b - log_q a",
        r"\log_{1.5}(b/a)/\log_{1.5}(q)",
        r"\log_3(b/a)/\log_3 q",
        r"\log_e(b/a)/\log_e q",
        r"\log_{10}(b/a)/\log_2(q) \cdot \log_2 10",
    ],
)
def test_the_base_of_a_logarithm_stands_at_its_foot(text):
    _same(text, TO_BASE)


def test_another_base_is_another_logarithm():
    _same(r"\log_b(a)", sympy.log(a) / sympy.log(b))
    _same(r"\log_q^2(b)", (sympy.log(b) / sympy.log(q)) ** 2)
    _same(r"2\log_{1.5} q", 2 * sympy.log(q) / sympy.log(sympy.Rational(3, 2)))


def test_where_a_logarithm_ends_is_asked_back():
    with pytest.raises(AmbiguousError) as asked:
        FORM.read(r"\log_q b/a")
    assert list(asked.value.readings) == [
        "log(b)/log(q)/a",
        "log(b/a)/log(q)",
    ]


@pytest.mark.parametrize("text", [r"\log_x(b/a)", "log_x(b/a)", r"\log_{b/a} q", r"\log_q(b, a)"])
def test_a_foot_that_is_no_base_is_refused(text):
    with pytest.raises(AnswerError):
        FORM.read(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\boxed{a + b}", a + b),
        (r"$\boxed{y = a + b}$.", a + b),
        (r"y = \boxed{a + b}", a + b),
        (r"2\boxed{a + b}q", 2 * (a + b) * q),
        (r"\underbrace{(a + b)}_{\text{sum}} q", (a + b) * q),
        (
            r"\overbrace{a}^{\text{first}} + \underbrace{b \cdot \overbrace{q}^{x}}_{second}",
            a + b * q,
        ),
        (r"\frac{\underbrace{a + b}_{s}}{q}", (a + b) / q),
        (r"\underbrace{a + b} q", (a + b) * q),
        (r"a + b \tag{3}", a + b),
        (r"a + b \tag*{last}", a + b),
        (r"a \phantom{x} + b", a + b),
        (r"\begin{align*} y &= a + b \\[2pt] \end{align*}", a + b),
        (r"\[ a + b \]", a + b),
    ],
)
def test_frames_and_braces_around_a_formula_change_nothing(text, value):
    _same(text, value)


def test_a_frame_that_does_not_end_is_refused():
    with pytest.raises(AnswerError, match="never closed"):
        FORM.read(r"\boxed{a + b")


COLUMN = Formula(Domain((a, b, q)), "a vector")


@pytest.mark.parametrize("end", [r"\\", r"\\[2pt]", r"\\ [-.5em]"])
def test_a_row_may_end_with_a_length(end):
    found = COLUMN.read(rf"\begin{{pmatrix}} a {end} \frac b2 \end{{pmatrix}}")
    assert found == sympy.ImmutableMatrix([a, b / 2])
