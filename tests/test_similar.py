"""`grader similar` as it is typed: what it ranks, what it leaves out, what its page and table hold."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import tokenize
from collections.abc import Callable
from pathlib import Path

import pytest
from copying import KINDS, notebook_of, renamed, together
from corpus import RIGHT, ROOT, SUBMISSIONS

from grader.cli import main
from grader.similarity.pairs import Comparison, Match, compare
from grader.similarity.works import SOLUTION, gather

__all__: list[str] = []

EXERCISES = ("multiply_sum", "convolve", "filter_design", "vgg_assembly", "cifar_setup")
OWN = """
import numpy as np

def convolve(image, filter_matrix):
    rows, cols = (a - b + 1 for a, b in zip(image.shape, filter_matrix.shape))
    answer = np.empty((rows, cols), order="F")
    for place in np.ndindex(rows, cols):
        window = tuple(slice(start, start + width) for start, width in zip(place, filter_matrix.shape))
        answer[place] = np.vdot(image[window].astype("f8"), filter_matrix)
    return answer
"""
ANOTHER = """
def convolve(image, filter_matrix):
    from scipy import ndimage
    full = ndimage.correlate(image.astype(complex).real, filter_matrix, mode="constant", origin=-1)
    return full[: -len(filter_matrix) + 1 or None, : -len(filter_matrix[0]) + 1 or None]
"""


def own_modules(name: str) -> dict[str, str]:
    """The modules of a golden folder that are its own; what it took over unchanged is no copy."""
    base = {path.name: path.read_bytes() for path in (SUBMISSIONS / "base").glob("*.py")}
    folder = SUBMISSIONS / "right" / name
    paths = [path for path in sorted(folder.rglob("*.py")) if base.get(path.name) != path.read_bytes()]
    found = {}
    for path in paths:
        data = path.read_bytes()
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        found[str(path.relative_to(folder))] = data.decode(encoding)
    return found


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def compared(*folders: Path) -> Comparison:
    return compare(gather(ROOT, EXERCISES, folders[0], folders[1:]), EXERCISES)


def is_copy(match: Match) -> bool:
    return match.two.name.startswith(f"{match.one.name} (")


@pytest.mark.parametrize("kind", [*KINDS, "notebook"])
def test_copies_rank_above_all_independent_pairs(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = set()
    for name in RIGHT:
        modules = own_modules(name)
        if not modules:
            continue
        put(tmp_path / "class" / name, modules)
        there |= {(name, Path(module).stem) for module in modules if Path(module).stem in EXERCISES}
        target = tmp_path / "copies" / name
        if kind == "notebook":
            target.mkdir(parents=True)
            cells = {module: together(source) for module, source in modules.items()}
            (target / "all.ipynb").write_bytes(notebook_of(cells))
        else:
            put(target, {module: KINDS[kind](source) for module, source in modules.items()})
    matches = [
        match for match in compared(tmp_path / "class", tmp_path / "copies").matches if match.two.name != SOLUTION
    ]
    matches = [match for match in matches if match.exercise in EXERCISES]
    copies = [match for match in matches if is_copy(match)]
    others = [match for match in matches if not is_copy(match)]
    assert {(match.one.name, match.exercise) for match in copies} == there
    lowest, highest = min(match.score for match in copies), max(match.score for match in others)
    best: dict[str, float] = {}
    for match in copies:
        best[match.one.name] = max(match.score, best.get(match.one.name, 0))
    with capsys.disabled():
        print(
            f"\n{kind}: {len(copies)} copied modules, lowest {lowest:.2f}; independent pairs, highest {highest:.2f};",
            end=" ",
        )
        print(f"the best of each copied submission, lowest {min(best.values()):.2f}", end=" ")
    assert lowest > highest
    assert min(best.values()) > 2 * highest


def test_starter_code_and_the_prose_are_nobodys(tmp_path: Path) -> None:
    stub = (ROOT / "exercises" / "convolve.py").read_text("utf-8")
    tried = 'grey = load_image("grace_hopper.jpg", grayscale=True)\nglasses = grey[160:230, 170:360]\n'
    put(tmp_path / "class" / "A", {"convolve.py": stub})
    put(tmp_path / "class" / "B", {"convolve.py": stub.replace("# TODO", "# done?") + tried})
    (tmp_path / "class" / "C.ipynb").write_bytes(notebook_of({"a": stub, "b": tried}))
    assert compared(tmp_path / "class").matches == []


def test_what_many_write_is_an_idiom_and_what_two_write_is_not(tmp_path: Path) -> None:
    for number in range(8):
        put(tmp_path / "class" / f"S{number}", {"convolve.py": OWN if number < 2 else ANOTHER})
    matches = compared(tmp_path / "class").matches
    assert [(match.one.name, match.two.name) for match in matches] == [("S0", "S1")]
    assert matches[0].shares == (1.0, 1.0)


def test_a_class_of_two_is_enough(tmp_path: Path) -> None:
    put(tmp_path / "class" / "A", {"convolve.py": OWN})
    put(tmp_path / "class" / "B", {"convolve.py": renamed(OWN)})
    (match,) = compared(tmp_path / "class").matches
    assert match.score > 0.6


def test_shared_lines_stand_side_by_side_in_another_order(tmp_path: Path) -> None:
    one = "def f(a):\n    x = a.sum(axis=3) * 7\n    y = a.max(axis=5) - 2\n    return x @ y.T\n"
    two = "def f(b):\n    v = b.max(axis=5) - 2\n    # mine\n    w = b.sum(axis=3) * 7\n    return w @ v.T\n"
    put(tmp_path / "class" / "A", {"convolve.py": one})
    put(tmp_path / "class" / "B", {"convolve.py": two})
    (match,) = compared(tmp_path / "class").matches
    rows = {match.one.lines[a][1]: match.two.lines[b][1] for a, b in match.lines}
    assert rows == {"1": "1", "2": "4", "3": "2", "4": "5"}


def test_a_cell_belongs_to_the_exercise_of_its_function(tmp_path: Path) -> None:
    helper = "def _windows(image):\n    return [image.take(range(k), axis=0) for k in range(1, 99, 7)]\n"
    source = "LIMIT = 255.5\n" + helper + OWN + "\ndef quiz():\n    return dict(zip('abcd', range(4)), e=LIMIT ** 3)\n"
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "A.ipynb").write_bytes(notebook_of({"all": source}))
    work, _ = gather(ROOT, EXERCISES, tmp_path / "class", []).works
    of = {line[2]: exercise for line, exercise in zip(work.lines, work.exercises, strict=True)}
    assert of["def _windows(image):"] == of["    return answer"] == of["LIMIT = 255.5"] == "convolve"
    assert of["def quiz():"] == "filter_design"


def test_code_moved_into_another_module_is_found_there(tmp_path: Path) -> None:
    body = OWN.split("\n", 3)[3].replace("def convolve", "def work")
    moved = {"convolve.py": "from tools import work as convolve\nprint(convolve)\n" + ANOTHER, "tools.py": body}
    put(tmp_path / "class" / "A", {"convolve.py": OWN})
    put(tmp_path / "class" / "B", moved)
    gathered = gather(ROOT, EXERCISES, tmp_path / "class", [])
    match = next(match for match in compare(gathered, EXERCISES).matches if match.exercise == "convolve")
    assert match.shares[0] > 0.9
    assert "tools.py" in {match.two.lines[line][0] for _, line in match.lines}


@pytest.fixture
def circle(tmp_path: Path) -> Path:
    """A class with one copy from last year, one of the solution, and work that cannot be compared."""
    hostile = OWN.replace("np.empty", 'print("</script><script>alert(1)</script>\u202e") or np.empty')
    put(tmp_path / "now" / "=Ines <b>", {"convolve.py": hostile})
    put(tmp_path / "now" / "Big", {"convolve.py": "x = [" + "1, " * 26_000 + "]\n", "multiply_sum.py": "a = 1\n"})
    solution = (ROOT / "solutions" / "filter_design.py").read_text("utf-8")
    put(tmp_path / "now" / "Saw it", {"filter_design.py": solution})
    put(tmp_path / "now" / "Linked", {})
    (tmp_path / "now" / "Linked").mkdir()
    (tmp_path / "now" / "Linked" / "convolve.py").symlink_to(tmp_path)
    (tmp_path / "now" / "Torn.ipynb").write_text("{", "utf-8")
    put(tmp_path / "last year" / "Old", {"convolve.py": renamed(OWN)})
    put(tmp_path / "last year" / "Older", {"convolve.py": OWN})
    return tmp_path


def typed(circle: Path, *more: str) -> int:
    return main(
        ["similar", str(circle / "now"), "--with", str(circle / "last year"), "--out", str(circle / "out"), *more]
    )


def rows_of(circle: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((circle / "out" / "similar.csv").read_text("utf-8"))))


def test_the_command_writes_a_page_and_a_table(circle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(circle) == 0
    assert "4 submissions and 2 of earlier classes" in capsys.readouterr().out
    rows = rows_of(circle)
    assert {(row["one"], row["two"]) for row in rows} == {
        ("'=Ines <b>", f"Old ({circle / 'last year'})"),
        ("'=Ines <b>", f"Older ({circle / 'last year'})"),
        ("Saw it", SOLUTION),
    }
    assert [row["rank"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    assert [float(row["likeness"]) for row in rows] == sorted((float(row["likeness"]) for row in rows), reverse=True)
    page = (circle / "out" / "similar.html").read_text("utf-8")
    assert 'id="pair-1"' in page
    assert "This list is for staff" in page
    assert "look at them" in page
    assert "Nothing here is a verdict" in page
    assert not re.search(r"plagiari|cheat|copied|guilt", page, re.IGNORECASE)


def test_the_page_loads_nothing_and_runs_nothing(circle: Path) -> None:
    typed(circle)
    page = (circle / "out" / "similar.html").read_text("utf-8")
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\\u202e" in page
    assert "=Ines &lt;b&gt;" in page
    assert not re.search(r"(?:src|href)=\"(?!#)|\bstyle=", page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in page


def test_a_course_without_material_and_a_class_without_code(tmp_path: Path) -> None:
    put(tmp_path / "class" / "A", {"convolve.py": "# later\n"})
    put(tmp_path / "class" / "B", {"convolve.py": ""})
    comparison = compare(gather(tmp_path, EXERCISES, tmp_path / "class", []), EXERCISES)
    assert (comparison.matches, comparison.count) == ([], 3)


def test_what_is_not_compared_is_named_and_costs_nobody_else(circle: Path) -> None:
    typed(circle)
    page = (circle / "out" / "similar.html").read_text("utf-8")
    for sentence in ("Big: convolve.py brings it over 50,000", "Torn: Torn.ipynb is no notebook", "Linked: refused."):
        assert sentence in page
    assert "Big: multiply_sum.py" not in page


def test_a_submission_of_many_hostile_files_is_given_up(tmp_path: Path) -> None:
    for name in "abcdefgh":
        put(tmp_path / "class" / "A", {f"{name}.ipynb": name})
    put(tmp_path / "class" / "A", {"convolve.py": OWN})
    put(tmp_path / "class" / "B", {"convolve.py": OWN})
    gathered = gather(ROOT, EXERCISES, tmp_path / "class", [])
    assert [sentence[:10] for sentence in gathered.left_out] == ["A: a.ipynb", "A: b.ipynb", "A: c.ipynb", "A: nor wer"]
    assert len(compare(gathered, EXERCISES).matches) == 1


def test_only_the_chosen_exercises(circle: Path) -> None:
    assert typed(circle, "--exercise", "filter_design") == 0
    assert {row["exercise"] for row in rows_of(circle)} == {"filter_design"}


def test_the_same_input_gives_the_same_bytes(circle: Path) -> None:
    typed(circle)
    first = [(circle / "out" / name).read_bytes() for name in ("similar.html", "similar.csv")]
    typed(circle)
    assert [(circle / "out" / name).read_bytes() for name in ("similar.html", "similar.csv")] == first


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda where: ["similar", f"{where}/now", "--out", f"{where}/o", "--exercise", "convolv"], "convolv"),
        (lambda where: ["similar", f"{where}/nowhere", "--out", f"{where}/o"], "no folder"),
        (lambda where: ["similar", f"{where}/now", "--with", f"{where}/now", "--out", f"{where}/o"], "given twice"),
    ],
)
def test_mistakes_get_a_sentence(
    spoil: Callable[[Path], list[str]], words: str, circle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(spoil(circle)) == 2
    assert words in capsys.readouterr().err
    assert not (circle / "o").exists()
