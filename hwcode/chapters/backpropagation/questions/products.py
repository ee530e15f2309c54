"""A1-2.3: inner products of Jacobians, and what each order of contraction costs."""

from __future__ import annotations

from sympy import ImmutableMatrix
from sympy.matrices.expressions import Identity, OneMatrix, Trace

from hwcode.chapters.backpropagation.questions.problem import CHAPTER, Count, size
from hwcode.checking import Choice, Domain, Formula, Mistake, Norm, Part, Question, vector

__all__ = ["QUESTIONS"]

# --- A1-2.3 -----------------------------------------------------------------------------------

n, O, Y, P = size("n"), size("O"), size("Y"), size("P")
x1, x2 = vector("x1", n, r"x_1"), vector("x2", n, r"x_2")
CONTRACTION = Count(Domain((O, Y, P)), "a number of multiplications")


outside = 2 * O * Y * P + O**2 * P
sideways = 2 * O * Y * P + O**2 * Y
inside = Y**2 * P + O * Y**2 + O**2 * Y

products = Question(
    ids=("A1-2.3",),
    chapter=CHAPTER,
    title="inner product of Jacobians by JVP and VJP",
    marks={"A1-2.3": 0},
    statement=r"""
For two examples with outputs $f_1,f_2\in\mathbb R^O$ and outputs $y_1,y_2\in\mathbb R^Y$ of a layer with
$P$ parameters $\theta$, consider

$$
\Theta_\theta(f_1,f_2)=\frac{\partial f_1}{\partial\theta}\Big(\frac{\partial f_2}{\partial\theta}\Big)^\top
=\underbrace{\frac{\partial f_1}{\partial y_1}}_{M_1}\underbrace{\frac{\partial y_1}{\partial\theta}}_{M_2}
\underbrace{\Big(\frac{\partial y_2}{\partial\theta}\Big)^\top}_{M_3}
\underbrace{\Big(\frac{\partial f_2}{\partial y_2}\Big)^\top}_{M_4}.
$$

How is it computed by Jacobian-vector and vector-Jacobian products? What does each order of contraction
cost: (a) outside-in, (b) left to right or right to left, (c) inside-out? *We count multiplications of
dense matrices, and ask besides which order wins when.*
""",
    parts=(
        Part(
            name="products",
            asks=r"$\Theta v$ for a vector $v\in\mathbb R^O$, from right to left, is",
            form=Choice(
                {
                    "vjp, jvp": "a VJP through the second example, then a JVP through the first",
                    "jvp, vjp": "a JVP through the second example, then a VJP through the first",
                    "vjp, vjp": "a VJP through the second example, then one through the first",
                    "jvp, jvp": "a JVP through the second example, then one through the first",
                }
            ),
            reference="vjp, jvp",
            mistakes=(
                Mistake(
                    "jvp, vjp",
                    "v has one entry for each output, and a JVP takes one for each parameter; this order gives $J^\\top J$, the other product",
                ),
                Mistake("vjp, vjp", "the VJP returns P entries, and another takes O"),
                Mistake("jvp, jvp", "v has O entries, and a JVP takes P"),
            ),
        ),
        Part(
            name="passes_a",
            asks="VJPs and JVPs for (a), which forms both Jacobians $\\partial f/\\partial\\theta$, as [VJPs, JVPs]",
            form=Formula(Domain((O,)), "a vector of two numbers"),
            reference=ImmutableMatrix([2 * O, 0]),
            mistakes=(
                Mistake(ImmutableMatrix([O, O]), "that is (b); here no JVP is needed"),
                Mistake(
                    ImmutableMatrix([2, 0]), "one VJP gives one row of a Jacobian, which has O"
                ),
            ),
        ),
        Part(
            name="passes_b",
            asks="and for (b), from right to left",
            form=Formula(Domain((O,)), "a vector of two numbers"),
            reference=ImmutableMatrix([O, O]),
            mistakes=(
                Mistake(
                    ImmutableMatrix([2 * O, 0]),
                    "that is (a): the second half of each column is a JVP",
                ),
                Mistake(ImmutableMatrix([1, 1]), "one pair gives one column, and there are O"),
            ),
        ),
        Part(
            name="cost_a",
            asks="multiplications of (a) $(M_1M_2)(M_3M_4)$",
            form=CONTRACTION,
            reference=outside,
            mistakes=(
                Mistake(O * Y * P + O**2 * P, "both $M_1M_2$ and $M_3M_4$ have to be formed"),
                Mistake(
                    2 * O * Y * P + O**2 * Y,
                    "the last product runs over the P parameters: this is (b)",
                ),
                Mistake(2 * O * Y * P, "the product of the two Jacobians is missing"),
            ),
        ),
        Part(
            name="cost_b",
            asks="multiplications of (b) $((M_1M_2)M_3)M_4$",
            form=CONTRACTION,
            reference=sideways,
            mistakes=(
                Mistake(
                    2 * O * Y * P + O**2 * P,
                    "the last product runs over Y, not over P: this is (a)",
                ),
                Mistake(2 * O * Y * P, "the last product, with $M_4$, is missing"),
                Mistake(O * Y * P + O**2 * Y, "the product with $M_3$ costs O Y P again"),
            ),
        ),
        Part(
            name="cost_c",
            asks="multiplications of (c) $(M_1(M_2M_3))M_4$",
            form=CONTRACTION,
            reference=inside,
            mistakes=(
                Mistake(Y**2 * P + 2 * O * Y**2, "the last product is O x Y times Y x O"),
                Mistake(Y * P**2 + O * Y * P + O**2 * Y, "$M_2M_3$ is Y x Y; it runs over P"),
                Mistake(
                    O * Y**2 + O**2 * Y, "forming $M_2M_3$ costs Y^2 P unless its structure is used"
                ),
            ),
        ),
        Part(
            name="directions",
            asks="do the two directions cost the same?",
            form=Choice(
                {
                    "both": "yes, in (b) and in (c)",
                    "b": "in (b) only",
                    "c": "in (c) only",
                    "neither": "no, in neither",
                }
            ),
            reference="both",
            mistakes=(
                Mistake("b", "in (c) both directions multiply O x Y by Y x Y and by Y x O once"),
                Mistake("c", "in (b) the shapes are the same read backwards"),
                Mistake("neither", "the product is its own mirror image, in shapes"),
            ),
        ),
        Part(
            name="a_or_b",
            asks="(a) costs less than (b) exactly if",
            form=Choice(
                {
                    "parameters": "P < Y: the layer has fewer parameters than outputs",
                    "inner": "Y < P: the layer has fewer outputs than parameters",
                    "outputs": "O < Y: the network has fewer outputs than the layer",
                    "never": "never",
                }
            ),
            reference="parameters",
            mistakes=(
                Mistake("inner", "(a) minus (b) is $O^2(P-Y)$, positive then"),
                Mistake("outputs", "(a) minus (b) is $O^2(P-Y)$: O does not decide its sign"),
                Mistake("never", "shared weights, as in a convolution, make P smaller than Y"),
            ),
        ),
        Part(
            name="b_or_c",
            asks="(c) costs less than (b) exactly if $Y$ is below",
            form=Formula(Domain((O, P)), "a number", bound="<"),
            reference=2 * O * P / (O + P),
            mistakes=(
                Mistake(O, "this is so only for P = O"),
                Mistake((O + P) / 2, "the mean of O and P that decides is the harmonic one"),
                Mistake(O * P / (O + P), "twice that: Y (O + P) < 2 O P"),
            ),
        ),
        Part(
            name="structure",
            asks="$M_2M_3$ for a layer $y=Wx$ with inputs $x_1,x_2\\in\\mathbb R^n$",
            form=Formula(
                Domain((n, Y, x1, x2), ({n: 2, Y: 2}, {n: 3, Y: 2}, {n: 2, Y: 3}), True),
                "a Y x Y matrix",
            ),
            reference=Trace(x1.T * x2) * Identity(Y),
            latex=r"M_2M_3 = (x_1^\top x_2)\,I_Y",
            also_right=("dot(x1, x2) * eye(Y)",),
            mistakes=(
                Mistake(
                    Trace(x1.T * x2) * OneMatrix(Y, Y),
                    "different outputs share no weight: off the diagonal it is 0",
                ),
                Mistake(
                    Norm(x1) * Norm(x2) * Identity(Y),
                    "it is their inner product, which depends on the angle",
                ),
            ),
        ),
    ),
    hints=(
        "Which products can be formed without ever writing down a Jacobian?",
        r"A VJP costs about one backward pass, a JVP about one forward pass. Multiplying an $a\times b$ by a $b\times c$ matrix costs $abc$.",
        r"The four matrices have the shapes $O\times Y$, $Y\times P$, $P\times Y$ and $Y\times O$. Count each bracketing in $O$, $Y$ and $P$.",
    ),
    beyond=(
        "a_or_b",
        "b_or_c",
        "structure",
        "directions",
        "products",
    ),
    result="Which order of products is cheapest depends on the sizes; with few layer outputs, the inner product first.",
    model_answer=r"""
A VJP gives $v^\top\frac{\partial f}{\partial\theta}$, a JVP gives $\frac{\partial f}{\partial\theta}u$. (a) $O$
VJPs for each example give both Jacobians, then one product; (b) for each unit vector a VJP through the
second example and a JVP through the first; (c) the same for the layer alone, $Y$ pairs. Costs: (a) $2OYP+O^2P$; (b) $2OYP+O^2Y$, either direction;
(c) $Y^2P+OY^2+O^2Y$, either direction. (a) beats (b) iff $P<Y$ (shared weights, or outputs without a parameter); (c) beats (b) iff
$Y<2OP/(O+P)$ (few layer outputs). For $y=Wx$, $M_2M_3=(x_1^\top x_2)I_Y$ and (c) needs only $n+O^2Y+O^2$.
With $O=1$, $f=J$ and $x_1=x_2$ this is the trick for gradient norms.
""",
    conventions=("multiplications",),
)

QUESTIONS = (products,)
