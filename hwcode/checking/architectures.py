"""Answers that are classes of ``torch.nn.Module``: compared by what they compute.

Torch is imported when an answer is compared, not before.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hwcode.checking.extras import np, require
from hwcode.checking.identity import Truth
from hwcode.checking.module_differences import (
    CLOSE,
    FAILS,
    Filled,
    Sent,
    bare,
    complaint,
    first_difference,
)
from hwcode.checking.programs import Program, Tried, remark_of
from hwcode.checking.remote import Bench, EndedError, ProgramError, Remote
from hwcode.checking.source import plain_source
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Architecture"]

SCALES = (1.0, 1e3)
"""Sizes of scales and shifts: for the first net in use and for the second, which reaches far."""
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Architecture(Program):
    """A class of ``torch.nn.Module``, tried on several sizes.

    Two modules are equal if with the same values of their parameters, in the order in which an
    image meets these, they compute the same outputs and gradients, while training and while
    evaluating, and if neither has others. How layers are named, nested or written is free.

    Args:
        name: the class's name.
        parameters: what its constructor takes; by these names, or else by position.
        what: what it is.
        instances: yields tuples of arguments for the constructor.
        images: from such arguments to the shapes of inputs.
        spellings: other names of the arguments.
        orders: other orders of the arguments that are in use.
        optional: arguments that a constructor may lack or not use: the value that it then has, and
            a note.
    """

    images: Callable[..., list[Shape]] = field(kw_only=True)
    spellings: Mapping[str, tuple[str, ...]] = field(kw_only=True, default_factory=dict)
    orders: tuple[tuple[str, ...], ...] = field(kw_only=True, default=())
    optional: Mapping[str, tuple[Any, str]] = field(kw_only=True, default_factory=dict)

    def describe(self) -> str:
        parameters = ", ".join(self.parameters)
        return f"a Python class {self.name}({parameters}) of torch.nn.Module: {self.what}"

    def _modules(self, text: str) -> tuple[str, ...]:
        return ("numpy", "torch")

    def load(self, text: str) -> None:
        require("torch")
        require("numpy")

    # --- trying -------------------------------------------------------------------------------

    def _tried(self, bench: Bench, program: Any, seed: int) -> Tried:
        generator = np.random.default_rng(seed)
        instances, runs, note, place = [*self.instances()], [], "", None
        try:
            called, note = self._called(bench, instances)
            instances = [one for one in instances if called(one) is not None]
            for place in range(len(instances)):
                bench.fresh()
                given, named = called(instances[place]) or ((), {})
                runs.append(self._filled(bench, instances[place], given, named, generator))
        except EndedError as error:
            return Tried(program, instances, runs, ended=(error, place), remark=remark_of(bench))
        return Tried(program, instances, runs, remark=remark_of(bench), convention=note)

    def _called(self, bench: Bench, instances: list[tuple[Any, ...]]) -> tuple[Any, str]:
        """How the constructor takes its arguments: by name, or in one of the known orders."""
        known = _assist(bench, "arguments", bench.root)
        spelled = {
            other.casefold(): name
            for name in self.parameters
            for other in (name, *self.spellings.get(name, ()))
        }
        takes = {spelled[one.casefold()]: one for one in known or () if one.casefold() in spelled}
        lacking = [name for name in self.parameters if name not in takes]
        if known is not None and all(name in self.optional for name in lacking):
            notes = "; ".join(self.optional[name][1] for name in lacking)
            return self._by_name(takes, lacking), notes
        orders = [tuple(self.parameters), *self.orders]
        for order in orders:
            call = self._by_order(order)
            if self._fits(bench, call, instances):
                note = f"its arguments are taken in the order {', '.join(order)}"
                return call, "" if order == orders[0] else note
        return self._by_order(orders[0]), ""

    def _by_name(self, takes: Mapping[str, str], lacking: list[str]) -> Any:
        def call(arguments: tuple[Any, ...]) -> tuple[tuple[()], dict[str, Any]] | None:
            values = dict(zip(self.parameters, arguments, strict=True))
            if any(values[name] != self.optional[name][0] for name in lacking):
                return None
            return (), {own: values[name] for name, own in takes.items()}

        return call

    def _by_order(self, order: tuple[str, ...]) -> Any:
        def call(arguments: tuple[Any, ...]) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
            values = dict(zip(self.parameters, arguments, strict=True))
            lacking = [name for name in self.parameters if name not in order]
            if any(values[name] != self.optional[name][0] for name in lacking):
                return None
            return tuple(values[name] for name in order), {}

        return call

    def _fits(self, bench: Bench, call: Any, instances: list[tuple[Any, ...]]) -> bool:
        """Whether a net can be made so, and takes an image."""
        for arguments in instances:
            if (given := call(arguments)) is None:
                continue
            try:
                net = bench.root(*given[0], **given[1])
                image = np.zeros((1, *self.images(*arguments)[0]))
                if not _assist(bench, "is_module", net):
                    return False
                _assist(bench, "prepare", net, image, "float32")
            except ProgramError:
                return False
        return True

    def _filled(
        self,
        bench: Bench,
        arguments: tuple[Any, ...],
        given: tuple[Any, ...],
        named: dict[str, Any],
        generator: Any,
    ) -> Filled:
        shapes = self.images(*arguments)
        probe = generator.standard_normal((1, *shapes[0]))
        failed = Filled(probe, "float64", {}, [], [])
        try:
            nets = [bench.root(*given, **named) for _ in SCALES]
        except ProgramError as error:
            return _failing(failed, "it fails when it is made", str(error))
        if not _assist(bench, "is_module", nets[0]):
            kind = nets[0]._kind if type(nets[0]) is Remote else type(nets[0]).__name__
            return _failing(failed, "it is no torch.nn.Module", kind)
        try:
            dtype = self._prepared(bench, nets, probe)
            if dtype not in CLOSE:
                kind = (
                    "no tensor"
                    if not dtype.startswith(("int", "uint", "bool"))
                    else "whole numbers"
                )
                return _failing(failed, f"its forward returns {kind}", dtype)
            described = _assist(bench, "describe", nets[0], probe)
        except ProgramError as error:
            return _failing(failed, FAILS, str(error))
        drawn = [_drawn(described["used"], scale, generator) for scale in SCALES]
        found = Filled(probe, dtype, described, drawn, [])
        if complaint(described):
            return found
        try:
            for net, values in zip(nets, drawn, strict=True):
                _assist(bench, "fill", net, [name for name, _ in described["used"]], values)
            for training, image in _batches(shapes, generator):
                toward = generator.standard_normal(997)
                for number, net in enumerate(nets):
                    names = [name for name, _ in described["used"]]
                    back = _assist(bench, "send", net, training, image, toward, names)
                    found.sent.append(Sent(number, training, image, toward, back))
        except ProgramError as error:
            return _failing(found, FAILS, str(error))
        return found

    def _prepared(self, bench: Bench, nets: list[Any], probe: Any) -> str:
        """Bring the nets to float64, or to float32 where they know no other."""
        try:
            kinds = {_assist(bench, "prepare", net, probe, "float64") for net in nets}
        except ProgramError:
            kinds = {"float32"}
        if kinds == {"float32"}:
            kinds = {_assist(bench, "prepare", net, probe, "float32") for net in nets}
        return str(kinds.pop())

    # --- judging ------------------------------------------------------------------------------

    def compare(self, answer: Any, reference: Any) -> Comparison:
        tried = self.prepared(answer)
        notes = [tried.convention]
        for arguments, filled in zip(tried.instances, tried.runs, strict=False):
            found = first_difference(filled, _made(reference, arguments))
            usual = self._usual(arguments)
            if (
                found
                and usual != arguments
                and not first_difference(filled, _made(reference, usual))
            ):
                notes += [self.optional[name][1] for name in self.optional]
                continue
            if found:
                where, expected, got = found
                point = dict(zip(self.parameters, arguments, strict=True))
                failure = Counterexample(point, expected, got)
                return Comparison(False, Method.SAMPLED, counterexample=failure, remark=where)
        if tried.ended is not None:
            error, place = tried.ended
            last = None if place is None else tried.instances[place]
            return self._came_to_no_end(error, last, "a Module that takes images")
        detail = f"{len(tried.instances)} sizes; the same outputs and gradients"
        if tried.remark and not isinstance(reference, Truth):
            detail = f"{detail}; {tried.remark}"
        told = "; ".join(dict.fromkeys(filter(None, notes)))
        return Comparison(True, Method.SAMPLED, detail, convention=told)

    def _usual(self, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        """The same arguments, with those at their usual values that a constructor may lack."""
        values = dict(zip(self.parameters, arguments, strict=True))
        usual = {name: value for name, (value, _) in self.optional.items()}
        return tuple({**values, **usual}.values())

    def block(self, answer: Callable[..., Any]) -> str:
        made = answer if inspect.isclass(answer) else type(answer(*next(iter(self.instances()))))
        source = plain_source(textwrap.dedent(inspect.getsource(made)))
        return f"```python\n{source}\n```"


def _assist(bench: Bench, name: str, *given: Any) -> Any:
    """Have a function of ``confined.nets`` carried out where the program is."""
    encoded = [bench.encode(one) for one in given]
    return bench.step({"do": "assist", "name": name, "given": encoded})


def _failing(found: Filled, where: str, how: str) -> Filled:
    return replace(found, failed=(where, how))


def _drawn(used: list[Any], scale: float, generator: Any) -> list[Any]:
    """Values of both signs: with positive ones alone a ReLU too many would do nothing."""
    return [
        generator.uniform(-1, 1, shape) * (1.0 if bare(shape)[1:] else scale) for _, shape in used
    ]


def _batches(shapes: list[Shape], generator: Any) -> list[tuple[bool, Any]]:
    """Training first, so that there are statistics to evaluate with; of several sizes, and one."""
    first, second, third = (
        generator.standard_normal((count, *shape))
        for count, shape in zip((3, 2, 1), (shapes * 3)[:3], strict=True)
    )
    training = [(True, first), (True, second), (True, first)]
    return [*training, (False, second), (False, third), (True, second), (False, first)]


def _made(reference: Any, arguments: tuple[Any, ...]) -> list[Any]:
    """The right nets, as many as the program's."""
    if isinstance(reference, Truth):
        return [reference.value(arguments) for _ in SCALES]
    return [reference(*arguments) for _ in SCALES]
