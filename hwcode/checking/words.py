"""The names in an answer: which symbols, functions and constants a word stands for.

A word may be one name, ``lmax``, or several that are multiplied, ``NICNF``. The symbols of the
question decide: where they leave one way to split it, that is the reading; where they leave
several, all are kept, and :mod:`hwcode.checking.reader` asks back if they differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hwcode.checking.errors import AnswerError, quoted
from hwcode.checking.functions import FUNCTIONS, OTHER_NAMES
from hwcode.checking.tokens import Cell, Token

__all__ = ["MODULES", "Names", "Speller", "keys_of", "other_names", "spelled"]

CONSTANTS = ("pi", "e")
MODULES = {
    "np", "numpy", "math", "torch", "linalg", "sp", "sympy", "scipy", "special", "nn", "functional",
    "F", "jnp", "jax",
}  # fmt: skip
"""What may stand before a function in code: ``np.linalg.inv``."""
_INDEXED = {"log2", "log10"}
MOST = 8
"""Ways to split the words of an answer that are kept."""


def other_names(symbols: Mapping[str, object], aliases: Mapping[str, str]) -> dict[str, str]:
    """From other names of the symbols to their own: those given, and some that are usual.

    >>> other_names({"eps": 0, "lmax": 0}, {})
    {'epsilon': 'eps', 'lammax': 'lmax'}
    """
    names = {}
    for name in symbols:
        if name == "eps":
            names["epsilon"] = name
        elif name == "lamt":
            names["lamtilde"] = name
        elif end := re.fullmatch(r"l(min|max|\d+)", name):
            names[f"lam{end[1]}"] = name
    return {**names, **aliases}


@dataclass(frozen=True)
class Names:
    """The names that an answer may use.

    Args:
        symbols: the typed name of each symbol.
        aliases: other spellings, and the names that they stand for.
        printed: how symbols are set in LaTeX, as words, and the names that they stand for.
    """

    symbols: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    printed: Mapping[tuple[Cell, ...], str] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, str]:
        """From the key of a word to the symbol's typed name."""
        spellings = {**other_names(dict.fromkeys(self.symbols), self.aliases)}
        spellings |= {name: name for name in self.symbols}
        found = {}
        for cells, name in self.printed.items():
            found.update(dict.fromkeys(keys_of(cells), name))
        for spelling, name in spellings.items():
            found[_joined(spelling)] = name
        return found

    def listed(self) -> str:
        """The symbols, for a message."""
        return ", ".join(sorted(self.symbols)) or "none (a number is expected)"


def _joined(name: str) -> str:
    """A name without its underscores, ``lambda`` shortened as Python's users have to."""
    return re.sub("lambda|lamda", "lam", name.replace("_", ""))


def keys_of(cells: tuple[Cell, ...]) -> list[str]:
    """The keys under which a run of cells may be known; none if it can't be one name."""
    if not all(cell.plain for cell in cells[:-1]) or cells[0].glued or cells[0].base.isdigit():
        return []
    stem, last = "".join(cell.base for cell in cells), cells[-1]
    prime = "p" * last.primes
    told = [stem + last.sub + prime + last.accent, stem + prime + last.sub + last.accent]
    if last.accent:
        told.append(stem + last.accent + last.sub + prime)
    if last.sub == last.accent == "" and (end := re.fullmatch(r"(.*?)(bar|hat|tilde)(\d+)", stem)):
        told.append(f"{end[1]}{end[3]}{end[2]}")
    return [_joined(one) for one in told]


@dataclass
class Speller:
    """Turns words into names.

    >>> speller = Speller(Names(("NIC", "NF", "sigma")).known, "NIC, NF, sigma")
    >>> word = Token("word", "NICNF", 0, 5, cells=tuple(map(Cell, "NICNF")))
    >>> [[token.text for token in way] for way in speller.ways(word, calls=False)]
    [['NIC', 'NF']]
    """

    known: Mapping[str, str]
    listed: str
    notes: list[str] = field(default_factory=list)
    axis: bool = False
    bound: frozenset[str] = frozenset()

    def ways(self, word: Token, calls: bool, raised: bool = False) -> list[list[Token]]:
        """All ways to read a word as names.

        Args:
            word: the word.
            calls: whether an opening bracket follows.
            raised: whether it is an exponent, where a T begins a transpose.

        Raises:
            AnswerError: if there is none; names the word, and the symbols that there are.
        """
        whole = self._piece(word, word.cells, function=True)
        found = [whole] if whole else []
        if raised and word.cells[0] == Cell("T"):
            first = replace(word, kind="sign", text="T", cells=())
            rest = replace(word, cells=word.cells[1:], spaced=False)
            found += [[first, *way] for way in (self.ways(rest, calls) if rest.cells else [[]])]
        found = found or self._split(word, word.cells, calls)
        if found:
            return [
                [replace(token, spaced=token.spaced and i == 0) for i, token in enumerate(way)]
                for way in found
            ]
        raise self._refused(word, calls)

    def _split(self, word: Token, cells: tuple[Cell, ...], calls: bool) -> list[list[Token]]:
        if not cells:
            return [[]]
        found: list[list[Token]] = []
        for end in range(len(cells), 0, -1):
            last = end == len(cells)
            if not last and cells[end].glued:
                continue
            piece = self._piece(word, cells[:end], function=last and calls)
            if piece and (piece[0].kind, piece[0].text) != ("constant", "e"):
                found += [[*piece, *rest] for rest in self._split(word, cells[end:], calls)]
            if len(found) > MOST:
                raise AnswerError(
                    f"{quoted(word.text)} can be split in many ways; write each product *"
                )
        return found

    def _piece(self, word: Token, cells: tuple[Cell, ...], function: bool) -> list[Token] | None:
        """A run of cells as one name, with what is raised behind it."""
        if self.bound and (found := self._bound(word, cells)):
            return found
        for key in keys_of(cells):
            if key in self.known:
                return [replace(word, kind="name", text=self.known[key], cells=())]
        last = cells[-1]
        if last.primes:
            bare = (*cells[:-1], replace(last, primes=0))
            piece = self._piece(word, bare, function)
            transposed = replace(word, kind="sign", text="'" * last.primes, cells=())
            return piece and [*piece, transposed]
        if last.accent == "hat":
            piece = self._piece(word, (*cells[:-1], replace(last, accent="")), False)
            if piece:
                told = f"the hat on {piece[0].text} left out"
                self.notes += [told] if told not in self.notes else []
            return piece
        stem = "".join(cell.base for cell in cells) + last.sub
        if "".join(cell.base for cell in cells) == "I" and (
            not last.sub or last.sub.isdigit() or last.sub in self.known
        ):
            size = self.known.get(last.sub, last.sub)
            return [replace(word, kind="identity", text=size, cells=())]
        if function and (base := self._base(cells)):
            return [replace(word, kind="function", text=f"log_{base}", cells=())]
        if last.accent or (any(cell.glued or cell.sub for cell in cells) and stem not in _INDEXED):
            return None
        if function and (called := _function(stem)):
            return [replace(word, kind="function", text=called, cells=())]
        if stem in CONSTANTS:
            return [replace(word, kind="constant", text=stem, cells=())]
        return None

    def _base(self, cells: tuple[Cell, ...]) -> str:
        """The base of a logarithm that stands at its foot; empty where none does."""
        stem = "".join(cell.base for cell in cells[:3] if not cell.glued)
        foot = "".join(cell.base for cell in cells[3:]) + cells[-1].sub
        if (
            stem != "log"
            or not foot
            or cells[-1].accent
            or not (cells[2].sub or cells[3:][0].glued)
        ):
            return ""
        number = re.fullmatch(r"\d+(?:\.\d+)?", foot) and f"log{foot}" not in _INDEXED
        return foot if number or foot == "e" else self.known.get(foot, "")

    def _bound(self, word: Token, cells: tuple[Cell, ...]) -> list[Token] | None:
        """The index of a sum, or a symbol with it: an entry of a vector, a line of a matrix."""
        stem, last = cells[:-1], cells[-1]
        if not stem and last.plain and last.base in self.bound:
            return [replace(word, kind="bound", text=last.base, cells=())]
        if last.glued and last.base in self.bound and stem:
            base, index = stem, last.base  # x_i
        elif last.sub and set(last.sub) <= self.bound:
            base, index = (*stem, replace(last, sub="")), last.sub
        else:
            return None
        for key in keys_of(base):
            for name in (key, key[:1].upper() + key[1:]):
                if name in self.known:
                    return [replace(word, kind="indexed", text=self.known[name],
                                    cells=tuple(map(Cell, index)))]  # fmt: skip
        return None

    def _refused(self, word: Token, calls: bool) -> AnswerError:
        stem = "".join(cell.base + cell.sub for cell in word.cells)
        if calls and len(word.cells) > 1:
            return AnswerError(
                f"unknown name {quoted(word.text)}; the symbols are {self.listed},"
                f" and the functions {', '.join(FUNCTIONS)}"
            )
        hint = ""
        if stem == "T":
            hint = "; X.T is the transpose"
        elif re.fullmatch(r"[A-Za-z]+\d+", word.text):
            hint = "; a power is typed as x^2"
        return AnswerError(f"unknown name {quoted(word.text)}; the symbols are {self.listed}{hint}")


def _function(stem: str) -> str | None:
    for name in (stem, stem.casefold()):
        if name in FUNCTIONS:
            return name
        if name in OTHER_NAMES:
            return OTHER_NAMES[name]
    return None


def spelled(tokens: Sequence[Token], speller: Speller, tex: bool = False) -> list[list[Token]]:
    """The tokens with their words as names, in all ways that there are.

    Raises:
        AnswerError: names the first word that is no name here.
    """
    bound = {one.cells[0].base for one in tokens if (one.kind, one.text) == ("command", "sum")}
    speller = replace(speller, bound=frozenset(bound)) if bound else speller
    tokens = _without_modules(_layers(list(tokens), speller), speller)
    tokens = _eigenvalues(tokens, speller)
    found: list[list[Token]] = [[]]
    for place, token in enumerate(tokens):
        attribute = place > 0 and tokens[place - 1].text == "." and not tokens[place - 1].spaced
        if token.kind != "word" or attribute:
            found = [[*way, token] for way in found]
            continue
        after = tokens[place + 1]
        calls = after.text in ("(", "{") or after.kind in ("name", "number", "word")
        raised = _raised(tokens, place)
        first = token.cells[0]
        before = tokens[place - 1] if place else token
        single = before.text == "^" or (before.kind, before.text) == ("command", "frac")
        if tex and single and len(token.cells) > 1:
            # In LaTeX one letter alone is raised, or stands above the line.
            ways = [
                [*one, *other]
                for one in speller.ways(replace(token, cells=(first,)), False, raised)
                for other in _rest(token, calls, speller)
            ]
        else:
            ways = speller.ways(token, calls, raised)
        found = [[*before, *way] for before in found for way in ways]
        if len(found) > MOST:
            raise AnswerError("the words can be split in many ways; write each product with its *")
    return found


def _rest(token: Token, calls: bool, speller: Speller) -> list[list[Token]]:
    """A word without its first letter; digits are a number then."""
    cells = token.cells[1:]
    digits = "".join(cell.base for cell in cells)
    if digits.isdigit():
        return [[replace(token, kind="number", text=digits, cells=(), spaced=False)]]
    return speller.ways(replace(token, cells=cells, spaced=False), calls)


def _raised(tokens: Sequence[Token], place: int) -> bool:
    """Whether a token begins an exponent."""
    before = place - 1
    while before > 0 and tokens[before].text in ("{", "(", "-"):
        before -= 1
    return before > 0 and tokens[before].text == "^"


def _layers(tokens: list[Token], speller: Speller) -> list[Token]:
    """``W^{(3)}`` is W3 where there is one."""
    place = 0
    while place < len(tokens):
        texts = [token.text for token in tokens[place + 1 : place + 6]]
        word = tokens[place]
        if word.kind == "word" and texts[:1] == ["^"]:
            skip = 2 if texts[1:3] == ["{", "("] else 1
            if texts[skip : skip + 1] == ["("] and texts[skip + 2 : skip + 3] == [")"]:
                last = replace(word.cells[-1], sub=word.cells[-1].sub + texts[skip + 1])
                cells = (*word.cells[:-1], last)
                if any(key in speller.known for key in keys_of(cells)):
                    tokens[place] = replace(word, cells=cells)
                    start = place + 1 + skip
                    del tokens[start : start + 3]
                    if skip == 1:
                        del tokens[place + 1]
                    elif tokens[place + 3].text == "}":
                        del tokens[place + 1 : place + 4]
        place += 1
    return tokens


_GRAM = re.compile(r"(XB?)(?:T|')\1|(XB?)\2(?:T|')")


def _eigenvalues(tokens: list[Token], speller: Speller) -> list[Token]:
    """``lmax`` for the largest eigenvalue of a Gram matrix that is written out behind it.

    Of ``X^T X`` and ``X X^T`` the largest is the same; whose smallest one is meant, the question
    says, with an alias.

    Raises:
        AnswerError: if another matrix stands in the brackets.
    """
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        found.append(word := tokens[place])
        place += 1
        keys = keys_of(word.cells) if word.cells else []
        name = next((speller.known[key] for key in keys if key in speller.known), "")
        if name not in ("lmax", "lmin") or tokens[place].kind != "open":
            continue
        end = place
        while end < len(tokens) and tokens[end].kind != "end":
            inside = tokens[place : end + 1]
            end += 1
            if sum({"open": 1, "close": -1}.get(one.kind, 0) for one in inside) == 0:
                break
        told = "".join(one.text for one in tokens[place + 1 : end - 1])
        matrix = re.sub(r"\\[a-z]+|[\s^{}()\[\]@.*·_]", "", told)
        if not _GRAM.fullmatch(matrix) or (
            name == "lmin" and speller.known.get(f"lmin({matrix})") != name
        ):
            raise AnswerError(f"{name} stands alone here, without '({told})' behind it")
        speller.notes.append(f"{name}({matrix}) read as {name}")
        place = end
    return found


def _without_modules(tokens: list[Token], speller: Speller) -> list[Token]:
    """Without what stands before functions in code, as in ``np.linalg.inv``."""
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        after = tokens[place + 1 : place + 3]
        module = token.text in MODULES and token.text not in speller.known
        if module and [one.kind for one in after] == ["sign", "word"] and after[0].text == ".":
            place += 2
            tokens[place] = replace(tokens[place], spaced=token.spaced)
            continue
        found.append(token)
        place += 1
    return found
