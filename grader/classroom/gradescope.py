"""`grader gradescope`: an autograder as one zip, the same bytes for the same course."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader import course as courses
from grader.classroom.commands import class_file
from grader.classroom.late import Late, packed, read_late
from grader.classroom.roster import Person, Roster, read_roster
from grader.classroom.sheets import Problems, read_bytes
from grader.course import Course
from grader.files import write_whole
from grader.handout.release import archive
from grader.klass import chosen_exercises
from grader.seals import BESIDE
from grader.settings import MOST_COPIED

__all__ = ["main"]

_SCRIPTS = {"setup.sh": "setup.sh.txt", "run_autograder": "run_autograder.txt"}


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Writes the zip; the exit status."""
    course = courses.load(root / "course.toml")
    chosen = chosen_exercises(course, arguments.exercise, computed=False)
    late = _late(root, course, arguments)
    data = _autograder(root, course, chosen, late)
    write_whole(arguments.to, data)
    print(f"{arguments.to}: {len(data) / 1e6:.1f} MB, for {', '.join(chosen)}")
    return 0


def _late(root: Path, course: Course, arguments: argparse.Namespace) -> bytes | None:
    """The late policy, its extensions as Gradescope knows students; UsageError names those whom it cannot know."""
    path, roster_path = (class_file(root, course, arguments, what) for what in ("late", "roster"))
    if path is None:
        return None
    problems = Problems()
    roster = read_roster(roster_path, problems) if roster_path else Roster([])
    late = read_late(path, roster, problems)
    if late and late.policy.extensions and not roster_path:
        problems.sentences.append("Gradescope knows students by email and name; name a roster with --roster.")
    dues = {}
    for person, due in late.dues.items() if late else ():
        # What several students are called tells Gradescope nothing; it has no ids and groups like ours.
        name = person.name if roster.called(person.name) == [person] else ""
        if not name and not person.email:
            who = f"{person.name!r} ({person.id}) has an extension, a name of several students and no email"
            problems.sentences.append(f"{roster_path}: {who}; write the one that Gradescope has.")
        dues[Person(name=name, email=person.email, aliases=person.aliases)] = due
    problems.stop()
    return packed(Late(late.policy, dues)) if late else None


def _autograder(root: Path, course: Course, chosen: Sequence[str], late: bytes | None) -> bytes:
    """Gives the zip: scripts, requirements, the engine, and what grading these exercises needs; no solution."""
    keras = any(course.exercise(name).template == "keras" for name in chosen)
    lock = root / ("requirements.txt" if keras else "requirements-numpy.txt")
    files = {
        "autograder.json": json.dumps({"exercises": list(chosen)}).encode(),
        "requirements.txt": read_bytes(lock),
        "course.toml": read_bytes(root / "course.toml"),
    }
    if late is not None:
        files["late.json"] = late
    here = Path(__file__).resolve().parent
    package = here.parent
    files |= {name: read_bytes(here / "scripts" / file) for name, file in _SCRIPTS.items()}
    files |= {f"grader/{path.relative_to(package).as_posix()}": read_bytes(path) for path in _engine(package)}
    files |= {path.relative_to(root).as_posix(): read_bytes(path) for path in _material(root, chosen)}
    return archive("", files)


def _engine(package: Path) -> Iterator[Path]:
    """What grades, without the suites and the commands around grading."""
    apart = {package / name for name in ("suites", *BESIDE) if name != "classroom"}
    for pattern in ("*.py", "*.j2", "*.bpf", "words.toml"):
        yield from (path for path in package.rglob(pattern) if apart.isdisjoint(path.parents))


def _material(root: Path, chosen: Sequence[str]) -> Iterator[Path]:
    """Suites, the examples of the chosen exercises, stubs to tell what a student changed, and the data of workers."""
    suites = root / "grader" / "suites"
    yield from (path for pattern in ("*.py", "*.npz", "words/*.toml") for path in suites.glob(pattern))
    yield from (suites / "recorded" / f"{name}.bin" for name in chosen)
    yield from (root / "exercises").glob("*.py")
    for path in (root / "data").glob("*.*"):
        if path.is_file() and path.suffix not in (".md", ".toml", ".part") and path.stat().st_size <= MOST_COPIED:
            yield path
