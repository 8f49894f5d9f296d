"""Notebooks from solutions: prose, tasks with nbgrader's metadata, a call for each check, manually graded answers.

A cell of a solution says in its head line what the notebook makes of it: `# %% checks=["grey", "colour"]` gets a test
cell for each of these checks after it (checks that no cell names come last), and `# %% [markdown] reflection="seen"
points=2` is an answer that a person grades. Python in the prose (between ```` ```python ```` and ```` ``` ````) becomes
a code cell of its own.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from grader.authoring.stubs import BEGIN, stub_of
from grader.course import Exercise
from grader.errors import GraderError

__all__ = ["ANSWER", "grade_id", "notebook", "reflections"]

ANSWER = "*Write your answer here.*"
FENCE = re.compile(r"^```python\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
DOOR = "from grader.notebook import check  # first: notebooks find each other by it"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
Cell = dict[str, Any]


class _Mark(NamedTuple):
    """What nbgrader has to know of a cell: `points` is None where nothing is graded."""

    name: str
    solution: bool
    points: float | None


def grade_id(exercise: str, check: str) -> str:
    """The name of a check's test cell in nbgrader: `convolve-grey`; neither part can hold a hyphen."""
    return f"{exercise}-{check}"


def notebook(exercise: Exercise, source: str, *, solved: bool) -> str:
    """Makes the notebook of an exercise from its percent-format solution, as the text of an `.ipynb` file.

    With `solved` it holds the answers in regions, as nbgrader's `source/` wants them; without, it is what students
    get: tasks, and checksums as nbgrader computes them. The same source gives the same text.
    jupytext and nbformat are imported here and nowhere else, because grading needs neither.

    Raises:
        GraderError: as `stub_of`; also a check that the index does not have, or one that two cells name.
    """
    import nbformat

    file = f"solutions/{exercise.name}.py"
    cells = list(_cells(exercise, source if solved else stub_of(source, file), file))
    cells += _others(exercise, cells, file)
    for number, cell in enumerate(cells):
        cell["id"] = cell["metadata"].get("nbgrader", {}).get("grade_id", f"{exercise.name}-{number}")
        if not solved and "nbgrader" in cell["metadata"]:
            _seal(cell)
    document = {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}
    text: str = nbformat.writes(nbformat.from_dict(document))  # type: ignore[no-untyped-call]
    return text + "\n"


def reflections(source: str) -> dict[str, float]:
    """The answers that a person grades, by name, and the points of each."""
    found = re.findall(r'^# %% \[markdown\] reflection="(\w+)" points=([\d.]+)$', source, re.MULTILINE)
    return {name: float(points) for name, points in found}


def _cells(exercise: Exercise, source: str, file: str) -> Iterator[Cell]:
    import jupytext

    task = 0
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        if cell.cell_type == "markdown":
            name = cell.metadata.get("reflection")
            yield from _prose(exercise, cell.source) if name is None else [_answer(exercise, cell.metadata, name)]
        elif BEGIN in cell.source or "raise NotImplementedError" in cell.source:
            task += 1
            yield _code(cell.source, _Mark(f"{exercise.name}-task-{task}", True, None))
            for check in cell.metadata.get("checks", ()):
                yield _test(exercise, check, file)
        elif text := _without_module_lines(cell.source):
            yield _code(f"{DOOR}\n\n{text}" if text != cell.source else text, None)


def _prose(exercise: Exercise, text: str) -> Iterator[Cell]:
    """The prose between pieces of Python, and each such piece as a code cell."""
    for number, part in enumerate(FENCE.split(text)):
        if number % 2:
            # The notebook has these names already.
            yield _code(re.sub(rf"^from {exercise.name} import .*\n+", "", part, flags=re.MULTILINE), None)
        elif part.strip():
            yield {"cell_type": "markdown", "metadata": {}, "source": part.strip("\n")}


def _without_module_lines(text: str) -> str:
    """A cell without what only a module has: its docstring, imports from `__future__`, the list of public names."""
    lines = text.split("\n")
    for node in reversed(ast.parse(text).body):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        public = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        if docstring or future or public:
            del lines[node.lineno - 1 : node.end_lineno]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") if len(lines) < text.count("\n") + 1 else text


def _code(source: str, mark: _Mark | None) -> Cell:
    cell: Cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    return cell if mark is None else _marked(cell, mark)


def _test(exercise: Exercise, check: str, file: str) -> Cell:
    points = {known.name: known.points for known in exercise.checks}
    if check not in points:
        raise GraderError(f"{file}: a cell names the check {check!r}, which the index does not have.")
    mark = _Mark(grade_id(exercise.name, check), False, points[check])
    return _code(f'check("{exercise.name}.{check}")', mark)


def _answer(exercise: Exercise, metadata: Any, name: str) -> Cell:
    mark = _Mark(grade_id(exercise.name, name), True, float(metadata["points"]))
    return _marked({"cell_type": "markdown", "metadata": {}, "source": ANSWER}, mark)


def _marked(cell: Cell, mark: _Mark) -> Cell:
    """Metadata of nbgrader, schema 3, and what keeps JupyterLab from deleting the cell or editing a test."""
    about = {
        "grade": mark.points is not None,
        "grade_id": mark.name,
        "locked": not mark.solution,
        "schema_version": 3,
        "solution": mark.solution,
        "task": False,
    }
    if mark.points is not None:
        about["points"] = mark.points
    cell["metadata"] = {"nbgrader": about, "deletable": False} | ({} if mark.solution else {"editable": False})
    return cell


def _seal(cell: Cell) -> None:
    """The checksum by which nbgrader tells what was changed, over the parts in its order (`utils.compute_checksum`)."""
    about = cell["metadata"]["nbgrader"]
    parts = [cell["source"], cell["cell_type"], *(str(about[key]) for key in ("grade", "solution", "locked"))]
    parts += [about["grade_id"], *([str(float(about["points"]))] if about["grade"] else [])]
    about["checksum"] = hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()
    about["cell_type"] = cell["cell_type"]


def _others(exercise: Exercise, cells: list[Cell], file: str) -> Iterator[Cell]:
    """The test cells of checks that no head line names; GraderError for a check that two of them name."""
    names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    for check in exercise.checks:
        count = names.count(grade_id(exercise.name, check.name))
        if count > 1:
            raise GraderError(f"{file}: {count} cells name the check {check.name!r}; leave it in one of them.")
        if count == 0:
            yield _test(exercise, check.name, file)
