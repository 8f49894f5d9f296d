"""From outcomes to a verdict: what differs first, which known mistake explains all of it, what the student may be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, zip_longest
from typing import Any

import numpy as np

from grader.compare import Problem, difference, kind_of, raised_as_expected
from grader.illustrate import evidence
from grader.model import Evidence, Status
from grader.probing import CheckFailed, CheckNotRun, PictureFile, Raises
from grader.recorded import Example, Mistake, Replay
from grader.student import NotRun, Outcome, Raised, Request, Returned, Stopped, Student

__all__ = ["agree", "import_failure", "is_right", "refusal", "request", "stop_status"]

STOPS: dict[str, tuple[Status, str, str]] = {
    "timeout": ("timeout", "`{f}` took too much time", "Look for a loop that never ends, or one that does far more work than needed."),
    "memory": ("memory", "`{f}` needed more memory than there is", "Look for an array that is far larger than the image."),
    "crashed": ("crashed", "the Python process broke down during `{f}`", "Look for recursion without an end."),
    "exited": ("crashed", "`{f}` ended the whole program", "A function gives its answer with `return`; leave out exit() and quit()."),
    "protocol": ("blocked", "`{f}` wrote to a channel that belongs to the grader", "Only the value that is returned counts."),
    "output": ("blocked", "`{f}` printed far more than there is room for", "Print a few lines, or nothing, in the version that is handed in."),
    "forbidden": ("blocked", "`{f}` asked the system for something that is not allowed here", "Computing with arrays needs none of it."),
}
Alone = Callable[[Replay, Example], Outcome]
# Classes whose names may be told for hidden examples: a name that the student's code made up could carry the input out.
KNOWN_ERRORS = frozenset(
    "ArithmeticError AssertionError AttributeError EOFError FileNotFoundError FloatingPointError ImportError IndexError KeyError "
    "LookupError MemoryError ModuleNotFoundError NameError NotImplementedError OSError OverflowError PermissionError "
    "RecursionError RuntimeError StopIteration SyntaxError SystemExit TypeError UnboundLocalError UnicodeDecodeError ValueError "
    "ZeroDivisionError AxisError".split()
)


def agree(student: Student, probe: Replay, locate: Callable[[PictureFile], str], public: Sequence[Outcome]) -> None:
    """Replays a probe; CheckFailed with the first failing example. `public` are outcomes of the public examples."""

    def alone(probe: Replay, example: Example) -> Outcome:
        return student.alone(request(probe, example, locate))

    shown = [example for example in probe.examples if example.public]
    seen = list(zip(shown, public, strict=True))
    for example, outcome in seen:
        _examine(probe, example, outcome, seen, alone)
    hidden = [example for example in probe.examples if not example.public]
    times = 2 if probe.twice else 1
    requests = [request(probe, example, locate) for example in hidden for _ in range(times)]
    outcomes = student.calls(requests, probe.seconds) if requests else []
    answered = list(zip(hidden, outcomes[::times], strict=True))
    for position, (example, outcome) in enumerate(answered):
        _examine(probe, example, outcome, answered + seen, alone)
        if probe.twice:
            _examine_again(probe, example, outcomes[position * times + 1])


def is_right(probe: Replay, example: Example, outcome: Outcome) -> bool:
    """Whether the outcome of one example is what was expected."""
    try:
        return _problem(probe, example, outcome) is None
    except CheckFailed:
        return False


def request(probe: Replay, example: Example, locate: Callable[[PictureFile], str]) -> Request:
    """The call of one example, pictures given by the path that `locate` knows."""
    args = tuple(locate(arg) if isinstance(arg, PictureFile) else arg for arg in example.args)
    return Request(probe.function, args)


def _examine(
    probe: Replay, example: Example, outcome: Outcome, answered: Sequence[tuple[Example, Outcome]], alone: Alone
) -> None:
    """Raises CheckFailed when the outcome of one example is not what was expected."""
    try:
        problem = _problem(probe, example, outcome)
    except CheckFailed as failure:
        raise _explained(failure, probe, example, outcome, answered) from None
    if problem is None:
        return
    mistake = MUTATED
    if "changed an array" not in problem.what:
        mistake = _recognise(probe, answered) or _stale(alone, probe, example) or _structural(probe, answered, problem)
    seen = problem.what if example.public else problem.general
    where = "" if example.public else "With an example that is not shown, "
    observation = where + seen if where else seen[:1].upper() + seen[1:]
    raise CheckFailed(
        f"{observation}. {mistake.observation}".strip(),
        mistake.reason,
        mistake.next_step,
        misconception=mistake.name,
        evidence=_evidence(probe, example, outcome, problem, answered) if example.public else (),
    )


def _explained(
    failure: CheckFailed, probe: Replay, example: Example, outcome: Outcome, answered: Sequence[tuple[Example, Outcome]]
) -> CheckFailed:
    """The failure of a call that raised, with the known mistake that leads to it and with evidence."""
    if not isinstance(outcome, Raised) or outcome.trouble.kind != "raised" or _not_written(outcome):
        return failure
    if example.public:
        failure.evidence = (evidence(probe.function, example, outcome, None),)
    mistake = None if failure.misconception else _recognise(probe, answered)
    if mistake is not None:
        failure.observation = f"{failure.observation} {mistake.observation}"
        failure.reason, failure.next_step, failure.misconception = mistake.reason, mistake.next_step, mistake.name
    return failure


def _evidence(
    probe: Replay, example: Example, outcome: Outcome, problem: Problem, answered: Sequence[tuple[Example, Outcome]]
) -> tuple[Evidence, ...]:
    """The failing example; where it has no pictures, the first other public one beside it that fails and has some."""
    first = evidence(probe.function, example, outcome, problem.index)
    if first.pictures:
        return (first,)
    for other, given in answered:
        if other.public and isinstance(given, Returned) and (wrong := _problem(probe, other, given)) is not None:
            shown = evidence(probe.function, other, given, wrong.index)
            if shown.pictures:
                return first, shown
    return (first,)


def _problem(probe: Replay, example: Example, outcome: Outcome) -> Problem | None:
    match outcome:
        case Returned() if isinstance(example.expected, Raises):
            wanted = "an exception" if example.expected.error == "Exception" else example.expected.error
            text = f"{wanted} was expected, and `{probe.function}` returned"
            return Problem(f"{text} {kind_of(outcome.value)}", f"{text} a value")
        case Returned():
            problem = difference(example.expected, outcome.value, example.tolerance)
            if problem is None and probe.intact and outcome.changed:
                text = f"`{probe.function}` changed an array that it was given"
                return Problem(text, text)
            return problem
        case Raised() if isinstance(example.expected, Raises) and outcome.trouble.kind == "raised":
            if raised_as_expected(example.expected, outcome.trouble.family) and not _not_written(outcome):
                return None
    raise refusal(probe.function, outcome, public=example.public, wanted=example.expected)


def _not_written(outcome: Raised) -> bool:
    """A stub that still raises NotImplementedError answers nothing, whatever was asked."""
    return "NotImplementedError" in outcome.trouble.family


def _examine_again(probe: Replay, example: Example, outcome: Outcome) -> None:
    if isinstance(outcome, Returned) and difference(example.expected, outcome.value, example.tolerance) is None:
        return
    if not isinstance(outcome, Returned | Raised):
        raise refusal(probe.function, outcome, public=False)
    text = f"The second of two equal calls of `{probe.function}` did not give the same answer as the first."
    raise CheckFailed(text, STALE.reason, STALE.next_step, misconception=STALE.name)


def _recognise(probe: Replay, answered: Sequence[tuple[Example, Outcome]]) -> Mistake | None:
    """The first known mistake that explains every answer given, right ones included."""
    for position, mistake in enumerate(probe.mistakes):
        verdicts = [_explains(example, position, outcome) for example, outcome in answered]
        if False not in verdicts and "wrong" in verdicts:
            return mistake
    return None


def _explains(example: Example, position: int, outcome: Outcome) -> bool | str | None:
    """Whether a model gives this outcome: None where it says nothing, "wrong" where the outcome is wrong and explained."""
    model = example.models[position]
    if model is None:
        return None
    if isinstance(model, Raises):
        fits = isinstance(outcome, Raised) and model.error in outcome.trouble.family
    else:
        fits = isinstance(outcome, Returned) and difference(model, outcome.value, example.tolerance) is None
    if not fits:
        return False
    return True if _is_right(example, outcome) else "wrong"


def _is_right(example: Example, outcome: Outcome) -> bool:
    match outcome:
        case Returned() if not isinstance(example.expected, Raises):
            return difference(example.expected, outcome.value, example.tolerance) is None
        case Raised() if isinstance(example.expected, Raises):
            return raised_as_expected(example.expected, outcome.trouble.family)
    return False


NOTHING = Mistake("", "", "", "")
MUTATED = Mistake(
    "mutated input",
    "",
    "Whoever calls the function still needs the array as it was.",
    "Work on a copy: `image = np.array(image, dtype=float)` makes one.",
)


def _structural(probe: Replay, answered: Sequence[tuple[Example, Outcome]], problem: Problem) -> Mistake:
    """Mistakes that can be told from the outcomes alone, whatever the function."""
    f = probe.function
    if problem.general.endswith("returned a value"):
        return Mistake(
            "nothing raised",
            "",
            "A wrong answer that looks like a right one is harder to find than an error.",
            f"Check the arguments first in `{f}`, and raise the error with a sentence that says what is wrong.",
        )
    if "returned None" in problem.what:
        return Mistake("no return", "", "A function without `return` gives None.", "End the function with `return`.")
    if _ignores_arguments(answered):
        return Mistake(
            "ignores an argument",
            f"`{f}` gave the same answer for different arguments.",
            "An answer that does not depend on the arguments usually comes from a global variable or from a kept result.",
            "Check that the body uses the names in the parentheses of `def`.",
        )
    return NOTHING


STALE = Mistake(
    "stale answer",
    "Called first of all, the function gives the right answer; called later, it does not.",
    "A function that depends on what happened before gives different answers to different people.",
    "Look for values that are kept between calls: globals, default arguments, arrays that are written to.",
)


def _stale(alone: Alone, probe: Replay, example: Example) -> Mistake | None:
    """Whether the same call is answered rightly by a worker that was asked nothing before."""
    if isinstance(example.expected, Raises):
        return None
    return STALE if _is_right(example, alone(probe, example)) else None


def _ignores_arguments(answered: Sequence[tuple[Example, Outcome]]) -> bool:
    """Whether all answers are the same, or all those to examples that differ in one argument alone."""
    told = [(e, o.value) for e, o in answered if isinstance(o, Returned) and not isinstance(e.expected, Raises)]
    pairs = [
        (one[1], other[1], _differing(one[0], other[0]))
        for one, other in combinations(told, 2)
        if not _equal(one[0].expected, other[0].expected)
    ]
    close = [(one, other) for one, other, count in pairs if count == 1]
    alike = all(_equal(one, other) for one, other, _ in pairs)
    return bool(pairs) and (alike or (bool(close) and all(_equal(one, other) for one, other in close)))


def _differing(one: Example, other: Example) -> int:
    """In how many arguments two examples differ."""
    return sum(not _equal(a, b) for a, b in zip_longest(one.args, other.args))


def _equal(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_equal(item, other[key]) for key, item in one.items())
    return bool(one == other)


def stop_status(outcome: Outcome) -> Status:
    """The contract's word for what an outcome other than a value stands for."""
    if isinstance(outcome, Stopped):
        return STOPS[outcome.stop.kind][0]
    if isinstance(outcome, Raised) and "MemoryError" in outcome.trouble.family:
        return "memory"
    return "timeout" if isinstance(outcome, NotRun) else "graded"


def refusal(function: str, outcome: Outcome, *, public: bool, wanted: Any = None) -> CheckFailed:
    """The failure for an outcome that is no value. For hidden examples it repeats nothing that student code chose."""
    status = stop_status(outcome)
    match outcome:
        case Stopped():
            _, observation, step = STOPS[outcome.stop.kind]
            sentence = observation.format(f=function)
            return CheckFailed(sentence[:1].upper() + sentence[1:] + ".", "", step, status=status)
        case NotRun():
            return CheckNotRun(f"Not run: {outcome.reason}.", status=status)
        case Raised():
            return _raised(function, outcome, public, wanted, status)
        case Returned():
            return CheckFailed(f"`{function}` returned something that cannot be used here.")


def import_failure(exercise: str, outcome: Outcome) -> CheckFailed:
    """Why the module of an exercise could not be imported."""
    if isinstance(outcome, Raised):
        trouble = outcome.trouble
        status: Status = "memory" if "MemoryError" in trouble.family else "import_error"
        where = f" ({trouble.where})" if trouble.where else ""
        detail = f": {trouble.message}" if trouble.message else ""
        text = f"Importing {exercise} raised {trouble.error}{where}{detail}."
        return CheckFailed(text, "", "Run the file by itself; it has to come to its end without an error.", status=status)
    if isinstance(outcome, Stopped):
        _, observation, step = STOPS[outcome.stop.kind]
        text = observation.format(f=f"import {exercise}")
        return CheckFailed(f"{text[:1].upper()}{text[1:]}.", "", step, status=stop_status(outcome))
    return CheckFailed(f"{exercise} could not be imported.", status="import_error")


def _raised(function: str, outcome: Raised, public: bool, wanted: Any, status: Status) -> CheckFailed:
    trouble = outcome.trouble
    if trouble.kind == "absent":
        found = f" The file has: {trouble.message}." if public and trouble.message else ""
        return CheckFailed(f"There is no function `{function}`.{found}", "", "Check the spelling of the name behind `def`.")
    if trouble.kind == "not_callable":
        return CheckFailed(f"`{function}` is not a function.", "", f"Is there a variable that is called `{function}` too?")
    if trouble.kind == "too_large":
        return CheckFailed(f"`{function}` returned far more data than fits.", "", "What shape should the answer have?")
    if _not_written(outcome):
        return CheckFailed(f"`{function}` is not written yet: it raises NotImplementedError.", "", "Replace the TODO by code.")
    name = trouble.error if public or trouble.error in KNOWN_ERRORS else "an exception"
    detail = f": {trouble.message}" if public and trouble.message else ""
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
        _, observation, step = STOPS["memory"]
        return CheckFailed(f"{observation.format(f=function)}{example}{where}.", "", step, status=status)
    sentence = f"`{function}` raised {name}{example}{where}{detail}."
    if "read-only" in trouble.message:
        return CheckFailed(sentence, MUTATED.reason, MUTATED.next_step, misconception=MUTATED.name, status=status)
    return CheckFailed(sentence, status=status)
