"""Modules: what is no Python is named by its place, what counts is decided, and forbidden libraries are found."""

from __future__ import annotations

import codecs
import json
from collections.abc import Sequence

import msgspec
import pytest

from grader.worker.source import ExerciseSpec, Facts, Program, analyse, program

__all__: list[str] = []

OFF = ("scipy", "skimage", "keras", "tensorflow", "torch")
STUB = '"""Slides."""\n\ndef convolve(image, weights):\n    """Slides a filter."""\n    raise NotImplementedError\n'
SUM = ExerciseSpec(name="multiply_sum", functions=("multiply_sum",), forbidden=OFF)
FILTER = ExerciseSpec(name="convolve", functions=("convolve",), forbidden=OFF, stub=STUB)
DESIGN = ExerciseSpec(name="filter_design", functions=("prewitt_filter",))
VGG = ExerciseSpec(name="vgg_assembly", functions=("build_vgg16",), forbidden=("keras.applications",))
SPECS = [SUM, FILTER, DESIGN, VGG]
DONE = "def convolve(image, weights):\n    return image\n"


def look(
    modules: dict[str, str | bytes], spec: ExerciseSpec = FILTER, notebooks: dict[str, Sequence[str]] | None = None
) -> Facts:
    sources = {name: text.encode() if isinstance(text, str) else text for name, text in modules.items()}
    books = {path: book(*cells) for path, cells in (notebooks or {}).items()}
    return next(facts for facts in analyse(sources, books, SPECS) if facts.exercise == spec.name)


def book(*cells: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": text} for text in cells]}).encode()


def test_a_module_is_handed_on_byte_for_byte() -> None:
    source = b"\xef\xbb\xbfdef convolve(image, weights):\r\n    return image\r\n"
    facts = look({"convolve": source})
    assert (facts.status, facts.origin, facts.path, facts.message) == ("ok", "module", "convolve.py", "")
    made = program(facts, {"convolve": source}, {})
    assert (made.filename, made.source, made.own) == ("convolve.py", source, ("convolve",))
    assert made.where(12) == "convolve.py, line 12"


def test_facts_travel_as_plain_data() -> None:
    facts = look({}, notebooks={"a.ipynb": [DONE, "def multiply_sum(a, b): return 1"]})
    assert facts.own == {"multiply_sum": ("multiply_sum",), "convolve": ("convolve",)}
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=Facts) == facts


@pytest.mark.parametrize(
    "source",
    [
        codecs.BOM_UTF8 + DONE.encode(),
        DONE.replace("\n", "\r\n").encode(),
        DONE.replace("\n", "\r").encode(),
        b"# -*- coding: latin-1 -*-\nNAME = '\xe4'\n" + DONE.encode(),
        b"# vim: set fileencoding=cp1252 :\nNAME = '\x80'\n" + DONE.encode(),
        b"x = 1\n\x0c\n" + DONE.encode(),
        "NAME = 'ä'\n".encode() + DONE.encode(),
        DONE.encode() + b"text = 'a\\d' is 'b'\n",
    ],
)
def test_encodings_and_line_ends_that_python_reads_are_fine(source: bytes) -> None:
    assert look({"convolve": source}).status == "ok"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"x = 1\n\ndef convolve(image, weights)\n", "line 3, is not valid Python yet; Python says: expected ':'"),
        (b"x = 1\n\ndef convolve(image, weights)\n", "(the line reads: def convolve(image, weights))."),
        (
            b"def convolve(a, b):\nreturn a\n",
            "line 2, is not valid Python yet; Python says: expected an indented block",
        ),
        (b"x = 1\nreturn x\n", "line 2, is not valid Python yet; Python says: 'return' outside function"),
        (b"x = 1\ny = '\0'\n", "line 2, is not valid Python yet; it holds a NUL byte; please save"),
        (b"x = 1\n\n\ny = '\xe4'\n", "line 4, is not valid Python yet; it is no utf-8 text; please save it as UTF-8"),
        (b"x = '\xe4'\n", "line 1, is not valid Python yet; it is no utf-8 text; please save it as UTF-8"),
        (b"# coding: klingon\nx = 1\n", "Python says: unknown encoding: klingon"),
        (b"# coding: hex\nx = 1\n", "'hex' is not a text encoding"),
        (b"# coding: undefined\nx = 1\n", "Python says: "),
        (DONE.encode("utf-16"), "line 1, is not valid Python yet; it holds a NUL byte"),
        (b"x = " + b"(" * 300 + b")" * 300, "Python says: too many nested parentheses"),
        (b"x = " + b"-" * 200_000 + b"1", "it is nested too deeply for Python"),
        (b"x = " + b"1 + " * 60_000 + b"1", "it is nested too deeply for Python"),
        (b"x = \x1b[31m " + b"y " * 400, "Python says: "),
    ],
)
def test_what_is_no_python_is_named_by_its_place(source: bytes, said: str) -> None:
    facts = look({"convolve": source, "multiply_sum": "def multiply_sum(a, b): return 1"})
    assert facts.status == "import_error"
    assert facts.message.startswith("convolve.py, line ")
    assert said in facts.message
    assert facts.message.isprintable()
    assert len(facts.message) < 400


def test_a_broken_module_costs_its_own_exercise_only() -> None:
    modules: dict[str, str | bytes] = {"convolve": "def", "multiply_sum": "from helper import x\n", "helper": "def"}
    assert look(modules).status == "import_error"
    assert look(modules, SUM).status == "ok"


def test_missing_says_what_to_add() -> None:
    facts = look({"other": DONE})
    assert (facts.status, facts.origin, facts.path) == ("missing", "", "")
    assert facts.message == "There is no convolve.py, and no notebook cell defines convolve; please add convolve.py."


ALSO_STUB = "# mine\n\n'''Other words.'''\ndef convolve(image,\n        weights):\n    raise NotImplementedError"
SAME_CELL = "def convolve(image, weights):\n    'Said otherwise.'\n    raise NotImplementedError  # TODO"


@pytest.mark.parametrize(
    ("module", "cell", "origin", "noted"),
    [
        (DONE, DONE, "module", "Both convolve.py and a.ipynb answer convolve; convolve.py counts."),
        (DONE, SAME_CELL, "module", ""),
        (STUB, DONE, "notebook", "convolve.py is still as it was handed out, so a.ipynb counts."),
        (ALSO_STUB, DONE, "notebook", "convolve.py is still as it was handed out, so a.ipynb counts."),
        (STUB, SAME_CELL, "module", ""),
        (STUB, "convolve = max", "notebook", "convolve.py is still as it was handed out, so a.ipynb counts."),
        (
            STUB,
            "from helper import convolve",
            "notebook",
            "convolve.py is still as it was handed out, so a.ipynb counts.",
        ),
        (STUB, "from convolve import convolve", "module", ""),
        (STUB, "import convolve", "module", ""),
        (STUB, "class A:\n    def convolve(self): pass", "module", ""),
        (STUB, "def f():\n    convolve = 1", "module", ""),
        (STUB, "def convolve(a b)", "notebook", "convolve.py is still as it was handed out, so a.ipynb counts."),
        ("def convolve(a b)", DONE, "module", "Both convolve.py and a.ipynb answer convolve; convolve.py counts."),
        (STUB + "X = 1\n", SAME_CELL, "module", ""),
    ],
)
def test_what_differs_from_the_stub_counts(module: str, cell: str, origin: str, noted: str) -> None:
    facts = look({"convolve": module}, notebooks={"a.ipynb": [cell]})
    assert facts.origin == origin
    assert noted in (*facts.notes, "")
    assert bool(noted) == bool([note for note in facts.notes if "counts" in note])


def test_of_several_notebooks_the_one_that_differs_counts_then_the_first() -> None:
    assert look({}, notebooks={"a.ipynb": [SAME_CELL], "b.ipynb": [DONE]}).path == "b.ipynb"
    both = look({}, notebooks={"b.ipynb": [DONE], "a.ipynb": [DONE], "c.ipynb": ["x = 1"]})
    assert (both.path, both.notes) == ("a.ipynb", ("2 notebooks hold an answer to convolve; a.ipynb counts.",))
    assert look({}, SUM, notebooks={"b.ipynb": [DONE]}).status == "missing"


def test_a_notebook_that_cannot_be_read_matters_only_where_nothing_else_answers() -> None:
    sources = {"convolve": DONE.encode()}
    found = {facts.exercise: facts for facts in analyse(sources, {"a.ipynb": b"{"}, SPECS)}
    assert (found["convolve"].status, found["multiply_sum"].status) == ("ok", "import_error")
    assert found["convolve"].notes == (found["multiply_sum"].message,)


@pytest.mark.parametrize(
    "code",
    [
        "import scipy.signal as s",
        "import numpy as np, scipy",
        "from scipy import signal",
        "from scipy.signal import *",
        "def convolve(a, b):\n    from scipy.signal import correlate2d\n    return correlate2d(a, b)",
        "try:\n    import scipy\nexcept ImportError:\n    pass",
        "s = __import__('scipy').signal",
        "import importlib\ns = importlib.import_module('scipy.signal')",
        "import importlib\ns = importlib.import_module(name='scipy.signal')",
        "from importlib import import_module as load\ns = load('scipy')",
        "import_module('scipy')",
        "import builtins\nbuiltins.__import__('scipy')",
        "import sys\ns = sys.modules['scipy']",
        "load = __import__\nload('scipy')",
    ],
)
def test_a_forbidden_library_is_found(code: str) -> None:
    facts = look({"convolve": "\n" + code + "\n"})
    assert facts.status == "blocked"
    assert facts.message.startswith("convolve.py, line ")
    assert "uses scipy, which the rule of convolve leaves out" in facts.message
    assert "NumPy" in facts.message
    assert look({"filter_design": code}, DESIGN).status == "ok"


def test_the_sentence_names_the_first_line() -> None:
    source = "def late():\n    import scipy\n\n\nimport numpy\nimport scipy.ndimage\n"
    assert look({"convolve": source}).message.startswith("convolve.py, line 2, uses scipy,")


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nsignal = np.array(1)\nscipy = 3\nprint('import scipy', scipy)",
        "# import scipy\n'import scipy'",
        "import scipylike\nfrom keras_free import scipy_like",
        "def scipy(): pass\nscipy()",
        "x = {'scipy': 1}\nx['scipy']",
    ],
)
def test_words_that_look_like_a_library_are_none(code: str) -> None:
    assert look({"convolve": code}).status == "ok"


@pytest.mark.parametrize(
    "code",
    [
        "import keras\nm = keras.applications.VGG16()",
        "import keras as k\ndef f():\n    return k.applications",
        "from keras import applications",
        "from keras import applications as a",
        "from keras.applications import VGG16",
        "from keras.applications.vgg16 import VGG16",
        "import keras.applications.vgg16",
        "import tensorflow as tf\nm = tf.keras.applications.VGG16()",
        "from tensorflow import keras\nkeras.applications",
        "from tensorflow.keras.applications import VGG16",
        "import tensorflow.keras as k\nk.applications",
        "from keras import *\nm = applications.VGG16()",
        "import keras\nk = keras\nm = k.applications",
        "import keras\nif (k := keras):\n    k.applications",
        "import keras\ngetattr(keras, 'applications')",
        "import importlib\nimportlib.import_module('keras.applications')",
        "m = __import__('keras').applications",
        "from keras.src import applications",
        "from tensorflow.python.keras import applications",
    ],
)
def test_a_forbidden_part_of_a_library_is_found_under_all_its_names(code: str) -> None:
    facts = look({"vgg_assembly": code}, VGG)
    assert facts.status == "blocked"
    assert "uses keras.applications" in facts.message
    assert "NumPy" not in facts.message


@pytest.mark.parametrize(
    "code",
    [
        "import keras\nkeras.layers.Dense",
        "from keras import layers\nlayers.applications",
        "applications = 1\napplications",
    ],
)
def test_other_parts_of_the_library_are_allowed(code: str) -> None:
    assert look({"vgg_assembly": code}, VGG).status == "ok"


def test_helpers_are_followed() -> None:
    modules: dict[str, str | bytes] = {
        "convolve": "from tools.slide import go",
        "tools.slide": "from . import deep\nfrom .deep import x",
        "tools.deep": "import cv2\nimport scipy.signal",
    }
    facts = look(modules)
    assert facts.status == "blocked"
    assert facts.message.startswith("tools/deep.py, line 2, uses scipy,")
    assert facts.imports == ("cv2", "scipy")


def test_another_exercise_is_judged_by_its_own_rule() -> None:
    modules: dict[str, str | bytes] = {
        "convolve": "from multiply_sum import multiply_sum",
        "multiply_sum": "import scipy\nfrom helper import f",
        "helper": "import torch",
    }
    facts = look(modules)
    assert (facts.status, facts.siblings) == ("ok", ("multiply_sum",))
    assert facts.imports == ("scipy", "torch")
    assert look(modules, SUM).status == "blocked"


@pytest.mark.parametrize("other", ["filter_design", "vgg_assembly"])
def test_an_exercise_without_such_a_rule_is_no_way_round_it(other: str) -> None:
    facts = look({"convolve": f"import {other}", other: "import scipy"})
    assert facts.message.startswith(f"{other}.py, line 1, uses scipy,")


def test_imports_and_siblings_are_collected_through_helpers() -> None:
    modules: dict[str, str | bytes] = {
        "filter_design": "from __future__ import annotations\nimport numpy as np\nimport helper, filter_design",
        "helper": "import os.path\nfrom convolve import convolve\ndef f():\n    import json",
        "convolve": "import multiply_sum\nimport helper\nfrom matplotlib import pyplot",
        "unused": "import torch",
    }
    facts = look(modules, DESIGN)
    assert facts.imports == ("json", "matplotlib", "numpy", "os")
    assert facts.siblings == ("convolve", "multiply_sum")


def test_in_a_notebook_only_the_exercises_own_statements_count() -> None:
    plots = ["from scipy import signal", "blurred = signal.convolve2d(image, k)", "import matplotlib.pyplot as plt"]
    facts = look({}, notebooks={"a.ipynb": [*plots, DONE]})
    assert (facts.status, facts.imports) == ("ok", ())
    uses = "def convolve(image, weights):\n    return signal.correlate2d(image, weights)"
    facts = look({}, notebooks={"a.ipynb": [*plots, uses]})
    assert (facts.status, facts.imports) == ("blocked", ("scipy",))
    assert facts.message.startswith("a.ipynb, cell 1, line 1, uses scipy,")


def test_in_a_notebook_another_exercise_is_judged_by_its_own_rule() -> None:
    total = "def multiply_sum(a, b):\n    import scipy.signal"
    cells = [total, "def convolve(a, b):\n    return multiply_sum(a, b)"]
    assert look({}, SUM, notebooks={"a.ipynb": cells}).status == "blocked"
    facts = look({}, notebooks={"a.ipynb": cells})
    assert (facts.status, facts.siblings, facts.imports) == ("ok", ("multiply_sum",), ("scipy",))
    design = ["def prewitt_filter():\n    import scipy", "def convolve(a, b):\n    return prewitt_filter()"]
    assert look({}, notebooks={"a.ipynb": design}).status == "blocked"


def test_a_notebook_may_use_helper_modules_of_its_submission() -> None:
    facts = look({"helper": "import torch"}, notebooks={"a.ipynb": ["import helper", "def convolve(a, b): helper.x"]})
    assert facts.message.startswith("helper.py, line 1, uses torch,")


def test_a_module_may_use_an_exercise_that_a_notebook_answers() -> None:
    cells = ["import cv2", "import json", "def multiply_sum(a, b): return cv2"]
    facts = look({"convolve": "from multiply_sum import multiply_sum"}, notebooks={"a.ipynb": cells})
    assert (facts.siblings, facts.imports) == (("multiply_sum",), ("cv2",))


def test_a_computed_import_is_known_as_one() -> None:
    assert look({"convolve": "name = input()\nm = __import__(name)"}).imports == ("importlib",)


@pytest.mark.parametrize(
    "code",
    [
        "import keras\na = keras" + ".x" * 900,
        "f" + "()" * 900,
        "import convolve\nfrom convolve import *",
        "from ... import x\nfrom .. import *\nfrom . import y",
        "a = numpy\n" + "a = a.b\n" * 300,
        "import_module()\n__import__(*x)\n__import__(3)\ngetattr(x, 3)\nsys.modules[1:2]",
    ],
)
def test_odd_code_is_read_without_trouble(code: str) -> None:
    facts = look({"convolve": code, "helper": "import convolve"})
    assert facts.status in {"ok", "blocked"}
    assert facts.origin == "module"


def test_places_before_the_first_statement_are_told_by_the_file() -> None:
    made = Program(filename="a.ipynb", source=b"", cells=((3, 2, 5), (6, 4, 1)))
    assert [made.where(line) for line in (1, 3, 4, 6)] == [
        "a.ipynb, line 1",
        "cell 2, line 5",
        "cell 2, line 6",
        "cell 4, line 1",
    ]
