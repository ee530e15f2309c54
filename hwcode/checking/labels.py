"""Names of nodes, wires and layers as people write them: ``z_1``, ``z₁``, ``z^{(1)}`` are ``z1``.

Answers that are no formulas have such names too; here their LaTeX and Unicode become plain text.
"""

from __future__ import annotations

import re

from hwcode.checking.characters import letter_name, plain_characters, raised, subscript
from hwcode.checking.tex import GREEK, is_tex, unwrapped

__all__ = ["plain_labels"]

_ARROWS = (
    ("<->", r"↔|⟷|⇔|<=+>|<-+>|\\(?:long)?leftrightarrow\b|\\Leftrightarrow\b"),
    ("<-", r"←|⟵|⇐|<-+|<==+|\\(?:gets|(?:long)?leftarrow|Leftarrow)\b"),
    ("->", r"→|⟶|⇒|↦|⟼|-+>|=+>|\\(?:to|(?:long)?rightarrow|Rightarrow|(?:long)?mapsto)\b"),
)
_ARROW = re.compile(rf"\s*(?:{'|'.join(f'({written})' for _, written in _ARROWS)})\s*")
_UPRIGHT = re.compile(
    r"\\(?:mathrm|text|textrm|textbf|texttt|operatorname|mathbf|mathit|mathcal|boldsymbol|bm)"
    r"\s*\{([^{}]*)\}"
)


def plain_labels(text: str) -> str:
    """The text with plain names and with the arrows ``->``, ``<-`` and ``<->``.

    >>> plain_labels(r"$x \\to z^{(1)}$, η → w₁, $y'_{2}$")
    "x -> z1 , eta -> w1,  y'2"
    """
    text = plain_characters(text.replace("\\newline", "\n"))
    text = _ARROW.sub(lambda one: f" {_ARROWS[(one.lastindex or 1) - 1][0]} ", text)
    if is_tex(text):
        text = unwrapped(re.sub(r"\\\\(?:\[[^\]]*\])?", "\n", text)).replace("&", " ")
    text = text.replace("\\{", "{").replace("\\}", "}")
    text = _UPRIGHT.sub(r"\1", text)
    text = re.sub(r"\^\s*(?:\{\s*\\prime\s*\}|\\prime\b|\{\s*'\s*\})|\\prime\b", "'", text)
    text = re.sub(r"\\([A-Za-z]+)", lambda one: GREEK.get(one[1], one[0]), text)
    text = re.sub(r"\^\s*(?:\{\s*\(?(\w+)\)?\s*\}|\((\w+)\)|\[(\w+)\]|(\d))",
                  lambda one: next(filter(None, one.groups())), text)  # fmt: skip
    text = re.sub(r"(?:(?<=[^\W\d])|(?<='))_\s*(?:\{\s*(\w+)\s*\}|(?=\w))", r"\1", text)
    return "".join(_plain(character) for character in text)


def _plain(character: str) -> str:
    name = letter_name(character) if not character.isascii() else None
    return name or subscript(character) or raised(character) or character
