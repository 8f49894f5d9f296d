"""The leak check: the real bundle is clean, and every kind of leak that is planted in it is found where it is."""

from __future__ import annotations

import ast
import base64
import gzip
import io
import json
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from handouts import COURSE, FILES, ROOT, copied

from grader import recorded
from grader.authoring import stubs
from grader.errors import GraderError
from grader.handout.leaks import Watch
from grader.handout.release import release

__all__: list[str] = []

WATCH = Watch(ROOT, COURSE)
RECORDED = ROOT / "grader" / "suites" / "recorded"
SOLUTION = (ROOT / "solutions" / "convolve.py").read_text(encoding="utf-8")


def found(path: str, data: bytes | str) -> list[str]:
    """What leaks from one planted file, as the user reads it."""
    return [str(leak) for leak in WATCH.leaks({path: data.encode() if isinstance(data, str) else data})]


def function(name: str, exercise: str = "convolve") -> str:
    """A function of a solution, without its docstring, comments and annotations."""
    tree = ast.parse((ROOT / "solutions" / f"{exercise}.py").read_text(encoding="utf-8"))
    node = next(one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name)
    node.body = node.body[1:]
    node.returns = None
    for arg in node.args.args:
        arg.annotation = None
    return ast.unparse(node)


def renamed(source: str, **names: str) -> str:
    """The source with other names."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for field in ("id", "arg", "name"):
            if (old := getattr(node, field, None)) in names:
                setattr(node, field, names[old])
    return ast.unparse(tree)


def notebook(*cells: tuple[str, str], outputs: list[dict[str, object]] | None = None) -> str:
    """A notebook of cells, each a kind and a source; the last one has the outputs."""
    made = [{"cell_type": kind, "source": source.splitlines(keepends=True)} for kind, source in cells]
    if outputs:
        made[-1] |= {"outputs": outputs}
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


def hidden(probe: str = "grey", exercise: str = "convolve", least: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Image and expected answer of a hidden example that is large enough to be told from others."""
    examples = recorded.read(RECORDED / f"{exercise}.bin").probes[probe].examples
    return next(
        (example.args[0], example.expected)
        for example in examples
        if not example.public and isinstance(example.expected, np.ndarray) and len(np.unique(example.args[0])) > least
    )


def npz(*arrays: np.ndarray, packed: bool = True) -> bytes:
    """Arrays as NumPy saves them."""
    stream = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(stream, *arrays)
    return stream.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    """A zip with one file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


def test_the_real_bundle_is_clean() -> None:
    assert WATCH.leaks(FILES) == []


def test_all_that_is_planted_in_a_course_stops_its_release(tmp_path: Path) -> None:
    """From the sources to the message: one run names every file, and writes none."""
    root = copied(tmp_path / "course")
    (root / "exercises" / "convolve.ipynb").write_text(notebook(("code", LOOP)), encoding="utf-8")
    (root / "exercises" / "quiz.ipynb").write_text(
        notebook(("markdown", "prewitt_detects: horizontal edges")), encoding="utf-8"
    )
    with (root / "docs" / "digits.md").open("a", encoding="utf-8") as stream:
        stream.write(f"```\n{renamed(LOOP, slide='other')}\n```\n{COURSE.secret}\n")
    (root / "data" / "extra.npz").write_bytes(npz(hidden()[0]))
    (root / "data" / "more.dat").write_bytes((RECORDED / "convolve.bin").read_bytes())
    (root / "data" / "notes.txt").write_bytes((ROOT / "grader" / "suites" / "strategies.py").read_bytes())
    with (root / "data" / "MANIFEST.toml").open("a", encoding="utf-8") as stream:
        stream.writelines(f'[[file]]\npath = "{name}"\n' for name in ("extra.npz", "more.dat", "notes.txt"))
    with pytest.raises(GraderError) as caught:
        release(root, COURSE, tmp_path / "out")
    said = str(caught.value)
    for words in (
        "exercises/convolve.ipynb: cell 1:4: the answer in line ",
        "exercises/quiz.ipynb: cell 1:1: 'prewitt_detects' beside its answer 'horizontal edges'",
        "docs/digits.md:",
        ": the secret of course.toml",
        "data/extra.npz: arr_0.npy: a hidden example of convolve.grey",
        "data/more.dat: recorded/convolve.bin of the hidden suites",
        "data/notes.txt:1: the text of strategies.py of the hidden suites",
    ):
        assert words in said, said
    assert not (tmp_path / "out").exists()


# Answers


LOOP = renamed(
    function("convolve"), convolve="slide", image="picture", filter_matrix="kernel", h="a", w="b", row="i", column="j"
)


def test_the_planted_function_is_another_text() -> None:
    assert "slide(picture, kernel)" in LOOP
    assert function("convolve") != LOOP


def test_a_renamed_solution_in_a_notebook_cell() -> None:
    book = notebook(("markdown", "# 2. Convolve"), ("code", f"%matplotlib inline\n!ls\n{LOOP}\n"))
    [leak] = found("exercises/convolve.ipynb", book)
    assert leak.startswith("exercises/convolve.ipynb: cell 2:")
    assert "the answer in line " in leak
    assert leak.endswith("of solutions/convolve.py")


@pytest.mark.parametrize(
    "hide",
    [
        lambda code: code,
        lambda code: f"Some words.\n\n```python\n{code}\n```\n",
        lambda code: f"- a list\n\n  ~~~\n{textwrap.indent(code, '  ')}\n  ~~~\n",
        lambda code: f"As an aside:\n\n{textwrap.indent(code, '    ')}\n\nThat was it.\n",
        lambda code: "".join(f"# {line}\n" for line in ("Text", "```python", *code.splitlines(), "```")) + "x = 1\n",
        lambda code: f'HINT = """\n{code}\n"""\n',
        lambda code: (
            f"def hint():\n    '''Says.\n\n    ```\n{textwrap.indent(code, '    ')}\n    ```\n    '''\n    return 1\n"
        ),
        lambda code: f"class Hints:\n{textwrap.indent(code, '    ')}\n",
        lambda code: f"import numpy\n\nif True:\n    print(3)\n{textwrap.indent(code, '    ')}\n",
    ],
    ids=["module", "fence", "indented fence", "amid prose", "comment", "string", "docstring", "class", "branch"],
)
def test_a_solution_wherever_a_text_may_hold_code(hide: Callable[[str], str]) -> None:
    assert any("of solutions/convolve.py" in leak for leak in found("docs/notes.md", hide(LOOP)))


def test_a_reformatted_solution_in_docs() -> None:
    """Annotations, comments, a docstring and line breaks make no other function."""
    body = function("filtered_shape").replace("(image_shape, filter_shape)", "(image: tuple, kernel: 'tuple') -> tuple")
    body = renamed(body, image_shape="image", filter_shape="kernel", filtered_shape="size_of")
    lines = body.split("\n")
    lines[1:1] = ['    """The size."""', "    # first the sides", "    spare: int"]
    text = "\n".join(lines).replace("return (", "return (  # rows\n        ")
    ast.parse(text)
    leaks = found("docs/digits.md", f"# Digits\n\n```\n{text}\n```\n")
    assert [leak for leak in leaks if leak.startswith("docs/digits.md:") and "solutions/convolve.py" in leak]


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("*.py")), ids=lambda path: path.stem)
def test_every_answer_but_the_smallest_is_found_by_itself(path: Path) -> None:
    """Region by region: put back into the stub, each one leaks, unless it is shorter than a call and a return."""
    source = path.read_text(encoding="utf-8")
    lines = source.split("\n")
    stub = stubs.stub_of(source)
    assert found("exercises/x.py", stub) == []
    regions = stubs.regions(lines, path.name)
    for region in regions:
        answer = textwrap.dedent("\n".join(lines[region.begin + 1 : region.end]))
        leaks = found("docs/x.md", f"```\n{answer}\n```\n")
        assert any(f"line {region.begin + 2} of solutions/{path.name}" in leak for leak in leaks), answer


def test_small_code_is_no_leak() -> None:
    assert found("docs/x.md", "```\ndef f(model, path):\n    raise NotImplementedError\n```\n") == []
    assert found("docs/x.md", "```\nreturn pixels\n```\n```\nx = np.zeros(3)\nprint(x)\n```\n") == []


def test_another_way_to_the_same_answer_is_no_leak() -> None:
    other = ["def multiply_sum(a, b):", "    if np.shape(a) != np.shape(b):", "        raise ValueError"]
    text = "\n".join(["```", *other, "    return (a * b).sum()", "```", ""])
    assert found("docs/x.md", text) == []


@pytest.mark.parametrize(
    "marker", ["### BEGIN SOLUTION", "    ### END SOLUTION", "# BEGIN_SOLUTION", "## end solution"]
)
def test_a_marker_of_a_region(marker: str) -> None:
    assert found("exercises/x.py", f"x = 1\n{marker}\n") == ["exercises/x.py:2: the marker of a solution region"]
    assert any("cell 1:1: the marker" in leak for leak in found("x.ipynb", notebook(("code", f"{marker}\nx = 1"))))


def test_a_whole_solution_inside_a_zip() -> None:
    leaks = found("data/extra.zip", zipped("inner/model.py", SOLUTION.encode()))
    assert any(leak.startswith("data/extra.zip: inner/model.py:") and "solutions/convolve.py" in leak for leak in leaks)


# Suites


def test_a_suite_under_another_name() -> None:
    text = (ROOT / "grader" / "suites" / "convolve_oracles.py").read_text(encoding="utf-8")
    assert "grader/extra.py:1: the text of convolve_oracles.py of the hidden suites" in found("grader/extra.py", text)
    loose = "\n\n".join(text.split("\n"))
    assert any(
        "the text of convolve_oracles.py of the hidden suites" in leak
        for leak in found("docs/a.txt", f"Notes\n{loose}\nEnd")
    )


def test_a_function_of_a_suite_under_another_name() -> None:
    tree = ast.parse((ROOT / "grader" / "suites" / "convolve_oracles.py").read_bytes())
    longest = max((one for one in tree.body if isinstance(one, ast.FunctionDef)), key=lambda one: len(ast.unparse(one)))
    text = renamed(ast.unparse(longest), **{longest.name: "helper"})
    assert any("of the hidden suites" in leak for leak in found("grader/extra.py", f"import numpy as np\n\n{text}\n"))


def test_a_file_that_is_called_as_a_suite() -> None:
    assert found("grader/test_convolve.py", "x = 1\n") == [
        "grader/test_convolve.py: a file that is called as one of the hidden suites"
    ]
    assert "grader/suites/new.py: a file that is called as one of the hidden suites" in found(
        "grader/suites/new.py", "x = 1\n"
    )
    assert found("data/a.zip", zipped("deep/strategies.py", b"x = 1\n"))


@pytest.mark.parametrize("name", ["convolve", "vgg_assembly", "cifar_setup", "multiply_sum", "filter_design"])
def test_a_recording_of_hidden_examples(name: str) -> None:
    data = (RECORDED / f"{name}.bin").read_bytes()
    assert f"data/extra.dat: recorded/{name}.bin of the hidden suites" in found("data/extra.dat", data)
    repacked = gzip.compress(recorded.packed(recorded.read(RECORDED / f"{name}.bin")))
    assert any("hidden example" in leak for leak in found("data/extra.dat", repacked))


# Hidden examples


def test_a_hidden_array_in_an_npz() -> None:
    image, expected = hidden()
    for array in (image, expected):
        for packed in (True, False):
            leaks = found("data/extra.npz", npz(np.arange(5), array, packed=packed))
            assert any("a hidden example of convolve." in leak for leak in leaks)
            assert any(leak.startswith("data/extra.npz: arr_1.npy") for leak in leaks)


@pytest.mark.parametrize(
    "change",
    [np.asfortranarray, lambda array: array.astype(np.float32), lambda array: array.astype(">f8"), np.ravel],
    ids=["fortran", "float32", "big-endian", "flat"],
)
def test_a_hidden_array_saved_in_another_way(change: Callable[[np.ndarray], np.ndarray]) -> None:
    stream = io.BytesIO()
    np.save(stream, change(hidden()[0]))
    assert any("a hidden example of convolve." in leak for leak in found("data/extra.npy", stream.getvalue()))


def test_a_hidden_array_as_raw_bytes_and_base64() -> None:
    image, _ = hidden()
    assert any("hidden example" in leak for leak in found("data/extra.dat", b"head" + image.tobytes() + b"tail"))
    text = base64.encodebytes(image.tobytes()).decode()
    assert any("base64 in line 2" in leak for leak in found("docs/x.md", f"Decode this:\n{text}\n"))
    outputs = [{"output_type": "display_data", "data": {"application/x": base64.b64encode(image.tobytes()).decode()}}]
    assert any("cell 1" in leak for leak in found("a.ipynb", notebook(("code", "show()"), outputs=outputs)))


@pytest.mark.parametrize(
    "write", [lambda a: str(a.tolist()), lambda a: json.dumps(a.tolist(), indent=2), np.array2string]
)
def test_a_hidden_array_written_out(write: Callable[[np.ndarray], str]) -> None:
    [leak] = found("docs/x.md", f"See:\n\n{write(hidden()[0])}\n")
    assert leak.startswith("docs/x.md:")
    assert "a hidden example of convolve." in leak


def test_a_picture_of_a_hidden_example() -> None:
    what, data = next((what, data) for what, data in WATCH.binaries.items() if "hidden example" in what)
    assert f"data/extra.png: {what}" in found("data/extra.png", data)


def test_public_examples_are_no_leak() -> None:
    examples = recorded.read(RECORDED / "convolve.bin").probes["hand"].examples
    arrays = [example.args[0] for example in examples if example.public]
    assert found("data/extra.npz", npz(*arrays)) == []


# The secret and the quiz


@pytest.mark.parametrize("place", ["README.md", "exercises/a.py"])
def test_the_secret_in_a_text(place: str) -> None:
    assert found(place, f"\n\n{COURSE.secret}") == [f"{place}:3: the secret of course.toml"]


def test_the_secret_among_bytes() -> None:
    assert found("data/a.bin", b"\0" + COURSE.secret.encode() + b"\0") == ["data/a.bin: the secret of course.toml"]


def test_the_secret_inside_a_zip_and_as_base64() -> None:
    assert found("data/a.zip", zipped("a.txt", COURSE.secret.encode())) == [
        "data/a.zip: a.txt:1: the secret of course.toml"
    ]
    coded = base64.b64encode(f"the secret of this course: {COURSE.secret}".encode()).decode()
    assert any("the secret" in leak for leak in found("docs/x.md", coded))


@pytest.mark.parametrize(
    "text",
    [
        "- line_filter_detects: horizontal lines\n",
        '`"line_filter_detects"` is `"horizontal lines"`',
        "| `prewitt_detects` | *horizontal edges* |",
        'answers["prewitt_flipped_effect"] = (\n    "the sign of the response flips"\n)',
        "horizontal lines (line_filter_detects)",
        "1. horizontal lines\n2. horizontal edges\n3. vertical edges\n4. the sign of the response flips\n",
    ],
)
def test_the_quiz_answered_in_a_markdown_cell(text: str) -> None:
    leaks = found("exercises/filter_design.ipynb", notebook(("markdown", "# Quiz\n"), ("markdown", text)))
    assert leaks
    assert all(leak.startswith("exercises/filter_design.ipynb: cell 2:") or "ipynb:" in leak for leak in leaks)
    assert any("beside its answer" in leak or "one after the other" in leak for leak in leaks)


def test_a_question_with_all_its_answers_is_no_leak() -> None:
    text = "`line_filter_detects`: one of `horizontal lines`, `vertical lines`, `horizontal edges`, `vertical edges`"
    assert found("docs/x.md", text) == []
    assert found("docs/x.md", "line_filter_detects is not always what it seems. Draw horizontal lines!") == []
