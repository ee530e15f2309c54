"""What :mod:`hwcode.checking` offers, imported when it is first asked for."""

# ruff: noqa: F401

from hwcode.checking.domain import Domain, Numbers
from hwcode.checking.errors import AnswerError, UnknownNameError
from hwcode.checking.expressions import EntrySum, Norm, evaluate, matrix, scalar, vector
from hwcode.checking.following import Follows
from hwcode.checking.forms import Choice, Form, Formula, Number, Ordering, Text
from hwcode.checking.identity import Truth
from hwcode.checking.question import Alternative, Mistake, Part, Question
from hwcode.checking.verdict import Comparison, Counterexample, Mark, Method, Outcome, Verdict
