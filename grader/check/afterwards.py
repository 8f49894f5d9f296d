"""`grader afterwards`: once solutions are handed out, what differs, how long both take, and a filter to foretell."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from grader.check.public import Index, PublicExercise
from grader.check.viewing import saved
from grader.check.work import Work
from grader.check.wrapping import paragraphs
from grader.errors import GraderError, SubmissionError
from grader.outcomes import Outcome, Request, Returned
from grader.worker.source import program

__all__ = ["LESSONS", "Afterwards", "Transfer", "afterwards", "lessons"]

FOLDER = Path("solutions")
LESSONS = FOLDER / "afterwards.json"
SECONDS = 60.0  # a loop over single products takes long on a whole picture, and may
ROUNDS = 3
WHY = (
    "SciPy slides the filter in compiled code, without a step of Python at each place. Convolutional layers do so as "
    "well, which is why networks are written with layers and not with loops."
)


class Transfer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question on the filter, of whose choices one is right (counted from 1), and the reason."""

    question: str
    choices: tuple[str, ...]
    right: int
    reason: str


class Afterwards(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function of an image and a filter, a picture of `data/`, a filter that nobody has seen, a question on it."""

    function: str
    picture: str
    filter: tuple[tuple[float, ...], ...]
    transfer: Transfer

    def call(self, home: Path) -> Request:
        """The function on the luminance of the whole picture."""
        import imageio.v3

        pixels = np.asarray(imageio.v3.imread(home / "data" / self.picture), np.float64)
        return Request(self.function, (pixels[..., :3] @ np.array([0.299, 0.587, 0.114]), np.array(self.filter)))


def lessons(home: Path) -> dict[str, Afterwards]:
    """What there is by exercise; GraderError where no solutions are in the folder of the course."""
    try:
        return msgspec.json.decode((home / LESSONS).read_bytes(), type=dict[str, Afterwards])
    except (OSError, msgspec.DecodeError):
        cure = "move the solutions/ that the course hands out after the due date there, beside exercises/"
        raise GraderError(f"There are no solutions in {home}; {cure}.") from None


def comparison(mine: Work, solved: Work, exercise: PublicExercise) -> Iterator[str]:
    """Function by function, what the solution writes in another way; nothing is run."""
    own, theirs = (_functions(work, exercise) for work in (mine, solved))
    for name in exercise.spec.functions:
        if name not in own:
            yield f"{name}: not written yet; the solution:"
            yield from (f"    {line}" for line in theirs[name].splitlines())
        elif ast.dump(ast.parse(own[name])) == ast.dump(ast.parse(theirs[name])):
            yield f"{name}: the same"
        else:
            yield f"{name}: yours (-), the solution (+)"
            lines = list(difflib.unified_diff(own[name].splitlines(), theirs[name].splitlines(), lineterm="", n=99))
            yield from (f"    {line}" for line in lines[3:])


def _functions(work: Work, exercise: PublicExercise) -> dict[str, str]:
    """The functions of an exercise by name, as they are written, without their docstrings; none of what cannot run."""
    facts = work.facts[exercise.name]
    if facts.status != "ok":
        return {}
    text = program(facts, work.modules, work.notebooks).source.decode("utf-8", "replace")
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            lines = text.splitlines()[node.lineno - 1 : node.end_lineno]  # comments behind code are no nodes
            first = node.body[0]
            if ast.get_docstring(node) is not None and len(node.body) > 1:
                del lines[first.lineno - node.lineno : (first.end_lineno or first.lineno) - node.lineno + 1]
            found[node.name] = "\n".join(line for line in lines if line.strip())
    return found


def _run(work: Work, exercise: PublicExercise, request: Request) -> tuple[Outcome, float]:
    """One call that may take long, and its seconds."""
    running = dataclasses.replace(work.running(exercise), call_seconds=SECONDS)
    return running.alone(request), running.seconds


def times(mine: Work, solved: Work, exercise: PublicExercise, lesson: Afterwards) -> Iterator[str]:
    """How long the call takes with the student's function, the solution's and SciPy's, and how many times as long."""
    try:
        from scipy.signal import correlate2d
    except ModuleNotFoundError:
        raise GraderError("The comparison of times needs SciPy; run: pip install scipy") from None
    request = lesson.call(solved.home)
    seconds = {}
    for name, work in {"yours": mine, "the solution": solved}.items():
        outcome, taken = _run(work, exercise, request)
        seconds[name] = taken if isinstance(outcome, Returned) else 0.0
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        correlate2d(*request.args, mode="valid")
        rounds.append(time.perf_counter() - started)
    fastest = min(rounds)
    for name, taken in (seconds | {"SciPy's correlate2d": fastest}).items():
        said = f"{taken * 1000:9.1f} ms {taken / fastest:8.0f} times" if taken else "  no answer"
        yield f"  {name:<20}{said}"


def response(work: Work, exercise: PublicExercise, lesson: Afterwards) -> NDArray[np.float64] | None:
    """What the student's own function makes of the picture; None where that is no array of two axes."""
    outcome, _ = _run(work, exercise, lesson.call(work.home))
    if isinstance(outcome, Returned) and isinstance(outcome.value, np.ndarray) and outcome.value.ndim == 2:
        return outcome.value.astype(np.float64)
    return None


def afterwards(index: Index, name: str, here: Path, ask: Callable[[str], str], say: Callable[[str], None]) -> None:
    """Shows an exercise's comparison, then its times, and asks its question, where it has these."""
    specs = [exercise.spec for exercise in index.exercises]
    mine = Work(None, here, specs)
    found = lessons(mine.home)
    solved = Work(mine.home / FOLDER, here, specs)
    exercise, _ = index.choose(name)
    say(f"{exercise.name}: yours and solutions/{exercise.name}.py, without docstrings\n")
    for line in comparison(mine, solved, exercise):
        say(line)
    if exercise.name in found and mine.facts[exercise.name].status == "ok":
        try:
            _lesson(mine, solved, exercise, found[exercise.name], ask, say)
        except SubmissionError as error:
            say(paragraphs(str(error), ""))


def _lesson(
    mine: Work,
    solved: Work,
    exercise: PublicExercise,
    lesson: Afterwards,
    ask: Callable[[str], str],
    say: Callable[[str], None],
) -> None:
    request = lesson.call(mine.home)
    size = " x ".join(map(str, request.args[1].shape))
    say(f"\n{lesson.function} on all of {lesson.picture}, in grey, with a filter of {size}:\n")
    for line in times(mine, solved, exercise, lesson):
        say(line)
    say(f"\n{paragraphs(WHY)}\n")
    task = lesson.transfer
    say(f"A filter that no check has used:\n\n{request.args[1]}\n\n{task.question}\n")
    for number, choice in enumerate(task.choices, 1):
        say(f"  {number}  {choice}")
    typed = ask("your answer: ").strip()
    right = f"{task.right}  {task.choices[task.right - 1]}"
    said = "That is it" if typed == str(task.right) else "The answer is another one"
    say(f"{said}: {right}\n\n{paragraphs(task.reason)}\n")
    seen = response(mine, exercise, lesson)
    if seen is not None:
        place = _drawn(mine.home, exercise, seen)
        say(f"What your {lesson.function} makes of the picture: {place}")


def _drawn(home: Path, exercise: PublicExercise, answer: NDArray[np.float64]) -> Path:
    """Writes the answers as a picture: the strongest are black or white, 0 is grey."""
    import imageio.v3

    largest = float(np.abs(answer).max()) or 1.0
    grey = np.rint(127.5 + 127.5 * np.clip(answer / largest, -1, 1)).astype(np.uint8)
    return saved(home, f"{exercise.name}.afterwards", imageio.v3.imwrite("<bytes>", grey, extension=".png"))
