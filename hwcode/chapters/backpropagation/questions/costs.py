"""A1-2.2.3: multiplications and memory of per-example gradient norms."""

from __future__ import annotations

from typing import Any

from hwcode.chapters.backpropagation.questions.problem import CHAPTER, Count, size
from hwcode.checking import Alternative, Domain, Mistake, Part, Question
from hwcode.checking.growth import Growth

__all__ = ["QUESTIONS"]

# --- A1-2.2.3 ---------------------------------------------------------------------------------

N, K, D = size("N"), size("K"), size("D")
SIZES = Domain((N, K, D))


ALSO_INPUT = "right if the error of the input is computed too, which no gradient needs"
ONLY_ADDED = "right for what this phase adds to the memory that is in use already"
WITH_BATCH = (
    "right if the inputs of all examples, or their output errors, are counted while they wait"
)
WITH_NORMS = "right if the norms of all examples are counted, which are what comes out"
COUNT = Count(SIZES, "a number of multiplications")
ORDER = Growth((N, K, D))


def _cell(name: str, asks: str, reference: Any, **more: Any) -> Part:
    return Part(
        name=name,
        asks=f"multiplications: {asks}",
        form=COUNT,
        reference=reference,
        **more,
    )


def _memory_cell(
    name: str,
    asks: str,
    one_by_one: bool,
    alternatives: tuple[Alternative, ...] = (),
    **more: Any,
) -> Part:
    reference = K * D**2 if one_by_one else K * D**2 + N * K * D
    waiting = (Alternative(reference + N * D, WITH_BATCH, "memory"),) if one_by_one else ()
    return Part(
        name=name,
        asks=f"memory: {asks}",
        form=ORDER,
        reference=reference,
        alternatives=alternatives + waiting,
        **more,
    )


ALL_GRADIENTS = Mistake(
    N * K * D**2,
    "one example's gradients are alive at a time; this is for the gradients of the whole batch at once, as vmap(grad) forms them",
    "memory",
)
NO_GRADIENTS = Mistake(N * K * D**2, "no gradient of any single example is ever formed")
ALL_ACTIVATIONS = Mistake(
    K * D**2 + N * K * D, "with batch size 1 the activations of one example are alive at a time"
)
WHOLE_BATCH = Mistake(K * D**2, "the activations of the whole batch are kept, N K D of them")

complexity = Question(
    ids=("A1-2.2.3",),
    chapter=CHAPTER,
    title="cost of per-example gradient norms",
    marks={"A1-2.2.3": 1.5},
    statement=r"""
A network has $K$ weight matrices, all $D\times D$, and no biases; activation functions and the loss
are left out of the account, and nothing is computed in place. For $N$ inputs, how many scalar
multiplications do the forward pass, the backward pass and the computation of the norms take, naively
(one example at a time, gradients formed and squared) and with the trick? What is the memory, in
$O$ notation? We add: how many multiplications does the trick save in all?
""",
    parts=(
        _cell(
            "T_forward",
            "forward pass, either way",
            N * K * D**2,
            mistakes=(
                Mistake(K * D**2, "this is for one example"),
                Mistake(
                    N * K * D * (2 * D - 1),
                    "these are operations; the D - 1 additions for each entry do not count",
                ),
                Mistake(
                    N * K * D, "a matrix times a vector takes D multiplications for each of D rows"
                ),
                Mistake(N * (K - 1) * D**2, "there are K - 1 hidden layers, but K weight matrices"),
            ),
        ),
        _cell(
            "T_backward_naive",
            "backward pass, naive",
            N * (2 * K - 1) * D**2,
            also_right=("N*K*D**2 + N*(K-1)*D**2",),
            alternatives=(Alternative(2 * N * K * D**2, ALSO_INPUT, "input-error"),),
            mistakes=(
                Mistake(
                    N * K * D**2,
                    "these are the gradients; the errors of the hidden layers come on top",
                ),
                Mistake(
                    N * (K - 1) * D**2, "these are the errors; the weight gradients come on top"
                ),
                Mistake((2 * K - 1) * D**2, "this is for one example"),
            ),
        ),
        _cell(
            "T_backward_trick",
            "backward pass, with the trick",
            N * (K - 1) * D**2,
            alternatives=(Alternative(N * K * D**2, ALSO_INPUT, "input-error"),),
            mistakes=(
                Mistake(N * (2 * K - 1) * D**2, "the trick needs no weight gradients"),
                Mistake((K - 1) * D**2, "a matrix-matrix product over the batch has N columns"),
            ),
        ),
        _cell(
            "T_norm_naive",
            "norms, naive",
            N * K * D**2,
            mistakes=(
                Mistake(K * D**2, "this is for one example"),
                Mistake(N * K * D, "each gradient has D^2 entries to square"),
                Mistake(
                    2 * N * K * D**2,
                    "squaring is one multiplication for each entry; adding is none",
                ),
            ),
        ),
        _cell(
            "T_norm_trick",
            "norms, with the trick",
            N * K * (2 * D + 1),
            alternatives=(
                Alternative(
                    2 * N * K * D,
                    "right if the one product of the two norms is left out",
                    "multiplications",
                ),
            ),
            mistakes=(
                Mistake(
                    N * K * D**2,
                    "this squares the entries of gradients that the trick does not form",
                ),
                Mistake(N * K * (D + 1), "both vectors are squared, the activation and the error"),
                Mistake(N * (2 * D + 1), "this is for one layer"),
            ),
        ),
        _memory_cell(
            "M_forward_naive",
            "forward pass, naive",
            True,
            alternatives=(Alternative(K * D, ONLY_ADDED, "memory"),),
            mistakes=(ALL_ACTIVATIONS, Mistake(D**2, "there are K weight matrices")),
        ),
        _memory_cell(
            "M_forward_trick",
            "forward pass, with the trick",
            False,
            also_right=("O(K*D*(N + D))",),
            alternatives=(Alternative(N * K * D, ONLY_ADDED, "memory"),),
            mistakes=(WHOLE_BATCH, NO_GRADIENTS),
        ),
        _memory_cell(
            "M_backward_naive",
            "backward pass, naive",
            True,
            mistakes=(
                ALL_GRADIENTS,
                ALL_ACTIVATIONS,
                Mistake(K * D, "the gradients have K D^2 entries"),
            ),
        ),
        _memory_cell(
            "M_backward_trick",
            "backward pass, with the trick",
            False,
            alternatives=(
                Alternative(N * K * D, ONLY_ADDED, "memory"),
                Alternative(N * D, f"{ONLY_ADDED}, if only the latest errors are kept", "memory"),
            ),
            mistakes=(WHOLE_BATCH, NO_GRADIENTS),
        ),
        _memory_cell(
            "M_norm_naive",
            "norms, naive",
            True,
            alternatives=(
                Alternative(
                    D**2, f"{ONLY_ADDED}, if one layer's squares are formed at a time", "memory"
                ),
                Alternative(K * D**2 + N, WITH_NORMS, "memory"),
            ),
            mistakes=(ALL_GRADIENTS, ALL_ACTIVATIONS),
        ),
        _memory_cell(
            "M_norm_trick",
            "norms, with the trick",
            False,
            alternatives=(
                Alternative(N * D + N * K, ONLY_ADDED, "memory"),
                Alternative(
                    N * D,
                    f"{ONLY_ADDED}, if each layer's share is added to the sum at once",
                    "memory",
                ),
                Alternative(
                    N * K * D, f"{ONLY_ADDED}, if the squares of all layers are kept", "memory"
                ),
                Alternative(
                    N * K,
                    f"{ONLY_ADDED}, if norms are taken as inner products, without keeping squares",
                    "memory",
                ),
            ),
            mistakes=(WHOLE_BATCH, NO_GRADIENTS),
        ),
        Part(
            name="saved",
            asks="multiplications that the trick saves, all phases together",
            form=COUNT,
            reference=N * K * (2 * D**2 - 2 * D - 1),
            alternatives=(
                Alternative(
                    2 * N * K * (D**2 - D),
                    "right if the one product of the two norms is left out",
                    "multiplications",
                ),
            ),
            mistakes=(
                Mistake(
                    N * K * (D**2 - 2 * D - 1),
                    "besides the squares of the gradients their products are saved",
                ),
                Mistake(2 * N * K * D**2, "the trick has its own multiplications, N K (2 D + 1)"),
            ),
        ),
    ),
    hints=(
        r"For a matrix of size $D\times D$: what does multiplying a vector cost, forming an outer product, squaring all entries?",
        "Count for one example and one layer, then multiply by $N$ and $K$; look closely at the first layer in the backward pass. For memory, ask what is alive at the same time, for how many examples.",
        "Forward: $D^2$ for each layer and example. Backward: the error of the input is not needed, so one matrix product fewer than layers.",
    ),
    beyond=("saved",),
    result="The trick replaces $NKD^2$ squares by about $2NKD$, and keeps the whole batch in memory instead of one example.",
    model_answer=r"""
$T$: forward $NKD^2$ both ways. Backward: errors $N(K-1)D^2$ both ways, and naively the gradients
$NKD^2$ besides, so $N(2K-1)D^2$ against $N(K-1)D^2$. (With the error of the input too: $2NKD^2$, twice
the forward pass, against $NKD^2$.) Norms: $NKD^2$ squares against $NK(2D+1)$.
$M$, naive (one example at a time): parameters, one example's activations and gradients, so
$O(KD^2+KD)=O(KD^2)$ in every phase. With the trick: parameters, and activations and errors of the whole
batch, $O(KD^2+NKD)$ in every phase.
""",
    conventions=("multiplications", "input-error", "memory"),
)

QUESTIONS = (complexity,)
