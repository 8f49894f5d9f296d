"""What `grader nbgrader` makes: a course folder for nbgrader, from this course."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader import course as courses
from grader.errors import UsageError
from grader.files import write_whole
from grader.handout.bundle import data_files
from grader.handout.notebooks import ANSWER, notebook
from grader.klass import chosen_exercises

__all__ = ["PREPROCESSORS", "make"]

PREPROCESSORS = [
    "grader.gradebook.Judge",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
SANITIZERS = [
    "grader.gradebook.Repair",
    *(
        f"nbgrader.preprocessors.{name}"
        for name in ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata")
    ),
]
CONFIG = f"""# nbgrader for this course; written once by `grader nbgrader`, yours to change.
c = get_config()
# The judge takes the place of nbgrader's own step that executes notebooks:
c.Autograde.autograde_preprocessors = {PREPROCESSORS}
# Test cells that a student has changed are put right first; without this line nbgrader stops at some of them:
c.Autograde.sanitize_preprocessors = {SANITIZERS}
c.Judge.course = {{root!r}}
# What stands where the answers were:
c.ClearSolutions.code_stub = {{{{"python": "raise NotImplementedError"}}}}
c.ClearSolutions.text_stub = {ANSWER!r}
"""


def make(root: Path, arguments: argparse.Namespace) -> int:
    """Writes the folder, or renews it, and says what comes next."""
    course = courses.load(root / "course.toml")
    exercises = [course.exercise(name) for name in chosen_exercises(course, arguments.exercise, computed=False)]
    target = arguments.folder / "source" / arguments.assignment
    files = {Path(name).name: (root / name).read_bytes() for name in data_files(root)}
    for exercise in exercises:
        source = (root / "solutions" / f"{exercise.name}.py").read_text("utf-8")
        files[f"{exercise.name}.ipynb"] = notebook(exercise, source, solved=True).encode()
    there = [name for name in files if (target / name).is_file()]
    changed = [name for name in there if (target / name).read_bytes() != files[name]]
    if changed and not arguments.force:
        raise UsageError(f"{target / changed[0]} differs from what is made here; keep a copy of it, then use --force.")
    target.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        write_whole(target / name, data)
    config = arguments.folder / "nbgrader_config.py"
    if not config.exists():
        write_whole(config, CONFIG.format(root=str(root)).encode())
    elif "grader.gradebook.Judge" not in config.read_text("utf-8"):
        print(f"{config} is yours and was left alone; what it needs:\n")
        print(CONFIG.format(root=str(root)).partition("c = get_config()\n")[2])
    print(f"{len(exercises)} notebooks in {target}")
    print(f"next, in {arguments.folder}: nbgrader generate_assignment {arguments.assignment}")
    return 0
