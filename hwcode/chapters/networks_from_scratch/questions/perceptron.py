"""The multi-layer perceptron, and its training."""

from __future__ import annotations

import sympy

from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.questions import (
    contracts,
    instances,
    layer_answers,
    layer_contracts,
    module_answers,
)
from hwcode.chapters.networks_from_scratch.questions.problem import CHAPTER, CLEAN, d, h, q
from hwcode.checking import Choice, Domain, Formula, Mistake, Number, Part, Question
from hwcode.checking.programs import Program
from hwcode.checking.trials import by_name

__all__ = ["QUESTIONS"]


# --- A1-P2.3 ----------------------------------------------------------------------------------


perceptron = Question(
    ids=("A1-P2.3",),
    chapter=CHAPTER,
    title="a perceptron for two classes",
    marks={"A1-P2.3": 1},
    statement=r"""
Implement a multi-layer perceptron for binary classification. *In the starter's contract:* a class
`BinaryClassificationMLP(input_size, hidden_sizes, activation=ReLU)`, net and loss in one module, used as
`BinaryLogisticRegression` is; `hidden_sizes` are the units of the hidden layers, and the last layer has one output, the logit.
*Ours, besides:* a function
`mlp(weights, X, t)`, where `weights` is a list of pairs $(W,b)$, one for each linear layer ($W$ of shape
inputs × outputs), with tanh after each layer but the last, which has one output, the logit. It returns
the mean cross-entropy and a list of pairs `(dW, db)` in the same order. *We add:* how many parameters has a
network with $d$ inputs and one hidden layer of $h$ units? """
    + CLEAN,
    parts=(
        Part(
            name="module",
            asks="the class `BinaryClassificationMLP`, in the starter's contract",
            form=Program(
                name="BinaryClassificationMLP",
                parameters={
                    "activation": "ReLU, the default, or Tanh",
                    "layers": "pairs of weights and bias, to which it is set",
                    "features": "n x d",
                    "targets": "n",
                },
                what="the loss, all gradients and the classes",
                instances=instances.perceptron_instances,
                differ=by_name(),
                use=layer_contracts.use_perceptron,
                usage="a Python class BinaryClassificationMLP(input_size, hidden_sizes, activation=ReLU) of the starter's kind, with predict(features)",
                beside=contracts.given(
                    modules.BinaryCrossEntropy,
                    modules.Linear,
                    modules.BinaryLogisticRegression,
                    modules.Tanh,
                    modules.ReLU,
                    modules.Sequential,
                ),
                live=contracts.LIVE,
                clean=True,
            ),
            reference=modules.BinaryClassificationMLP,
            mistakes=(
                Mistake(
                    module_answers.PerceptronActivatedLast,
                    "the last layer puts out the logit, which has to take any value: ReLU leaves it no negative one, tanh none beyond 1",
                ),
                Mistake(
                    module_answers.PerceptronLinear,
                    "without an activation the layers collapse to one linear map",
                ),
                Mistake(
                    module_answers.PerceptronOneActivation,
                    "every layer keeps its own input: one object for all of them has only the last",
                ),
                Mistake(
                    module_answers.PerceptronTupleForgotten,
                    "`backward` of the loss returns a tuple, and NumPy makes an array of shape (1, n, 1) of it: unpack it",
                ),
                Mistake(
                    module_answers.PerceptronSigmoidTwice,
                    "the loss takes logits and applies the sigmoid itself: here it is applied twice",
                ),
                Mistake(
                    module_answers.PerceptronPredictsByHalf,
                    "1/2 is the threshold of the probability; that of the logit is 0",
                ),
                Mistake(
                    module_answers.PerceptronAlwaysReLU,
                    "the activation that is passed has to be used; ReLU is only the default",
                ),
                Mistake(
                    module_answers.PerceptronMeanTwice,
                    "the loss has taken the mean; the gradient that comes from it has 1/n already",
                    "mean",
                ),
            ),
        ),
        Part(
            name="program",
            asks="ours: `mlp(weights, X, t)`",
            form=Program(
                name="mlp",
                parameters={"weights": "pairs (W, b)", "X": "n x d", "t": "n targets"},
                what="the loss and the pairs (dW, db)",
                instances=instances.mlp_instances,
                differ=by_name(),
                use=layer_contracts.use_mlp,
                clean=True,
            ),
            reference=layer_answers.mlp,
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
            asks="ours: the number of parameters, in $d$ and $h$",
            form=Formula(
                Domain((d, h), ({d: 2, h: 3}, {d: 1, h: 1}, {d: 5, h: 2}, {d: 3, h: 4}), True),
                "a number",
            ),
            reference=h * (d + 2) + 1,
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
    hints=(
        "Which layers have an activation behind them, and which one does not?",
        "Put the pieces of A1-P1.1, A1-P1.2 and A1-P2.1 together. The gradient of the mean loss in the logit starts the backward pass.",
        r"Start the backward pass with $(\sigma(z)-t)/n$ as a column. To count parameters, count for one hidden unit: weights in, bias, weight out.",
    ),
    beyond=("program", "parameters"),
    result="Layers, tanh between them, the loss on the logit; $h(d+2)+1$ parameters with one hidden layer.",
    model_answer=r"""
`Sequential(Linear(d, h), ReLU(), Linear(h, 1))`, and so on, without an activation at the end; its only output is the
logit $z$. Forward: `loss(net(features), targets=targets)`. Backward: `(grad,) = loss.backward(grad_output)`, then
`net.backward(grad)`; every linear layer has its gradients then. `predict`: 1 where the logit is positive. Each hidden unit has $d$ weights, a bias and one weight in the output layer, which has a
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
Train your perceptron and show the result. The starter trains two hidden layers of 10 on its moons and its circles, at a
rate of 0.001 for 1,000 steps, and asks what happens with more layers, with more units, and with tanh in place of ReLU. *Our
record answers it:* 20 starts of each net, at the starter's rate and at 0.5, where 1,000 steps are enough. *We ask
besides*, on two half moons of 100 points each (`moons()`), what a network with 8 tanh units does, by full-batch gradient descent at
rate 1 for 3,000 steps; on the four points of XOR, how many units it takes; and what becomes of a start at which all weights and
biases are zero, on data whose classes are not equally frequent and at a rate below 8.
""",
    parts=(
        Part(
            name="rate",
            asks="at the starter's rate of 0.001: how many of the 20 starts of its net have 90 % of the training points right after 1,000 steps?",
            form=Choice({"all": "all", "some": "some", "none": "none"}),
            reference="none",
            mistakes=(
                Mistake("all", "at this rate 1,000 steps hardly move the weights"),
                Mistake("some", "the best start has 88 % of the moons and 76 % of the circles"),
            ),
        ),
        Part(
            name="depth",
            asks="at rate 0.5, layers of 10 ReLU units: what does it change to have 1, 2, 4, 8 of them?",
            form=Choice(
                {
                    "helps": "the median loss falls from 1 to 4, and 8 layers learn from every start",
                    "mixed": "the median loss falls from 1 to 4, but with 8 layers some starts never learn",
                    "hurts": "more layers do not help on both data sets",
                }
            ),
            reference="mixed",
            mistakes=(
                Mistake(
                    "helps",
                    "with 8 layers some starts end at a constant output, with the loss log 2",
                ),
                Mistake(
                    "hurts", "the median loss falls by more than a factor of ten from 1 layer to 4"
                ),
            ),
        ),
        Part(
            name="width",
            asks="at rate 0.5, two layers of ReLU units: what does it change to have 3, 10, 50 units in each?",
            form=Choice(
                {
                    "nothing": "nothing but the time: every start learns",
                    "narrow": "with 3 units some starts never learn; with 10 and 50 all do, at a lower loss",
                    "hurts": "the wide nets learn worse",
                }
            ),
            reference="narrow",
            mistakes=(
                Mistake("nothing", "with 3 units some starts end at a constant output"),
                Mistake("hurts", "the nets with 50 units have all points right from every start"),
            ),
        ),
        Part(
            name="tanh",
            asks="at rate 0.5: what does tanh in place of ReLU change?",
            form=Choice(
                {
                    "same": "nothing that could be seen, at any depth",
                    "safe": "nothing for two layers of 10; with 8 layers no start fails, as some do with ReLU",
                    "learns": "with two layers of 10 it learns more points, or fewer",
                }
            ),
            reference="safe",
            mistakes=(
                Mistake("same", "with 8 layers of ReLU some starts fail, with tanh none"),
                Mistake("learns", "both have all training points right from all 20 starts"),
            ),
        ),
        Part(
            name="moons",
            asks="does it classify all 200 points of the moons, and does a line fail to?",
            form=Choice({"yes": "both", "no": "not both"}),
            reference="yes",
            mistakes=(
                Mistake("no", "the best line has 179 points right, the trained network has 200"),
            ),
        ),
        Part(
            name="units",
            asks="how many hidden ReLU units (one hidden layer, the sign of the output decides) are needed for XOR?",
            form=Number(what="a number of units", whole=True),
            reference=sympy.Integer(2),
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
            mistakes=(
                Mistake(
                    sympy.log(2), "this is where it starts; it stays there only for $q=\\frac12$"
                ),
                Mistake(sympy.Integer(0), "a constant cannot fit two classes"),
                Mistake(-q * sympy.log(q), "the targets that are 0 cost something too"),
            ),
        ),
    ),
    hints=(
        "If two hidden units are equal at the start, what do their gradients look like?",
        "At zero weights, compute the hidden outputs, then the gradient of the last layer, then of the first. For XOR, add two ReLUs with different kinks.",
        r"ReLU and tanh are 0 at 0, the sigmoid is $\frac12$: which parameters can move at all?",
    ),
    beyond=("moons", "units", "zeros", "sigmoid_zeros", "zeros_loss"),
    result="The network solves the moons and XOR, a line solves neither. From zero weights only a bias, or one unit in many copies, can learn.",
    numbers=(
        '88 % = largest("networks_from_scratch", "moons_starter_base_train")',
        '76 % = largest("networks_from_scratch", "circles_starter_base_train")',
        "179 = best_line",
    ),
    model_answer=r"""
At rate 0.001 nothing is decided in 1,000 steps. At 0.5 two layers of 10 learn all points, with ReLU or tanh; more layers
and units lower the loss, but 3 units, or 8 layers of ReLU, fail from some starts. On `moons()`: the trained network has all 200 points right, the best line 179. XOR takes two ReLU units:
$\mathrm{relu}(x_1+x_2)-2\,\mathrm{relu}(x_1+x_2-1)-\frac12$ is positive on $(0,1),(1,0)$ only; one unit makes a
half-plane. From zero with ReLU or tanh the hidden outputs are 0, so the last layer's weights get no gradient; they are
0, so nothing comes back to the first layer: only the output bias moves, and the loss tends to the entropy of $q$. Sigmoid
units output $\frac12$ and move, but equal units get equal gradients for ever.
""",
    conventions=("kink",),
)

QUESTIONS = (perceptron, train_perceptron)
