"""A write-up by its headings: Markdown or LaTeX, and the answer that stands under each."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Section", "sections"]

HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+(?P<mark>[^\n]+?)[ \t#]*$"
    r"|(?:\*\*(?P<bold>[^*\n]+)\*\*"
    r"|\\(?:(?:sub)*section|(?:sub)?paragraph|question|part)\*?"
    r"\{(?P<tex>[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*)\}"
    r"|\\item\[(?P<item>[^\]\n]*)\])[ \t]*(?P<rest>[^\n]*)$)",
    re.MULTILINE,
)
DISPLAYS = re.compile(
    r"\$\$(?P<dollars>.+?)\$\$|\\\[(?P<brackets>.+?)\\\]"
    r"|\\begin\{(?P<name>equation|align|aligned|gather|displaymath|eqnarray|multline)(?P<star>\*?)\}"
    r"(?P<inside>.+?)\\end\{(?P=name)(?P=star)\}"
    r"|```\{math\}(?P<fence>.+?)```",
    re.DOTALL,
)
INLINE = re.compile(
    r"(?<!\\)\$(?!\$)(?P<dollar>[^$]+?)(?<!\\)\$(?!\$)|\\\((?P<round>.+?)\\\)", re.S
)
CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, up to the next one."""

    title: str
    body: str

    @property
    def text(self) -> str:
        """The body as one answer in words."""
        return self.body.strip()

    @property
    def answer(self) -> str:
        """The last formula of the body: displayed, else within a line, else code, else all of it.

        >>> Section("1", "First $a$, so\\n\\n$$ b $$").answer
        'b'
        """
        for pattern in (DISPLAYS, INLINE):
            found = [
                next(text for name, text in match.groupdict().items()
                     if text is not None and name not in ("name", "star"))
                for match in pattern.finditer(self.body)
            ]  # fmt: skip
            if found:
                return found[-1].strip()
        code = CODE.findall(self.body)
        return code[-1].strip() if code else self.text


def sections(text: str) -> list[Section]:
    """The headings of a write-up; what comes before the first belongs to none.

    >>> sections("## 1.1\\nfirst\\n\\\\subsection*{1.2}\\nsecond")
    [Section(title='1.1', body='first'), Section(title='1.2', body='second')]
    """
    text = re.sub(r"(?<!\\)%[^\n]*", "", text) if "\\begin{document}" in text else text
    text = text.partition("\\end{document}")[0]
    matches = list(HEADING.finditer(text))
    ends = [*(match.start() for match in matches[1:]), len(text)]
    return [
        Section(
            next(match[name] for name in ("mark", "bold", "tex", "item") if match[name]).strip(),
            f"{match['rest'] or ''}\n{text[match.end() : end]}".strip(),
        )
        for match, end in zip(matches, ends, strict=False)
        if any(match[name] for name in ("mark", "bold", "tex", "item"))
    ]
