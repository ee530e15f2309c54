"""The tokens of LaTeX, as it stands in write-ups.

TeX's own rules for mathematics are few: a command is a backslash and letters, an argument is a
group in braces or else the next character, spaces mean nothing. What the commands mean is a table
here; the grammar behind is the one of all answers.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.tokens import Cell, Lexer, Token

__all__ = ["GREEK", "TexLexer", "is_tex", "unwrapped"]

_MARKS = re.compile(r"\\[A-Za-z\\|,;:!({\[]|\$|[\^_]\s*\{|\{,\}")


def is_tex(text: str) -> bool:
    """Whether a text is meant as LaTeX.

    >>> is_tex(r"\\frac12"), is_tex("2^{k}"), is_tex("x^2 + 1")
    (True, True, False)
    """
    return _MARKS.search(text) is not None


_AROUND = re.compile(
    r"\$\$?|(?<!\\)\\[()\[\]]|\\begin\{(?:equation|align|aligned|gather|split|displaymath|math)\*?\}"
    r"|\\end\{(?:equation|align|aligned|gather|split|displaymath|math)\*?\}"
    r"|\\(?:displaystyle|textstyle|limits|nonumber|notag)\b|\\(?:label|tag\*?)\{[^}]*\}"
)
_FRAMES = re.compile(r"\\(boxed|underbrace|overbrace)(?![A-Za-z])\s*(?=\{)")
_SPACES = re.compile(
    r"(?<!\\)\\[,;:!> ]|~"
    r"|\\[hv]?phantom\s*\{[^{}]*\}"
    r"|\\(?:quad|qquad|thinspace|negthinspace|enspace|hspace\*?\{[^}]*\})(?![A-Za-z])"
)
_LENGTHS = re.compile(r"\\\\\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|[cm]m|in)\s*\]")
_SIZES = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?)(?![A-Za-z])\s*\.?")


def unwrapped(text: str) -> str:
    """LaTeX without dollar signs, comments, spaces, sizes and the environments around a formula.

    >>> unwrapped(r"$$\\left(x\\,y\\right)$$")
    '(x y)'
    """
    text = _LENGTHS.sub(r"\\\\ ", re.sub(r"(?<!\\)%[^\n]*(\n|$)", "\n", text))
    text = _unframed(text)
    text = _SPACES.sub(" ", _AROUND.sub(" ", text))
    text = _SIZES.sub("", text)
    if r"\begin" not in text:
        text = re.sub(r"\\\\(?:\[[^\]]*\])?|(?<!\\)&", " ", text)
    return text.replace("\\%", "%").strip()


def _unframed(text: str) -> str:
    """Without frames and braces over and under a formula, and what stands at these.

    >>> _unframed(r"\\boxed{x = 1}"), _unframed(r"2\\underbrace{(x+y)}_{\\text{twice}}z")
    (' x = 1 ', '2{(x+y)} z')
    """
    while found := _FRAMES.search(text):
        end = _closed(text, found.end())
        inside, rest = text[found.end() + 1 : end - 1], text[end:]
        if found[1].endswith("brace"):
            label = re.match(r"\s*[_^]\s*(?=\{)", rest)
            rest = f" {rest[_closed(rest, label.end()) :] if label else rest}"
        around = re.sub(r"[$\s.=]|\\[\[\]()]", "", text[: found.start()] + rest)
        whole = found[1] == "boxed" and not around  # there may be an equation in it
        text = text[: found.start()] + (f" {inside} " if whole else f"{{{inside}}}") + rest
    return text


def _closed(text: str, start: int) -> int:
    """The place behind the group that begins here.

    Raises:
        AnswerError: if it does not end.
    """
    depth = 0
    for place in range(start, len(text)):
        before = text[:place]
        escaped = (len(before) - len(before.rstrip("\\"))) % 2
        if text[place] in "{}" and not escaped:
            depth += 1 if text[place] == "{" else -1
            if depth == 0:
                return place + 1
    raise AnswerError("a brace { is never closed")


_SIGNS = {
    "cdot": "·", "times": "*", "ast": "*", "odot": "⊙", "circ": "⊙", "oslash": "⊘", "div": "/",
    "lVert": "‖", "rVert": "‖", "Vert": "‖", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "dagger": "†", "pm": "±",
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "lt": "<",
    "gt": ">", "ne": "≠", "neq": "≠", "approx": "≈", "simeq": "≈", "sim": "≈", "cong": "≈",
    "bmod": "%", "langle": "⟨", "rangle": "⟩",
    "prime": "'", "infty": "∞", "to": "->", "rightarrow": "->", "equiv": "=",
}  # fmt: skip
_ACCENTS = {
    "bar": "bar", "overline": "bar", "hat": "hat", "widehat": "hat", "tilde": "tilde",
    "widetilde": "tilde", "vec": "", "mathbf": "", "boldsymbol": "", "bm": "", "mathit": "",
    "underline": "", "mathbb": "", "mathcal": "", "mathsf": "", "pmb": "",
}  # fmt: skip
_UPRIGHT = {"mathrm", "text", "textrm", "operatorname", "operatorname*", "rm", "mathop", "textbf"}
_FUNCTIONS = {
    "log", "ln", "exp", "sin", "cos", "tanh", "max", "min", "det", "sup", "inf", "lg",
}  # fmt: skip
_GREEK_LETTERS = """
alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho
varrho sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell
"""
GREEK = {name: name.removeprefix("var") for name in _GREEK_LETTERS.split()}
"""Commands for Greek letters, and the names of these."""
_STRUCTURES = {"sqrt", "binom", "frac", "sum"}
_SAME = {"dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "dbinom": "binom", "tbinom": "binom"}
_MATRICES = {"matrix", "pmatrix", "bmatrix", "smallmatrix", "array", "Bmatrix"}
_CASES = {"cases", "dcases", "rcases"}
_RELATION = re.compile(r"[<>≤≥]|\\(?:l|g)(?:t|eq?(?:slant)?)(?![A-Za-z])")


class TexLexer(Lexer):
    """The tokens of LaTeX that :func:`unwrapped` has been through.

    >>> [token.text for token in TexLexer(r"\\frac12 \\bar z_1^\\top").tokens()]
    ['frac', '12', '\\\\bar z_1', '^', 'T', '']
    """

    tex = True

    def _next(self) -> list[Token]:
        if self.text[self.place] != "\\":
            return super()._next()
        start = self.place
        found = re.compile(r"\\([A-Za-z]+\*?|.)", re.DOTALL).match(self.text, start)
        if found is None:
            raise AnswerError("a backslash stands at the end")
        self.place = found.end()
        return self._command(found[1], start)

    def _command(self, name: str, start: int) -> list[Token]:
        name = _SAME.get(name, name)
        if name in ("top", "intercal"):
            return self._transposed(start)
        if name in ("{", "}"):
            return [Token("open" if name == "{" else "close", name, start, self.place)]
        if name == "\\":
            return [Token("sign", "\\\\", start, self.place)]
        if sign := {"|": "‖", **_SIGNS}.get(name):
            return [Token("sign", sign, start, self.place)]
        if name in _FUNCTIONS or name in GREEK:
            cells = [Cell(GREEK[name])] if name in GREEK else [Cell(one) for one in name]
            return [self._named(start, cells)]
        if name in _UPRIGHT or name in _ACCENTS:
            return self._marked(name, start)
        if name == "sum":
            return self._sum(start)
        if name in _STRUCTURES:
            return [Token("command", name, start, self.place)]
        if name in ("begin", "end"):
            return [self._environment(name, start)]
        raise AnswerError(f"the LaTeX command \\{name} is not read in an answer")

    def _named(self, start: int, cells: list[Cell]) -> Token:
        """A word that a command began, with its index and primes."""
        while self.place < len(self.text):
            rest = self.text[self.place :]
            if index := re.match(r"\s*_\s*", rest):
                self.place += index.end()
                self._index(cells)
            elif rest.startswith("'") and cells:
                self.place += 1
                cells[-1] = replace(cells[-1], primes=cells[-1].primes + 1)
            else:
                break
        return Token("word", self.text[start : self.place], start, self.place, cells=tuple(cells))

    def _index(self, cells: list[Cell]) -> None:
        """An index: a group, a command, or the next character alone."""
        rest = self.text[self.place :]
        command = re.match(r"\\([A-Za-z]+)\s*(\{[^{}]*\})?", rest)
        if command and (command[2] is None or command[1] in _UPRIGHT):
            self.place += command.end() if command[1] in _UPRIGHT else len(command[1]) + 1
            told = command[2] if command[1] in _UPRIGHT and command[2] else command[1]
            index = self._index_name(told)
        elif rest.startswith("{"):
            index = self._index_name(self._group())
        else:
            index = self._index_name(rest[:1])
            self.place += 1
        cells[-1] = replace(cells[-1], sub=cells[-1].sub + index)

    def _word(self) -> Token:
        word = super()._word()
        return replace(word, end=self.place)

    def _argument(self) -> str:
        """The argument of a command: a group, a command with its own argument, or a character."""
        while self.text.startswith(" ", self.place):
            self.place += 1
        if self.text.startswith("{", self.place):
            return self._group()
        command = re.compile(r"\\[A-Za-z]+(?:\s*\{[^{}]*\})?|\\?.", re.DOTALL).match(
            self.text, self.place
        )
        if command is None:
            raise AnswerError("an argument is missing at the end")
        self.place = command.end()
        return command[0]

    def _marked(self, name: str, start: int) -> list[Token]:
        """An accent, or letters in another type."""
        raw = self._argument()
        if name in _UPRIGHT and raw.strip(" ,:").casefold() in (
            "if",
            "for",
            "when",
            "where",
            "and",
        ):
            return []
        if name in _UPRIGHT and raw.strip(" ,.:").casefold() in ("otherwise", "else"):
            return [Token("sign", "otherwise", start, self.place)]
        inner = TexLexer(raw).tokens()[:-1]
        if [token.text for token in inner] == ["1"] and name in ("mathbf", "mathbb", "boldsymbol"):
            if condition := self._condition(start):
                return condition
            index = [Cell("1")]
            word = self._named(start, index)
            return [Token("command", "ones", start, self.place, cells=word.cells)]
        words = [token for token in inner if token.kind == "word"]
        if (name in _UPRIGHT and len(words) != len(inner)) or not words:
            raise AnswerError(f"{quoted(self.text[start : self.place])} is no formula")
        if len(inner) > 1 and (name in _UPRIGHT or len(words) == len(inner)) and _ACCENTS.get(name):
            raise AnswerError(
                f"{quoted(self.text[start : self.place])} is no symbol with a mark on it"
            )
        if len(inner) > 1:
            spread = [replace(token, start=start, end=self.place) for token in inner]
            return spread
        cells = list(words[0].cells)
        if accent := _ACCENTS.get(name, ""):
            cells[-1] = replace(cells[-1], accent=accent)
        return [self._named(start, cells)]

    def _sum(self, start: int) -> list[Token]:
        """A sum with its index, and its ends as two groups behind it if it has any."""
        limits: dict[str, str] = {}
        while found := re.compile(r"\s*([_^])\s*").match(self.text, self.place):
            self.place = found.end()
            limits[found[1]] = self._argument()
        foot = re.fullmatch(r"\s*(\w)(?:\s*=\s*(.+))?\s*", limits.get("_", ""), re.DOTALL)
        if foot is None or (foot[2] is None) != ("^" not in limits):
            written = self.text[start : self.place]
            raise AnswerError(
                f"the ends of {quoted(written)} are not read; a sum is \\sum_{{i=1}}^{{n}}"
            )
        ends = [foot[2], limits["^"]] if foot[2] else []
        told = [Token("command", "sum", start, self.place,
                      cells=(Cell(foot[1], sub="=" if ends else ""),))]  # fmt: skip
        for end in ends:
            inner = [replace(one, start=start, end=self.place)
                     for one in TexLexer(end).tokens()[:-1]]  # fmt: skip
            told += [Token("open", "{", start, self.place), *inner,
                     Token("close", "}", self.place, self.place)]  # fmt: skip
        return told

    def _condition(self, start: int) -> list[Token]:
        """The condition at the foot of an indicator; empty where there is none."""
        found = re.compile(r"\s*_\s*(?=\{)").match(self.text, self.place)
        if found is None:
            return []
        before, self.place = self.place, found.end()
        inside = self._group()
        if not _RELATION.search(inside):
            self.place = before
            return []
        bare = re.sub(r"^\s*\\?[{\[(]|\\?[}\])]\s*$", "", inside)
        tokens = TexLexer(bare).tokens()[:-1]
        tokens = [replace(token, start=start, end=self.place) for token in tokens]
        brackets = [Token(kind, text, start, self.place) for kind, text in
                    (("open", "("), ("close", ")"))]  # fmt: skip
        return [brackets[0], *tokens, brackets[1]]

    def _environment(self, which: str, start: int) -> Token:
        name = self._argument().rstrip("*")
        if name in _CASES:
            return Token("open" if which == "begin" else "close", "cases", start, self.place)
        if name not in _MATRICES:
            raise AnswerError(f"the environment {quoted(name)} is not read in an answer")
        if which == "begin" and name == "array":
            self._argument()
        return Token("open" if which == "begin" else "close", "matrix", start, self.place)
