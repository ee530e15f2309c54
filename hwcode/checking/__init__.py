"""Questions, their checkers, and verdicts on answers. This room knows no chapter."""

from hwcode.checking.domain import Domain, Numbers
from hwcode.checking.errors import AnswerError, UnknownNameError
from hwcode.checking.expressions import EntrySum, Norm, evaluate, matrix, scalar, vector
from hwcode.checking.forms import Choice, Form, Formula, Number, Ordering, Text
from hwcode.checking.identity import Truth
from hwcode.checking.question import Alternative, Mistake, Part, Question
from hwcode.checking.verdict import Comparison, Counterexample, Method, Verdict

__all__ = [
    "Alternative",
    "AnswerError",
    "Choice",
    "Comparison",
    "Counterexample",
    "Domain",
    "EntrySum",
    "Form",
    "Formula",
    "Method",
    "Mistake",
    "Norm",
    "Number",
    "Numbers",
    "Ordering",
    "Part",
    "Question",
    "Text",
    "Truth",
    "UnknownNameError",
    "Verdict",
    "evaluate",
    "matrix",
    "scalar",
    "vector",
]
