"""A1-2.3: inner products of Jacobians, and what each order of contraction costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import sympy
from sympy import ImmutableMatrix
from sympy.matrices.expressions import Identity, OneMatrix, Trace

from hwcode import backpropagation as bp
from hwcode.checking import Choice, Domain, Formula, Mistake, Norm, Part, Question, Truth, vector
from hwcode.metering import Meter, fitted_polynomial
from hwcode.questions.backpropagation.problem import CHAPTER, Count, size

__all__ = ["QUESTIONS"]

# --- A1-2.3 -----------------------------------------------------------------------------------

n, O, Y, P = size("n"), size("O"), size("Y"), size("P")
x1, x2 = vector("x1", n, r"x_1"), vector("x2", n, r"x_2")
CONTRACTION = Count(Domain((O, Y, P)), "a number of multiplications")


@cache
def _contraction(order: str) -> sympy.Expr:
    """Multiplications of a contraction as a polynomial in O, Y and P, through counts."""

    def count(O: int, Y: int, P: int) -> int:
        meter = Meter()
        shapes = ((O, Y), (Y, P), (P, Y), (Y, O))
        bp.ORDERS[order](*(meter.array(np.ones(shape)) for shape in shapes))
        return meter.multiplications

    return fitted_polynomial(count, {O: 2, Y: 2, P: 1})


def _contracted(order: str) -> Truth:
    return Truth(
        lambda point: _contraction(order).subs({symbol: point[symbol] for symbol in (O, Y, P)}),
        "the multiplications that instrumented code carried out, a polynomial through counts",
        3,
    )


def _threshold(point: Any) -> Any:
    difference = _contraction("inside-out, left") - _contraction("left to right")
    (positive,) = [root for root in sympy.solve(difference, Y) if root != 0]
    return positive.subs({O: point[O], P: point[P]})


def _first_beats_second(_: Any) -> str:
    """When outside-in costs less than left-to-right: by the sign of the difference, for all sizes.

    A rule "exactly if u < 0" is proved by a difference that is u times something positive.
    """
    difference = _contraction("outside-in") - _contraction("left to right")
    rules = {"parameters": P - Y, "outputs": O - Y, "inner": Y - P, "never": sympy.S.One}
    holding = [key for key, sign in rules.items() if sympy.cancel(difference / sign).is_positive]
    return holding[0] if len(holding) == 1 else "no rule"


def _same_costs(_: Any) -> str:
    same_outer = _contraction("left to right") == _contraction("right to left")
    same_inner = _contraction("inside-out, left") == _contraction("inside-out, right")
    return {(True, True): "both", (True, False): "b", (False, True): "c"}.get(
        (same_outer, same_inner), "neither"
    )


def _which_products(_: Any) -> str:
    """Try all four: a VJP takes v to M^T v, a JVP takes u to M u, of the two examples' Jacobians."""
    generator = np.random.default_rng(0)
    first, second = generator.standard_normal((2, 3, 5))  # df/dtheta, O = 3 and P = 5
    v = generator.standard_normal(3)
    wanted, holding = first @ second.T @ v, []
    for inner in ("vjp", "jvp"):
        for outer in ("vjp", "jvp"):
            try:
                middle = second.T @ v if inner == "vjp" else second @ v
                found = first.T @ middle if outer == "vjp" else first @ middle
            except ValueError:  # shapes that do not fit
                continue
            if found.shape == wanted.shape and np.allclose(found, wanted):
                holding.append(f"{inner}, {outer}")
    return holding[0] if len(holding) == 1 else "unclear"


class _Passes:
    """A function known by its products with vectors only; it counts them."""

    def __init__(self, jacobian: Any) -> None:
        self._jacobian = jacobian
        self.vjps = self.jvps = 0

    def vjp(self, v: Any) -> Any:
        self.vjps += 1
        return v @ self._jacobian

    def jvp(self, u: Any) -> Any:
        self.jvps += 1
        return self._jacobian @ u


def _passes(whole_jacobians: bool) -> Callable[[Any], ImmutableMatrix]:
    """Compute the inner product of Jacobians by products with vectors, and count them."""

    def value(point: Any) -> ImmutableMatrix:
        outputs, parameters = int(point[O]), 4
        # Sizes of drawn points may be huge; the count of a loop over unit vectors is linear.
        counts = {}
        for count in (1, 2, 3):
            jacobians = np.random.default_rng(count).integers(-4, 5, (2, count, parameters))
            first, second = _Passes(jacobians[0]), _Passes(jacobians[1])
            units = np.eye(count, dtype=int)
            if whole_jacobians:
                rows = [[f.vjp(unit) for unit in units] for f in (first, second)]
                kernel = np.array(rows[0]) @ np.array(rows[1]).T
            else:
                kernel = np.array([first.jvp(second.vjp(unit)) for unit in units]).T
            assert np.array_equal(kernel, jacobians[0] @ jacobians[1].T)
            counts[count] = (first.vjps + second.vjps, first.jvps + second.jvps)
        fitted = [sympy.interpolate([(s, c[k]) for s, c in counts.items()], O) for k in (0, 1)]
        return ImmutableMatrix([sympy.sympify(one).subs(O, outputs) for one in fitted])

    return value


def _inner_product_of_layer(point: Any) -> ImmutableMatrix:
    """M2 M3 for y = W x, the Jacobians written out by differentiating by every weight."""
    rows, columns = int(point[Y]), int(point[n])
    weights = sympy.Matrix(rows, columns, sympy.symbols(f"w:{rows * columns}"))
    jacobians = [(weights * point[example]).jacobian(list(weights)) for example in (x1, x2)]
    return ImmutableMatrix(jacobians[0] * jacobians[1].T)


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
            truth=Truth(_which_products, "trying all four on matrices"),
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
            truth=Truth(_passes(True), "counting the products of a loop over unit vectors", 1),
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
            truth=Truth(_passes(False), "counting the products of a loop over unit vectors", 1),
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
            truth=_contracted("outside-in"),
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
            truth=_contracted("left to right"),
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
            truth=_contracted("inside-out, left"),
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
            truth=Truth(_same_costs, "the counts of all five orders"),
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
            truth=Truth(_first_beats_second, "the sign of the difference of the counts, factored"),
            mistakes=(
                Mistake("inner", "(a) minus (b) is $O^2(P-Y)$, positive then"),
                Mistake("outputs", "(a) minus (b) is $O^2(P-Y)$: O does not decide its sign"),
                Mistake("never", "shared weights, as in a convolution, make P smaller than Y"),
            ),
        ),
        Part(
            name="b_or_c",
            asks="(c) costs less than (b) exactly if $Y$ is below",
            form=Formula(Domain((O, P)), "a number"),
            reference=2 * O * P / (O + P),
            truth=Truth(_threshold, "the root of the difference of the counts", 3),
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
                Domain((n, Y, x1, x2), ({n: 2, Y: 2}, {n: 3, Y: 2}, {n: 2, Y: 3})), "a Y x Y matrix"
            ),
            reference=Trace(x1.T * x2) * Identity(Y),
            latex=r"M_2M_3 = (x_1^\top x_2)\,I_Y",
            truth=Truth(_inner_product_of_layer, "differentiating by every weight", 2),
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
