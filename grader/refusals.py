"""The words for outcomes that are no value: an exception, the end of the process, a call that was not made."""

from __future__ import annotations

import builtins
import re
import tomllib
from pathlib import Path
from typing import Any

from grader.messages import Trouble
from grader.model import Status
from grader.outcomes import NotRun, Outcome, Raised, Returned, Stopped
from grader.probing import CheckFailed, CheckNotRun, Raises
from grader.recorded import Mistake

__all__ = ["KNOWN_ERRORS", "MUTATED", "WORDS", "import_failure", "not_written", "refusal", "stop_status"]

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
PLACE = re.compile(r" \([^()]*[/\\][^()]*\.py\)")  # what an ImportError adds: where the library lies on this machine
# Classes whose names may be told for hidden examples: a name that the student's code made up could carry the input out.
KNOWN_ERRORS = frozenset(
    name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
) | {"AxisError"}
MUTATED = Mistake(
    "mutated input",
    "",
    "Whoever calls the function still needs the array as it was.",
    "Work on a copy: of an array `a`, `np.array(a, dtype=float)` makes one.",
)


def _stop(kind: str) -> tuple[Status, str, str]:
    """By the end that a worker came to: the contract's status, what was seen, what to look at."""
    words = WORDS["stops"][kind]
    return words["status"], words["observation"], words["step"]


def _advice(trouble: Trouble, known: dict[str, str]) -> tuple[str, str, str]:
    """Name, reason and step: an old spelling, a known message, or the advice for a class of the exception."""
    for words, says in WORDS["spellings"].items():
        if words in trouble.message:
            return "old spelling", "", says
    for mistake in WORDS["errors"]:
        if any(words in trouble.message for words in mistake["says"]):
            return mistake["name"], mistake["reason"], mistake["step"]
    return "", "", next((known[name] for name in trouble.family if name in known), "")


def _said(trouble: Trouble) -> str:
    """The message of an exception behind its name, without the place of a library and the last full stop."""
    said = PLACE.sub("", trouble.message).rstrip(". \n")
    return f": {said}" if said else ""


def not_written(outcome: Raised) -> bool:
    """A stub that still raises NotImplementedError answers nothing, whatever was asked."""
    return "NotImplementedError" in outcome.trouble.family


def stop_status(outcome: Outcome) -> Status:
    """The contract's word for what an outcome other than a value stands for."""
    if isinstance(outcome, Stopped):
        return _stop(outcome.stop.kind)[0]
    if isinstance(outcome, Raised) and "MemoryError" in outcome.trouble.family:
        return "memory"
    return "timeout" if isinstance(outcome, NotRun) else "graded"


def refusal(function: str, outcome: Outcome, *, public: bool, wanted: Any = None) -> CheckFailed:
    """The failure for an outcome that is no value. For hidden examples it repeats nothing that student code chose."""
    status = stop_status(outcome)
    match outcome:
        case Stopped():
            _, observation, step = _stop(outcome.stop.kind)
            sentence = observation.format(f=function)
            return CheckFailed(sentence[:1].upper() + sentence[1:] + ".", "", step, status=status)
        case NotRun():
            return CheckNotRun(f"Not run: {outcome.reason}.", status=status)
        case Raised():
            return _raised(function, outcome, public, wanted, status)
        case Returned():
            return CheckFailed(f"`{function}` returned something that cannot be used here.")


def import_failure(exercise: str, outcome: Outcome, *, public: bool = True) -> CheckFailed:
    """Why the module of an exercise could not be imported; not `public` once the code has seen hidden examples."""
    if isinstance(outcome, Raised):
        trouble = outcome.trouble
        status: Status = "memory" if "MemoryError" in trouble.family else "import_error"
        where = f" ({trouble.where})" if public and trouble.where else ""
        detail = _said(trouble) if public else ""
        name = trouble.error if public or trouble.error in KNOWN_ERRORS else "an exception"
        text = f"Importing {exercise} raised {name}{where}{detail}."
        return CheckFailed(text, "", _advice(trouble, WORDS["at_import"])[2], status=status)
    if isinstance(outcome, Stopped):
        _, observation, step = _stop(outcome.stop.kind)
        text = observation.format(f=f"import {exercise}")
        return CheckFailed(f"{text[:1].upper()}{text[1:]}.", "", step, status=stop_status(outcome))
    return CheckFailed(f"{exercise} could not be imported.", status="import_error")


def _raised(function: str, outcome: Raised, public: bool, wanted: Any, status: Status) -> CheckFailed:
    trouble = outcome.trouble
    if trouble.kind == "absent":
        found = f" The file has: {trouble.message}." if public and trouble.message else ""
        return CheckFailed(f"There is no function `{function}`.{found}", "", "Check the spelling behind `def`.")
    if trouble.kind == "not_callable":
        return CheckFailed(f"`{function}` is not a function.", "", "Is there a variable of that name, too?")
    if trouble.kind == "too_large":
        return CheckFailed(f"`{function}` returned far more data than fits.", "", "What shape should the answer have?")
    if not_written(outcome):
        inner, called, _ = trouble.where.partition(", called from ")
        if public and called:
            text = f"`{function}` calls what is not written yet: NotImplementedError in {inner}."
            return CheckFailed(text, "", "Replace the TODO there by code first.")
        text = f"`{function}` is not written yet: it raises NotImplementedError."
        return CheckFailed(text, "", "Replace the TODO by code.")
    name = trouble.error if public or trouble.error in KNOWN_ERRORS else "an exception"
    detail = _said(trouble) if public else ""
    where = f" ({trouble.where})" if public and trouble.where else ""
    example = "" if public else " with an example that is not shown"
    if isinstance(wanted, Raises):
        return CheckFailed(
            f"`{function}` raised {name}{where} where {wanted.error} is asked for.",
            "Callers catch errors by their class.",
            f"Raise {wanted.error} with a sentence that says what is wrong.",
            misconception="wrong error class",
            status=status,
        )
    if "MemoryError" in trouble.family:
        _, observation, step = _stop("memory")
        return CheckFailed(f"{observation.format(f=function)}{example}{where}.", "", step, status=status)
    sentence = f"`{function}` raised {name}{example}{where}{detail}."
    if "read-only" in trouble.message:
        return CheckFailed(sentence, MUTATED.reason, MUTATED.next_step, misconception=MUTATED.name, status=status)
    mistake, reason, step = _advice(trouble, WORDS["in_a_call"])
    return CheckFailed(sentence, reason, step, misconception=mistake, status=status)
