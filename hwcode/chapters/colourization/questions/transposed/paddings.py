"""Padding and output padding of ConvTransposeNet for larger kernels."""

from __future__ import annotations

import sympy
from sympy import ImmutableMatrix, Rational

from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question, scalar

__all__ = ["QUESTIONS"]

k, d = (scalar(name, integer=True, positive=True) for name in ("k", "d"))


UNIQUE = {
    "one": "exactly one, for every kernel size",
    "odd": "one for odd kernels, none for even ones",
    "several": "several, for some kernel sizes",
}


LAST = {
    "none": "none: 32 becomes 31 or 33",
    "one": "padding 1",
    "two": "padding 2",
}


PADDINGS = "a vector of three numbers: padding of the convolutions; padding and output padding of the transposed ones"

paddings = Question(
    ids=("A2-5.4",),
    chapter="colourization_transposed",
    title="paddings for kernels 4 and 5",
    marks={"A2-5.4": 4},
    statement=r"""
Which padding must the two strided convolutions have, and which padding and output padding the two
transposed ones, so that with kernel 4 and with kernel 5 all tensors keep the shapes of figure 4b?
*We ask for every kernel and dilation, how many choices there are, and what happens to the last
convolution, which the handout does not mention.*
""",
    parts=(
        Part(
            name="four",
            asks="kernel 4",
            form=Formula(what=PADDINGS),
            reference=ImmutableMatrix([1, 1, 0]),
            also_right=("[1, 1, 0]",),
            mistakes=(
                Mistake(
                    ImmutableMatrix([1, 1, 1]),
                    "with output padding 1 a map of 8 becomes one of 17: $7\\cdot2-2+4+1$",
                ),
                Mistake(ImmutableMatrix([2, 2, 0]), "padding 2 makes 17 of 32: $(32+4-4)/2+1$"),
                Mistake(
                    ImmutableMatrix([1, 2, 2]),
                    "this has the right sizes, but an output padding has to be less than the stride",
                ),
            ),
        ),
        Part(
            name="five",
            asks="kernel 5",
            form=Formula(what=PADDINGS),
            reference=ImmutableMatrix([2, 2, 1]),
            mistakes=(
                Mistake(
                    ImmutableMatrix([1, 1, 1]),
                    "these are the paddings for kernel 3; with kernel 5 they make 15 of 32",
                ),
                Mistake(
                    ImmutableMatrix([2, 2, 0]),
                    "without output padding a map of 8 becomes one of 15",
                ),
                Mistake(
                    ImmutableMatrix([Rational(3, 2), 2, 1]),
                    "$p=3/2$ solves the equation without the floor; a padding is a whole number",
                ),
            ),
        ),
        Part(
            name="any",
            asks="kernel $k$, the transposed convolutions with dilation $d$, their output padding below the stride"
            " (`floor(x)` rounds down)",
            form=Formula(
                Domain(
                    (k, d),
                    tuple({k: a, d: b} for a in range(1, 8) for b in (1, 2, 3)),
                    beyond=True,
                ),
                PADDINGS,
            ),
            reference=ImmutableMatrix(
                [
                    sympy.floor((k - 1) / 2),
                    sympy.floor(d * (k - 1) / 2),
                    1 - d * (k - 1) + 2 * sympy.floor(d * (k - 1) / 2),
                ]
            ),
            latex=r"\Big\lfloor\frac{k-1}2\Big\rfloor,\quad \Big\lfloor\frac{d(k-1)}2\Big\rfloor,\quad 1-\big(d(k-1)\bmod 2\big)",
            also_right=("[(k - 1)//2, d*(k - 1)//2, 1 - d*(k - 1) % 2]",),
            mistakes=(
                Mistake(
                    ImmutableMatrix(
                        [
                            sympy.floor(k / 2),
                            sympy.floor(k / 2),
                            k - 2 * sympy.floor(k / 2),
                        ]
                    ),
                    "right for odd kernels without dilation; for kernel 4 the padding is 1, not 2",
                ),
                Mistake(
                    ImmutableMatrix(
                        [
                            sympy.floor((k - 1) / 2),
                            sympy.floor((k - 1) / 2),
                            k - 2 * sympy.floor(k / 2),
                        ]
                    ),
                    "right without dilation; a dilated kernel spans $d(k-1)+1$ places",
                ),
            ),
        ),
        Part(
            name="choices",
            asks="how many such choices are there, without dilation and with equal padding on both sides?",
            form=Choice(UNIQUE),
            reference="one",
            mistakes=(
                Mistake("odd", "with stride 2 even kernels work too; with stride 1 they would not"),
                Mistake(
                    "several",
                    "the padding has to be one of two consecutive halves, of which one is whole",
                ),
            ),
        ),
        Part(
            name="last",
            asks="with kernel 4, the padding with which the last convolution (stride 1) keeps $32\\times32$",
            form=Choice(LAST),
            reference="none",
            mistakes=(
                Mistake("one", "$32+2-4+1=31$"),
                Mistake("two", "$32+4-4+1=33$"),
            ),
        ),
    ),
    hints=(
        "Which output size do the two kinds of layer have, as formulas?",
        r"Convolution: $\lfloor(n+2p-k)/s\rfloor+1$. Transposed: $(m-1)s-2p+k+o$. Put in the sizes that are wanted.",
        r"From $2m$ to $m$ with stride 2: $\lfloor(2p-k)/2\rfloor+1=0$. From $m$ to $2m$: $2p=k-2+o$.",
    ),
    beyond=(
        "any",
        "choices",
        "last",
    ),
    result="Kernel 4: 1, 1, 0. Kernel 5: 2, 2, 1.",
    model_answer=r"""
A strided convolution takes $2m$ to $\lfloor(2m+2p-k)/2\rfloor+1=m+\lfloor(2p-k)/2\rfloor+1$: it is $m$
exactly if $2p\in\{k-2,k-1\}$. A transposed one takes $m$ to $2m-2-2p+k+o$: it is $2m$ exactly if
$2p=k-2+o$, with $o\in\{0,1\}$. So **kernel 4**: padding 1 for the convolutions, padding 1 and output
padding 0 for the transposed ones; **kernel 5**: padding 2, padding 2 and output padding 1; no other
choice. The last convolution needs padding 2 with kernel 5; with kernel 4 no equal padding keeps the
size (pad 1 on one side and 2 on the other, `padding="same"`).
""",
    conventions=("zero-padding",),
)

QUESTIONS = (paddings,)
