"""Exercises from solutions: each solution region becomes a task and a `raise NotImplementedError`.

A region is what stands between a line `### BEGIN SOLUTION` and a line `### END SOLUTION`. Directly above it, at the
same indentation, stands its task, one line: `# TODO (convolve.2): Return the first rows and columns of the image.`
The task lies outside the region, so every line inside is an answer, and nbgrader's own clearing leaves it in place.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

from grader.errors import GraderError

__all__ = ["BEGIN", "Region", "generated", "regions", "stub_of", "write_stubs"]

BEGIN = "### BEGIN SOLUTION"

_MARKER = re.compile(r"(?P<indent>[ ]*)### (?P<kind>BEGIN|END) SOLUTION")
_NEARLY_MARKER = re.compile(r"\b(BEGIN|END)[ _-]*SOLUTION", re.IGNORECASE)
_TODO = re.compile(r"(?P<indent>[ ]*)# TODO \((?P<name>\w+\.[1-9]\d*)\): [A-Z].*\.")
# What the head line of a cell says to the notebook: see `grader.handout.notebooks`.
_CELL = re.compile(r"^(# %%(?: \[markdown\])?) .*=.*$", re.MULTILINE)
_TODO_FORM = "# TODO (convolve.2): Imperative sentence."


class Region(NamedTuple):
    """One solution region: indices of its two marker lines, counted from 0, and their indentation."""

    begin: int
    end: int
    indent: str


def stub_of(source: str, file: str = "the solution") -> str:
    """Replace every solution region of a percent-format module by `raise NotImplementedError`.

    Prose cells, tasks and everything else outside the regions stay as they are. `file` is the name for messages.

    Raises:
        GraderError: markers that are unbalanced or misspelt, a region that is empty or has no task directly above it,
            no region at all, or Python that does not parse; the text names file, line and cure.
    """
    _parse(source, file, "correct the solution there")
    lines = source.split("\n")
    found = regions(lines, file)
    for region in found:
        _check_region(lines, region, file)
    for region in reversed(found):
        lines[region.begin : region.end + 1] = [f"{region.indent}raise NotImplementedError"]
    stub = "\n".join(lines)
    _parse(stub, f"the stub of {file}", "put the markers round whole statements")
    return stub


def generated(name: str, source: str) -> str:
    """Give the text of `exercises/<name>.py`: a first line that says where it comes from, then the stub of `source`.

    Raises:
        GraderError: as `stub_of`; also tasks that do not count `<name>.1`, `<name>.2`, ... from top to bottom.
    """
    file = f"solutions/{name}.py"
    stub = stub_of(source, file)
    tasks = [
        (line, task) for line, text in enumerate(source.split("\n"), 1) if (task := _TODO.fullmatch(text.rstrip()))
    ]
    for count, (line, task) in enumerate(tasks, 1):
        if task["name"] != f"{name}.{count}":
            raise GraderError(f"{file}:{line}: task {task['name']} is out of order; call it {name}.{count}.")
    first = f"# Generated from {file} by `grader sync`; students fill in each TODO, then hand it in."
    return first + "\n" + _CELL.sub(r"\1", stub)


def write_stubs(root: Path, check: bool) -> list[str]:
    """Bring `root/exercises/` up to date with `root/solutions/`, or with `check` only compare.

    Returns:
        The exercises that were not current, as `exercises/<name>.py`, sorted; they have been written unless `check`.

    Raises:
        GraderError: as `generated`, or there is no solution. Then no exercise has been written.
    """
    solutions = sorted((root / "solutions").glob("*.py"))
    if not solutions:
        raise GraderError(f"{root / 'solutions'}: no solution to make exercises from; run this in a checkout.")
    wanted = {f"exercises/{path.name}": generated(path.stem, _read(path)) for path in solutions}
    stale = [name for name, text in wanted.items() if not (root / name).is_file() or _read(root / name) != text]
    for name in [] if check else stale:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(wanted[name], encoding="utf-8", newline="\n")
    return stale


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise GraderError(f"{path}: not UTF-8 (byte {error.start}); save the file as UTF-8.") from error


def _parse(source: str, file: str, cure: str) -> None:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise GraderError(f"{file}:{line}: not valid Python ({getattr(error, 'msg', error)}); {cure}.") from error


def _marker(line: str, number: int, file: str) -> re.Match[str] | None:
    """Read a line as a marker; what nearly is one stops the build, because it would hand out an answer."""
    marker = _MARKER.fullmatch(line.rstrip())
    if marker is None and _NEARLY_MARKER.search(line):
        cure = "write `### BEGIN SOLUTION` or `### END SOLUTION` alone on the line"
        raise GraderError(f"{file}:{number}: this looks like a marker but is none; {cure}.")
    return marker


def regions(lines: list[str], file: str) -> list[Region]:
    """Find the solution regions in the lines of a file, from top to bottom; `GraderError` where markers do not pair."""
    found: list[Region] = []
    begin: int | None = None
    for index, line in enumerate(lines):
        marker = _marker(line, index + 1, file)
        if marker is None:
            continue
        if (marker["kind"] == "BEGIN") != (begin is None):
            raise GraderError(_unbalanced(file, index, begin))
        if begin is None:
            begin = index
        else:
            found.append(Region(begin, index, marker["indent"]))
            begin = None
    if begin is not None:
        raise GraderError(f"{file}:{begin + 1}: region without an end; add `### END SOLUTION` after its last line.")
    if not found:
        raise GraderError(f"{file}:1: no region; put `### BEGIN SOLUTION` and `### END SOLUTION` round the answers.")
    return found


def _unbalanced(file: str, index: int, begin: int | None) -> str:
    if begin is None:
        return f"{file}:{index + 1}: end without a beginning; add `### BEGIN SOLUTION` above the answer."
    return f"{file}:{index + 1}: the region of line {begin + 1} is still open; add `### END SOLUTION` before this line."


def _check_region(lines: list[str], region: Region, file: str) -> None:
    place = f"{file}:{region.begin + 1}"
    answer = [line.strip() for line in lines[region.begin + 1 : region.end]]
    if not any(line and not line.startswith("#") for line in answer):
        raise GraderError(f"{place}: empty region; put the answer between the markers or remove them.")
    task = _TODO.fullmatch(lines[region.begin - 1].rstrip()) if region.begin else None
    if task is None:
        raise GraderError(f"{place}: region without a task; write `{_TODO_FORM}` on the line directly above it.")
    if region.indent != task["indent"] or not lines[region.begin].startswith(f"{region.indent}###"):
        raise GraderError(f"{place}: task and markers are not at one indentation; align the three lines.")
