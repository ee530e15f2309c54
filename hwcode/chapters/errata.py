"""Errata as data: what the texts say, what is right, and the check that shows it.

Each chapter keeps those of its problem, in its module ``errata``. The pages print them from there,
and a page of all errata by source does, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["KINDS", "WRITERS", "Erratum", "Tried"]

KINDS = {
    "false": "does not hold as it stands",
    "imprecise": "holds under a condition, or in a reading, that is not said",
    "misprint": "a slip of writing; what is meant is plain",
    "missing": "asked, announced or needed, and not there",
}
WRITERS = {"handout": "the handout", "notebook": "the course's notebook", "student": "the student"}


@dataclass(frozen=True)
class Tried:
    """What the words come to, as an answer that is put to the checker.

    Args:
        key: the part, as ``ID`` or ``ID:part``.
        answer: the answer, as it is typed.
        right: what the checker has to say.
    """

    key: str
    answer: str
    right: bool


@dataclass(frozen=True, kw_only=True)
class Erratum:
    """One place of a source text that does not hold, or says too little.

    Args:
        sources: the short names of the texts that have it: ``A1``, ``A2``, ``H2``, ``P4``.
        by: who wrote it, one of ``WRITERS``.
        place: the section, or what the text calls the place.
        words: its words in quotation marks, or what is meant there (MyST Markdown).
        right: what is right (MyST Markdown): whole sentences.
        kind: one of ``KINDS``.
        decided: questions and parts whose checked answers show it.
        tried: answers to which its words come, each with the verdict it gets.
        shown: labels of figures, sections and conventions that show it.

    Raises:
        ValueError: for an unknown kind or writer.

    >>> Erratum(sources=("A1",), by="handout", place="1", words="x", right="Y.", kind="odd")
    Traceback (most recent call last):
        ...
    ValueError: no kind of erratum is called odd; there are false, imprecise, misprint, missing
    """

    sources: tuple[str, ...]
    by: str
    place: str
    words: str
    right: str
    kind: str
    decided: tuple[str, ...] = field(default=())
    tried: tuple[Tried, ...] = field(default=())
    shown: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            known = ", ".join(KINDS)
            raise ValueError(f"no kind of erratum is called {self.kind}; there are {known}")
        if self.by not in WRITERS:
            raise ValueError(f"nobody is called {self.by}; there are {', '.join(WRITERS)}")

    @property
    def questions(self) -> tuple[str, ...]:
        """The ids of the questions that decide it, each once.

        >>> Erratum(sources=("A1",), by="handout", place="", words="x", right="Y.", kind="false",
        ...         decided=("A1-1.1", "A1-1.2.1:rate", "A1-1.2.1:solution")).questions
        ('A1-1.1', 'A1-1.2.1')
        """
        return tuple(dict.fromkeys(name.partition(":")[0] for name in self.decided))
