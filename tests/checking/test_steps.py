"""Derivations: which step does not follow, and whether the end is the answer."""

from __future__ import annotations

import pytest

import hwcode
from hwcode.chapters import CHAPTERS, question, questions_of
from hwcode.checking import AnswerError, Formula
from hwcode.checking.steps import check_steps, links_of
from hwcode.checking.verdict import Method, Outcome
from hwcode.cli import main

EXPECTATION = question("A1-1.2.2").part("expectation")


def derived(text, part=EXPECTATION):
    return check_steps(part, "A1-1.2.2", text)


def typed(part):
    """The reference as text, and the right forms of an answer that are typed."""
    texts = [part.form.show(part.reference), *(a for a in part.also_right if isinstance(a, str))]
    return [one for one in texts if "=" not in one]


CHAINS = [
    pytest.param(asked, part, id=asked.key(part))
    for chapter in CHAPTERS
    for asked in questions_of(chapter)
    for part in asked.parts
    if type(part.form) is Formula and part.form.symbols and len(typed(part)) > 1
]


@pytest.mark.parametrize(("asked", "part"), CHAINS)
def test_right_forms_follow_from_one_another_and_a_mistake_between_them_does_not(asked, part):
    # Those that are right by another convention do not follow from the reference.
    texts = [
        one for one in typed(part) if part.form.compare(part.form.read(one), part.reference).equal
    ]
    if len(texts) < 2:
        pytest.skip("its other forms are right by another convention")
    assert check_steps(part, asked.id, "\n= ".join(texts)).right
    wrong = next((one.answer for one in part.mistakes if not isinstance(one.answer, str)), None)
    if wrong is None:
        return
    found = check_steps(part, asked.id, f"{texts[0]}\n= {part.form.show(wrong)}\n= {texts[1]}")
    assert found.right is False
    assert [step.right for step in found.parts] == [False, False, True]
    assert all(step.diagnosis for step in found.parts[:2])


def test_two_errors_that_cancel_are_both_found():
    found = derived("sigma**2*(n-d)/n = sigma**2*(n+d)/n = sigma**2*(1-d/n)")
    assert [step.right for step in found.parts] == [False, False, True]
    assert "the first that does not is step 1" in found.detail
    assert found.parts[0].counterexample is not None


@pytest.mark.parametrize(
    "text",
    [
        "E = sigma**2*(n-d)/n\n  = sigma**2*(1-d/n)",
        "E = sigma**2*(n-d)/n\nE = sigma**2*(1-d/n)",
        "E =\n sigma**2*(n-d)/n =\n sigma**2*(1-d/n)",
        "sigma**2*(n\n -d)/n = sigma**2*(1-d/n).",
        "E == sigma**2*(n-d)/n == sigma**2*(1-d/n)",
        "\\begin{align*}E &= sigma**2*(n-d)/n \\\\ &= sigma**2*(1-d/n)\\end{align*}",
        "We get $$ E = sigma**2*(n-d)/n $$ % and then\n$$ = sigma**2*(1-d/n) $$",
    ],
)
def test_ways_of_writing_the_same_chain(text):
    found = derived(text)
    assert found.right
    assert found.parts[-1].answer == "sigma**2 * (1 + (-1) * (d/n))" or found.parts[-1].right
    steps = found.parts[:-1]
    assert [step.part for step in steps] == ["step 1"]


def test_a_line_that_cannot_be_read_breaks_the_chain():
    found = derived("sigma**2*(n-d)/n\n= foo(3)\n= sigma**2*(1-d/n)")
    assert found.outcome is Outcome.UNREADABLE
    assert [step.outcome for step in found.parts] == [
        Outcome.UNREADABLE,
        Outcome.UNREADABLE,
        Outcome.RIGHT,
    ]
    assert "0 of 2 steps follow; not decided: step 1, step 2" in found.detail


def test_a_right_chain_to_a_wrong_end_is_no_answer():
    found = derived("2*sigma**2 = sigma**2 + sigma**2")
    assert [step.right for step in found.parts] == [True, False]
    assert found.right is False
    assert "the end is not shown to be the answer" in found.detail


def test_inequalities_are_sampled_and_called_so():
    found = derived("sigma**2*(n-d)/n <= sigma**2 * (1 - d/n)")
    assert found.right
    assert found.parts[0].method is Method.SAMPLED
    assert derived("sigma**2 \\le sigma**2*(1-d/n)").parts[0].right is False
    order = derived("sigma**2 > sigma**2*(1-d/n)")
    assert order.parts[0].right
    matrices = check_steps(question("A1-1.1").parts[0], "A1-1.1", "w <= 2*w")
    assert matrices.parts[0].outcome is Outcome.UNDECIDED


def test_a_derivation_in_latex_with_matrices_of_symbolic_size():
    chain = r"""
    \begin{align*}
    \frac1n\lVert (X(X^\top X)^{-1}X^\top - I)\epsilon\rVert_2^2
      &= \frac1n \epsilon^\top (I - X(X^\top X)^{-1}X^\top)^2 \epsilon \\
      &= \frac1n \epsilon^\top (I - X(X^\top X)^{-1}X^\top) \epsilon
    \end{align*}
    """
    error = question("A1-1.2.2").part("error")
    found = derived(chain, error)
    assert [step.right for step in found.parts] == [True, True, True]
    wrong = derived(chain.replace("(I - X", "(I + X", 1), error)
    assert [step.right for step in wrong.parts] == [False, False, True]


def test_a_row_of_a_matrix_does_not_end_the_line():
    text = "A = \\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix} \\\\ = B"
    assert [str(link) for link in links_of(text)] == [
        "A = \\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}",
        "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix} = B",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("sigma**2", "nothing follows"),
        ("sigma**2\nsigma = sigma", "nothing follows"),
        ("sigma**2 \\approx 1", "states nothing"),
        ("n ≈ d", "states nothing"),
        ("= sigma", "nothing stands on one side"),
        ("sigma = = d", "nothing stands on one side"),
    ],
)
def test_what_is_no_derivation_says_so(text, told):
    with pytest.raises(AnswerError, match=told):
        derived(text)


def test_a_choice_takes_no_derivation():
    with pytest.raises(AnswerError, match="only a question for a formula"):
        derived("a = b", question("A1-1.3.4").part("overfitting"))


def test_in_python_and_on_the_command_line(tmp_path, capsys):
    chain = "E = sigma**2*(n-d)/n = sigma**2*(1-d/n)"
    assert hwcode.check("A1-1.2.2:expectation", chain, steps=True).right
    with pytest.raises(AnswerError, match="a derivation is a text"):
        hwcode.check("A1-1.2.2:expectation", 3, steps=True)
    file = tmp_path / "mine.tex"
    file.write_text(chain.replace("1-d", "1+d"), encoding="utf-8")
    assert main(["check", "A1-1.2.2:expectation", "--steps", f"@{file}"]) == 1
    assert "the first that does not is step 1" in capsys.readouterr().out


def test_names_that_a_derivation_defines_are_known_from_there_on():
    part = question("A1-1.2.2").part("error")
    text = r"""
    P = X(X^\top X)^{-1}X^\top
    r = (P - I)\epsilon
    \frac1n\lVert r\rVert^2 = \frac1n\epsilon^\top(P-I)^2\epsilon
    = \frac1n\epsilon^\top(I-P)\epsilon
    """
    found = check_steps(part, "A1-1.2.2", text)
    assert found.right, found
    assert "names brought along: P, r" in found.detail
    wrong = check_steps(part, "A1-1.2.2", text.replace("^\\top(I-P)", "^\\top(I+P)"))
    assert [step.right for step in wrong.parts] == [True, False, False]
    again = check_steps(part, "A1-1.2.2", text.replace("r = ", "P = X\n r = "))
    assert again.parts[0].right is False  # a second line P = ... is a claim


def test_a_derivation_may_need_the_symbols_of_the_parts_beside_it():
    asked = question("A1-1.2.2")
    text = (
        r"\operatorname{tr}((X^\top X)^{-1}X^\top X) = d" "\n" r"\sigma^2(n-d)/n = \sigma^2(1-d/n)"
    )
    alone = check_steps(asked.part("expectation"), "A1-1.2.2", text)
    assert alone.outcome is Outcome.UNREADABLE
    found = check_steps(asked.part("expectation"), "A1-1.2.2", text, asked.parts)
    assert found.right, found


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (r"a = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}",
         [r"a = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}"]),
        (r"a = b, \qquad c = d", ["a = b", "c = d"]),
        (r"a = b \implies c = d", ["a = b", "c = d"]),
        (r"a &= b && \text{by (1)} \\ &= c && \text{as } x", ["a = b", "b = c"]),
        (r"a = b \quad (\text{since } n > d) \\ = c", ["a = b", "b = c"]),
        (r"\text{so } a = b \quad + c", ["a = b + c"]),
        (r"a = b \tag{3}", ["a = b"]),
    ],
)  # fmt: skip
def test_matrices_stay_whole_and_remarks_are_no_part_of_a_step(text, links):
    assert [str(link) for link in links_of(text)] == links
