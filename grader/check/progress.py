"""What is remembered of a student's own checks, in `.grader/progress.json` of the bundle: it earns nothing."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from grader.check.public import PublicCheck, PublicExercise
from grader.files import write_whole
from grader.model import CheckResult

__all__ = ["Progress", "beneath", "course_around", "home", "load", "passed", "record", "remembered", "save", "upcoming"]

PLACE = Path(".grader") / "progress.json"
CHANGING = threading.Lock()  # `grader watch` checks in one thread, and counts hints in another


class Progress(msgspec.Struct, kw_only=True):
    """By the full name of a check, such as "convolve.hand": its last outcome, and how many hints were given.

    An outcome is "passed", "failed", "waits" or "later". `predictions` holds what was foretold, by the name of the
    check, in the order in which it was typed. `current` is the exercise that `grader watch` showed last,
    `unwritten` has the functions that were still as handed out when their exercise was checked.
    """

    outcomes: dict[str, str] = {}
    hints: dict[str, int] = {}
    predictions: dict[str, list[str]] = {}
    current: str = ""
    unwritten: dict[str, list[str]] = {}


def course_around(here: Path) -> Path | None:
    """The folder of the course around `here`, where `exercises` lies beside `data`; None where there is none."""
    around = (one for one in (here, *here.parents) if (one / "exercises").is_dir() and (one / "data").is_dir())
    return next(around, None)


def home(here: Path) -> Path:
    """The folder of the course around `here`; else `here` itself."""
    return course_around(here) or here


def load(folder: Path) -> Progress:
    """What is remembered in a folder; nothing where no file is or where it cannot be read, for it is no mark."""
    try:
        return msgspec.json.decode((folder / PLACE).read_bytes(), type=Progress)
    except (OSError, ValueError):  # also where the text in it is no UTF-8
        return Progress()


def save(folder: Path, progress: Progress) -> None:
    """Writes it in one step; a folder that cannot be written to costs the memory, not the check.

    A file that cannot be read is kept beside it under another name.
    """
    try:
        (folder / PLACE).parent.mkdir(exist_ok=True)
        _keep_damaged(folder / PLACE)
        write_whole(folder / PLACE, msgspec.json.format(msgspec.json.encode(progress), indent=1))
    except OSError:
        return


@contextmanager
def remembered(folder: Path) -> Iterator[Progress]:
    """What is remembered in a folder, to be changed; it is written at the end of the block.

    Hold it for a moment only: what others write meanwhile is lost.
    """
    with CHANGING:
        progress = load(folder)
        yield progress
        save(folder, progress)


def _keep_damaged(path: Path) -> None:
    try:
        msgspec.json.decode(path.read_bytes(), type=Progress)
    except FileNotFoundError:
        return
    except ValueError:
        names = (path.with_name(f"progress.damaged-{number}.json") for number in itertools.count(1))
        path.rename(next(name for name in names if not name.exists()))


def record(
    progress: Progress, exercise: str, verdicts: Sequence[CheckResult], unwritten: Sequence[str] | None = None
) -> None:
    """Remembers what the verdicts say; checks that were not looked at keep what is remembered of them."""
    if unwritten is not None:
        progress.unwritten[exercise] = list(unwritten)
    for verdict in verdicts:
        unseen = "waits" if verdict.waits_for else "later"
        outcome = unseen if verdict.outcome == "not_run" else verdict.outcome
        progress.outcomes[f"{exercise}.{verdict.name}"] = outcome


def passed(progress: Progress, exercise: PublicExercise) -> list[str]:
    """The public checks of an exercise that passed when they were last run."""
    public = (check.name for check in exercise.checks if check.made)
    return [name for name in public if progress.outcomes.get(f"{exercise.name}.{name}") == "passed"]


def beneath(
    progress: Progress, exercise: str, siblings: Sequence[str], verdicts: Sequence[CheckResult]
) -> tuple[str, ...]:
    """Where a check failed, a sentence for each exercise that this one uses and whose own checks failed last."""
    if not any(verdict.outcome == "failed" for verdict in verdicts):
        return ()
    failed = {full.partition(".")[0] for full, outcome in progress.outcomes.items() if outcome == "failed"}
    return tuple(
        f"{exercise} uses {name}, and checks of {name} fail: begin there."
        for name in siblings
        if name in failed and name != exercise
    )


def upcoming(progress: Progress, exercise: PublicExercise) -> PublicCheck | None:
    """The public check to do next: the first that has not passed and waits for none; None where all have passed."""
    done = passed(progress, exercise)
    ahead = [check for check in exercise.checks if check.made and check.name not in done]
    free = (check for check in ahead if progress.outcomes.get(f"{exercise.name}.{check.name}") != "waits")
    return next(free, ahead[0] if ahead else None)
