"""SGD with momentum: where it ends (H2-1.1.2)."""

from __future__ import annotations

from sympy.matrices.expressions import Identity

from hwcode.chapters.implicit_bias.questions.problem import (
    CHAPTER,
    WIDE,
    YES_NO,
    X,
    alpha,
    d,
    delta0,
    from_start,
    h,
    n,
    t,
    w0,
)
from hwcode.checking import Choice, Domain, Formula, Mistake, Part, Question

__all__ = ["QUESTIONS"]


projection = X.T * (X * X.T).I * X
with_velocity = from_start + alpha / (1 - alpha) * (Identity(d) - projection) * delta0
with_momentum = Question(
    ids=("H2-1.1.2",),
    chapter=CHAPTER,
    title="SGD with momentum",
    marks={"H2-1.1.2": 1},
    statement=r"""
Momentum keeps a velocity: $\delta_{k+1}=\alpha\delta_k-\eta\nabla\mathcal L_i(w_k)$ and
$w_{k+1}=w_k+\delta_{k+1}$. Under the assumptions of H2-1.1.1, argue whether it too ends at the
minimum-norm solution. *We add: the role of $\delta_0$, which the handout leaves open, and of the
assumption that it converges.*
""",
    parts=(
        Part(
            name="verdict",
            asks="from $w_0=0$: does it end at the minimum-norm solution, if it converges to a solution?",
            form=Choice(
                {
                    "row": "yes, if the first velocity lies in the row space, for example at 0",
                    "always": "yes, whatever the first velocity is",
                    "no": "no, the memory of old gradients leads out of the row space",
                }
            ),
            reference="row",
            mistakes=(
                Mistake(
                    "always",
                    "a velocity outside the row space carries the weights along by alpha/(1 - alpha) times itself",
                ),
                Mistake("no", "old gradients lie in the row space as new ones do"),
            ),
        ),
        Part(
            name="limit",
            asks=r"where it ends from $w_0$ with first velocity $\delta_0$ ($0<\alpha<1$, `delta0`)",
            form=Formula(
                Domain((n, d, X, t, w0, delta0, alpha), WIDE, d > n, intervals={alpha: (0, 1)}),
                "a column vector of d entries",
            ),
            reference=with_velocity,
            latex=r"\hat w = w_0 + X^\top(XX^\top)^{-1}(t-Xw_0) + \frac{\alpha}{1-\alpha}\big(I - X^\top(XX^\top)^{-1}X\big)\,\delta_0",
            mistakes=(
                Mistake(
                    from_start, "the part of the first velocity outside the row space is missing"
                ),
                Mistake(
                    from_start + (Identity(d) - projection) * delta0 / (1 - alpha),
                    "the first velocity is multiplied by alpha before it moves the weights",
                ),
                Mistake(
                    from_start + alpha / (1 - alpha) * delta0,
                    "what the velocity has in the row space is corrected by later gradients",
                ),
            ),
        ),
        Part(
            name="rate",
            asks=r"the rate below which it converges on the full batch, for $0<\alpha<1$ (`h`: the largest eigenvalue of the Hessian)",
            form=Formula(Domain((alpha, h), intervals={alpha: (0, 1)}), "a number", bound="<"),
            reference=2 * (1 + alpha) / h,
            latex=r"\eta < \frac{2(1+\alpha)}{h}",
            mistakes=(
                Mistake(2 / h, "this is the bound without momentum"),
                Mistake(
                    2 * (1 - alpha) / h,
                    "momentum lengthens a run of equal steps by 1/(1 - alpha), but damps alternating ones",
                ),
                Mistake(
                    2 / (h * (1 - alpha)),
                    "the factor for a run of equal steps does not set the stability",
                ),
            ),
        ),
        Part(
            name="order",
            asks="do rates below that bound, and below the one of SGD, suffice for single examples in any order?",
            form=Choice(YES_NO),
            reference="no",
            mistakes=(
                Mistake(
                    "yes",
                    "two orthonormal examples in turn, momentum 1/2 and rate 9/10: an error grows by the factor 5/4 every two steps",
                ),
            ),
        ),
        Part(
            name="property",
            asks="the handout hints at the linearity of the update. What keeps the iterates in the row space?",
            form=Choice(
                {
                    "linear": "that the update is linear in the gradient",
                    "scalar": "that gradients are multiplied by numbers and added, by whatever rule the numbers are chosen",
                }
            ),
            reference="scalar",
            mistakes=(
                Mistake(
                    "linear",
                    "a fixed diagonal matrix before the gradient is linear and in general leaves the row space; normalised gradients are not linear and stay",
                ),
            ),
        ),
    ),
    hints=(
        "The velocity is a sum of old gradients. Where does it lie?",
        r"Carry two statements through the induction: $w_k$ and $\delta_k$ lie in the row space.",
        r"If $\delta_k$ lies in the row space, so does $\alpha\delta_k-\eta\nabla\mathcal L_i(w_k)$. What becomes of a part of $\delta_0$ that lies outside?",
    ),
    beyond=(
        "limit",
        "rate",
        "order",
        "property",
    ),
    result="Momentum keeps to the row space too, if its first velocity lies there.",
    model_answer=r"""
Yes, with $\delta_0=0$ (or any $\delta_0$ in the row space). Gradients lie in the row space; if $\delta_k$
does, so does $\delta_{k+1}=\alpha\delta_k-\eta g_k$, and with it $w_{k+1}=w_k+\delta_{k+1}$. A limit in the
row space that solves $Xw=t$ is the minimum-norm solution, as in H2-1.1.1. Momentum only changes the
numbers with which old gradients are added. A part $u$ of $\delta_0$ with $Xu=0$ would stay: for $|\alpha|<1$ it adds
$(\alpha+\alpha^2+\dots)\,u=\frac{\alpha}{1-\alpha}u$.
""",
)

QUESTIONS = (with_momentum,)
