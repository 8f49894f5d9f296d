"""Budgets of size, and what every file of the project keeps to."""

from __future__ import annotations

import ast
import math
import re
import statistics
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__: list[str] = []

ROOT = Path(__file__).parents[1]
FILE_LINES = 400
ENGINE_LINES = 6000  # of code: blank lines, comments and docstrings do not make an engine harder to grasp
# Commands around grading: no judge, template or worker imports one of these. Each has a bound of its own.
BESIDE = {
    "artefacts": 700,
    "authoring": 550,
    "check": 3200,
    "classroom": 1375,
    "cluster": 460,
    "gradebook": 500,
    "handout": 900,
    "networks": 450,
    "proofs": 750,
    "similarity": 400,
    "staff": 350,
}
# What locks a worker in, and proves it.
LOCKS = [ROOT / "grader" / "containment"]
LOCKS += [ROOT / "grader" / "worker" / f"{name}.py" for name in ("grants", "landlock", "lock", "seccomp", "system")]
LOCK_LINES = 800
# What is built for exercises with Keras alone is their suites', though it has to lie in a worker.
KERAS = [ROOT / "grader" / "worker" / f"{name}.py" for name in ("models", "training")]
KERAS_LINES = 350
LONGEST, NINE_OF_TEN, MEDIAN = 60, 30, 8

# Each is put together from pieces, so that this file does not hold what it looks for.
FORBIDDEN = {
    "the address of a package index": r"https?://[^\s\"'<>]+/" + r"simple(?![\w-])",
    "an option that names an index": r"--(?:extra-)?" + r"index-url|--find-" + r"links",
    "a folder of one machine": r"(?<![\w.*~])/(?:" + "|".join(("home", "root", "Users")) + r")/\w",
    "a Windows folder of one machine": r"\b[A-Z]:\\" + r"Users\\\w",
    "a key that belongs to one person": r"-----BEGIN [A-Z ]*" + r"PRIVATE KEY",
}


def project_files() -> list[Path]:
    """Return the files of the project: those that git knows or would add."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in sorted(set(listed)) if name and (ROOT / name).is_file()]


FILES = project_files()


def modules(*folders: str) -> list[Path]:
    """Return the project's Python files in `folders`, at any depth."""
    return [path for path in FILES if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


def tree_of(path: Path) -> ast.Module:
    """Parse a module of the project."""
    return ast.parse(path.read_bytes(), filename=str(path))


def functions_of(path: Path) -> Iterator[tuple[str, int]]:
    """Yield each function of a module with its length in lines, from `def` to the last one."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}: {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def line_count(path: Path) -> int:
    """Return how many lines a file has."""
    return len(path.read_bytes().splitlines())


def code_lines(path: Path) -> int:
    """Return how many lines of a module are code."""
    prose: set[int] = set()
    for node in ast.walk(tree_of(path)):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node) is not None:
            prose |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = [line.strip() for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if number not in prose]
    return sum(bool(line) and not line.startswith("#") for line in lines)


def public_names(tree: ast.Module) -> set[str]:
    """Return what a module binds at its top level under a name without a leading underscore."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def is_suite(path: Path) -> bool:
    """Tell whether a module is part of the hidden suites, where pytest finds what it runs by name."""
    return path.is_relative_to(ROOT / "grader" / "suites")


def test_git_lists_the_files_of_the_project() -> None:
    assert ROOT / "grader" / "course.py" in FILES
    assert ROOT / "course.toml" in FILES


def test_functions_are_short() -> None:
    lengths = dict(entry for path in modules("grader", "solutions") for entry in functions_of(path))
    ordered = sorted(lengths.values())
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}
    assert ordered[math.ceil(0.9 * len(ordered)) - 1] <= NINE_OF_TEN
    assert statistics.median(ordered) <= MEDIAN


def test_files_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): line_count(path) for path in modules("grader", "solutions")}
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_the_engine_is_small() -> None:
    """What grades: a mark passes through nothing else of ours."""
    apparatus = (*KERAS, ROOT / "grader" / "networks", *LOCKS)
    beside = (ROOT / "grader" / "suites", *apparatus, *(ROOT / "grader" / name for name in BESIDE))
    engine = [path for path in modules("grader") if not any(path.is_relative_to(folder) for folder in beside)]
    assert sum(map(code_lines, engine)) < ENGINE_LINES
    names = ("__main__", "cli", "gpu", "klass", "notebook", "outputs", "solo")
    doors = {ROOT / "grader" / f"{name}.py" for name in names}
    reaching = [path for path in engine if re.search(rf"\bgrader\.({'|'.join(BESIDE)})\b", path.read_text("utf-8"))]
    assert set(reaching) <= doors


@pytest.mark.parametrize("package", BESIDE)
def test_what_stands_beside_the_engine_is_small(package: str) -> None:
    folder = ROOT / "grader" / package
    assert sum(code_lines(path) for path in modules("grader") if path.is_relative_to(folder)) <= BESIDE[package]


def test_what_locks_a_worker_in_is_small() -> None:
    locks = [path for path in modules("grader") if any(path.is_relative_to(place) for place in LOCKS)]
    assert len(locks) == len(LOCKS) - 1 + len(list(LOCKS[0].glob("*.py")))
    assert sum(map(code_lines, locks)) < LOCK_LINES


def test_what_looks_at_models_of_keras_is_small() -> None:
    assert 0 < sum(map(code_lines, KERAS)) < KERAS_LINES


def test_every_module_says_its_job_in_one_line() -> None:
    docstrings = {
        str(path.relative_to(ROOT)): ast.get_docstring(tree_of(path)) for path in modules("grader", "solutions")
    }
    silent = [name for name, text in docstrings.items() if not text or len(text.splitlines()[0]) < 10]
    assert silent == []


def test_every_module_lists_what_is_public() -> None:
    without = []
    for path in modules("grader", "solutions"):
        if is_suite(path):
            continue
        tree = tree_of(path)
        listed = any(
            isinstance(node, ast.Assign | ast.AnnAssign) and "__all__" in ast.unparse(node).split("=")[0]
            for node in tree.body
        )
        if public_names(tree) and not listed:
            without.append(str(path.relative_to(ROOT)))
    assert without == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    corpus = ROOT / "tests" / "submissions"  # hostile students look for other people's folders
    found = []
    for path in FILES:
        data = path.read_bytes()
        if b"\0" in data or path.is_relative_to(corpus):
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
            if pattern.search(line) or str(ROOT) in line:
                found.append(f"{path.relative_to(ROOT)}:{number}: {line[:80]}")
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("the address of a package index", "pip install -i https://index.example/" + "simple"),
        ("an option that names an index", "--extra-" + "index-url x"),
        ("a folder of one machine", 'open("' + "/home/" + 'someone/x")'),
        ("a Windows folder of one machine", "C:" + "\\Users\\someone"),
    ],
)
def test_what_is_forbidden_is_recognised(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line)
    assert not re.search(FORBIDDEN[what], "see https://example.org/simple-things or ~/home/x, and src/" + "root/file")


def test_every_library_is_locked_by_version_and_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)(?:.*\n    --hash=sha256:[0-9a-f]{64})+", lock, re.MULTILINE))
    direct = {re.split(r"[<>=!;\[ ]", entry)[0] for entry in project["dependencies"]}
    assert len(direct) <= 14
    assert direct - set(locked) == set()
    rows = [row for row in lock.splitlines() if row and not row.startswith(("#", "    --hash=sha256:"))]
    assert [row for row in rows if re.match(r"[\w.-]+==", row) is None] == []


def test_both_locks_name_the_same_versions() -> None:
    pins = [
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    ]
    assert {
        name: (pins[0][name], pins[1][name]) for name in pins[0].keys() & pins[1] if pins[0][name] != pins[1][name]
    } == {}
    assert {"mypy", "ruff"} <= set(pins[1])


def test_every_change_says_what_it_touches() -> None:
    entries = re.findall(r"^- .*", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert entries
    assert [entry for entry in entries if not re.match(r"- `(code|handout|grading):` \S", entry)] == []
