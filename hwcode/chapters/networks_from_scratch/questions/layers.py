"""Activations, and layers in a sequence."""

from __future__ import annotations

from hwcode.chapters.networks_from_scratch import layers as nn
from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.questions import (
    contracts,
    instances,
    layer_answers,
    layer_contracts,
    module_answers,
)
from hwcode.chapters.networks_from_scratch.questions.problem import CHAPTER, CLEAN
from hwcode.checking import Alternative, Mistake, Part, Question
from hwcode.checking.programs import Program
from hwcode.checking.trials import by_name

__all__ = ["QUESTIONS"]


# --- A1-P2.1 ----------------------------------------------------------------------------------


def _activation_form(name: str) -> Program:
    return Program(
        name=name,
        parameters={"Z": "an array", "G": "the gradient in the output, of the same shape"},
        what="the output and the gradient in Z",
        instances=instances.activation_instances,
        differ=by_name(),
        use=layer_contracts.use_activation,
        usage=f"a Python class {name}() with methods forward(Z) and backward(G), which returns an array, or as in the starter a tuple of one",
        beside=contracts.given(),
        clean=True,
    )


KINK = "right with another derivative at 0: any number from 0 to 1 is a subgradient there"
activations = Question(
    ids=("A1-P2.1",),
    chapter=CHAPTER,
    title="activation functions",
    marks={"A1-P2.1": 0.5},
    statement=r"""
Implement the activation functions. *In the starter's contract:* modules `Tanh` and `ReLU` without arguments;
`backward` returns a tuple of one. *Ours, accepted as well, and `Sigmoid` besides:* classes with
`forward(Z)`, which applies the function to every entry, and `backward(G)`, which turns the gradient in
the output into that in `Z`. For the array of the last `forward` and for all $|z|\le1000$. At 0 the derivative of
ReLU is taken to be 0. """
    + CLEAN,
    parts=(
        Part(
            name="relu",
            asks="the class `ReLU`",
            form=_activation_form("ReLU"),
            reference=modules.ReLU,
            also_right=(nn.ReLU,),
            alternatives=(
                Alternative(layer_answers.ReLUOne, KINK, "kink"),
                Alternative(layer_answers.ReLUHalf, KINK, "kink"),
            ),
            mistakes=(
                Mistake(
                    layer_answers.ReLUInPlace,
                    "the output is right, but the caller's array is changed, and whoever reads it later reads something else",
                ),
                Mistake(
                    module_answers.ReLUInTheClass,
                    "what is kept in the class belongs to all layers: the one that ran last overwrites it for the others",
                ),
                Mistake(layer_answers.ReLUForgets, "where the unit is off nothing comes back"),
                Mistake(
                    layer_answers.ReLUOfGradient,
                    "the sign of the input decides, not that of the gradient",
                ),
            ),
        ),
        Part(
            name="sigmoid",
            asks="ours: the class `Sigmoid`",
            form=_activation_form("Sigmoid"),
            reference=nn.Sigmoid,
            mistakes=(
                Mistake(
                    layer_answers.SigmoidOfInput,
                    "$\\sigma'=\\sigma(1-\\sigma)$ takes the output, not the input",
                ),
                Mistake(
                    layer_answers.SigmoidTwice,
                    "the sigmoid is applied twice: the output is one already",
                ),
                Mistake(
                    layer_answers.SigmoidOverflows,
                    "exp(1000) overflows: 1 over it is right, but with a warning",
                ),
                Mistake(
                    layer_answers.SigmoidOutput, "the gradient that comes from above is missing"
                ),
            ),
        ),
        Part(
            name="tanh",
            asks="the class `Tanh`",
            form=_activation_form("Tanh"),
            reference=modules.Tanh,
            also_right=(nn.Tanh,),
            mistakes=(
                Mistake(
                    layer_answers.TanhOfSigmoid,
                    "this is the sigmoid's derivative; $\\tanh'=1-\\tanh^2$",
                ),
                Mistake(
                    layer_answers.TanhByExponentials,
                    "exp(1000) overflows, and infinity over infinity is not a number",
                ),
                Mistake(layer_answers.TanhNoSquare, "the square is missing: $\\tanh'=1-\\tanh^2$"),
            ),
        ),
    ),
    hints=(
        "What does each backward pass need to remember from the forward pass?",
        "Write each derivative in terms of the output where you can. Which form of the sigmoid does not overflow at $z=-1000$?",
        "Tanh: $1-h^2$. Sigmoid: $h(1-h)$. ReLU: 1 where $z>0$, else 0.",
    ),
    beyond=("sigmoid",),
    result="Each activation keeps what its derivative needs: a mask for ReLU, its output for the other two.",
    model_answer=r"""
Each `forward` keeps what its derivative needs. ReLU: $H=\max(Z,0)$, keep $Z>0$, $dZ=G\circ[Z>0]$. Sigmoid: keep $H$,
$dZ=G\circ H\circ(1-H)$; compute $H=e^{-\log(1+e^{-Z})}$ by `logaddexp`, or in two branches, so that nothing overflows.
Tanh: keep $H$, $dZ=G\circ(1-H\circ H)$.
""",
    conventions=("kink",),
)

# --- A1-P2.2 ----------------------------------------------------------------------------------


sequence = Question(
    ids=("A1-P2.2",),
    chapter=CHAPTER,
    title="the Sequential module",
    marks={"A1-P2.2": 1},
    statement=r"""
Implement a module that chains layers. *In the starter's contract:* a class `Sequential(*layers)` of modules, whose
`backward` returns a tuple of one, as those of its layers do, and whose `get_parameters` has the arrays of all layers, under
names that differ. *Ours, accepted as well:* a class `Sequential(layers)`, where each layer has `forward` and `backward`. Its own `forward(X)` sends a batch through all of them in order and returns the
output; its `backward(G)` sends the gradient back and returns the gradient in `X`. Each of the two calls the
method of that name once for each layer, in every step of a training. A sequence of no layers is the identity.
""",
    parts=(
        Part(
            asks="the class `Sequential`",
            form=Program(
                name="Sequential",
                parameters={
                    "matrices": "of the layers, which multiply by them",
                    "X": "a batch",
                    "G": "the gradient in the output",
                },
                what="the output and the gradient in the input",
                instances=instances.sequence_instances,
                differ=layer_contracts.sequence_differs,
                use=layer_contracts.use_sequence,
                usage="a Python class Sequential(*layers) of the starter's kind; or Sequential(layers) with methods forward(X) and backward(G)",
                beside=contracts.given(),
                live=contracts.LIVE,
                tolerates=("shares",),  # of no layers it is the identity
                clean=True,
            ),
            reference=modules.Sequential,
            also_right=(nn.Sequential,),
            mistakes=(
                Mistake(
                    module_answers.SequentialUnprefixed,
                    "layers of one kind have parameters of one name: merged as they are, the last layer's replaces all others",
                ),
                Mistake(
                    layer_answers.SequentialForwards, "the last layer's gradient is known first"
                ),
                Mistake(
                    layer_answers.SequentialSame, "each layer needs the gradient in its own output"
                ),
                Mistake(
                    layer_answers.SequentialNothing,
                    "a sequence is a layer itself: what is before it needs the gradient",
                ),
                Mistake(
                    layer_answers.SequentialReverses,
                    "`reverse` changes the list itself: the second forward pass runs backwards",
                ),
                Mistake(
                    layer_answers.SequentialForwardAgain,
                    "the layers have kept what they need: this doubles the work",
                ),
            ),
        ),
    ),
    hints=(
        "The chain rule multiplies Jacobians in which order?",
        "Two loops: one through the layers, one through the reversed layers. Call each method once.",
        "`for layer in self.layers: X = layer.forward(X)`. What is returned when there are no layers?",
    ),
    result="Forward through the layers in order, backward in reverse.",
    model_answer=r"""
`forward`: `for layer in layers: X = layer.forward(X)`, return `X`. `backward`: the same with `reversed(layers)` and
`G = layer.backward(G)`, return `G`. For $f=f_k\circ\dots\circ f_1$ the chain rule is
$J_f^\top G=J_{f_1}^\top\cdots J_{f_k}^\top G$, multiplied from the right, so only vectors are ever formed and the
cost is that of the forward pass up to a constant.
""",
)

QUESTIONS = (activations, sequence)
