"""A1-2.2.1 and A1-2.2.2: gradient norms, from the gradients and by the outer-product trick."""

from __future__ import annotations

import sympy
from sympy import ImmutableMatrix, Integer
from sympy.matrices.expressions import HadamardProduct, Trace

from hwcode.chapters.backpropagation.questions.problem import CHAPTER, size
from hwcode.checking import (
    Alternative,
    Domain,
    EntrySum,
    Follows,
    Formula,
    Mistake,
    Norm,
    Number,
    Part,
    Question,
    matrix,
    vector,
)

__all__ = ["QUESTIONS"]

# --- A1-2.2.1 ---------------------------------------------------------------------------------

INPUT, OUTPUT_ERROR = ImmutableMatrix([1, 3, 1]), ImmutableMatrix([1, 1, 1])


hidden = ImmutableMatrix([8, 1, 0])
error_hidden = ImmutableMatrix([-4, 6, 4])  # before the ReLU's mask
error_first = ImmutableMatrix([-4, 6, 0])
jacobian1, jacobian2 = INPUT * error_first.T, hidden * OUTPUT_ERROR.T
DENOMINATOR = "right in denominator layout, the layout of the weight matrix; the question has numerator layout"

naive = Question(
    ids=("A1-2.2.1",),
    chapter=CHAPTER,
    title="weight Jacobians and their norms, naive",
    marks={"A1-2.2.1": 1},
    statement=r"""
For $z=W^{(1)}x$, $h=\operatorname{ReLU}(z)$, $y=W^{(2)}h$ with

$$
W^{(1)}=\begin{pmatrix}1&2&1\\-2&1&0\\1&-2&-1\end{pmatrix},\quad
W^{(2)}=\begin{pmatrix}-2&4&1\\1&-2&-3\\-3&4&6\end{pmatrix},
$$

$x=(1,3,1)^\top$ and $\bar y=(1,1,1)^\top$

compute $\partial J/\partial W^{(1)}$ and $\partial J/\partial W^{(2)}$ by backpropagation, and the
squared Frobenius norm of each.
""",
    parts=(
        Part(
            name="W1",
            asks=r"$\partial J/\partial W^{(1)}$, numerator layout",
            form=Formula(what="a matrix, [[row], [row], ...]"),
            reference=jacobian1,
            alternatives=(Alternative(jacobian1.T, DENOMINATOR, "layout"),),
            mistakes=(
                Mistake(
                    INPUT * error_hidden.T,
                    "the ReLU's mask is missing: $z_3=-6$, so the third unit passes no error",
                ),
                Mistake(
                    INPUT * ImmutableMatrix([3, -4, 0]).T,
                    "the error is passed back by $W^{(2)}$, not by its transpose",
                ),
            ),
        ),
        Part(
            name="W2",
            asks=r"$\partial J/\partial W^{(2)}$, numerator layout",
            form=Formula(what="a matrix, [[row], [row], ...]"),
            reference=jacobian2,
            alternatives=(Alternative(jacobian2.T, DENOMINATOR, "layout"),),
            mistakes=(
                Mistake(
                    ImmutableMatrix([8, 1, -6]) * OUTPUT_ERROR.T,
                    "the second layer's input is h = ReLU(z), not z",
                ),
                Mistake(INPUT * OUTPUT_ERROR.T, "the second layer's input is h, not x"),
            ),
        ),
        Part(
            name="norm1",
            follows=Follows(("W1",), lambda jacobian: Norm(jacobian) ** 2),
            asks=r"$\lVert\partial J/\partial W^{(1)}\rVert_F^2$",
            form=Number(what="a number"),
            reference=Integer(572),
            mistakes=(
                Mistake(Integer(748), "the ReLU's mask is missing"),
                Mistake(Integer(275), "the error is passed back without the transpose"),
                Mistake(sympy.sqrt(572), "this is the norm; its square is asked for"),
                Mistake(
                    Integer(100), "this is the square of the sum of all entries; squares come first"
                ),
            ),
        ),
        Part(
            name="norm2",
            follows=Follows(("W2",), lambda jacobian: Norm(jacobian) ** 2),
            asks=r"$\lVert\partial J/\partial W^{(2)}\rVert_F^2$",
            form=Number(what="a number"),
            reference=Integer(195),
            mistakes=(
                Mistake(Integer(303), "the second layer's input is h = ReLU(z), not z"),
                Mistake(Integer(33), "the second layer's input is h, not x"),
                Mistake(sympy.sqrt(195), "this is the norm; its square is asked for"),
            ),
        ),
    ),
    hints=(
        "Do the forward pass in numbers first. Which hidden unit is switched off?",
        r"Backwards: $\bar h=W^{(2)\top}\bar y$, then $\bar z=\bar h\circ\operatorname{ReLU}'(z)$. A weight Jacobian is an outer product of an input and an error.",
        r"$z=(8,1,-6)$, so $h=(8,1,0)$. In numerator layout $\partial J/\partial W^{(1)}=x\bar z^\top$: mind which vector comes first.",
    ),
    result=r"A weight Jacobian is input times error, $x\bar z^\top$. The squared norms are 572 and 195.",
    numbers=(
        "572 = norm1",
        "195 = norm2",
    ),
    model_answer=r"""
Forward: $z=(8,1,-6)$, $h=(8,1,0)$. Backward: $\bar h=W^{(2)\top}\bar y=(-4,6,4)$,
$\bar z=\bar h\circ\operatorname{ReLU}'(z)=(-4,6,0)$. Hence
$\frac{\partial J}{\partial W^{(1)}}=x\bar z^\top=\begin{pmatrix}-4&6&0\\-12&18&0\\-4&6&0\end{pmatrix}$ and
$\frac{\partial J}{\partial W^{(2)}}=h\bar y^\top=\begin{pmatrix}8&8&8\\1&1&1\\0&0&0\end{pmatrix}$.
Squared norms: $16+36+144+324+16+36=572$ and $3\,(64+1)=195$.
""",
    conventions=("layout",),
)


# --- A1-2.2.2 ---------------------------------------------------------------------------------

m, n, T = size("m"), size("n"), size("T")
inp, zbar = vector("x", n, r"x"), vector("zbar", m, r"\bar z")
X, Z = matrix("X", n, T), matrix("Z", m, T, r"\bar Z")
SHAPES = ({n: 2, m: 3}, {n: 3, m: 2}, {n: 1, m: 2})
POSITIONS = ({n: 2, m: 3, T: 2}, {n: 3, m: 2, T: 3}, {n: 2, m: 2, T: 1})


efficient = Question(
    ids=("A1-2.2.2",),
    chapter=CHAPTER,
    title="the same norms by the outer-product trick",
    marks={"A1-2.2.2": 0.5},
    statement=r"""
The weight Jacobians are outer products, $\frac{\partial J}{\partial W^{(1)}}=x\bar z^\top$ and
$\frac{\partial J}{\partial W^{(2)}}=h\bar y^\top$, and so their squared norms are
$\lVert x\rVert^2\lVert\bar z\rVert^2$ and $\lVert h\rVert^2\lVert\bar y\rVert^2$. Compute the norms of
A1-2.2.1 so. We add: prove the trick, and say what becomes of it for a layer with a bias, and for a
layer whose weights are used at $T$ positions of one example.
""",
    parts=(
        Part(
            name="factors",
            asks=r"$\lVert x\rVert^2$, $\lVert\bar z\rVert^2$, $\lVert h\rVert^2$, $\lVert\bar y\rVert^2$",
            form=Formula(what="a vector of four numbers"),
            reference=ImmutableMatrix([11, 52, 65, 3]),
            mistakes=(
                Mistake(
                    ImmutableMatrix([11, 68, 65, 3]), "the ReLU's mask is missing in the error of z"
                ),
                Mistake(ImmutableMatrix([11, 52, 101, 3]), "this takes z for h = ReLU(z)"),
                Mistake(
                    ImmutableMatrix(
                        [sympy.sqrt(11), sympy.sqrt(52), sympy.sqrt(65), sympy.sqrt(3)]
                    ),
                    "these are the norms; their squares are asked for",
                ),
            ),
        ),
        Part(
            name="norms",
            follows=Follows(
                ("factors",), lambda four: ImmutableMatrix([four[0] * four[1], four[2] * four[3]])
            ),
            asks="the two squared norms",
            form=Formula(what="a vector of two numbers"),
            reference=ImmutableMatrix([572, 195]),
            mistakes=(
                Mistake(ImmutableMatrix([63, 68]), "the squared norms are multiplied, not added"),
                Mistake(
                    ImmutableMatrix([748, 195]), "the ReLU's mask is missing in the error of z"
                ),
            ),
        ),
        Part(
            name="trick",
            asks=r"$\lVert\partial J/\partial W\rVert_F^2$ for $z=Wx$, in $x$ and $\bar z$",
            form=Formula(Domain((n, m, inp, zbar), SHAPES, True), "a number"),
            reference=Norm(inp) ** 2 * Norm(zbar) ** 2,
            latex=r"\lVert x\rVert_2^2\,\lVert\bar z\rVert_2^2",
            also_right=(
                "x.T @ x * (zbar.T @ zbar)",
                "norm(x @ zbar.T)**2",
                "trace(zbar @ x.T @ x @ zbar.T)",
            ),
            mistakes=(
                Mistake(Norm(inp) * Norm(zbar), "this is the norm; its square is asked for"),
                Mistake(
                    Norm(inp) ** 2 + Norm(zbar) ** 2, "the squared norms are multiplied, not added"
                ),
            ),
        ),
        Part(
            name="bias",
            asks=r"the squared norm of the gradient by $W$ and $b$ together, for $z=Wx+b$",
            form=Formula(Domain((n, m, inp, zbar), SHAPES, True), "a number"),
            reference=(Norm(inp) ** 2 + 1) * Norm(zbar) ** 2,
            latex=r"\left(\lVert x\rVert_2^2+1\right)\lVert\bar z\rVert_2^2",
            also_right=("norm(x)**2*norm(zbar)**2 + norm(zbar)**2",),
            mistakes=(
                Mistake(
                    Norm(inp) ** 2 * Norm(zbar) ** 2,
                    "the bias has a gradient too, the error itself",
                ),
                Mistake(
                    (Norm(inp) + 1) ** 2 * Norm(zbar) ** 2,
                    "a bias is one more input of 1, so it adds 1 to the squared norm of the input",
                ),
            ),
        ),
        Part(
            name="positions",
            asks=r"the squared norm of $\sum_t \bar z_t x_t^\top$, with the $x_t$ in the columns of $X$ and the $\bar z_t$ in those of $\bar Z$ (`Z`)",
            form=Formula(Domain((n, m, T, X, Z), POSITIONS, True), "a number"),
            reference=EntrySum(HadamardProduct(X.T * X, Z.T * Z)),
            latex=r"\Big\lVert\sum_t \bar z_t x_t^\top\Big\rVert_F^2 = \mathbf 1^\top\big(X^\top X\circ\bar Z^\top\bar Z\big)\mathbf 1",
            also_right=("norm(Z @ X.T)**2", "trace(X.T @ X @ Z.T @ Z)"),
            mistakes=(
                Mistake(
                    Trace(HadamardProduct(X.T * X, Z.T * Z)),
                    "this adds the squared norms of the positions, and leaves out their cross terms",
                ),
                Mistake(
                    Norm(X) ** 2 * Norm(Z) ** 2, "this is only an upper bound (Cauchy and Schwarz)"
                ),
            ),
        ),
    ),
    hints=(
        r"The entries of $uv^\top$ are all the products $u_iv_j$. What is the sum of their squares?",
        "Compute four squared lengths and multiply them in pairs. A bias is the weight of an input that is always 1.",
        r"$\sum_{i,j}u_i^2v_j^2=\big(\sum_iu_i^2\big)\big(\sum_jv_j^2\big)$. For several positions write the gradient as $\bar ZX^\top$ and use the Gram matrices.",
    ),
    beyond=(
        "trick",
        "bias",
        "positions",
    ),
    result=r"$\lVert x\bar z^\top\rVert_F^2=\lVert x\rVert^2\lVert\bar z\rVert^2$: the same norms without forming a matrix.",
    numbers=(
        "572 = norms[0]",
        "195 = norms[1]",
    ),
    model_answer=r"""
$\lVert x\rVert^2=1+9+1=11$, $\lVert\bar z\rVert^2=16+36=52$, $\lVert h\rVert^2=64+1=65$,
$\lVert\bar y\rVert^2=3$; so the squared norms are $11\cdot52=572$ and $65\cdot3=195$, as before.
Proof: the entries of $\bar zx^\top$ are $\bar z_ix_j$, and
$\sum_{i,j}\bar z_i^2x_j^2=\big(\sum_i\bar z_i^2\big)\big(\sum_jx_j^2\big)$. A bias is a further input
that is always 1. With $T$ positions the gradient is a sum of outer products, and the Gram matrices
carry the cross terms.
""",
)

QUESTIONS = (naive, efficient)
