"""Files taken apart for `grader similar`: what counts in them, and what hostile ones cost."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from copying import KINDS, notebook_of

from grader.similarity.reading import read, reader

__all__: list[str] = []

SOURCE = '''"""Docstring."""
import numpy as np

class Window:
    def __init__(self, image, size=3):
        self.image, self.size = image, size

    def at(self, row):
        return self.image[row : row + self.size].sum(axis=0)

def slide(image):
    """Another."""
    window = Window(image, size=5)
    total = 0.0
    for row in range(len(image)):
        total += window.at(row).max()
        print(f"{row}: {total}")
    return np.array([total, 1.50])
'''


def fingerprints(source: str) -> set[int]:
    return set(np.frombuffer(read(source.encode(), False).pieces, np.int64)[::3].tolist())


@pytest.mark.parametrize("kind", ["renamed", "reordered", "laid out"])
def test_names_order_and_layout_do_not_count(kind: str) -> None:
    assert fingerprints(KINDS[kind](SOURCE)) == fingerprints(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [(".max()", ".min()"), ("axis=0", "axis=1"), ("1.50", "2.5"), ("range", "reversed"), ("row + self", "row - self")],
)
def test_libraries_numbers_and_operators_count(old: str, new: str) -> None:
    assert fingerprints(SOURCE.replace(old, new)) != fingerprints(SOURCE)


def test_imports_texts_and_docstrings_do_not_count() -> None:
    other = SOURCE.replace("import numpy as np", "import numpy as np, os  # why not").replace("Another", "'Other'")
    assert fingerprints(other) == fingerprints(SOURCE)


def test_an_open_bracket_costs_its_own_function_alone() -> None:
    broken = "def broken(a):\n    x = [1, (2, a.b\n"
    assert fingerprints(SOURCE) <= fingerprints(broken + SOURCE)


@pytest.mark.parametrize("head", ["\ufeff", "# coding: utf-8\n", "# coding: nonsense\n"])
def test_encodings_and_line_ends_do_not_count(head: str) -> None:
    data = (head + SOURCE).replace("\n", "\r\n").encode()
    assert set(np.frombuffer(read(data, False).pieces, np.int64)[::3].tolist()) == fingerprints(SOURCE)


def test_a_notebook_is_its_code_cells_without_magics() -> None:
    book = json.loads(notebook_of({"a": SOURCE}))
    book["cells"].insert(1, {"cell_type": "code", "source": "%matplotlib inline\n!rm -rf x\n"})
    book["cells"].append({"cell_type": "raw", "source": "x = y.z[3] * 4"})
    reading = read(json.dumps(book).encode(), True)
    assert set(np.frombuffer(reading.pieces, np.int64)[::3].tolist()) == fingerprints(SOURCE)
    assert reading.places[reading.lines.index("def slide(image):")] == "5:1"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff\xfe", b"[" * 200_000, b'{"cells": [1, {}]'])
def test_what_is_no_notebook_is_said_to_be_none(data: bytes) -> None:
    assert read(data, True).problem == "is no notebook that can be read"


def test_odd_cells_are_passed_over() -> None:
    cells = [1, {}, {"cell_type": "code"}, {"cell_type": "code", "source": ["x = a.b[3]\n", "y = 4"]}]
    assert read(json.dumps({"cells": cells}).encode(), True).lines == ["", "x = a.b[3]", "y = 4"]


def test_a_file_that_takes_too_long_costs_itself_alone() -> None:
    # Each line start looks through all blanks that follow: hours for a file of 1 MB.
    with reader(seconds=1) as take:
        assert "takes more than 1 s" in take(b" \n" * 400_000, False).problem
        after = take(SOURCE.encode(), False)
    assert after == read(SOURCE.encode(), False)


def test_nothing_in_the_working_folder_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "pygments", "msgspec", "grader"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    with reader() as take:
        assert take(SOURCE.encode(), False).problem == ""


def test_reading_runs_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with reader() as take:
        take(f"open({str(trace)!r}, 'w')\n".encode(), False)
        take(notebook_of({"a": f"open({str(trace)!r}, 'w')"}), True)
    assert not trace.exists()
