"""Notebooks: what an exercise needs is cut out, everything else is never run, and places stay true."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.worker import notebook
from grader.worker.source import ExerciseSpec, Facts, Program, analyse, program

__all__: list[str] = []

SUM = ExerciseSpec(name="multiply_sum", functions=("multiply_sum",), forbidden=("scipy",))
FILTER = ExerciseSpec(name="convolve", functions=("top_left", "convolve"), forbidden=("scipy", "keras"))
PLAIN = ExerciseSpec(name="filter_design", functions=("prewitt", "quiz"))
SPECS = [SUM, FILTER, PLAIN]
SLIDE = "def convolve(image, weights):\n    return image, weights"


def cell(source: Any, kind: str = "code") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source, "outputs": [], "execution_count": None}


def book(*cells: Any) -> bytes:
    made = [item if isinstance(item, dict) else cell(item) for item in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


def facts_of(data: bytes, spec: ExerciseSpec = FILTER, modules: dict[str, bytes] | None = None) -> Facts:
    found = analyse(modules or {}, {"work.ipynb": data}, SPECS)
    return next(facts for facts in found if facts.exercise == spec.name)


def cut(*cells: Any, spec: ExerciseSpec = FILTER, modules: dict[str, bytes] | None = None) -> Program:
    data = book(*cells)
    return program(facts_of(data, spec, modules), modules or {}, {"work.ipynb": data})


def text_of(*cells: Any, spec: ExerciseSpec = FILTER) -> str:
    return cut(*cells, spec=spec).source.decode()


def run(made: Program, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("student")
    for name in made.own:
        monkeypatch.setitem(sys.modules, name, module)
    exec(compile(made.source, made.filename, "exec", dont_inherit=True), module.__dict__)
    return module


def test_an_honest_notebook_keeps_only_what_the_exercise_needs() -> None:
    text = text_of(
        cell("# My solution\nconvolve slides", "markdown"),
        "import numpy as np\nimport matplotlib.pyplot as plt\n%matplotlib inline",
        "image = plt.imread('portrait.jpg')\nplt.imshow(image)\nprint(image.shape)",
        "PREWITT = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])\nUNUSED = 3",
        "def patch(image, row): return image[row:]",
        "def convolve(image, weights=PREWITT):\n    return np.sum(patch(image, 0) * weights)",
        "result = convolve(image)\nhistory = model.fit(image, epochs=200)\nassert result.any()",
        "open('labels.txt', 'w').write('oops')",
    )
    assert "import numpy as np" in text
    assert "PREWITT = np.array" in text
    assert "def patch" in text
    assert not [word for word in ("plt", "imread", "UNUSED", "fit", "open", "print", "assert") if word in text]


@pytest.mark.parametrize(
    ("cells", "needed"),
    [
        (["def mine(a, b): return a", "convolve = mine"], "def mine"),
        (["try:\n    import cv2\nexcept ImportError:\n    cv2 = None", "def convolve(a, b): return cv2"], "cv2 = None"),
        (["if (n := 3) > 2:\n    half = n // 2", "def convolve(a, b): return half"], "(n := 3)"),
        (["(half := 3)", "def convolve(a, b): return half"], "(half := 3)"),
        (["import functools", "@functools.cache\ndef convolve(a, b): return a"], "import functools"),
        (["LIMIT = 3", "def convolve(a, b, n=LIMIT): return n"], "LIMIT = 3"),
        (["class Filter:\n    size = 3", "def convolve(a, b): return Filter.size"], "class Filter"),
        (["class Base: pass", "class Filter(Base): pass", "def convolve(a, b): return Filter()"], "class Base"),
        (["TABLE = {}", "TABLE['x'] = 1", "def convolve(a, b): return TABLE"], "TABLE['x'] = 1"),
        (["N = 1", "N += 1", "def convolve(a, b): return N"], "N += 1"),
        (["class Box: pass", "Box.size = 2", "def convolve(a, b): return Box.size"], "Box.size = 2"),
        (["W = [0]", "for i in range(1):\n    W[i] = 5", "def convolve(a, b): return W"], "W[i] = 5"),
        (["import os\nwith open(os.devnull) as f:\n    D = f.read()", "def convolve(a, b): return D"], "D = f.read()"),
        (["def fact(n):\n    return n and fact(n - 1)", "def convolve(a, b): return fact(2)"], "def fact"),
        (["K = 2", "def convolve(a, b): return [(lambda x: x * K)(v) for v in a]"], "K = 2"),
        (
            ["import math", "def convolve(a, b):\n    def inner():\n        return math.pi\n    return inner()"],
            "import math",
        ),
        (["from math import *", "def convolve(a, b): return pi"], "from math import *"),
        (["HIDDEN = 1", "def convolve(a, b): return globals()['HIDDEN']"], "HIDDEN = 1"),
        (["def set_up():\n    global W\n    W = 1", "def convolve(a, b): return W"], "def set_up"),
        (["from __future__ import annotations", "def convolve(a: int, b): return a"], "from __future__"),
    ],
)
def test_what_a_function_reads_is_kept(cells: list[str], needed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = cut("unrelated = 12", *cells, "print('never')")
    text = made.source.decode()
    assert needed in text
    assert "never" not in text
    assert callable(run(made, monkeypatch).convolve)


def test_a_global_counter_keeps_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    module = run(
        cut("calls = 0", "def convolve(a, b):\n    global calls\n    calls += 1\n    return calls"), monkeypatch
    )
    assert [module.convolve(1, 2), module.convolve(1, 2)] == [1, 2]


def test_redefinitions_stay_in_order_and_the_last_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    made = cut("def convolve(a, b): return 1", "def convolve(a, b): return 2")
    assert made.source.count(b"def convolve") == 2
    assert run(made, monkeypatch).convolve(0, 0) == 2


def test_main_blocks_and_bare_expressions_are_never_run() -> None:
    text = text_of(SLIDE, "if __name__ == '__main__':\n    convolve = print\n    convolve(1, 2)", "convolve(3, 4)")
    assert text.count("convolve") == 1


def test_a_future_import_of_a_late_cell_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    made = cut(SLIDE, "from __future__ import annotations\ndef top_left(a: Unknown): return a")
    assert run(made, monkeypatch).top_left(1) == 1
    assert (
        made.where(made.source.decode().split("\n").index("from __future__ import annotations") + 1) == "cell 2, line 1"
    )


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\n" + SLIDE,
        "!pip install numpy\n" + SLIDE + "\n!echo it's",
        SLIDE + "\nconvolve?",
        "?convolve\n" + SLIDE,
        "files = !ls\nwhere, what = %who\n" + SLIDE,
        "for i in range(2):\n    !echo $i\n" + SLIDE,
        "pip install numpy\n" + SLIDE,
        "!ls \\\n  -l\n" + SLIDE,
        "\n".join(f"%load_ext number{i}" for i in range(40)) + "\n" + SLIDE,
        "%%time\n" + SLIDE,
        "\n%%capture out\n" + SLIDE,
        "  %%timeit\n" + SLIDE,
        "    x = 1\n    " + SLIDE.replace("\n", "\n    "),
        "\ufeff" + SLIDE,
        SLIDE.replace("\n", "\r\n"),
        SLIDE.splitlines(keepends=True),
    ],
)
def test_ipython_extras_are_left_out(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = facts_of(book(source))
    assert (facts.status, facts.message) == ("ok", "")
    assert run(cut(source), monkeypatch).convolve(3, 4) == (3, 4)


def test_a_percent_sign_inside_python_is_no_magic(monkeypatch: pytest.MonkeyPatch) -> None:
    source = 'TEXT = """\n%d items\n"""\ndef convolve(a, b):\n    return (TEXT\n        % a)'
    assert run(cut("%matplotlib inline", source), monkeypatch).convolve(3, 4) == "\n3 items\n"


def test_other_cell_magics_leave_their_cell_out() -> None:
    facts = facts_of(book("%%writefile convolve.py\n" + SLIDE))
    assert facts.status == "missing"
    assert facts.notes == ("work.ipynb, cell 1, was left out: %%writefile makes it no Python.",)
    assert facts_of(book("%%bash\nls", SLIDE)).notes == ()


def test_an_unrelated_cell_that_is_no_python_is_only_noted() -> None:
    facts = facts_of(book(SLIDE, "for i in range(3)\n    print(i)"))
    assert facts.status == "ok"
    assert facts.notes == ("work.ipynb, cell 2, was left out: Python says: expected ':'.",)


def test_a_definition_in_a_cell_that_is_no_python_is_that_exercises_import_error() -> None:
    data = book(
        cell("text", "markdown"), "def prewitt(): return 1", "x = 1\ndef convolve(image weights):\n    return 1"
    )
    facts = facts_of(data)
    assert (facts.status, facts.origin) == ("import_error", "notebook")
    assert facts.message.startswith("work.ipynb, cell 3, line 2, is not valid Python yet; Python says: ")
    assert "(the line reads: def convolve(image weights):)" in facts.message
    assert facts_of(data, PLAIN).status == "ok"
    assert facts_of(data, SUM).status == "missing"


def test_a_broken_cell_does_not_count_where_another_cell_defines_the_name() -> None:
    facts = facts_of(book("def convolve(image weights): pass", SLIDE))
    assert facts.status == "ok"
    assert len(facts.notes) == 1


@pytest.mark.parametrize("bad", ["convolve = '\0'", "convolve = '\ud800'", "convolve = " + "-" * 200_000 + "1"])
def test_sources_that_python_refuses_in_other_ways_are_named(bad: str) -> None:
    facts = facts_of(book(bad))
    assert facts.status == "import_error"
    assert facts.message.startswith("work.ipynb, cell 1, line 1, is not valid Python yet; ")
    assert facts.message.isprintable()
    assert len(facts.message) < 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no json",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"cells": 3}',
        b'{"cells": [3]}',
        b'{"cells": [{}]}',
        b'{"cells": [{"cell_type": "code"}]}',
        b'{"cells": [{"cell_type": "code", "source": [1]}]}',
        b'{"worksheets": [1]}',
        b'{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "def convolve(): pass"}]}]}',
        b"[" * 100_000,
        b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_malformed_notebook_is_an_import_error_with_a_sentence(data: bytes) -> None:
    facts = facts_of(data)
    assert (facts.status, facts.path) == ("import_error", "work.ipynb")
    assert facts.message.startswith("work.ipynb is not a notebook yet: ")
    assert facts_of(data, modules={"convolve": SLIDE.encode()}).status == "ok"


def test_places_are_told_in_cells_and_lines() -> None:
    made = cut(
        "x = 1", "# comment\n\nK = 2; M = 3\n@staticmethod\ndef convolve(a, b):\n    return K * M", cell("t", "raw")
    )
    lines = made.source.decode().split("\n")
    places = {text: made.where(number) for number, text in enumerate(lines, 1) if text}
    assert places == {
        "K = 2": "cell 2, line 3",
        "M = 3": "cell 2, line 3",
        "@staticmethod": "cell 2, line 4",
        "def convolve(a, b):": "cell 2, line 5",
        "    return K * M": "cell 2, line 6",
    }


def test_a_coding_comment_inside_a_cell_does_not_change_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    made = cut("def convolve(a, b):\n    # -*- coding: latin-1 -*-\n    return 'ä'")
    assert run(made, monkeypatch).convolve(1, 2) == "ä"


MULTIPLY = "def multiply_sum(a, b):\n    return a * b"


@pytest.mark.parametrize(
    ("statement", "call"),
    [
        ("from multiply_sum import multiply_sum", "multiply_sum"),
        ("from multiply_sum import multiply_sum as ms", "ms"),
        ("from multiply_sum import *", "multiply_sum"),
        ("import multiply_sum", "multiply_sum.multiply_sum"),
        ("import multiply_sum", "multiply_sum"),
        ("import multiply_sum as other", "other.multiply_sum"),
        ("import math, multiply_sum, os as system", "multiply_sum.multiply_sum"),
        ("x = 1", "__import__('multiply_sum').multiply_sum"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_imports_of_the_notebook_by_itself_work(
    statement: str, call: str, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [statement, MULTIPLY] if late else [MULTIPLY, statement]
    cells.append(f"def convolve(a, b):\n    return {call}(a, b), multiply_sum")
    made = cut(*cells)
    module = run(made, monkeypatch)
    assert made.own == ("multiply_sum", "convolve")
    assert module.convolve(3, 4)[0] == 12
    assert module.multiply_sum(3, 4) == 12


def test_imports_of_the_notebook_inside_functions_pull_in_what_they_name(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = "def convolve(a, b):\n    from multiply_sum import multiply_sum as ms\n    return ms(a, b)"
    assert run(cut(inside, MULTIPLY), monkeypatch).convolve(3, 4) == 12


def test_an_import_from_a_module_that_counts_stays_an_import() -> None:
    modules = {"multiply_sum": MULTIPLY.encode()}
    data = book("from multiply_sum import multiply_sum", "def convolve(a, b):\n    return multiply_sum(a, b)")
    facts = facts_of(data, modules=modules)
    made = program(facts, modules, {"work.ipynb": data})
    assert (facts.siblings, made.own) == (("multiply_sum",), ("convolve",))
    assert b"from multiply_sum import multiply_sum" in made.source
    assert facts_of(data, SUM, modules).origin == "module"


def test_imports_of_several_names_keep_those_of_others() -> None:
    text = text_of("import numpy as np, multiply_sum", MULTIPLY, "def convolve(a, b):\n    return np, multiply_sum")
    assert "import numpy as np\n" in text
    assert "import multiply_sum" not in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PIECES = st.sampled_from(
    [SLIDE, "convolve = 1", "%magic", "!ls", "x?", "    x = [", "import scipy", "'''", "\\", "\0", "@a"]
)
SOURCES = st.lists(PIECES, max_size=5).map("\n".join) | st.text(max_size=40) | JSON
CELLS = st.fixed_dictionaries({"cell_type": st.just("code"), "source": SOURCES}) | JSON
DOCUMENTS = st.fixed_dictionaries({"cells": st.lists(CELLS, max_size=5)}) | JSON


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_no_json_whatever_raises(document: Any) -> None:
    data = json.dumps(document).encode()
    for facts in analyse({}, {"work.ipynb": data}, SPECS):
        assert facts.status in {"ok", "missing", "import_error", "blocked"}
        assert bool(facts.message) == (facts.status != "ok")
        assert facts.message.isprintable()
        if facts.status in {"ok", "blocked"}:
            compile(program(facts, {}, {"work.ipynb": data}).source, "work.ipynb", "exec")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_other_bytes_are_malformed_and_nothing_else(data: bytes) -> None:
    with pytest.raises(notebook.MalformedError, match=r"^its? "):
        notebook.read(data)
