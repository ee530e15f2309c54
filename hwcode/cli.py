"""The command line: what it can do, ``hwcode --help`` says."""

from __future__ import annotations

import argparse
import codecs
import json
import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hwcode.checking.verdict import Method, Outcome, Verdict, gravest

__all__ = ["main"]

RIGHT, WRONG, UNREADABLE, FAULT = (
    one.status for one in (Outcome.RIGHT, Outcome.WRONG, Outcome.UNREADABLE, Outcome.FAULT)
)
EXIT_CODES = "exit status of check: " + ", ".join(f"{one.status} {one}" for one in Outcome)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is returned, not raised.

    >>> main(["check", "A1-1.3.1:nearest", "[3/2, 3/2]"])
    A1-1.3.1:nearest: right (by exact arithmetic)
      read as: [3/2, 3/2]
      how: equal numbers
    0
    """
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(_answers_spaced(given))
    from hwcode.checking.errors import AmbiguousError, AnswerError, DataError, UnknownNameError
    from hwcode.checking.extras import lacking

    try:
        return options.run(options)
    except AmbiguousError as error:
        return _failed(options, Outcome.ASKED, str(error), error.readings)
    except (AnswerError, UnknownNameError, DataError, OSError) as error:
        return _failed(options, Outcome.UNREADABLE, str(error))
    except ModuleNotFoundError as error:
        print(f"hwcode: this command needs {lacking(error)}", file=sys.stderr)
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
        return _failed(options, Outcome.FAULT, f"unexpected {told}")


def _failed(
    options: argparse.Namespace, outcome: Outcome, why: str, readings: Sequence[str] = ()
) -> int:
    """What came to no verdict, told in the same words and the same form as one."""
    if getattr(options, "json", False):
        id, _, part = getattr(options, "id", "").partition(":")
        told = Verdict(id, outcome, Method.NOT_JUDGED, why, part, readings=tuple(readings))
        print(json.dumps(told.to_json(), indent=1))
    print(f"hwcode: {why}", file=sys.stderr)
    return outcome.status


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

    told = "list the questions, one row for each id, and where each part can be checked"
    listing = commands.add_parser("list", help=told)
    told = "only ids that begin so (A2, A2-2.2 or 2.2), or the questions of a chapter"
    listing.add_argument("begin", metavar="BEGIN", nargs="?", default="", help=told)
    listing.set_defaults(run=_list)

    show = commands.add_parser("show", help="show a question and what answers to it look like")
    show.add_argument("id", metavar="ID")
    show.add_argument("--solution", action="store_true", help="also the answer and a model answer")
    show.set_defaults(run=_show)

    check = commands.add_parser("check", help="check an answer to a question", epilog=EXIT_CODES)
    check.add_argument("id", metavar="ID", help="the id, or ID:part; or A1, A2, H2, P4: a sheet")
    check.add_argument("answer", metavar="ANSWER", help="a text, @FILE, or - for standard input")
    told = "the answer is a derivation, A = B = C or one equality a line, names by r := ..."
    wrongly = "print a text to copy, to say that the verdict is wrong; nothing is sent"
    check.add_argument(
        "--disagree",
        action="store_true",
        help=wrongly,
    )
    check.add_argument("--steps", action="store_true", help=told)
    told = "of a sheet: which name or heading is the answer to which part; ID empty leaves it out"
    check.add_argument("--map", metavar="NAME=ID", action="append", default=[], help=told)
    check.add_argument("--at", metavar="JSON", help="values of the symbols to compare at")
    check.set_defaults(run=_check)

    practise = commands.add_parser("practise", help="a question with new numbers, to try again")
    practise.add_argument("id", metavar="ID", nargs="?", help="the id; without it, those that can")
    told = "draw the same numbers again; without it, new ones"
    practise.add_argument("--seed", type=_seed, metavar="N", help=told)
    practise.add_argument("--solution", action="store_true", help="also the answer")
    practise.set_defaults(run=_practise)

    ledger = commands.add_parser(
        "ledger", help="how every answer and every claim is decided, the weakest first"
    )
    told = "a question or a chapter; without it, all (a minute)"
    ledger.add_argument("name", metavar="NAME", nargs="?", default="", help=told)
    ledger.set_defaults(run=_ledger)

    for command in (listing, show, check, practise, ledger):
        command.add_argument("--json", action="store_true", help="print JSON")

    _add_data(commands)
    _add_results(commands)

    sweep = commands.add_parser("sweep", help="run an experiment at combinations of values")
    sweep.add_argument("name", metavar="EXPERIMENT")
    told = "values of one name of its configuration, or of seed"
    sweep.add_argument("choices", metavar="NAME=a,b,c", nargs="+", help=told)
    told = "processes here (the default), or jobs of a Slurm cluster (not tried on one)"
    sweep.add_argument("--on", metavar="PLACE", default="local", help=f"local or slurm: {told}")
    sweep.add_argument("--workers", type=int, metavar="N", help="how many at a time")
    sweep.add_argument("--into", type=Path, metavar="FOLDER", help="where the record is written")
    sweep.set_defaults(run=_sweep)
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
    verbs.add_parser("certify", help="replay the first steps: does this machine compute the same?")
    verbs.add_parser("restamp", help="replay the first steps and renew the stamp if they agree")
    for verb, parser in verbs.choices.items():
        if verb != "list":
            parser.add_argument("name", metavar="NAME")
        if verb in ("make", "verify"):
            told = "only this seed; may be given several times"
            parser.add_argument("--seed", type=int, action="append", help=told)
        parser.set_defaults(run=_results, verb=verb)


def _list(options: argparse.Namespace) -> int:
    from hwcode.chapters.listing import listed

    rows = listed(options.begin)
    if options.json:
        print(json.dumps(rows, indent=1))
        return RIGHT
    for row in rows:
        where = {True: "page", False: "command"}
        told = " and ".join(where[one] for one in sorted(set(row["in_page"]), reverse=True))
        names = zip(row["parts"], row["in_page"], strict=False)
        parts = ", ".join(name if here else f"{name} (command)" for name, here in names)
        parts = f"  [{parts}]" if parts else ""
        print(
            f"{row['id']:<10} {row['marks']:>4g}  {row['chapter']:<24} {told:<16} "
            f"{row['title']}{parts}"
        )
    return RIGHT


def _show(options: argparse.Namespace) -> int:
    from hwcode.chapters import SOURCES, question
    from hwcode.checking.plain import plain

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
    print(f"{' and '.join(asked.ids)}: {asked.title}\n\n{plain(told['statement'])}\n")
    for part in told["parts"]:
        name = f"{asked.id}:{part['name']}" if part["name"] else asked.id
        print(f"{name}: {plain(part['asks'])}\n    expected: {plain(part['form'])}")
        if "answer" in part:
            print(f"    answer: {part['answer']}")
    if options.solution:
        print(f"\nModel answer\n{plain(told['model_answer'])}")
    return RIGHT


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 on, not {text!r}")
    return int(text)


def _practise(options: argparse.Namespace) -> int:
    from hwcode.chapters import CHAPTERS, exercises_of
    from hwcode.chapters.practice import exercise
    from hwcode.checking.plain import plain

    if not options.id:
        ids = [id for chapter in CHAPTERS for id in exercises_of(chapter)]
        print(json.dumps(ids, indent=1) if options.json else "\n".join(ids))
        return RIGHT
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    asked = exercise(options.id, seed)
    (part,) = asked.parts
    told = {"id": asked.id, "statement": asked.statement, "expected": part.form.describe()}
    if options.solution:
        told["answer"] = part.form.show(part.reference)
    if options.json:
        print(json.dumps({**told, "seed": seed}, indent=1, ensure_ascii=False))
        return RIGHT
    statement, expected = plain(asked.statement), plain(told["expected"])
    print(f"{asked.id}: {asked.title}\n\n{statement}\n\nexpected: {expected}")
    print(
        f"answer: {told['answer']}" if options.solution else f"check: hwcode check '{asked.id}' ..."
    )
    return RIGHT


def _ledger(options: argparse.Namespace) -> int:
    from hwcode.chapters.inventory import HOW, inventory, told
    from hwcode.chapters.ledger import claims, summary, weakest_first

    found = weakest_first([*claims(options.name)])
    pages = [claim for claim in inventory() if options.name in ("", claim.page)]
    weakest = sorted(
        pages, key=lambda claim: (claim.how == "none", (*HOW, "none").index(claim.how))
    )
    if options.json:
        told_of = {"parts": [*map(vars, found)], "pages": [*map(vars, weakest)]}
        print(json.dumps(told_of, indent=1, ensure_ascii=False))
        return RIGHT
    for one in weakest:
        print(one)
    for claim in found:
        print(f"{claim.method.value:<10} {claim.key:<28} {claim.detail}")
    if pages:
        print(told(pages))
    print(summary(found))
    return RIGHT


def _check(options: argparse.Namespace) -> int:
    from hwcode.chapters.check import check_typed
    from hwcode.checking.errors import AnswerError

    answer = _answer_text(options.answer)
    if "-" not in options.id:
        return _check_sheet(options, answer)
    if options.map:
        raise AnswerError("--map belongs to a whole sheet, as in: hwcode check A1 @mine.ipynb")
    try:
        at = None if options.at is None else json.loads(options.at)
    except (ValueError, RecursionError) as error:
        raise AnswerError(f"--at takes a JSON object of symbols and values: {error}") from None
    if options.at is not None and not isinstance(at, dict):
        raise AnswerError('--at takes a JSON object of symbols and values, as {"n": 3}')
    if options.steps and at is not None:
        raise AnswerError("--at belongs to a single answer, not to a derivation")
    verdict = check_typed(options.id, answer, at, steps=options.steps)
    if options.json:
        print(json.dumps(verdict.to_json(), indent=1))
    else:
        print(verdict.disagree if options.disagree else verdict)
    return verdict.outcome.status


def _check_sheet(options: argparse.Namespace, text: str) -> int:
    from hwcode.chapters import sheet
    from hwcode.checking.errors import AnswerError

    if options.at is not None:
        raise AnswerError("--at belongs to a single answer")
    pairs = [one.rpartition("=") for one in options.map]
    if not all(separator for _, separator, _ in pairs):
        raise AnswerError("--map takes NAME=ID, as in: --map 'My gradient=A1-1.1'")
    names = {name.strip(): id.strip() for name, _, id in pairs}
    found = sheet.read_sheet(options.id, text, names)
    rows = []

    def decided() -> Iterator[sheet.Row]:
        for row in sheet.check_sheet(found):
            rows.append(row)
            yield row

    if options.json:
        print(sheet.as_json(found, decided()))
    else:
        for line in sheet.as_text(found, decided()):
            print(line, flush=True)
    return gravest(row.outcome for row in rows).status


def _answer_text(argument: str) -> str:
    from hwcode.checking.errors import AnswerError

    try:
        if argument == "-":
            return sys.stdin.read()
        if argument.startswith("@"):
            content = Path(argument[1:]).read_bytes()
            # As Windows editors write files: a mark of the byte order in front.
            wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            return content.decode("utf-16" if wide else "utf-8-sig")
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
    from hwcode.chapters.experiments import all_names, experiment
    from hwcode.training import commands

    if options.verb == "list":
        commands.listing(map(experiment, all_names()))
        return RIGHT
    seeds = getattr(options, "seed", None) or ()
    return commands.run(options.verb, experiment(options.name), seeds)


def _sweep(options: argparse.Namespace) -> int:
    from hwcode.chapters.experiments import experiment
    from hwcode.checking.errors import AnswerError
    from hwcode.training.experiment import Experiment
    from hwcode.training.sweep import read_choices, sweep

    asked = experiment(options.name)
    if not isinstance(asked, Experiment):
        raise AnswerError(f"{asked.name} is a measurement of times, and no training")
    if options.workers is not None and options.workers < 1:
        raise AnswerError(f"--workers takes a number from 1 on, not {options.workers}")
    choices = read_choices(asked, options.choices)
    found = sweep(asked, choices, options.on, workers=options.workers, folder=options.into)
    print(found.path)
    return WRONG if found.failed else RIGHT


if __name__ == "__main__":
    sys.exit(main())
