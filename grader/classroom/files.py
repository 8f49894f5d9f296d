"""The files of a class, as typed or as `course.toml` names them; all their problems are told before anything else."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from grader import course as courses
from grader import intake
from grader.classroom.commands import class_file
from grader.classroom.late import read_late
from grader.classroom.marks import Rules, SubmissionMarks, final_marks, marks_csv, submission_marks
from grader.classroom.names import fold, name_keys
from grader.classroom.overrides import read_overrides
from grader.classroom.roster import Counted, Person, Roster, read_roster
from grader.classroom.sheets import Problems, read_table
from grader.classroom.times import FILE, read_times, stamped, times_csv
from grader.course import Course
from grader.errors import UsageError
from grader.files import write_whole
from grader.model import FinalMark, SubmissionResult
from grader.report import one_line
from grader.run import PRIVATE, RECORDS, claim

__all__ = ["main", "marks_of", "read_records", "read_rules"]

_NAMED = 8


def main(root: Path, arguments: argparse.Namespace) -> int:
    """`grader marks`: writes `marks.csv` again from the results of a run, without grading; the exit status."""
    course = courses.load(root / "course.toml")
    with ExitStack() as stack:
        if (arguments.out / PRIVATE).is_dir():  # a name with a slip shall not become a folder
            stack.callback(claim(arguments.out).release)
        graded = read_records(arguments.out, course)
        entries = [intake.Entry(student=one.submission, paths=()) for one in graded]
        rules = read_rules(root, course, arguments, entries, arguments.out / PRIVATE)
        if rules is None:
            raise UsageError("Nothing to bring together; name a file with --roster, --overrides or --late.")
        marks, before = final_marks(graded, rules), _late_before(arguments.out / "marks.csv")
        write_whole(arguments.out / "marks.csv", marks_csv(marks, course))
    _tell(marks, rules)
    if before and rules.late is None:
        print("late days counted in the marks.csv of before, and count no longer: name their file with --late")
    print(f"marks: {arguments.out / 'marks.csv'} (pages show them after the next `grader grade`)")
    return 0


def _late_before(path: Path) -> bool:
    """Whether there are marks already in which late days count."""
    with suppress(UsageError, OSError):  # whatever is there is written over
        return any(cells.get("late_days") for _, cells in read_table(path, (), Problems()))
    return False


def read_records(out: Path, course: Course) -> list[SubmissionMarks]:
    """Reads what a run kept of each submission; UsageError where there is nothing, or nothing that can be read."""
    again = "grade once more with this version"
    try:
        data = [path.read_bytes() for path in sorted((out / PRIVATE / RECORDS).glob("*.json"))]
        results = [msgspec.json.decode(record, type=SubmissionResult) for record in data]
    except (OSError, msgspec.DecodeError) as error:
        raise UsageError(f"The records of results in {out} cannot be read ({error}); {again}.") from None
    if not results:
        named = "name the folder that `grader grade` was given with --out"
        raise UsageError(f"{out} holds no records of results; {named}, or {again}.")
    seen = {exercise.name for result in results for exercise in result.exercises}
    # Where every submission was refused, nothing tells what would have been graded.
    chosen = [exercise.name for exercise in course.ready if exercise.name in seen or not seen]
    return [submission_marks(result, chosen) for result in results]


def read_rules(
    root: Path, course: Course, arguments: argparse.Namespace, entries: Sequence[intake.Entry], beside: Path
) -> Rules | None:
    """Reads the files that were typed or that the index names; None where there are none.

    Where no file of hand-in times is named they come from one in the folder `beside`, and in nbgrader's layout from its
    stamps. Raises UsageError with every problem of every file.
    """
    roster_path, overrides_path, late_path, times_path = (
        class_file(root, course, arguments, what) for what in ("roster", "overrides", "late", "times")
    )
    if not (roster_path or overrides_path or late_path):
        return None
    problems = Problems()
    times_path = times_path or next(beside.glob(FILE), None)
    stamps = stamped(entries, beside)
    found = {**stamps, **(read_times(times_path, problems) if times_path else {})}
    roster = read_roster(roster_path, problems) if roster_path else None
    strays: dict[str, tuple[Person, ...]] = {}
    submissions = [entry.student for entry in entries]
    times = _by_name(found, submissions)
    counted = [Counted(person=Person(name=name), submission=name) for name in submissions]
    if roster is not None:
        counted, strays = roster.count(submissions, times)
        counted += [Counted(person=Person(name=name), submission=name) for name in strays]
    everyone = Roster([one.person for one in counted])
    overrides = read_overrides(overrides_path, everyone, course, problems) if overrides_path else {}
    late = read_late(late_path, everyone, problems) if late_path else None
    problems.stop()
    if times_path and (nobody := [name for name in found if name not in stamps and not everyone.meant(name)]):
        print(
            f"times of nobody in this class, in {times_path.name}: {'; '.join(one_line(name) for name in nobody[:8])}"
        )
    return Rules(counted=tuple(counted), strays=strays, overrides=overrides, late=late, times=times)


def _by_name(found: Mapping[str, datetime], submissions: Iterable[str]) -> dict[str, datetime]:
    """Times by folded names, "Last, First" turned round, too, where that would not be of two submissions."""
    exact = {fold(name): when for name, when in found.items()}
    taken = frozenset(map(fold, submissions))
    turned = {key: when for name, when in found.items() for key in name_keys(name) if not {key, fold(name)} <= taken}
    return turned | exact


def marks_of(
    results: Iterable[SubmissionResult], rules: Rules | None, course: Course, chosen: Sequence[str], private: Path
) -> list[FinalMark]:
    """Gives the marks of a class that was graded, none without rules; tells what somebody should look at.

    The times are kept in `private`, so that `grader marks` knows them without the submissions.
    """
    if rules is None:
        # Those of an earlier run may be of other uploads.
        (private / FILE).unlink(missing_ok=True)
        return []
    marks = final_marks([submission_marks(result, chosen) for result in results], rules)
    write_whole(private / FILE, times_csv(rules.times))
    _tell(marks, rules)
    print(f"marks of the class: {private.parent / 'marks.csv'}")
    return marks


def _tell(marks: Sequence[FinalMark], rules: Rules) -> None:
    """Prints what somebody should look at, a sentence for each kind."""
    sentences = {
        "on no line of the roster, kept with a row each": [name for name, who in rules.strays.items() if not who],
        "may be several students, counted for none of them": [name for name, who in rules.strays.items() if who],
        "ambiguous, no mark": [mark.student for mark in marks if mark.status == "ambiguous"],
        "not submitted": [mark.student for mark in marks if mark.status == "not submitted"],
    }
    if rules.late:
        dateless = [mark.student for mark in marks if mark.submission and mark.late_days is None]
        sentences["no hand-in time known, taken as not late"] = dateless
    for what, names in sentences.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        if names:
            print(f"{what}: {'; '.join(map(one_line, names[:_NAMED]))}{more}")
