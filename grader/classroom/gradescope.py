"""`grader gradescope`: an autograder as one zip, the same bytes for the same course."""

from __future__ import annotations

import argparse
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader import course as courses
from grader.classroom.commands import class_file
from grader.classroom.late import read_late
from grader.classroom.roster import Roster
from grader.classroom.sheets import Problems, read_bytes
from grader.course import Course
from grader.desk import MOST_COPIED
from grader.files import write_whole
from grader.store import BESIDE

__all__ = ["main"]

_SCRIPTS = {"setup.sh": "setup.sh.txt", "run_autograder": "run_autograder.txt"}


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Writes the zip; the exit status."""
    course = courses.load(root / "course.toml")
    wanted = {course.exercise(name).name for name in arguments.exercise or [one.name for one in course.ready]}
    chosen = [exercise.name for exercise in course.ready if exercise.name in wanted]
    late, problems = class_file(root, course, arguments, "late"), Problems()
    if late is not None and read_late(late, Roster([]), problems) is None:
        problems.stop()
    data = _autograder(root, course, chosen, late)
    write_whole(arguments.to, data)
    print(f"{arguments.to}: {len(data) / 1e6:.1f} MB, for {', '.join(chosen)}")
    return 0


def _autograder(root: Path, course: Course, chosen: Sequence[str], late: Path | None) -> bytes:
    """Gives the zip: scripts, requirements, the engine, and what grading these exercises needs; no solution."""
    keras = any(course.exercise(name).template == "keras" for name in chosen)
    lock = root / ("requirements.txt" if keras else "requirements-numpy.txt")
    files = {
        "autograder.json": json.dumps({"exercises": list(chosen)}).encode(),
        "requirements.txt": read_bytes(lock),
        "course.toml": read_bytes(root / "course.toml"),
    }
    if late is not None:
        files["late.toml"] = read_bytes(late)
    here = Path(__file__).resolve().parent
    package = here.parent
    files |= {name: read_bytes(here / "scripts" / file) for name, file in _SCRIPTS.items()}
    files |= {f"grader/{path.relative_to(package).as_posix()}": read_bytes(path) for path in _engine(package)}
    files |= {path.relative_to(root).as_posix(): read_bytes(path) for path in _material(root, chosen)}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name)  # dated to the first day that a zip knows
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if name in _SCRIPTS else 0o644) << 16
            archive.writestr(info, data)
    return stream.getvalue()


def _engine(package: Path) -> Iterator[Path]:
    """What grades, without the suites and the commands around grading."""
    apart = {package / name for name in ("suites", *BESIDE) if name != "classroom"}
    for pattern in ("*.py", "*.j2", "words.toml"):
        yield from (path for path in package.rglob(pattern) if apart.isdisjoint(path.parents))


def _material(root: Path, chosen: Sequence[str]) -> Iterator[Path]:
    """Suites, the examples of the chosen exercises, stubs to tell what a student changed, and the data of workers."""
    suites = root / "grader" / "suites"
    yield from (path for pattern in ("*.py", "*.npz") for path in suites.glob(pattern))
    yield from (suites / "recorded" / f"{name}.bin" for name in chosen)
    yield from (root / "exercises").glob("*.py")
    for path in (root / "data").glob("*.*"):
        if path.is_file() and path.suffix not in (".md", ".toml", ".part") and path.stat().st_size <= MOST_COPIED:
            yield path
