"""The index of the course: reads `course.toml` and the hints, proves that all agree, names the line where not."""

from __future__ import annotations

import difflib
import keyword
import math
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, get_args

import msgspec
from msgspec import Meta, field

from grader.errors import CourseError, UsageError
from grader.model import Reveal
from grader.toml_lines import Lines, Place

__all__ = [
    "WORDS",
    "Check",
    "Course",
    "Exercise",
    "Isolation",
    "Limits",
    "agree_with",
    "at_level",
    "choose",
    "load",
    "read_toml",
    "root_of",
]

Isolation = Literal["locked", "container", "process"]
State = Literal["ready", "planned", "off"]
Kind = Literal["numpy", "keras"]
Text = Annotated[str, Meta(min_length=1)]
Stages = Annotated[tuple[Annotated[str, Meta(pattern=r"\S")], ...], Meta(min_length=1)]
Amount = Annotated[float, Meta(gt=0, le=1_000_000)]
Whole = Annotated[int, Meta(gt=0, le=1_000_000_000)]
Table = TypeVar("Table", bound=msgspec.Struct)
Tables = Mapping[Place, type[msgspec.Struct]]

TOTAL = 100.0
# What students read of an exercise, by its name.
WORDS = "grader/suites/words/{name}.toml"
# Tables of that file that suites and releases read.
OTHER_WORDS: Any = (("mistakes", dict, {}), ("phrases", dict, {}), ("afterwards", dict, {}))
# Columns of grades.csv that are no exercise.
RESERVED = ("student", "total", "max_total", "status")


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a submission may use: seconds of processor time, megabytes beyond the libraries, kilobytes printed."""

    import_seconds: Amount
    call_seconds: Amount
    check_seconds: Amount
    exercise_seconds: Amount
    reference_factor: Amount
    memory_mb: Whole
    output_kb: Whole
    output_limit_kb: Whole


Limit = Literal[
    "import_seconds", "call_seconds", "check_seconds", "exercise_seconds", "reference_factor", "memory_mb", "output_kb",
    "output_limit_kb",
]  # fmt: skip


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of an exercise's feedback: its points, the checks that it waits for, what may be shown.

    `hints` come from the words file of the exercise, one stage after the other; the first is a question.
    """

    name: str
    points: Amount
    after: tuple[str, ...] = ()
    reveal: Reveal = "always"
    hints: tuple[str, ...] = ()


class Exercise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One module that students fill in. A planned one has points and no checks, and is not graded yet.

    One that is off is left out of this course, with its points; what stands here of it is kept for another term.

    `template` names the libraries that its workers start with, `limits` what differs from the course's limits,
    `variant` what its suite takes in the place of its own values.
    """

    name: str
    title: Text
    status: State
    points: Amount
    functions: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    template: Kind = "numpy"
    limits: dict[Limit, Amount] = {}
    variant: dict[str, Any] = {}
    checks: tuple[Check, ...] = field(name="check", default=())

    def check(self, name: str) -> Check:
        """Return the check called `name`; raises `KeyError` when the exercise has none."""
        return {check.name: check for check in self.checks}[name]


class _ClassFiles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The files of a class that count when none are typed: paths relative to the index, "" for none."""

    roster: str = ""
    overrides: str = ""
    late: str = ""
    times: str = ""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The whole index, valid: exercises in the order in which they are taught, and the lines where they stand.

    `total` is what all exercises give together; those that are `off` are not among them.
    """

    title: str
    secret: str
    isolation: Isolation
    total: float
    limits: Limits
    exercises: tuple[Exercise, ...]
    off: tuple[str, ...] = ()
    lines: Lines
    class_files: _ClassFiles = _ClassFiles()

    @property
    def ready(self) -> tuple[Exercise, ...]:
        """The exercises that are graded, in order."""
        return tuple(exercise for exercise in self.exercises if exercise.status == "ready")

    @property
    def max_total(self) -> float:
        """The points that the ready exercises give together."""
        return math.fsum(exercise.points for exercise in self.ready)

    def exercise(self, name: str) -> Exercise:
        """Return the exercise called `name`, ready or planned; raises `UsageError` naming those that there are."""
        for exercise in self.exercises:
            if exercise.name == name:
                return exercise
        raise UsageError(f"No exercise is called {name!r}; {choose(name, [item.name for item in self.exercises])}.")


class _Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Text
    secret: Text
    isolation: Isolation
    total: Amount = TOTAL


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    course: _Settings
    limits: Limits
    exercises: tuple[Exercise, ...] = field(name="exercise")
    class_files: _ClassFiles = field(name="class", default=_ClassFiles())


class _Fault(NamedTuple):
    place: Place
    wrong: str
    cure: str


def at_level(course: Course, typed: Isolation | None) -> Course:
    """The course with the level of isolation that was typed, if one was."""
    return msgspec.structs.replace(course, isolation=typed or course.isolation)


def load(path: Path) -> Course:
    """Read and validate the index at `path`, and the hints of what is ready in it.

    Raises `CourseError` with the line, what is wrong, and the cure.
    """
    read, lines = read_toml(path.name, _text(path), _File, _TABLES)
    for fault in sorted(_faults(read.exercises, read.course.total), key=lambda fault: lines.of(fault.place)):
        raise lines.error(*fault)
    about = msgspec.structs.asdict(read.course)
    exercises = tuple(
        _hinted(path.parent, lines, ("exercise", index), exercise) if exercise.status == "ready" else exercise
        for index, exercise in enumerate(read.exercises)
        if exercise.status != "off"
    )
    off = tuple(exercise.name for exercise in read.exercises if exercise.status == "off")
    return Course(**about, limits=read.limits, exercises=exercises, off=off, lines=lines, class_files=read.class_files)


def read_toml(name: str, text: str, kind: type[Table], tables: Tables) -> tuple[Table, Lines]:
    """Read the `text` of the file called `name` as a `kind`, which holds `tables` at these places, and its lines.

    Raises `CourseError` with the line, what is wrong, and the cure.
    """
    lines = Lines(name, text)
    try:
        return msgspec.convert(tomllib.loads(text), kind), lines
    except tomllib.TOMLDecodeError as error:
        raise lines.syntax_error(error) from None
    except msgspec.ValidationError as error:
        raise lines.error(*_translated(str(error), {(): kind, **tables})) from None


def _hinted(root: Path, lines: Lines, place: Place, exercise: Exercise) -> Exercise:
    """The exercise with the hints of its words file, which has stages for each of its checks and for nothing else."""
    path = root / WORDS.format(name=exercise.name)
    if not path.is_file():
        cure = f"write {WORDS.format(name=exercise.name)}, which has them under [hints]"
        raise lines.error((*place, "name"), f"there are no hints for {exercise.name!r}", cure)
    hints = msgspec.defstruct("Hints", [(c.name, Stages) for c in exercise.checks], forbid_unknown_fields=True)
    words = msgspec.defstruct("Words", [("hints", hints), *OTHER_WORDS], forbid_unknown_fields=True)
    read: Any = read_toml(WORDS.format(name=exercise.name), _text(path), words, {("hints",): hints})[0]
    checks = (msgspec.structs.replace(c, hints=getattr(read.hints, c.name)) for c in exercise.checks)
    return msgspec.structs.replace(exercise, checks=tuple(checks))


def root_of(typed: Path | str | None) -> Path:
    """The folder of the course: as typed, around the working directory, or the checkout that this package is in."""
    if typed:
        return Path(typed).resolve()
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).resolve().parent.parent):
        if (folder / "course.toml").is_file():
            return folder
    raise UsageError("No course.toml here or above; say where the course is with --course DIR.")


def agree_with(course: Course, suites: Mapping[str, Sequence[str]]) -> None:
    """Compare the index with the suites; raises `CourseError` at the first check or test without its twin.

    `suites` maps an exercise's name to the names of the tests found in its suite, `test_hand` for the check `hand`.
    """
    known = [exercise.name for exercise in course.exercises]
    for name in suites:
        if name not in known:
            raise course.lines.error((), f"the suite {name!r} belongs to no exercise", choose(name, known))
    for index, exercise in enumerate(course.exercises):
        if exercise.status == "ready":
            for fault in _disagreements(("exercise", index), exercise, suites.get(exercise.name, ())):
                raise course.lines.error(*fault)


def _disagreements(place: Place, exercise: Exercise, tests: Sequence[str]) -> Iterator[_Fault]:
    tested = [name.removeprefix("test_") for name in tests]
    checks = [check.name for check in exercise.checks]
    spare = [name for name in tested if name not in checks]
    for name in (name for name in checks if name not in tested):
        wrong = f"the check {name!r} has no test in the suite of {exercise.name!r}"
        meant = difflib.get_close_matches(name, spare, n=1)
        cure = choose(name, meant) if meant else f"write test_{name} there or take the check out"
        yield _Fault((*place, "check", checks.index(name), "name"), wrong, cure)
    for name in spare:
        wrong = f"the suite of {exercise.name!r} has test_{name}, which is no check here"
        yield _Fault((*place, "name"), wrong, f'add an [[exercise.check]] with name = "{name}" or rename the test')


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        where = f"{path.name}: cannot be read ({error.strerror})"
        raise CourseError(f"{where}; run the command in the folder of the course that holds it") from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CourseError(f"{path.name}, line {line}: the text is not UTF-8; save the file as UTF-8") from None


# What msgspec says, in words.
_WORDS = {"str": "text in quotes", "int": "a whole number", "float": "a number", "array": "a list", "object": "a table"}
_WORDS |= {"datetime": "a time as in 2026-11-20T23:59:00+01:00", "date": "a day without a time"}
_TABLES: Tables = {
    ("class",): _ClassFiles,
    ("course",): _Settings,
    ("limits",): Limits,
    ("exercise",): Exercise,
    ("exercise", "check"): Check,
}
_CHOICES = {
    "template": get_args(Kind),
    "status": get_args(State),
    "reveal": get_args(Reveal),
    "isolation": get_args(Isolation),
}


def _translated(message: str, structs: Tables) -> _Fault:
    what, _, where = message.partition(" - at `$")
    place = tuple(int(index) if index else key for key, index in re.findall(r"\.([^.\[`]+)|\[(\d+)\]", where))
    key = next((part for part in reversed(place) if isinstance(part, str)), "the file")
    name = re.search(r"`(.*)`", what, re.DOTALL)
    if what.startswith("Object contains unknown field") and name:
        table = tuple(part for part in place if isinstance(part, str))
        known = structs[table].__struct_encode_fields__
        return _Fault((*place, name[1]), f"the key {name[1]!r} is not known here", choose(name[1], known))
    if what.startswith("Object missing required field") and name:
        return _Fault(place, f"the key {name[1]!r} is missing here", f"add {name[1]}")
    if what.startswith("Invalid enum value"):
        value = what.removeprefix("Invalid enum value ").strip("'")
        return _Fault(place, f"{key} cannot be {value!r}", choose(value, _CHOICES[key]))
    return _Fault(place, *_mismatch(key, what))


def _mismatch(key: str, what: str) -> tuple[str, str]:
    kinds, _, rest = what.removeprefix("Expected `").partition("`")
    wanted = " or ".join(_WORDS.get(kind, kind) for kind in kinds.split(" | "))
    if rest.startswith((" of length", " matching")):
        return f"{key} is empty", f"write {wanted} with something in it"
    if received := re.search(r"got `(\w+)`", rest):
        return f"{key} is {_WORDS.get(received[1], received[1])}", f"write {wanted}"
    return f"{key} is out of range", f"write {wanted} {rest.strip().removesuffix('.0')}"


def choose(word: str, known: Collection[str]) -> str:
    """Return the end of a sentence on a `word` that is none of those `known`."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choose from: {', '.join(known)}"


def _faults(exercises: Sequence[Exercise], total: float) -> Iterator[_Fault]:
    seen: list[str] = []
    functions: list[str] = []
    names = [exercise.name for exercise in exercises]
    for index, exercise in enumerate(exercises):
        place: Place = ("exercise", index)
        yield from _name_faults((*place, "name"), exercise.name, [*seen, *RESERVED])
        for function in exercise.functions:
            yield from _name_faults((*place, "functions"), function, functions)
            functions.append(function)
        yield from _order_faults((*place, "depends"), exercise.depends, seen, names)
        for name in (other.name for other in exercises if other.status == "off" and exercise.status != "off"):
            if name in exercise.depends:
                cure = f"take it out here and in solutions/{exercise.name}.py, or switch it on"
                yield _Fault((*place, "depends"), f"{name!r} is off", cure)
        yield from _module_faults((*place, "forbidden"), exercise.forbidden)
        yield from _check_faults(place, exercise)
        if exercise.status == "ready":
            yield from _ready_faults(place, exercise)
        seen.append(exercise.name)
    given = math.fsum(exercise.points for exercise in exercises if exercise.status != "off")
    if not math.isclose(given, total):
        wrong = f"all exercises together give {given:g} points, not {total:g}"
        cure = "change the points of this or another one, or say total = ... under [course]"
        yield _Fault(("exercise", len(exercises) - 1, "points"), wrong, cure)


def _check_faults(place: Place, exercise: Exercise) -> Iterator[_Fault]:
    seen: list[str] = []
    for index, check in enumerate(exercise.checks):
        here = (*place, "check", index)
        yield from _name_faults((*here, "name"), check.name, seen)
        yield from _order_faults((*here, "after"), check.after, seen, [other.name for other in exercise.checks])
        if check.hints:
            yield _Fault(
                (*here, "hints"), "hints do not stand here", f"move them to {WORDS.format(name=exercise.name)}"
            )
        seen.append(check.name)


def _ready_faults(place: Place, exercise: Exercise) -> Iterator[_Fault]:
    for key, entries in (("functions", exercise.functions), ("check", exercise.checks)):
        if not entries:
            wrong = f"{exercise.name!r} is ready and has no {key}"
            yield _Fault((*place, key), wrong, f'add {key} or set status = "planned"')
    given = math.fsum(check.points for check in exercise.checks)
    if exercise.checks and not math.isclose(given, exercise.points):
        wrong = f"the checks of {exercise.name!r} give {given:g} points, not {exercise.points:g}"
        yield _Fault((*place, "points"), wrong, "change the points of the exercise or of a check")


def _name_faults(place: Place, name: str, taken: Collection[str]) -> Iterator[_Fault]:
    if not name.isidentifier() or keyword.iskeyword(name):
        yield _Fault(place, f"{name!r} cannot be a name in Python", "use letters, digits and underscores")
    if name in taken:
        yield _Fault(place, f"the name {name!r} is taken", "choose another one")


def _order_faults(place: Place, names: Sequence[str], earlier: Sequence[str], known: Sequence[str]) -> Iterator[_Fault]:
    for name in names:
        if name not in known:
            yield _Fault(place, f"{name!r} is not known", choose(name, known))
        elif name not in earlier:
            yield _Fault(place, f"{name!r} does not come earlier", "name what stands further up, or move it up")


def _module_faults(place: Place, modules: Sequence[str]) -> Iterator[_Fault]:
    for module in modules:
        if not all(part.isidentifier() for part in module.split(".")):
            yield _Fault(place, f"{module!r} is no name of a module", 'write it as in "keras.applications"')
