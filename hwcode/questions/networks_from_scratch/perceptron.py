"""The multi-layer perceptron, and its training."""

from __future__ import annotations

import sympy

from hwcode import networks_from_scratch as nn
from hwcode.checking import Choice, Domain, Formula, Method, Mistake, Number, Part, Question, Truth
from hwcode.checking.programs import Program
from hwcode.questions.networks_from_scratch import layer_answers, layer_truths, trials
from hwcode.questions.networks_from_scratch.problem import CHAPTER, CLEAN, d, h, q

__all__ = ["QUESTIONS"]


# --- A1-P2.3 ----------------------------------------------------------------------------------


perceptron = Question(
    ids=("A1-P2.3",),
    chapter=CHAPTER,
    title="a perceptron for two classes",
    marks={"A1-P2.3": 1},
    statement=r"""
Implement a multi-layer perceptron for binary classification. *Our contract:* a function
`mlp(weights, X, t)`, where `weights` is a list of pairs $(W,b)$, one for each linear layer ($W$ of shape
inputs × outputs), with tanh after each layer but the last, which has one output, the logit. It returns
the mean cross-entropy and a list of pairs `(dW, db)` in the same order. *We add:* how many parameters has a
network with $d$ inputs and one hidden layer of $h$ units? """
    + CLEAN,
    parts=(
        Part(
            name="program",
            asks="`mlp(weights, X, t)`",
            form=Program(
                name="mlp",
                parameters={"weights": "pairs (W, b)", "X": "n x d", "t": "n targets"},
                what="the loss and the pairs (dW, db)",
                instances=layer_truths.mlp_instances,
                differ=trials.differs(),
                use=layer_truths.use_mlp,
            ),
            reference=layer_answers.mlp,
            truth=Truth(
                trials.many_digits(layer_truths.mlp_by_quotients),
                "difference quotients with 1,100 digits, weight by weight",
            ),
            mistakes=(
                Mistake(
                    layer_answers.mlp_linear,
                    "without an activation the layers collapse to one linear map",
                ),
                Mistake(
                    layer_answers.mlp_without_slope,
                    "on its way back the gradient has to be multiplied by the slope of each activation",
                ),
                Mistake(
                    layer_answers.mlp_tanh_output,
                    "the logit has to be able to take any value; tanh confines it to (-1, 1)",
                ),
                Mistake(
                    layer_answers.mlp_summed,
                    "the loss is a mean, so its gradient is one too",
                    "mean",
                ),
            ),
        ),
        Part(
            name="parameters",
            asks="the number of parameters, in $d$ and $h$",
            form=Formula(
                Domain((d, h), ({d: 2, h: 3}, {d: 1, h: 1}, {d: 5, h: 2}, {d: 3, h: 4})), "a number"
            ),
            reference=h * (d + 2) + 1,
            truth=Truth(layer_truths.count_entries, "counting the entries of the network's arrays"),
            also_right=("(d + 1)*h + h + 1",),
            mistakes=(
                Mistake(
                    h * (d + 1),
                    "these are all weights and no bias, or the hidden layer and no output layer",
                ),
                Mistake(h * (d + 2), "the bias of the output is missing"),
            ),
        ),
    ),
    model_answer=r"""
`Sequential([Linear(W1, b1), Tanh(), Linear(W2, b2), ...])` without an activation at the end; its only output is the
logit $z$. Loss: `bce_with_logits(z, t)`. Backward: `network.backward((sigmoid(z) - t)[:, None] / n)`; then every
linear layer has its `dW` and `db`. Each hidden unit has $d$ weights, a bias and one weight in the output layer, which has a
bias itself: $h(d+2)+1$ parameters.
""",
    conventions=("mean", "batch"),
)

# --- A1-P2.4 ----------------------------------------------------------------------------------


FATES = {
    "bias": "only the output bias moves",
    "alike": "the hidden units move, and all in the same way",
    "nothing": "nothing moves at all",
    "learns": "the hidden units become different and the network learns",
}
train_perceptron = Question(
    ids=("A1-P2.4",),
    chapter=CHAPTER,
    title="train the perceptron and show the result",
    marks={"A1-P2.4": 0},
    statement=r"""
Train your perceptron and show the result. *Again the data are ours and the questions are such that an
answer can be checked:* two half moons of 100 points each (`moons()`), a network with 8 tanh units,
full-batch gradient descent at rate 1 for 3,000 steps; the four points of XOR; and a start at which all
weights and biases are zero, on data whose classes are not equally frequent and at a rate below 8. The page shows the curves
and the boundaries.
""",
    parts=(
        Part(
            name="moons",
            asks="does it classify all 200 points of the moons, and does a line fail to?",
            form=Choice({"yes": "both", "no": "not both"}),
            reference="yes",
            truth=Truth(
                layer_truths.beats_the_line,
                "a training run, and all lines through two points",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("no", "the best line has 179 points right, the trained network has 200"),
            ),
        ),
        Part(
            name="units",
            asks="how many hidden ReLU units (one hidden layer, the sign of the output decides) are needed for XOR?",
            form=Number(what="a number of units"),
            reference=sympy.Integer(2),
            truth=Truth(
                layer_truths.units_for_xor, "the lines' best on XOR, and a network of two units"
            ),
            mistakes=(
                Mistake(
                    sympy.Integer(1),
                    "the output is a monotone function of one weighted sum, so its boundary is one line (one $|\\cdot|$ unit would do)",
                ),
                Mistake(sympy.Integer(3), "relu$(x_1+x_2)-2\\,$relu$(x_1+x_2-1)-\\frac12$ has two"),
                Mistake(sympy.Integer(4), "it is not necessary to give each point a unit"),
            ),
        ),
        Part(
            name="zeros",
            asks="all weights start at zero: what happens with ReLU or tanh units?",
            form=Choice(FATES),
            reference="bias",
            truth=Truth(
                lambda _: (
                    fate
                    if (fate := layer_truths.fate_of_zeros(nn.Tanh))
                    == layer_truths.fate_of_zeros(nn.ReLU)
                    else "learns"
                ),
                "five steps from zero with either activation",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake(
                    "alike",
                    "hidden outputs and outgoing weights are both 0, so neither gets a gradient",
                ),
                Mistake("nothing", "the output bias does: the classes are not equally frequent"),
                Mistake("learns", "nothing tells the hidden units apart"),
            ),
        ),
        Part(
            name="sigmoid_zeros",
            asks="and with sigmoid units?",
            form=Choice(FATES),
            reference="alike",
            truth=Truth(
                lambda _: layer_truths.fate_of_zeros(nn.Sigmoid),
                "five steps from zero",
                method=Method.COMPUTED,
            ),
            mistakes=(
                Mistake("bias", "a sigmoid of 0 is 1/2, so the outgoing weights do get a gradient"),
                Mistake("learns", "equal units get equal gradients and stay equal for ever"),
                Mistake("nothing", "the hidden outputs are 1/2, so the last layer moves at once"),
            ),
        ),
        Part(
            name="zeros_loss",
            asks="to which loss does training tend from zero with ReLU or tanh units, if a fraction $q$ of the targets is 1?",
            form=Formula(Domain((q,), intervals={q: (0, 1)}), "a number"),
            reference=-q * sympy.log(q) - (1 - q) * sympy.log(1 - q),
            latex=r"-q\log q-(1-q)\log(1-q)",
            truth=Truth(layer_truths.loss_of_a_constant, "the least loss of a constant logit"),
            mistakes=(
                Mistake(
                    sympy.log(2), "this is where it starts; it stays there only for $q=\\frac12$"
                ),
                Mistake(sympy.Integer(0), "a constant cannot fit two classes"),
                Mistake(-q * sympy.log(q), "the targets that are 0 cost something too"),
            ),
        ),
    ),
    model_answer=r"""
The trained network has all 200 points right, the best line 179. XOR takes two ReLU units:
$\mathrm{relu}(x_1+x_2)-2\,\mathrm{relu}(x_1+x_2-1)-\frac12$ is positive on $(0,1),(1,0)$ only; one unit makes a
half-plane. From zero with ReLU or tanh the hidden outputs are 0, so the last layer's weights get no gradient; they are
0, so nothing comes back to the first layer: only the output bias moves, and the loss tends to the entropy of $q$. Sigmoid
units put out $\frac12$ and move, but equal units get equal gradients for ever.
""",
    conventions=("kink",),
)

QUESTIONS = (perceptron, train_perceptron)
