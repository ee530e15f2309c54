"""The parameters, neurons and connections of PoolUpsampleNet, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from typing import Any

import sympy
from sympy import ImmutableMatrix

from hwcode import sizes
from hwcode.chapters.colourization.questions.pooling.net import layers_of
from hwcode.checking import Alternative, Domain, Follows, Formula, Mistake, Part, Question, scalar
from hwcode.sizes import LAYERS, Counting

__all__ = ["QUESTIONS"]

NIC, NF, NC, n = (scalar(name, integer=True, positive=True) for name in ("NIC", "NF", "NC", "n"))

PLAIN = Counting(biases=False, normalisation=False)


@cache
def counts(side: Any, rules: Counting = PLAIN) -> sizes.Counts:
    """The counts of figure 4a with kernel 3, in symbols."""
    return sizes.count(layers_of(3, NIC, NF, NC), (NIC, side, side), rules)


QUANTITIES = ("parameters", "neurons", "connections")


def latex(formula: Any) -> str:
    """A formula in NIC, NF and NC, whose names have more than one letter."""
    names = {symbol: rf"\mathrm{{{symbol.name}}}" for symbol in (NIC, NF, NC)}
    return sympy.latex(formula, symbol_names=names, mul_symbol=r"\,", mat_delim="(")


def _rules() -> Iterator[tuple[Counting, dict[tuple[str, ...], str]]]:
    """Usual conventions, ours first; to each its notes, by the quantities that they are about."""
    kinds = {
        "": LAYERS,
        "upsamplings not counted": frozenset({"convolution", "pooling"}),
        "convolutions alone counted": frozenset({"convolution"}),
    }
    for normal, (told, layers), zeros in product((False, True), kinds.items(), (True, False)):
        counted = layers | {"normalisation"} if normal else layers
        rules = Counting(
            biases=False, normalisation=normal, neurons=counted, connections=counted, padding=zeros
        )
        notes: dict[tuple[str, ...], str] = {}
        if normal:
            notes[QUANTITIES] = "BatchNorm counted as a layer of its own, its shift as a bias"
        if told:
            notes["neurons", "connections"] = told
        if not zeros:
            notes["connections",] = "without connections to the zeros outside"
        yield rules, notes


def _conventions(quantity: str, side: Any, of: Callable[..., sizes.Counts]) -> Iterator[Any]:
    """What other conventions give, each with its note; ours is left out."""
    ours = getattr(of(side), quantity)
    for rules, notes in _rules():
        value = getattr(of(side, rules), quantity)
        if sympy.expand(value - ours) != 0:
            yield value, "right, " + ", ".join(notes[key] for key in notes if quantity in key)
    if quantity == "parameters":
        yield (
            getattr(of(side, Counting(biases=False)), quantity) + 4 * NF + NC,
            "right, BatchNorm's scale and shift counted",
        )


def alternatives(quantity: str, side: Any, of: Callable[..., sizes.Counts]) -> Any:
    """The other usual counts, each once."""
    found: dict[Any, str] = {}
    for value, note in _conventions(quantity, side, of):
        found.setdefault(sympy.expand(value), note)
    return tuple(Alternative(value, note, "counting") for value, note in found.items())


CHANNELS = (NIC, NF, NC)


FIXED = {
    "k": "the kernel size k is 3 in this question: write the number",
    "kernel": "the kernel size is 3 in this question: write the number",
    "n": "the side of the images is a number in this part: write the number",
}
"""What is a number here, though people write a letter for it."""


def counted(
    name: str,
    asks: str,
    quantity: str,
    side: int,
    of: Any,
    mistakes: tuple[Mistake, ...],
    follows: Follows | None = None,
    more: tuple[Alternative, ...] = (),
) -> Part:
    """A part that asks for one of the three counts at one size; ``more`` are right, too."""
    return Part(
        name=name,
        asks=asks,
        form=Formula(Domain(CHANNELS), "a formula", fixed=FIXED),
        reference=getattr(of(side), quantity),
        latex=latex(getattr(of(side), quantity)),
        alternatives=(*alternatives(quantity, side, of), *more),
        mistakes=mistakes,
        follows=follows,
    )


def general(rules: Counting = PLAIN) -> ImmutableMatrix:
    """The counts at the side n, a multiple of 4."""
    m = scalar("m", integer=True, positive=True)
    found = counts(4 * m, rules)
    return ImmutableMatrix([sympy.expand(getattr(found, key).subs(m, n / 4)) for key in QUANTITIES])


def _general_alternatives() -> tuple[Alternative, ...]:
    """The same under other conventions, each kept to in all three counts."""
    found: dict[Any, str] = {}
    for rules, notes in _rules():
        found.setdefault(general(rules), "right, " + ", ".join(notes.values()))
    found.pop(general())
    return tuple(Alternative(value, note, "counting") for value, note in found.items())


at_32, at_64 = counts(32), counts(64)
pools_32 = 4 * (256 * NF + 64 * 2 * NF) + 256 * NF + 1024 * NC

tally_question = Question(
    ids=("A2-4.3",),
    chapter="colourization_pooling",
    title="weights, outputs and connections of PoolUpsampleNet",
    marks={"A2-4.3": 8},
    statement=r"""
How many weights, outputs and connections does PoolUpsampleNet have, with kernel 3, as functions of
NIC, NF and NC, for images of $32\times32$ pixels and for images of twice that height and width?
Biases are left out; BatchNorm may be.

*What counts: the outputs of convolutions, poolings and upsamplings; as connections the pairs of such an
output and a number that it is computed from, the zeros of the padding included. Other usual counts are
accepted and named. We also ask for any image side $n$ that is a multiple of 4.*
""",
    parts=(
        counted(
            "weights",
            "the number of weights",
            "parameters",
            32,
            counts,
            (
                Mistake(
                    9 * (NF + 2 * NF + NF + NC + NC),
                    "a filter has $3\\times3$ weights for each channel that comes in",
                    "counting",
                ),
                Mistake(
                    at_32.parameters + 4 * NF + 2 * NC,
                    "biases are not to be counted here",
                    "counting",
                ),
                Mistake(
                    9 * (NIC * NF + 2 * NF**2 + 2 * NF**2 + NF * NC + NF * NC),
                    "the last convolution goes from NC to NC channels, not from NF",
                ),
            ),
        ),
        counted(
            "outputs",
            "the number of outputs, 32 x 32",
            "neurons",
            32,
            counts,
            (
                Mistake(
                    2246 * NF + 2304 * NC,
                    "the terms add up to 2240 NF: $1024+256+512+128+64+256$",
                ),
                Mistake(
                    640 * NF + 2048 * NC,
                    "these are only the outputs of whole blocks; each convolution has outputs before its pooling or upsampling",
                ),
                Mistake(1024 * NC, "these are only the outputs of the net; every layer has some"),
            ),
        ),
        counted(
            "connections",
            "the number of connections, 32 x 32",
            "connections",
            32,
            counts,
            (
                Mistake(
                    at_32.parameters,
                    "these are the weights; a convolution uses each of them at every place",
                ),
                Mistake(
                    at_32.connections
                    - pools_32
                    + 4 * NF * 256 * NF
                    + 4 * (2 * NF) ** 2 * 64
                    + NF**2 * 256
                    + NC**2 * 1024,
                    "pooling and upsampling connect a channel to itself alone",
                ),
                Mistake(
                    9 * 1024 * (NIC * NF + 4 * NF**2 + NF * NC + NC**2),
                    "the three inner convolutions do not run at full size: theirs are 16, 8 and 16",
                ),
            ),
        ),
        counted(
            "weights_doubled",
            "the number of weights, 64 x 64",
            "parameters",
            64,
            counts,
            (
                Mistake(
                    4 * at_32.parameters,
                    "the filters stay the same; they are only used at more places",
                ),
            ),
            Follows(("weights",), lambda weights: weights),
        ),
        counted(
            "outputs_doubled",
            "the number of outputs, 64 x 64",
            "neurons",
            64,
            counts,
            (
                Mistake(2 * at_32.neurons, "height and width both double, so the area is fourfold"),
                Mistake(at_32.neurons, "only weights are independent of the image's size"),
            ),
            Follows(("outputs",), lambda outputs: 4 * outputs),
        ),
        counted(
            "connections_doubled",
            "the number of connections, 64 x 64",
            "connections",
            64,
            counts,
            (
                Mistake(
                    2 * at_32.connections, "height and width both double, so the area is fourfold"
                ),
                Mistake(
                    16 * at_32.connections,
                    "the number of outputs is fourfold, that of each output's inputs is unchanged",
                ),
            ),
            Follows(("connections",), lambda connections: 4 * connections),
        ),
        Part(
            name="any_size",
            asks="weights, outputs and connections at the side $n$, a multiple of 4",
            form=Formula(
                Domain(
                    (*CHANNELS, n),
                    draw=lambda case, numbers: {n: 4 * numbers.number(n)},
                ),
                "a vector of three formulas",
            ),
            reference=general(),
            latex=latex(general()),
            alternatives=_general_alternatives(),
            follows=Follows(
                ("weights", "outputs", "connections"),
                lambda weights, *others: ImmutableMatrix(
                    [weights, *(one * (n / 32) ** 2 for one in others)]
                ),
            ),
            mistakes=(
                Mistake(
                    ImmutableMatrix(
                        [at_32.parameters, at_32.neurons * n / 32, at_32.connections * n / 32]
                    ),
                    "outputs and connections grow with the area of the image, not with its side",
                ),
                Mistake(
                    ImmutableMatrix(
                        [
                            key * (n / 32) ** 2
                            for key in (at_32.parameters, at_32.neurons, at_32.connections)
                        ]
                    ),
                    "weights do not depend on the size of the image",
                ),
            ),
        ),
    ),
    hints=(
        "Write down the size and the number of channels behind every layer.",
        "Weights of a convolution: $9c_{in}c_{out}$. Outputs: height times width times channels, of every layer that counts. Connections: inputs of one output, times outputs.",
        r"Sizes 32, 16, 8, 16, 32, 32. The first convolution has $9\,\mathrm{NIC}\,\mathrm{NF}$ weights and $32^2\,\mathrm{NF}$ outputs. What does doubling the side do to each?",
    ),
    beyond=("any_size",),
    result="Weights do not depend on the image; outputs and connections are four times as many at twice the side.",
    numbers=("2240 = 1024 + 256 + 512 + 128 + 64 + 256",),
    model_answer=r"""
Sizes 32, 16, 8, 16, 32, 32. **Weights**: $9\,(\mathrm{NIC\,NF}+2\mathrm{NF}^2+2\mathrm{NF}^2+\mathrm{NF\,NC}+\mathrm{NC}^2)$.
**Outputs**, layer by layer: $(1024+256+512+128+64+256)\,\mathrm{NF}+(256+1024+1024)\,\mathrm{NC}=2240\,\mathrm{NF}+2304\,\mathrm{NC}$.
**Connections**: a convolution has $9\,c_{in}c_{out}$ at each place, a pooling 4 and an upsampling 1 for each output:
$9216\,\mathrm{NIC\,NF}+5760\,\mathrm{NF}^2+2304\,\mathrm{NF\,NC}+9216\,\mathrm{NC}^2+1792\,\mathrm{NF}+1024\,\mathrm{NC}$.
With height and width doubled the weights are the same; outputs and connections are four times as many.
""",
    conventions=("counting", "zero-padding"),
)

QUESTIONS = (tally_question,)
