"""From outcomes to a verdict: what differs first, and which known mistake explains all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import combinations, zip_longest
from typing import Any, Protocol

import msgspec
import numpy as np

from grader import wire
from grader.compare import Problem, difference, kind_of, raised_as_expected
from grader.illustrate import evidence
from grader.model import Evidence
from grader.outcomes import Outcome, Raised, Request, Returned, Stopped
from grader.probing import CheckFailed, PictureFile, Raises
from grader.recorded import Example, Mistake, Replay
from grader.refusals import MUTATED, WORDS, not_written, refusal

__all__ = ["Caller", "agree", "is_right", "request", "requests", "same", "times"]

Alone = Callable[[Replay, Example], Outcome]


class Caller(Protocol):
    """Whoever can call the student's functions."""

    def calls(self, requests: Sequence[Request], reference_seconds: float | None = None) -> list[Outcome]:
        """The outcomes of the calls, in order."""

    def alone(self, request: Request) -> Outcome:
        """The outcome of one call where nothing was called before."""


def agree(student: Caller, probe: Replay, locate: Callable[[PictureFile], str], public: Sequence[Outcome]) -> None:
    """Replays a probe; CheckFailed with the first failing example. `public` are outcomes of the public examples."""

    def alone(probe: Replay, example: Example) -> Outcome:
        return student.alone(request(probe, example, locate))

    shown = [example for example in probe.examples if example.public]
    seen = list(zip(shown, public[:: times(probe)], strict=True))
    for position, (example, outcome) in enumerate(seen):
        _examine(probe, example, outcome, seen, alone)
        _examine_again(probe, example, public[position * times(probe) :][: times(probe)])
    hidden = [example for example in probe.examples if not example.public]
    wanted = requests(probe, False, locate)
    outcomes = student.calls(wanted, probe.seconds) if wanted else []
    if probe.effects and public and not any(isinstance(outcome, Returned) for outcome in (*public, *outcomes)):
        # Nothing shows what the function leaves alone; without public examples another probe stands beside this one.
        raise refusal(probe.function, public[0], public=True)
    answered = list(zip(hidden, outcomes[:: times(probe)], strict=True))
    for position, (example, outcome) in enumerate(answered):
        _examine(probe, example, outcome, answered + seen, alone)
        _examine_again(probe, example, outcomes[position * times(probe) :][: times(probe)])


def times(probe: Replay) -> int:
    """How often each call of a probe is made."""
    return 2 if probe.twice else 1


def requests(probe: Replay, public: bool, locate: Callable[[PictureFile], str]) -> list[Request]:
    """The calls of a probe's public or hidden examples, each as often as the probe wants it."""
    examples = [example for example in probe.examples if example.public == public]
    return [request(probe, example, locate) for example in examples for _ in range(times(probe))]


def is_right(probe: Replay, example: Example, outcome: Outcome) -> bool:
    """Whether the outcome of one example is what was expected."""
    try:
        return _problem(probe, example, outcome) is None
    except CheckFailed:
        return False


@lru_cache(maxsize=1 << 14)
def request(probe: Replay, example: Example, locate: Callable[[PictureFile], str]) -> Request:
    """The call of one example, pictures given by the path that `locate` knows."""
    args = tuple(locate(arg) if isinstance(arg, PictureFile) else arg for arg in example.args)
    if probe.look:
        return Request(probe.function, args[:-1], plain=True, look=probe.look, aim=args[-1])
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
    if "changed an array" in problem.what:
        mistake = MUTATED
    elif problem.general == OTHER_DTYPE:
        mistake = DTYPE
    else:
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


# Of these a model knows no more.
UNEXPLAINED = (MUTATED.name, "wrong error class", "old spelling")


def _explained(
    failure: CheckFailed, probe: Replay, example: Example, outcome: Outcome, answered: Sequence[tuple[Example, Outcome]]
) -> CheckFailed:
    """The failure of a call that has no answer, with evidence, and with the known mistake that makes it raise."""
    raised = isinstance(outcome, Raised) and outcome.trouble.kind == "raised" and not not_written(outcome)
    if example.public and (raised or isinstance(outcome, Stopped)):
        failure.evidence = (evidence(probe, example, outcome),)
    mistake = _recognise(probe, answered) if raised and failure.misconception not in UNEXPLAINED else None
    if mistake is not None:
        failure.observation = f"{failure.observation} {mistake.observation}"
        failure.reason, failure.next_step, failure.misconception = mistake.reason, mistake.next_step, mistake.name
    return failure


def _evidence(
    probe: Replay, example: Example, outcome: Outcome, problem: Problem, answered: Sequence[tuple[Example, Outcome]]
) -> tuple[Evidence, ...]:
    """The failing example; where it has no pictures, the first other public one beside it that fails and has some."""
    first = evidence(probe, example, outcome, problem.index)
    if first.pictures:
        return (first,)
    for other, given in answered:
        if other.public and isinstance(given, Returned) and (wrong := _problem(probe, other, given)) is not None:
            shown = evidence(probe, other, given, wrong.index)
            if shown.pictures:
                return first, shown
    return (first,)


def _problem(probe: Replay, example: Example, outcome: Outcome) -> Problem | None:
    match outcome:
        case Returned() if probe.effects and not outcome.changed and outcome.value is not None:
            return None
        case Raised() if probe.effects and "read-only" not in outcome.trouble.message:
            return None
        case Returned() if isinstance(example.expected, Raises):
            wanted = "an exception" if example.expected.error == "Exception" else example.expected.error
            text = f"{wanted} was expected, and `{probe.function}` returned"
            return Problem(f"{text} {kind_of(outcome.value)}", f"{text} a value")
        case Returned():
            problem = (
                None
                if probe.effects and outcome.value is not None
                else difference(example.expected, outcome.value, example.tolerance)
            )
            if problem is None and probe.intact and outcome.changed:
                text = f"`{probe.function}` changed an array that it was given"
                return Problem(text, text)
            return problem or _other_dtype(probe, outcome)
        case Raised() if isinstance(example.expected, Raises) and outcome.trouble.kind == "raised":
            if raised_as_expected(example.expected, outcome.trouble.family) and not not_written(outcome):
                return None
    raise refusal(probe.function, outcome, public=example.public, wanted=example.expected)


def _other_dtype(probe: Replay, outcome: Returned) -> Problem | None:
    """What is wrong with the dtype of a right answer; a nested list has none."""
    if not probe.dtype or outcome.listed:
        return None
    for value in outcome.value if isinstance(outcome.value, list) else [outcome.value]:
        if isinstance(value, np.ndarray) and value.dtype != probe.dtype:
            text = f"the numbers are right, and of dtype {value.dtype}; {probe.dtype} is asked for"
            return Problem(text, OTHER_DTYPE)
    return None


def _examine_again(probe: Replay, example: Example, outcomes: Sequence[Outcome]) -> None:
    """Raises CheckFailed when equal calls did not come to the same; values are judged elsewhere."""
    if len(outcomes) < 2 or not isinstance(outcomes[0], Returned):
        return
    if isinstance(outcomes[1], Returned) and same(outcomes[0].value, outcomes[1].value):
        return
    if not isinstance(outcomes[1], Returned | Raised):
        raise refusal(probe.function, outcomes[1], public=False)
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
    """Whether a model gives this outcome: None where it says nothing, "wrong" where it explains a wrong one."""
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


OTHER_DTYPE = "the dtype differs"
DTYPE = Mistake(
    "other dtype",
    "",
    "Layers compute in the kind of numbers that they are given, and another kind takes another amount of memory.",
    "Convert the array at the end, for example with `.astype(np.float32)`.",
)
NOTHING = Mistake("", "", "", "")
ANSWERS = msgspec.convert(WORDS["answers"], dict[str, Mistake])


def _structural(probe: Replay, answered: Sequence[tuple[Example, Outcome]], problem: Problem) -> Mistake:
    """Mistakes that can be told from the outcomes alone, whatever the function."""
    f = probe.function
    if problem.general.endswith("returned a value"):
        return Mistake(
            "nothing raised",
            "",
            "A wrong answer that looks like a right one is harder to find than an error.",
            f"Check the arguments first in `{f}` and raise the error, with a sentence that says what is wrong; where a "
            "library raises one by itself, let it pass.",
        )
    for words, mistake in ANSWERS.items():
        if words in problem.what:
            return mistake
    if _ignores_arguments(answered):
        return Mistake(
            "ignores an argument",
            f"`{f}` gave the same answer for different arguments.",
            "An answer that does not depend on the arguments often comes from a global variable or a kept result.",
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
    return STALE if is_right(probe, example, alone(probe, example)) else None


def _ignores_arguments(answered: Sequence[tuple[Example, Outcome]]) -> bool:
    """Whether all answers are the same, or all those to examples that differ in one argument alone."""
    told = [(e, o.value) for e, o in answered if isinstance(o, Returned) and not isinstance(e.expected, Raises)]
    told = [(e, value) for e, value in told if not isinstance(value, wire.Opaque | wire.Big | bool | None)]
    pairs = [
        (one[1], other[1], _differing(one[0], other[0]))
        for one, other in combinations(told, 2)
        if not same(one[0].expected, other[0].expected)
    ]
    close = [(one, other) for one, other, count in pairs if count == 1]
    alike = all(same(one, other) for one, other, _ in pairs)
    return bool(pairs) and (alike or (bool(close) and all(same(one, other) for one, other in close)))


def _differing(one: Example, other: Example) -> int:
    """In how many arguments two examples differ."""
    return sum(not same(a, b) for a, b in zip_longest(one.args, other.args))


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are equal, entry by entry; NaN equals itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f" and other.dtype.kind == "f")
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(item, other[key]) for key, item in one.items())
    return bool(one == other)
