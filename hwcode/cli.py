"""The command line: ``hwcode list``, ``show``, ``check``, ``data`` and ``results``."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["main"]

RIGHT, WRONG, UNREADABLE, NOT_JUDGED, FAILED = 0, 1, 2, 3, 4
EXIT_CODES = (
    "exit status of check: 0 right, 1 wrong, 2 not readable as an answer, 3 not judged, "
    "4 the check itself failed"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is returned, not raised.

    >>> main(["check", "A1-1.3.1:nearest", "[3/2, 3/2]"])
    A1-1.3.1:nearest: right (by exact arithmetic)
      how: equal numbers
    0
    """
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(_answers_spaced(given))
    from hwcode.checking.errors import AnswerError, UnknownNameError
    from hwcode.data.images import DataError

    try:
        return options.run(options)
    except (AnswerError, UnknownNameError, DataError, OSError) as error:
        if getattr(options, "json", False):
            print(json.dumps({"unreadable": str(error)}, indent=1))
        print(f"hwcode: {error}", file=sys.stderr)
        return UNREADABLE
    except KeyboardInterrupt:
        print("hwcode: stopped; what was finished is kept", file=sys.stderr)
        return 130
    except Exception as error:
        # A fault of ours must not look like a wrong answer, whose status Python's own would be.
        lines = str(error).strip().splitlines() or [""]
        told = ": ".join(
            filter(None, (type(error).__name__, lines[0].rstrip(":"), *lines[1:][-1:]))
        )
        print(f"hwcode: unexpected {told}", file=sys.stderr)
        return FAILED


def _answers_spaced(arguments: Sequence[str]) -> list[str]:
    """A space before an answer such as ``-w1+3``, which would be taken for an option.

    >>> _answers_spaced(["check", "A1-1.3.1:line", "-w1+3", "--json"])
    ['check', 'A1-1.3.1:line', ' -w1+3', '--json']
    """
    if not arguments or arguments[0] != "check":
        return list(arguments)
    return [f" {one}" if re.match(r"-[^-]", one) and one != "-h" else one for one in arguments]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hwcode", description="Questions, checked answers, data and recorded results."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    listing = commands.add_parser("list", help="list the questions, one row for each id")
    listing.set_defaults(run=_list)

    show = commands.add_parser("show", help="show a question and what answers to it look like")
    show.add_argument("id", metavar="ID")
    show.add_argument("--solution", action="store_true", help="also the answer and a model answer")
    show.set_defaults(run=_show)

    check = commands.add_parser("check", help="check an answer to a question", epilog=EXIT_CODES)
    check.add_argument("id", metavar="ID", help="the id, or ID:part")
    check.add_argument("answer", metavar="ANSWER", help="a text, @FILE, or - for standard input")
    check.add_argument("--at", metavar="JSON", help="values of the symbols to compare at")
    check.set_defaults(run=_check)

    for command in (listing, show, check):
        command.add_argument("--json", action="store_true", help="print JSON")

    _add_data(commands)
    _add_results(commands)
    return parser


def _add_data(commands: Any) -> None:
    data = commands.add_parser("data", help="the real datasets: what is there, and fetch them")
    verbs = data.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("status", help="which datasets are there, and whole").set_defaults(
        run=_data_status
    )
    get = verbs.add_parser("get", help="download a dataset and prepare it")
    get.add_argument("name", choices=["mnist", "cifar10"])
    get.set_defaults(run=_data_get)


def _add_results(commands: Any) -> None:
    results = commands.add_parser("results", help="recorded trainings: list, make, verify")
    verbs = results.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("list", help="the experiments, and whether their records are up to date")
    verbs.add_parser("make", help="train with the recorded configuration and write the record")
    verbs.add_parser("verify", help="train again and compare every metric with the record")
    verbs.add_parser("restamp", help="replay the first steps and renew the stamp if they agree")
    for verb, parser in verbs.choices.items():
        if verb != "list":
            parser.add_argument("name", metavar="NAME")
        if verb in ("make", "verify"):
            told = "only this seed; may be given several times"
            parser.add_argument("--seed", type=int, action="append", help=told)
        parser.set_defaults(run=_results, verb=verb)


def _list(options: argparse.Namespace) -> int:
    from hwcode.questions import all_ids, question

    rows: list[dict[str, Any]] = []
    for id in all_ids():
        asked = question(id)
        rows.append(
            {
                "id": id,
                "marks": asked.marks[id],
                "chapter": asked.chapter,
                "title": asked.title,
                "parts": [part.name for part in asked.parts if part.name],
            }
        )
    if options.json:
        print(json.dumps(rows, indent=1))
        return RIGHT
    for row in rows:
        parts = f"  [{', '.join(row['parts'])}]" if row["parts"] else ""
        print(f"{row['id']:<10} {row['marks']:>4g}  {row['chapter']:<24} {row['title']}{parts}")
    return RIGHT


def _show(options: argparse.Namespace) -> int:
    from hwcode.questions import question
    from hwcode.questions.sources import SOURCES

    asked = question(options.id)
    told: dict[str, Any] = {
        "ids": list(asked.ids),
        "title": asked.title,
        "chapter": asked.chapter,
        "marks": dict(asked.marks),
        "source": [SOURCES[id.split("-")[0]] for id in asked.ids],
        "statement": asked.statement.strip(),
        "parts": [
            {"name": part.name, "asks": part.asks, "form": part.form.describe()}
            for part in asked.parts
        ],
    }
    if options.solution:
        for part, row in zip(asked.parts, told["parts"], strict=True):
            row["answer"] = part.form.show(part.reference)
        told["model_answer"] = asked.model_answer.strip()
    if options.json:
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return RIGHT
    print(f"{' and '.join(asked.ids)}: {asked.title}\n\n{told['statement']}\n")
    for part in told["parts"]:
        name = f"{asked.id}:{part['name']}" if part["name"] else asked.id
        print(f"{name}: {part['asks']}\n    expected: {part['form']}")
        if "answer" in part:
            print(f"    answer: {part['answer']}")
    if options.solution:
        print(f"\nModel answer\n{told['model_answer']}")
    return RIGHT


def _check(options: argparse.Namespace) -> int:
    from hwcode.checking.api import check, split_id
    from hwcode.checking.errors import AnswerError
    from hwcode.questions import question

    answer: Any = _answer_text(options.answer)
    name, part = split_id(options.id)
    if not part and len(question(name).parts) > 1 and answer.lstrip().startswith("{"):
        try:
            answer = json.loads(answer)
        except (ValueError, RecursionError) as error:
            raise AnswerError(f"not a JSON object of parts and answers: {error}") from None
    try:
        at = None if options.at is None else json.loads(options.at)
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"--at takes a JSON object of symbols and values: {error}") from None
    if options.at is not None and not isinstance(at, dict):
        raise AnswerError('--at takes a JSON object of symbols and values, as {"n": 3}')
    verdict = check(options.id, answer, at)
    print(json.dumps(verdict.to_json(), indent=1) if options.json else verdict)
    return {True: RIGHT, False: WRONG, None: NOT_JUDGED}[verdict.right]


def _answer_text(argument: str) -> str:
    from hwcode.checking.errors import AnswerError

    try:
        if argument == "-":
            return sys.stdin.read()
        if argument.startswith("@"):
            return Path(argument[1:]).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        source = "standard input" if argument == "-" else argument[1:]
        raise AnswerError(f"{source} is no text in UTF-8: {error.reason}") from None
    return argument


def _data_status(options: argparse.Namespace) -> int:
    from hwcode.data import data_root, status

    print(f"datasets in {data_root()}")
    rows = status()
    for name, state, sentence in rows:
        print(f"{name:<8} {state:<8} {sentence}")
    return WRONG if any(state == "damaged" for _, state, _ in rows) else RIGHT


def _data_get(options: argparse.Namespace) -> int:
    from hwcode.data.download import get

    print(get(options.name))
    return RIGHT


def _results(options: argparse.Namespace) -> int:
    from hwcode.training import commands

    seeds = getattr(options, "seed", None) or ()
    return commands.run(options.verb, getattr(options, "name", ""), seeds)


if __name__ == "__main__":
    sys.exit(main())
