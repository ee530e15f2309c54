"""How programs are used in the two contracts: the starter's, and this book's plain one.

In the starter's a layer is made by its sizes and draws its weights, so these are set before it is
tried. What has to be done to its arrays in place is done where the program runs, by the small
functions below.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import Any

from hwcode.chapters.networks_from_scratch import modules
from hwcode.chapters.networks_from_scratch.questions import helpers
from hwcode.checking.extras import np
from hwcode.checking.programs import UnfitError
from hwcode.checking.remote import ProgramError, helper
from hwcode.checking.source import without_checks

__all__ = [
    "LIVE", "PLAIN", "STARTER", "call", "fill", "given", "has", "loss_and_gradients",
    "single", "use_linear", "use_loss", "use_regression", "use_step",
]  # fmt: skip

STARTER = "the starter's contract"
PLAIN = "the book's plain contract"
WORDS = ("weight", "bias")
LIVE = ("get_parameters", "get_parameter_grads")
"""What these methods have returned may change later: it is what a module holds."""


def given(*classes: type[modules.Module]) -> str:
    """What the notebook has before a cell: the base class, and right answers to earlier parts."""
    head = (
        "from __future__ import annotations\n"
        "from collections.abc import Callable, Sequence\n"
        "from typing import Any\n"
        "import numpy as np\n"
    )
    before: list[type] = [modules.Module, *classes]
    try:
        sources = "\n\n".join(inspect.getsource(one) for one in before)
        # Without what refuses bad arguments: that is this package's, and an answer imports nothing of it.
        return head + ast.unparse(without_checks(ast.parse(sources)))
    except OSError:  # in the page there is bytecode alone, and no program is checked there
        return head


def call(module: Any, *inputs: Any, **side_inputs: Any) -> Any:
    """Call a module, or its ``forward`` where it cannot be called."""
    try:
        return module(*inputs, **side_inputs)
    except ProgramError as error:
        if not error.message.endswith("object is not callable"):
            raise
        return module.forward(*inputs, **side_inputs)


def single(gradients: Any) -> Any:
    """The gradient in the one input, out of the tuple that the starter's ``backward`` returns.

    A list does as well: it is unpacked in the same way.
    """
    if not isinstance(gradients, (tuple, list)) or len(gradients) != 1:
        told = "an array" if isinstance(gradients, np.ndarray) else f"a {type(gradients).__name__}"
        if gradients is None:
            told = "nothing"
        elif isinstance(gradients, (tuple, list)):
            told += f" of {len(gradients)}"
        raise UnfitError(
            f"backward returns {told}; a tuple with one gradient for each positional input is asked for"
        )
    return gradients[0]


def has(module: Any, name: str) -> bool:
    """Whether there is such an attribute."""
    try:
        getattr(module, name)
    except (ProgramError, AttributeError):
        return False
    return True


def fill(
    program: Any, module: Any, weights: list[Any], bias: list[Any], output: Callable[[], Any]
) -> None:
    """Set the parameters of a module, in place: to others first, which have to change the output."""
    if not has(module, "get_parameters"):
        raise UnfitError(
            "there is no get_parameters; in the starter's contract it gives the arrays by name,"
            " and get_parameter_grads gives their gradients"
        )
    set_to, outputs = helper(program, helpers.FILL, "fill"), []
    for moved in (1.0, 0.0):
        if told := set_to(module, [one + moved for one in weights], [one + moved for one in bias]):
            raise UnfitError(told)
        outputs.append(output())
    if np.array_equal(*outputs):
        raise UnfitError(
            "what get_parameters gives is not what forward computes with: set in place, as training"
            " does, it leaves the output as it was"
        )


def _grads(module: Any) -> tuple[list[Any], list[Any]]:
    """The gradients of weights and of biases, in the order of their names."""
    grads = module.get_parameter_grads()
    if not isinstance(grads, dict):
        raise UnfitError("get_parameter_grads returns a dictionary: names and arrays")
    weights, bias = ([one for name, one in grads.items() if w in str(name).lower()] for w in WORDS)
    return weights, [np.ravel(one) for one in bias]


def _added(once: Any, after: Any, times: float) -> None:
    """The gradients after a second call, with ``times`` the gradient in the output."""

    def are(factor: float) -> bool:
        return all(
            np.shape(one) == np.shape(other)
            and np.allclose(
                factor * np.asarray(one), other, rtol=0,
                atol=1e-9 * max(1.0, factor * float(np.max(np.abs(one), initial=0.0))),
            )
            for one, other in zip(once, after, strict=True)
        )  # fmt: skip

    if are(1 + times):
        return
    if are(2):
        raise UnfitError("the chain rule: the gradient in the output multiplies all others")
    raise UnfitError(
        "backward adds the gradients of the parameters to those that are there: after two"
        f" calls{'' if times == 1 else f', the second with {times:g} in place of 1,'} they are"
        f" {1 + times:g} times those of one"
    )


# --- A1-P1.1, P1.2, P1.3 ----------------------------------------------------------------------


def use_loss(program: Any, logits: Any, targets: Any, grad: Any) -> dict[str, Any]:
    """Another batch goes through first."""
    loss = program()
    call(loss, logits + 1, targets=1 - targets)
    loss.backward(grad)
    value = call(loss, logits, targets=targets)
    return {"contract": STARTER, "loss": value, "dlogits": single(loss.backward(grad))}


def use_linear(program: Any, W: Any, b: Any, X: Any, G: Any) -> dict[str, Any]:
    """In whichever contract the constructor takes."""
    layer = _by_sizes(program, *W.shape)
    if layer is not None:
        return {"contract": STARTER, **_starters_linear(program, layer, W, b, X, G)}
    layer, move = program(W, b), helper(program, helpers.MOVE, "move")
    moved = has(layer, "W") and has(layer, "b")
    if moved:  # training moves them: so it is used after that
        layer = program(W + 1, b - 1)
        if told := move(layer, W, b):
            raise UnfitError(told)
    for batch, slopes in ((X + 1, G + 1), (X, G)):
        Y = call(layer, batch)
        dX = layer.backward(slopes)
    found = {"contract": PLAIN, "Y": Y, "dX": dX, "dW": layer.dW, "db": layer.db}
    if moved:  # a layer may keep the very arrays that it was given, and changes nothing in them
        move(layer, W + 1, b - 1)
    return found


def _by_sizes(program: Any, inputs: int, outputs: int) -> Any:
    """A layer that is made by its sizes, or None where the constructor wants arrays."""
    try:
        layer = program(inputs, outputs)
    except ProgramError:
        return None
    if has(layer, "get_parameters"):
        return layer
    sized = [name for name in ("W", "weights", "w", "weight") if has(layer, name)]
    if any(np.shape(getattr(layer, name)) == (inputs, outputs) for name in sized):
        names = [n for n in (*sized, "b", "bias", "dW", "db") if has(layer, n)]
        raise UnfitError(
            "made by its sizes, so in the starter's contract, where get_parameters gives 'weights'"
            " and 'bias', get_parameter_grads their gradients, and backward a tuple of one;"
            f" here there are the attributes {', '.join(dict.fromkeys(names))} instead"
        )
    return None


def _starters_linear(program: Any, layer: Any, W: Any, b: Any, X: Any, G: Any) -> dict[str, Any]:
    fill(program, layer, [W], [b], lambda: call(layer, X + 1))
    if told := helper(program, helpers.SPREAD, "spread")(program(100, 300), 100):
        raise UnfitError(told)
    call(layer, X + 1)
    layer.backward(G + 1)
    layer.zero_grad()
    Y = call(layer, X)
    dX = single(layer.backward(G))
    weights, bias = _grads(layer)
    call(layer, X)
    layer.backward(G)
    again = _grads(layer)
    if len(weights) != 1 or len(bias) != 1:
        raise UnfitError("get_parameter_grads has the names weights and bias")
    _added((*weights, *bias), (*again[0], *again[1]), 1)
    return {"Y": Y, "dX": dX, "dW": weights[0], "db": bias[0]}


def use_regression(program: Any, w: Any, b: Any, X: Any, t: Any) -> dict[str, Any]:
    """A module with its loss: the loss, all gradients, and the classes."""
    model = program(len(w))
    targets = t[:, None]
    fill(program, model, [w[:, None]], [np.array([b])], lambda: call(model, X, targets=targets))
    loss, dX, weights, bias, labels = loss_and_gradients(model, X, targets)
    named = {"loss": loss, "dw": np.ravel(weights[0]), "db": bias[0][0], "dX": dX}
    return {"contract": STARTER, **named, "labels": labels}


def loss_and_gradients(model: Any, X: Any, t: Any) -> tuple[Any, ...]:
    """After another batch; the classes are asked for between two training steps."""
    one = np.array(1.0)
    call(model, X + 1, targets=1 - t)
    model.backward(one)
    labels = model.predict(X)
    model.zero_grad()
    loss = call(model, X, targets=t)
    dX = single(model.backward(one))
    weights, bias = _grads(model)
    call(model, X, targets=t)
    model.backward(3 * one)
    again = _grads(model)
    if [len(each) for each in again] != [len(weights), len(bias)] or not weights or not bias:
        raise UnfitError("get_parameter_grads has the same names as get_parameters")
    _added((*weights, *bias), (*again[0], *again[1]), 3)
    if np.shape(labels) == t.shape and not np.isin(labels, (0, 1)).all():
        raise UnfitError("predict gives 0 or 1 for each example; here it gives other numbers")
    return loss, dX, weights, bias, np.asarray(labels, float)


def use_step(
    program: Any, kind: str, w: Any, b: Any, X: Any, t: Any, rate: Any, steps: int
) -> dict[str, Any]:
    """Steps on a module that the program has never seen, with gradients left from before."""
    made = helper(program, helpers.CLASSIFIERS, "Classifier")
    model, losses = made(kind, w[:, None], b, 7.0, len(t)), []
    for _ in range(steps):
        try:
            losses.append(program(model, X, t[:, None], rate))
        except ProgramError as error:
            told = model.complaint or model.missing
            raise (UnfitError(told) if told else error) from None
    if told := model.told():
        raise UnfitError(told)
    if any(loss is None for loss in losses):
        raise UnfitError("it returns nothing; the loss before the step is asked for")
    slopes, offset = model.get_parameters().values()
    return {"contract": STARTER, "losses": losses, "w": slopes[:, 0], "b": offset[0]}
