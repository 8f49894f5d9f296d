"""`grader predict`: an answer foretold before the code runs, on a small public example; it earns nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.check.foretold import Question, number_question, number_read, shape_question, shape_read
from grader.check.progress import Progress, home, load, remembered
from grader.check.public import Index, PublicCheck, PublicExercise, examples
from grader.check.wrapping import paragraphs
from grader.compare import difference
from grader.errors import UsageError
from grader.illustrate import SMALL, call_text, shown
from grader.probing import Raises
from grader.recorded import Example, Recording, Replay

__all__ = ["Offer", "offers", "predict"]

GUESSES = 2
READ = {
    "shape": (shape_read, "Type the sizes, such as 3 x 4."),
    "number": (number_read, "Type one number, such as -2.5."),
}


@dataclass(frozen=True)
class Offer:
    """A check whose answer can be foretold, and the example for it."""

    exercise: str
    check: PublicCheck
    probe: Replay
    example: Example

    @property
    def name(self) -> str:
        """The full name of the check."""
        return f"{self.exercise}.{self.check.name}"

    @property
    def questions(self) -> Iterator[Question]:
        """First the shape, where the answer has one, then one number of it."""
        if isinstance(self.example.expected, list | tuple | np.ndarray):
            yield shape_question(self.probe, self.example)
        if not isinstance(self.example.expected, list | tuple):
            yield number_question(self.probe, self.example)


def offers(exercise: PublicExercise, recording: Recording) -> list[Offer]:
    """The checks of an exercise with a small example that answers with an array, a shape or a number."""
    found = []
    for check in exercise.checks:
        for probe in (recording.probes[name] for name in check.probes[:1]):
            fitting = [example for example in probe.examples if _fits(example) and _tells(example)]
            if fitting:
                found.append(Offer(exercise.name, check, probe, min(fitting, key=_rank)))
    return found


def _fits(example: Example) -> bool:
    """Whether an example can be worked out by hand: small arrays and numbers go in, one or some numbers come out."""
    plain = all(_is_small(arg) for arg in example.args) and any(
        isinstance(arg, list | tuple | np.ndarray) for arg in example.args
    )
    expected = example.expected
    if isinstance(expected, list | tuple):
        return plain and all(type(size) is int for size in expected)
    return plain and _is_small(expected) and not isinstance(expected, bool)


def _is_small(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim > 0 and 1 < value.size <= SMALL and value.dtype.kind in "iuf"
    return isinstance(value, int | float) or (
        isinstance(value, list | tuple) and all(type(item) is int for item in value)
    )


def _rank(example: Example) -> tuple[bool, bool, int, float]:
    """The example that teaches most has the least: an answer of another size than what goes in, with sides that differ.

    Then what most mistakes change, then small ones.
    """
    expected, first = example.expected, example.args[0]
    sizes = _sizes(expected)
    told = sum(model is not None for model in example.models)
    size = sum(arg.size if isinstance(arg, np.ndarray) else sum(np.ravel(arg)) for arg in example.args)
    return sizes == _sizes(first), len(set(sizes[:2])) < 2, -told, float(size)


def _tells(example: Example) -> bool:
    """Whether a known mistake answers something else; where none does, the values are not what the check is about."""
    answers = (model for model in example.models if model is not None and not isinstance(model, Raises))
    return any(difference(example.expected, answer, example.tolerance) is not None for answer in answers)


def _sizes(value: Any) -> tuple[int, ...]:
    return value.shape if isinstance(value, np.ndarray) else tuple(value) if isinstance(value, list | tuple) else ()


def predict(index: Index, name: str, show: bool, here: Path, read: Callable[[str], str] = input) -> None:
    """Asks for the answer to one call, and says how close what was typed is; with `show` it tells the answer."""
    folder = home(here)
    offer = _chosen(index, name, load(folder))
    print(paragraphs(f"{offer.name}: {offer.check.title}", ""))
    print("Nothing is run, and it earns nothing. What will this call answer?\n")
    print(textwrap.indent(call_text(offer.probe.function, offer.example.args), "  "))
    if show:
        expected = offer.example.expected
        size = f"shape {expected.shape}:\n" if isinstance(expected, np.ndarray) else ""
        print(f"\nThe answer: {size}{textwrap.indent(shown(expected), '  ' if size else '')}")
        return
    told: list[str] = []
    try:
        for question in offer.questions:
            _ask(question, offer.check.hints[0], read, told)
    except EOFError:
        print("\nNothing more was typed.")
    finally:
        with remembered(folder) as progress:  # checks may have been made while the student was thinking
            progress.predictions.setdefault(offer.name, []).extend(told)
    after = f"`grader predict {offer.name} --show` shows the answer, `grader check {offer.name}` runs your code."
    print(f"\n{paragraphs(after, '')}")


def _ask(question: Question, hint: str, read: Callable[[str], str], told: list[str]) -> None:
    """One question with as many guesses as there are; an empty line leaves it open."""
    parse, form = READ[question.kind]
    print(f"\n{question.text}")
    left = GUESSES
    while left:
        typed = read("> ").strip()
        if not typed:
            return
        guess = parse(typed)
        if guess is None:
            print(paragraphs(f"This cannot be read. {form} An empty line goes on."))
            continue
        left -= 1
        told.append(f"{question.place}: {typed[:80]}")
        right, words = question.judged(guess)
        print(paragraphs(words))
        if right:
            return
        print(
            paragraphs(
                f"To think about: {hint}\nOne more guess." if left else "That is left for your code to find out."
            )
        )


def _chosen(index: Index, name: str, progress: Progress) -> Offer:
    """What was named, or the first that was not foretold yet; UsageError naming what there is."""
    exercises = [index.choose(name)[0]] if name else index.exercises
    known = [offer for exercise in exercises for offer in offers(exercise, examples(exercise.name))]
    named = [offer for offer in known if name in ("", offer.exercise, offer.name)]
    fresh = [offer for offer in named if not progress.predictions.get(offer.name)]
    if name and "." in name and named:
        return named[0]
    if fresh:
        return fresh[0]
    names = ", ".join(offer.name for offer in known)
    if named:
        raise UsageError(f"All of these were foretold once; name one to do it again: {names}.")
    what = f"choose from: {names}." if names else "its answers are no small arrays or numbers."
    raise UsageError(f"Nothing can be foretold of {name}; {what}")
