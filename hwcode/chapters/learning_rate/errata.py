"""Errata of the texts that this chapter answers: learning rate."""

from __future__ import annotations

from hwcode.chapters.errata import Erratum, Tried

__all__ = ["ERRATA"]

ERRATA = (
    Erratum(
        sources=("A2", "H2"),
        by="handout",
        place="H2-2.2.2, A2-2.1.2, hint",
        words='"a function is convex if its second order derivative is positive"',
        right=r"""
True, but only sufficient: a convex function needs no more than "not negative". A constant $L_1$, from a
stationary start, is convex, and $L_k=9(1-4\eta)^{2k}$ is strictly convex with second derivative 0 at
its minimum.
""",
        kind="imprecise",
        decided=("H2-2.2.2:convex", "H2-2.3.2:everywhere"),
    ),
    Erratum(
        sources=("A2", "H2"),
        by="handout",
        place="H2-2.2.3, A2-2.1.3",
        words='"find the optimal learning rate"',
        right=r"If $X^\top a=0$ every rate is optimal, and the formula is $0/0$.",
        kind="imprecise",
        decided=("H2-2.2.3:stationary",),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="H2-2.2.4, 2.3.3",
        words='"Using the 2D over-parameterized case from homework 1 (i.e. $X=[1;1]$ …)"',
        right="""
With a semicolon that is a column, two examples with one feature, and $t=[3]$ does not fit. Meant is the
row $[1,1]$.
""",
        kind="misprint",
        decided=("H2-2.2.4",),
    ),
    Erratum(
        sources=("H2",),
        by="handout",
        place="H2-2.1.1",
        words=r'"Draw the computation graph to obtain the final loss $L_2$ in terms of $w_0,L_0,\dots$"',
        right="""
$L_2$ does not depend on the values $L_0$ and $L_1$; no path leads from them to it.
""",
        kind="false",
        decided=("H2-2.1.1:unused",),
    ),
    Erratum(
        sources=("A2", "H2"),
        by="handout",
        place="H2-2, A2-2",
        words="$t$",
        right="It stands for the targets (in bold) and for the number of steps in one section.",
        kind="imprecise",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="A2-2",
        words=r'"$\lambda\lVert\hat w_2^2\rVert$" and "its gradient as $\nabla_{w_t}$"',
        right=r"""
A misprinted norm and a gradient without its function; the formula below them has $\lambda\lVert\hat
w\rVert_2^2$.
""",
        kind="misprint",
    ),
    Erratum(
        sources=("A2",),
        by="handout",
        place="A2-2",
        words='"we will optimize for the learning rate … in a regularized linear regression problem"',
        right="""
Its section 2.1 is about the loss without penalty, and no rate is tuned; {ref}`in the chapter <rate-tuning>` one
is.
""",
        kind="false",
        shown=("rate-tuning",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.1.1",
        words='"in the general case, it also depends on $L_i$"',
        right=r"""
If the number is meant: $\nabla L(w_i)$ is a function of $w_i$, for every loss. The loss is 9 at $(0,0)$
and at $(3,3)$, with opposite gradients.
""",
        kind="imprecise",
        decided=("H2-2.1.1:graph",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.1.2",
        words=r'"we need to store $\nabla_\eta w_1,\dots,\nabla_\eta w_t$ at the same time"',
        right="""
The answer $O(t)$ is right, the reason is not. Back-propagation stores the iterates and never has these
derivatives; forward mode computes them, and needs one at a time, $O(1)$.
""",
        kind="false",
        decided=("H2-2.1.2:kept", "H2-2.1.2:forward_mode"),
        tried=(Tried("H2-2.1.2:kept", "sensitivities", right=False),),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.1.3",
        words='"Memory issue / vanishing gradient"',
        right="""
Both right; the second for positive rates below the largest stable one. Above it the gradient explodes.
""",
        kind="imprecise",
        decided=("H2-2.1.3:stable", "H2-2.1.3:unstable"),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.2.2, 2.3",
        words=r"$L_1=\lVert(I+\eta M)a\rVert^2$, $L_m=\lVert\dots a_0\rVert^2$",
        right=r"""
The factor $\frac1n$ is missing, and comes back in the next line of 2.2.2. (In 2.2.1 the left side is
$n$ times $L_1$, so there it is right. In the second line $Xw_0$ has lost its $X$.)
""",
        kind="misprint",
        decided=("H2-2.2.1:loss", "H2-2.3.1:loss"),
        tried=(Tried("H2-2.2.1:loss", "norm((eye(n) - 2*eta/n*X@X.T)@a)**2", right=False),),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.2.2",
        words=r'"$\frac2n\lVert Ma\rVert^2>0$"',
        right=r"Only if $X^\top a\ne0$. Then $L_1$ is strictly convex; convex it is always.",
        kind="imprecise",
        decided=("H2-2.2.2:strict", "H2-2.2.2:convex"),
        tried=(Tried("H2-2.2.2:strict", "always", right=False),),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.2.3",
        words=r"$M=-\frac2nX^\top$, $a=Xw_0-b$",
        right=r"""
$XX^\top$ and $t$ are meant, as in 2.2.2; with $X^\top$ alone the product is not defined. The division
by $\lVert Ma\rVert^2$ again needs $X^\top a\ne0$.
""",
        kind="misprint",
        decided=("H2-2.2.3:rate",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.2.4",
        words=r'"$\nabla_{w_0}\big(\frac2n\gamma^\top(\gamma w_0-t)\big)$"',
        right="""
What is in brackets is the gradient already. The numbers are right, and so is "projection onto the
optimal plane", which in two dimensions is a line.
""",
        kind="misprint",
        decided=("H2-2.2.4:weights",),
        tried=(Tried("H2-2.2.4:weights", "[3/2, 3/2]", right=True),),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.3.2",
        words=r'"entries of $\Lambda$ are positive since $XX^\top$ is positive definite"',
        right="""
It is positive semidefinite; eigenvalues 0 occur whenever the rows of $X$ are dependent, so always for
$n>d$. The proof of convexity works with "not negative".
""",
        kind="false",
        decided=("H2-2.3.2:convex",),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.3.2",
        words=r'"$\dots>0$"',
        right=r"""
For $m\ge2$ the second derivative vanishes at $\eta=\frac n{2\lambda}$ if a single eigenvalue is
excited, as in the running example, and everywhere if none is.
""",
        kind="false",
        decided=("H2-2.3.2:everywhere",),
        tried=(Tried("H2-2.3.2:everywhere", "yes", right=False),),
    ),
    Erratum(
        sources=("H2",),
        by="student",
        place="2.3.3",
        words="no answer",
        right="2.3.3 has no answer in the text.",
        kind="missing",
        decided=("H2-2.3.3",),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="2.1.1",
        words=r"$\lVert Xw_0-\frac{2\eta}nX^\top a-t\rVert^2$",
        right=r"""
An $X$ is missing before $X^\top a$, and the shapes do not fit; it is back in the result.
**$\frac1na^\top(I-\frac{2\eta}nXX^\top)a^2$** has the square on $a$; it belongs on the matrix, where
the next line has it. (Either may be an error of reading the handwriting.)
""",
        kind="misprint",
        decided=("H2-2.2.1:loss",),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="2.1.3",
        words=r"$\frac{dL_1}{d\eta}=(-\frac2nXX^\top)\frac2na^\top(\dots)a$",
        right=r"""
A matrix times a number, while a derivative of a number by a number is a number. The inner derivative
belongs between $a^\top$ and $a$; two lines on it is.
""",
        kind="misprint",
        decided=("H2-2.2.3:derivative",),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="2.1.3",
        words=r"$\frac{dL_1}{d\eta}=a^\top(XX^\top)a-\frac{2\eta}na^\top XX^\top XX^\top a$",
        right=r"""
On the way to here the minus and the factors $\frac2n$ were divided out of an equation with right side
0; what is left has the right root, and is $-\frac{n^2}4$ times the derivative. That the root is a
minimum, which takes 2.1.2, is not said.
""",
        kind="false",
        decided=("H2-2.2.3:derivative",),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="2.1.3",
        words=r'"$\frac n2\cdot\frac{(X^\top a)^2}{(XX^\top a)^2}$"',
        right=r"""
Vectors have no square; $\lVert X^\top a\rVert^2$ and $\lVert XX^\top a\rVert^2$ are meant. The form
before it is right, where $X^\top a\ne0$.
""",
        kind="misprint",
        decided=("H2-2.2.3:rate",),
        tried=(Tried("H2-2.2.3:rate", "n/2*norm(X.T@a)**2/norm(X@X.T@a)**2", right=True),),
    ),
    Erratum(
        sources=("A2",),
        by="student",
        place="2.1.2",
        words="no answer",
        right="2.1.2, which carries no marks, has no answer in the text.",
        kind="missing",
        decided=("H2-2.2.2",),
    ),
)
