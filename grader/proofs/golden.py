"""The golden folders of a course: each changed module laid over right ones, with what grading should come to."""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.course import Course, choose
from grader.errors import CourseError

__all__ = ["EXPECT", "Expectation", "Golden", "modules_in"]

EXPECT = "expect.toml"


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a wrong submission loses: `lost` by itself, `waits` because of that; how its message names the mistake.

    `misconception` is the name that feedback has to give, `mistake` the true one where that is another or none.
    """

    exercise: str
    why: str
    lost: tuple[str, ...]
    waits: tuple[str, ...] = ()
    misconception: str = ""
    mistake: str = ""
    mentions: tuple[str, ...] = ()
    status: str = "graded"

    @property
    def true_mistake(self) -> str:
        """What its author got wrong, by name."""
        return self.mistake or self.misconception


def modules_in(folder: Path) -> dict[str, bytes]:
    """Gives the modules that lie in a folder, by file name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}


def _has_one_of(written: bytes, module: bytes) -> bool:
    """Whether the text of notebooks has a function of the module."""
    functions = (node.name for node in ast.parse(module).body if isinstance(node, ast.FunctionDef))
    return any(re.search(rf"\b{name}\b".encode(), written) for name in functions)


@dataclass(frozen=True)
class Golden:
    """The folders `base`, `right` and `wrong` under `tests/submissions` of a course."""

    root: Path

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self.root / "tests" / "submissions"

    def names(self, kind: str) -> list[str]:
        """Gives the names of the submissions that are `right` or `wrong`."""
        folder = self.folder / kind
        return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []

    def files(self, kind: str, name: str) -> dict[str, bytes]:
        """Gives a submission as files: the right modules of `base` with those of the golden folder on top.

        A notebook stands for itself; one that is right, for the exercises of which it has a function.
        """
        folder = self.folder / kind / name
        own = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != EXPECT
        }
        written = b"".join(data for path, data in own.items() if path.endswith(".ipynb"))
        base = modules_in(self.folder / "base")
        if kind == "wrong" and written:
            return own
        return {path: data for path, data in base.items() if not _has_one_of(written, data)} | own

    def expected(self, name: str, course: Course) -> Expectation:
        """Gives the `expect.toml` of a wrong submission; CourseError where it is not there, wrong, or about nothing."""
        try:
            text = (self.folder / "wrong" / name / EXPECT).read_text("utf-8")
            expected = msgspec.convert(tomllib.loads(text), Expectation)
        except FileNotFoundError:
            raise CourseError(
                "there is no such file; write what the submission loses, as CONTRIBUTING.md says"
            ) from None
        except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise CourseError(f"{error}; write it as CONTRIBUTING.md says") from None
        if expected.exercise in course.off:
            return expected
        known = [exercise.name for exercise in course.ready]
        if expected.exercise not in known:
            raise CourseError(f"{expected.exercise!r} is no exercise that is ready; {choose(expected.exercise, known)}")
        checks = [check.name for check in course.exercise(expected.exercise).checks]
        for check in (*expected.lost, *expected.waits):
            if check not in checks:
                raise CourseError(f"{expected.exercise} has no check {check!r}; {choose(check, checks)}")
        return expected
