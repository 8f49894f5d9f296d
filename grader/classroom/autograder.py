"""What runs inside Gradescope: grades the one submission there, and writes its `results.json` to standard output."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from grader import course as courses
from grader import intake
from grader.classroom.late import unpacked
from grader.classroom.roster import Person, Roster
from grader.classroom.times import moment
from grader.errors import GraderError
from grader.pools import Local
from grader.report import clean, number
from grader.report.gradescope import results_json
from grader.run import Run, grade_all
from grader.settings import Settings
from grader.worker.lock import shield

__all__ = ["main"]

_NOBODY = Person(name="")
_FAILED = "The grader itself failed and gave no score. This is no fault of the submission; tell an instructor."


def main(root: Path) -> int:
    """Grades the work in `root/submission`; when the grader fails, what is written says so and holds no score."""
    # What anything here prints goes to the log. The results go where no later process finds them.
    results = os.dup(1)
    os.dup2(2, 1)
    shield()
    try:
        document = _graded(root)
    except Exception as error:  # whatever it is, the student has to read that it is no zero
        print(f"grader: {type(error).__name__}: {clean(str(error))}", file=sys.stderr)
        document = {"output": _FAILED}
    with os.fdopen(results, "wb") as stream:
        stream.write(json.dumps(document, allow_nan=False, indent=2).encode())
    return 0


def _graded(root: Path) -> dict[str, Any]:
    source = root / "source"
    course = courses.load(source / "course.toml")
    chosen = tuple(json.loads((source / "autograder.json").read_bytes())["exercises"])
    # The name is fixed: nothing that a student may choose becomes a part of a path.
    entry = intake.Entry(student="submission", paths=(root / "submission",))
    closed = str(root / "submission"), str(root / "results")
    settings = Settings(root=str(source), exercises=chosen, isolation="container", closed=closed)
    run = Run(course, settings, intake.Scan(entries=(entry,)))
    [graded] = grade_all(run, Local(settings, 1), lambda done, everything: None)
    if graded.result.state == "error":
        why = [check.observation for one in graded.result.exercises for check in one.checks if check.status == "error"]
        raise GraderError(graded.result.reason or "; ".join(why))
    document: dict[str, Any] = json.loads(results_json(graded.result))
    return document | _lateness(root, document)


def _lateness(root: Path, document: dict[str, Any]) -> dict[str, Any]:
    """The score less what being late costs: only with a policy in the zip, and where Gradescope knows no due date."""
    path, about = root / "source" / "late.json", root / "submission_metadata.json"
    if not path.is_file() or not about.is_file():
        return {}
    metadata = json.loads(about.read_bytes())
    if (metadata.get("assignment") or {}).get("due_date"):
        return {}
    late, when = unpacked(path.read_bytes()), moment(metadata["created_at"])
    extended = Roster(list(late.dues))
    users = [_known(user, extended) for user in metadata.get("users") or ()]
    days = min(late.days(user, when) for user in users or [_NOBODY])
    if not days:
        return {}
    penalty = late.penalty(days, document["score"])
    sentence = f"Handed in late, days: {days}; points less: {number(penalty)}."
    output = "\n".join(filter(None, [document.get("output"), sentence]))
    return {"score": document["score"] - penalty, "output": output, "output_format": "text"}


def _known(user: dict[str, Any], extended: Roster) -> Person:
    """Who of those with a due date of their own a user of Gradescope is, by email, then by name."""
    called = (extended.called(str(user[key])) for key in ("email", "name") if user.get(key))
    return next((found[0] for found in called if found), _NOBODY)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
