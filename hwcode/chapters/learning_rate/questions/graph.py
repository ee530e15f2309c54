"""Section 2.1 of the homework: the graph of the inner loop."""

from __future__ import annotations

from hwcode.chapters.learning_rate.inner_loop import two_steps
from hwcode.chapters.learning_rate.questions.problem import CHAPTER, k
from hwcode.checking import Alternative, Choice, Domain, Formula, Mistake, Part, Question
from hwcode.checking.graphs import Graph, edges_of

__all__ = ["QUESTIONS"]

NODES = ("w0", "L0", "g0", "w1", "L1", "g1", "w2", "L2", "eta")
STEPS = edges_of(two_steps([[1]], [0]))


graph = Question(
    ids=("H2-2.1.1",),
    chapter=CHAPTER,
    title="computation graph of two gradient steps",
    marks={"H2-2.1.1": 0.5},
    statement=r"""
Two steps of gradient descent, $w_1=w_0-\eta\nabla L(w_0)$ and $w_2=w_1-\eta\nabla L(w_1)$. Draw the
computation graph that leads to $L_2=L(w_2)$, with the nodes $w_0,L_0,g_0,w_1,L_1,g_1,w_2,L_2,\eta$,
where $L_i=L(w_i)$ and $g_i=\nabla L(w_i)$. The data are constants. *We add: which of these nodes does
$L_2$ not need, and how many paths lead from $\eta$ to the last loss?*
""",
    parts=(
        Part(
            name="graph",
            asks="the edges",
            form=Graph(NODES),
            reference=STEPS,
            also_right=(
                "w0 -> L0, w0 -> g0 -> w1, w0 -> w1, eta -> w1, w1 -> L1, w1 -> g1 -> w2, w1 -> w2 -> L2, eta -> w2",
            ),
            alternatives=(
                Alternative(
                    STEPS | {("L0", "g0"), ("L1", "g1")},
                    "right if an arrow may also mean 'is the derivative of'; the value of $g_i$ depends on $w_i$ alone",
                    "derivative-arrow",
                ),
            ),
            mistakes=(
                Mistake(
                    (STEPS - {("w0", "g0"), ("w1", "g1")}) | {("L0", "g0"), ("L1", "g1")},
                    "the number $L_0$ does not determine the gradient: for x = (1, 1), t = 3 the loss is 9 at (0, 0) and at (3, 3), and the gradients are opposite",
                    "derivative-arrow",
                ),
                Mistake(
                    STEPS - {("w0", "w1"), ("w1", "w2")},
                    r"a step changes the weights by something: $w_1=w_0-\eta g_0$ needs $w_0$ itself",
                ),
                Mistake(
                    STEPS - {("eta", "w1")},
                    "the first step uses the rate too, and its part of the derivative would be lost",
                ),
                Mistake(
                    STEPS | {("eta", "g1")},
                    "the rate acts on $g_1$ through $w_1$ only: with $w_1$ held fixed $g_1$ does not change",
                ),
            ),
        ),
        Part(
            name="unused",
            asks="which of the named nodes can be left out without changing $L_2$ or its derivative in $\\eta$?",
            form=Choice(
                {
                    "losses": "$L_0$ and $L_1$",
                    "gradients": "$g_0$ and $g_1$",
                    "start": "$w_0$",
                    "none": "none of them",
                }
            ),
            reference="losses",
            mistakes=(
                Mistake("none", "gradient descent uses gradients; no step looks at a loss"),
                Mistake("gradients", "each step is made of its gradient"),
                Mistake("start", "$w_1$ and $g_0$ are computed from it"),
            ),
        ),
        Part(
            name="paths",
            asks="how many paths lead from $\\eta$ to $L_k$ after $k$ steps?",
            form=Formula(Domain((k,), tuple({k: i} for i in range(1, 7)), True), "a number"),
            reference=2**k - 1,
            also_right=("2*2**(k-1) - 1",),
            mistakes=(
                Mistake(k, "from $w_i$ two ways lead on to $w_{i+1}$: directly, and through $g_i$"),
                Mistake(2**k, "the rate enters $w_1$ by one arrow, not by two"),
            ),
        ),
    ),
    hints=(
        "What does a step need: the value of the loss, or its gradient?",
        r"For each node ask from which others it is computed directly. Where does $\eta$ enter?",
        r"$w_1$ is computed from $w_0$, $g_0$ and $\eta$. Which arrows leave $L_0$?",
    ),
    beyond=(
        "unused",
        "paths",
    ),
    result=r"$\eta$ enters every step; the losses on the way are not needed, only their gradients.",
    model_answer=r"""
$w_0\to L_0$; $w_0\to g_0$; $w_0,\eta,g_0\to w_1$; $w_1\to L_1$; $w_1\to g_1$; $w_1,\eta,g_1\to w_2$;
$w_2\to L_2$. $\eta$ enters every step. $L_0$ and $L_1$ have no outgoing arrow: only their gradients are
used, and those are functions of $w_0$ and $w_1$.
""",
    conventions=("derivative-arrow",),
)

QUESTIONS = (graph,)
