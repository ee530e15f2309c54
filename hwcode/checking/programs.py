"""Answers that are programs: tried on instances, and held against a reference.

A program that comes as text is run by a process of its own and judged here; see
:mod:`hwcode.checking.sandbox`. One that is handed over as an object runs in the caller's process.
"""

from __future__ import annotations

import copy
import hashlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hwcode.checking import files
from hwcode.checking.errors import AnswerError
from hwcode.checking.extras import np, require
from hwcode.checking.forms import Form
from hwcode.checking.identity import Truth
from hwcode.checking.remote import Bench, EndedError, ProgramError, Remote, Step
from hwcode.checking.returned import brief, close, kept, part_named
from hwcode.checking.sandbox import LocalBench, ProcessBench, process_bench
from hwcode.checking.source import (
    OWN_WORK,
    canonical,
    documentation,
    names_given,
    plain_source,
    syntax,
)
from hwcode.checking.verdict import Comparison, Counterexample, Method

__all__ = ["Program", "Run", "Tried", "UnfitError", "remark_of"]

HERE = "run in this process, not in one of its own"
PAIRS = 4
"""How many pairs of instances are tried once more in turn."""


def _call(program: Callable[..., Any], *arguments: Any) -> Any:
    return program(*arguments)


def _close(got: Any, expected: Any) -> str:
    return close(got, expected, 1e-9)


class UnfitError(Exception):
    """What a program gave is not what its contract says; the message is the reason."""


@dataclass(frozen=True)
class Run:
    """What came of one instance."""

    value: Any = None
    error: str = ""
    """The exception in which it ended."""
    breach: str = ""
    """What it did besides that it may not."""
    warned: frozenset[str] = frozenset()
    """Warnings that escaped."""
    contract: str = ""
    """In which of several contracts it was taken: what ``use`` has under this name."""
    unfit: bool = False
    """Whether the error is a sentence of who judges."""


@dataclass(frozen=True, eq=False)
class Tried:
    """A program with all that came of it; it is not needed any more.

    Attributes:
        program: its text, or the object.
        instances: what it was tried on.
        runs: what came of each (a :class:`Run`, or what a form makes of it), None where it was not
            reached.
        apart: a sentence, if it does otherwise when it is used again or beside another.
        ended: why it came to no end, and on which instance (None: before the first).
        remark: where it was run, and what was left out of its text.
        convention: how it was taken, where there are several ways.
    """

    program: Any
    instances: list[tuple[Any, ...]]
    runs: list[Any]
    apart: str = ""
    ended: tuple[EndedError, int | None] | None = None
    remark: str = ""
    convention: str = ""


@dataclass(frozen=True)
class Program(Form):
    """A Python function or class, tried on instances against a reference.

    It is called more than once and in an order of its own, and two objects of it are in use at a
    time. Its arguments have to stay what they were, and so has what it returned.

    Args:
        name: the name of the function or class.
        parameters: the arguments that it is tried on, with shapes.
        what: what it returns.
        instances: yields tuples of arguments; if it takes an argument, a generator of random
            numbers that depends on the answer, so that no answer can know its instances.
        differ: from the value and the expected one, empty or what is wrong; by default numbers
            are compared to nine digits.
        use: from the program and an instance to the value that is compared; by default it is
            called with the arguments. A class is made an object here, and its methods called: each
            call, and each attribute that is read or set, is a step in the program's process. Of
            several contracts the entry ``contract`` of its dictionary names the one it took.
        usage: how the program is to be written, where it is not a function of the parameters.
        beside: Python that stands before the program, names that the course's notebook has.
        clean: whether no warning may escape.
        live: names of methods whose results may change later, as they show what an object holds.
        tolerates: of ``shares`` (a result that is its argument), ``precision`` (float32) and
            ``again`` (not the same on every call) what is no fault here.
    """

    name: str
    parameters: Mapping[str, str]
    what: str
    instances: Callable[..., Iterable[tuple[Any, ...]]]
    differ: Callable[[Any, Any], str] = _close
    use: Callable[..., Any] = _call
    usage: str = ""
    beside: str = field(default="", kw_only=True)
    clean: bool = field(default=False, kw_only=True)
    live: tuple[str, ...] = field(default=(), kw_only=True)
    tolerates: tuple[str, ...] = field(default=(), kw_only=True)

    isolated = True
    in_page = False

    def describe(self) -> str:
        if self.usage:
            return self.usage
        parameters = ", ".join(self.parameters)
        details = "; ".join(f"{name}: {what}" for name, what in self.parameters.items())
        return f"a Python function {self.name}({parameters}) that returns {self.what} ({details})"

    def load(self, text: str) -> None:
        for module in self._modules(text):
            require(module)

    def _modules(self, text: str) -> tuple[str, ...]:
        return ("numpy", "torch") if re.search(r"\btorch\b", text) else ("numpy",)

    def read(self, text: str) -> Tried:
        source = files.program(text)
        text = source.code
        given = names_given(syntax(text))
        with process_bench(self._modules(text)) as bench:
            try:
                self._define(bench, text)
            except EndedError as error:
                if error.kind == "end":
                    raise AnswerError(f"the program {error}, before it could be called") from None
                return Tried(text, [], [], ended=(error, None))
            seed = int.from_bytes(hashlib.sha256(canonical(text).encode()).digest()[:8])
            tried = self._tried(bench, text, seed)
        for run in tried.runs:
            missing = re.match(r"NameError: name '(\w+)' is not defined", run.error if run else "")
            if missing and missing[1] not in given:
                raise AnswerError(f"the program uses {missing[1]!r}, which is not defined in it")
            if run and "import of hwcode halted" in run.error:
                raise AnswerError(OWN_WORK)
        return replace(tried, remark="; ".join(filter(None, (*source.notes, tried.remark))))

    def _define(self, bench: ProcessBench, text: str) -> None:
        before = files.program(self.beside).code
        try:
            for source, file in ((before, "<beside>"), (text, "<answer>")):
                bench.step({"do": "define", "text": source, "file": file})
        except ProgramError as error:
            if "import of hwcode halted" in str(error):
                raise AnswerError(OWN_WORK) from None
            raise AnswerError(f"the program fails: {error}") from None
        found = bench.step({"do": "find", "name": self.name}, self.name)
        if type(found) is not Remote:
            kind = "program" if self.usage else "function"
            raise AnswerError(f"no {kind} {self.name!r} in it; expected {self.describe()}")
        bench.root = found

    def accept(self, answer: Any) -> Callable[..., Any]:
        if not callable(answer):
            raise AnswerError(f"{type(answer).__name__} is no function; expected {self.describe()}")
        return answer

    def _tried(self, bench: Bench, program: Any, seed: int) -> Tried:
        """Every instance, in an order that the program cannot know; then some of them in turn."""
        generator = np.random.default_rng(seed)
        drawn = inspect.signature(self.instances).parameters
        instances = [*(self.instances(generator) if drawn else self.instances())]
        runs: list[Run | None] = [None] * len(instances)
        traces: list[list[Step]] = []
        order = [int(place) for place in generator.permutation(len(instances))]
        place: int | None = None
        try:
            for place in order:
                runs[place] = self._run(bench, instances[place])
                traces.append(bench.steps)
            place = None
            apart = self._apart(bench, traces) if all(map(_whole, runs)) else ""
        except EndedError as error:
            return Tried(program, instances, runs, ended=(error, place), remark=remark_of(bench))
        return Tried(program, instances, runs, apart, remark=remark_of(bench))

    def _run(self, bench: Bench, arguments: tuple[Any, ...]) -> Run:
        bench.fresh()
        try:
            value = self.use(bench.root, *copy.deepcopy(arguments))
        except EndedError:
            raise
        except ProgramError as error:
            return Run(error=str(error))
        except UnfitError as error:
            return Run(error=str(error), unfit=True)
        except Exception as error:  # of what it returned, something else was expected
            return Run(error=f"{type(error).__name__}: {error}")
        told = (told for kind, told in bench.breaches.items() if kind not in self.tolerates)
        breach = bench.changed(self.live) or next(told, "")
        contract = value.pop("contract", "") if isinstance(value, dict) else ""
        return Run(kept(value), "", breach, frozenset(bench.warned), contract)

    def _apart(self, bench: Bench, traces: list[list[Step]]) -> str:
        if "again" in self.tolerates:
            return ""
        for one, other in list(zip(traces, [*traces[1:], traces[0]], strict=True))[:PAIRS]:
            if told := bench.again(one, other, live=self.live) or bench.again(one, live=self.live):
                return told
        return ""

    def prepared(self, answer: Any) -> Tried:
        """The program with all that comes of it; an object is run in this process."""
        if isinstance(answer, Tried):
            return answer
        return self._tried(LocalBench(answer), answer, 0)

    def compare(self, answer: Any, reference: Any) -> Comparison:
        tried = self.prepared(answer)
        wanted = self._wanted(reference, tried.instances)
        for arguments, run, right in zip(tried.instances, tried.runs, wanted.runs, strict=True):
            if run is None or right is None:
                continue
            difference = self._difference(run, right)
            if difference is not None:
                return self._wrong(arguments, run, right, difference)
        if tried.ended is not None:
            error, place = tried.ended
            if place is None:
                return self._came_to_no_end(error, None, "")
            expected = wanted.runs[place].value
            return self._came_to_no_end(error, tried.instances[place], expected)
        if tried.apart != wanted.apart:
            told = tried.apart or f"not so: {wanted.apart}"
            return Comparison(False, Method.SAMPLED, remark=told)
        how = [f"{len(tried.instances)} instances"]
        if contract := next((run.contract for run in tried.runs if run and run.contract), ""):
            how[0] += f", in {contract}"
        if tried.remark and not isinstance(reference, Truth):
            how.append(tried.remark)
        return Comparison(True, Method.SAMPLED, "; ".join(how))

    def _wanted(self, reference: Any, instances: list[tuple[Any, ...]]) -> Tried:
        """The right answer, or a known wrong one, on the same instances."""
        if isinstance(reference, Tried):
            return reference
        if isinstance(reference, Truth):
            return Tried(reference, instances, [Run(reference.value(one)) for one in instances])
        bench, traces, runs = LocalBench(reference), [], []
        for arguments in instances:
            runs.append(self._run(bench, arguments))
            traces.append(bench.steps)
        apart = self._apart(bench, traces) if all(map(_whole, runs)) else ""
        return Tried(reference, instances, [*runs], apart)

    def _difference(self, run: Run, right: Run) -> str | None:
        if run.error or right.error:
            # By the message too: an overflow in exp is another mistake than one in cosh.
            if run.error == right.error:
                return None
            return run.error if run.unfit else ""
        if found := self.differ(run.value, right.value):
            return found
        if run.breach != right.breach:
            return run.breach or f"not so: {right.breach}"
        if self.clean and run.warned != right.warned:
            told = "; ".join(sorted(run.warned - right.warned)) or "none"
            return f"its values are right, but a warning escapes: {told}"
        return None

    def _wrong(
        self, arguments: tuple[Any, ...], run: Run, right: Run, difference: str
    ) -> Comparison:
        got = run.error or run.value
        if not (run.error or right.error or self.differ(run.value, right.value)):
            got = difference  # the values are right, and something else is not
        told = part_named(difference, right.error or right.value, got)
        failure = Counterexample(self._point(arguments), *map(brief, told))
        return Comparison(False, Method.SAMPLED, counterexample=failure, remark=difference)

    def _came_to_no_end(
        self, error: EndedError, arguments: tuple[Any, ...] | None, expected: Any
    ) -> Comparison:
        """Wrong if the program ended itself; not decided if it met a limit."""
        told = f"the program {error}"
        point = {} if arguments is None else self._point(arguments)
        failure = Counterexample(point, brief(expected), told)
        if error.kind == "end":
            return Comparison(False, Method.SAMPLED, counterexample=failure, remark=told)
        return Comparison(None, Method.SAMPLED, ", ".join(filter(None, (told, failure.where))))

    def _point(self, arguments: tuple[Any, ...]) -> dict[str, str]:
        named = zip(self.parameters, arguments, strict=True)
        return {name: brief(value) for name, value in named}

    def show(self, answer: Any) -> str:
        if isinstance(answer, Tried) and isinstance(answer.program, str):
            return documentation(answer.program, self.name) or self.name
        first = (inspect.getdoc(answer) or "").partition("\n")[0]
        return first or str(getattr(answer, "__name__", "a program"))

    def block(self, answer: Callable[..., Any]) -> str:
        source = plain_source(textwrap.dedent(inspect.getsource(answer)))
        return f"```python\n{source}\n```"


def _whole(run: Run | None) -> bool:
    return run is not None and not run.error and not run.breach


def remark_of(bench: Bench) -> str:
    """Where a program is run, if that is not where it should be."""
    if isinstance(bench, LocalBench):
        return HERE
    return f"not closed to it on this system: {', '.join(bench.open)}" if bench.open else ""
