"""Solutions are right and runnable, stubs hold no answer, and what is stale is found."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from scipy.signal import correlate, correlate2d

from grader.authoring.stubs import generated, stub_of, write_stubs
from grader.errors import GraderError

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
INDEX = tomllib.loads((ROOT / "course.toml").read_text(encoding="utf-8"))["exercise"]
FUNCTIONS = {entry["name"]: tuple(entry["functions"]) for entry in INDEX}
KERAS = tuple(entry["name"] for entry in INDEX if entry.get("template") == "keras")
NAMES = tuple(name for name in FUNCTIONS if name not in KERAS)
# Whatever starts TensorFlow does it once for both exercises, and never in this process.
for_each_group = pytest.mark.parametrize(
    "names", [*((name,) for name in NAMES), pytest.param(KERAS, marks=pytest.mark.keras)], ids="-".join
)
QUIET = {"MPLBACKEND": "Agg", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
Load = Callable[[str, str], ModuleType]

BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
TASK = "    # TODO (small.1): Return twice the number.\n"
GAP = "    raise NotImplementedError\n"
SMALL = f'''"""A module."""


def double(x: int) -> int:
    """Double it."""
{TASK}{BEGIN}    return 2 * x
{END}

def triple(x: int) -> int:
    """Triple it."""
    # TODO (small.2): Return three times the number.
{BEGIN}    total = x + double(x)
    return total
{END}'''
SMALL_STUB = SMALL.replace(f"{BEGIN}    return 2 * x\n{END}", GAP)
SMALL_STUB = SMALL_STUB.replace(f"{BEGIN}    total = x + double(x)\n    return total\n{END}", GAP)


def read(folder: str, name: str) -> str:
    """Give the text of one module of the course."""
    return (ROOT / folder / f"{name}.py").read_text(encoding="utf-8")


def answers_in(source: str) -> list[str]:
    """Give the lines inside the solution regions, stripped, without blanks."""
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, flags=re.DOTALL)
    return [line.strip() for region in regions for line in region.splitlines() if line.strip()]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Import modules of the course by folder and name, with data/ as the working directory; forget them afterwards."""
    before = {name: sys.modules.pop(name) for name in NAMES if name in sys.modules}
    monkeypatch.chdir(DATA)

    def load_one(folder: str, name: str) -> ModuleType:
        monkeypatch.syspath_prepend(ROOT / folder)
        return importlib.import_module(name)

    yield load_one
    for name in NAMES:
        sys.modules.pop(name, None)
    sys.modules.update(before)


def run(code: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter that finds the solutions, in data/, without a display."""
    environment = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT / "solutions")}
    command = [sys.executable, "-B", *flags, "-c", code]
    return subprocess.run(command, cwd=DATA, env=environment, capture_output=True, text=True, check=False)


def test_regions_become_tasks() -> None:
    assert SMALL_STUB.count("raise NotImplementedError") == 2
    assert stub_of(SMALL) == SMALL_STUB
    assert stub_of(SMALL.rstrip("\n")) == SMALL_STUB.rstrip("\n")


def test_generated_says_where_it_comes_from() -> None:
    first, rest = generated("small", SMALL).split("\n", 1)
    assert first.startswith("# Generated from solutions/small.py by `grader sync`")
    assert "students" in first
    assert rest == SMALL_STUB


@pytest.mark.parametrize(
    ("old", "new", "line", "cure"),
    [
        (END, "", 14, "add `### END SOLUTION` before this line"),
        (BEGIN, "", 8, "add `### BEGIN SOLUTION` above"),
        (BEGIN, BEGIN + BEGIN, 8, "add `### END SOLUTION` before this line"),
        (END, END + END, 10, "add `### BEGIN SOLUTION` above"),
        (TASK, "", 6, "on the line directly above it"),
        (TASK, TASK + "\n", 8, "on the line directly above it"),
        ("Return twice the number.", "return twice the number.", 7, "on the line directly above it"),
        (TASK, TASK.removeprefix("    "), 7, "align the three lines"),
        (END, "        ### END SOLUTION\n", 7, "align the three lines"),
        ("    return 2 * x\n", "", 7, "put the answer between the markers"),
        ("    return 2 * x\n", "    # Two times.\n\n", 7, "put the answer between the markers"),
        (BEGIN, "    #### BEGIN SOLUTION\n", 7, "alone on the line"),
        (BEGIN, "    ### begin solution\n", 7, "alone on the line"),
        ("2 * x", "2 * * x", 8, "correct the solution there"),
    ],
)
def test_broken_solution_is_named_with_line_and_cure(old: str, new: str, line: int, cure: str) -> None:
    assert old in SMALL
    with pytest.raises(GraderError) as caught:
        stub_of(SMALL.replace(old, new, 1), "solutions/small.py")
    assert str(caught.value).startswith(f"solutions/small.py:{line}: ")
    assert cure in str(caught.value)


INSIDE = "x = [\n    # TODO (small.1): Fill it.\n    ### BEGIN SOLUTION\n    1,\n    ### END SOLUTION\n]\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (SMALL.removesuffix(END), r"^small\.py:15: region without an end; add `### END SOLUTION`"),
        ("x = 1\n", r"^small\.py:1: no region; put `### BEGIN SOLUTION`"),
        (INSIDE, r"^the stub of small\.py:3: .*; put the markers round whole statements"),
    ],
)
def test_unusable_solution_is_refused(source: str, message: str) -> None:
    with pytest.raises(GraderError, match=message):
        stub_of(source, "small.py")


@pytest.mark.parametrize(("old", "new"), [("small.2", "small.3"), ("small.1", "tiny.1")])
def test_tasks_count_from_one(old: str, new: str) -> None:
    with pytest.raises(GraderError, match=rf"task {new} is out of order; call it {old}"):
        generated("small", SMALL.replace(old, new))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Give a course of one solution and no exercise yet."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "small.py").write_text(SMALL, encoding="utf-8")
    return tmp_path


def test_check_writes_nothing_and_write_brings_up_to_date(course: Path) -> None:
    assert write_stubs(course, check=True) == ["exercises/small.py"]
    assert not (course / "exercises").exists()
    assert write_stubs(course, check=False) == ["exercises/small.py"]
    assert (course / "exercises" / "small.py").read_text(encoding="utf-8") == generated("small", SMALL)
    assert write_stubs(course, check=True) == []


@pytest.mark.parametrize("touched", ["solutions/small.py", "exercises/small.py"])
def test_edit_on_either_side_is_stale(course: Path, touched: str) -> None:
    write_stubs(course, check=False)
    text = (course / touched).read_text(encoding="utf-8")
    (course / touched).write_text(text.replace("Double it", "Double the number"), encoding="utf-8")
    assert write_stubs(course, check=True) == ["exercises/small.py"]


def test_broken_solution_leaves_all_exercises_alone(course: Path) -> None:
    (course / "solutions" / "worse.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(GraderError, match=r"solutions/worse\.py:1: "):
        write_stubs(course, check=False)
    assert not (course / "exercises").exists()


def test_other_encoding_is_named(course: Path) -> None:
    (course / "solutions" / "small.py").write_bytes(b"# caf\xe9\n")
    with pytest.raises(GraderError, match="save the file as UTF-8"):
        write_stubs(course, check=True)


def test_folder_without_solutions_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="no solution to make exercises from"):
        write_stubs(tmp_path, check=True)


def test_exercises_are_current() -> None:
    assert write_stubs(ROOT, check=True) == [], "run: grader sync"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_answer_is_in_the_stub(name: str) -> None:
    answers = answers_in(read("solutions", name))
    stub = {line.strip() for line in read("exercises", name).splitlines()}
    assert len(answers) >= len(FUNCTIONS[name])
    assert stub.isdisjoint(answers)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_stub_keeps_every_prose_cell(name: str) -> None:
    heads = re.compile(r"(?m)^(# %%(?: \[markdown\])?) \w+=.*$")  # what the notebook makes of a cell
    texts = [heads.sub(r"\1", read(folder, name)) for folder in ("solutions", "exercises")]
    cells = [re.split(r"(?m)^# %%", text)[1:] for text in texts]
    prose = [[cell for cell in kind if cell.startswith(" [markdown]")] for kind in cells]
    assert len(prose[0]) >= 3
    assert prose[0] == prose[1]
    assert len(cells[0]) == len(cells[1])
    assert texts[1] == read("exercises", name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_stub_has_one_numbered_task_for_each_function(name: str) -> None:
    stub = read("exercises", name)
    compile(stub, name, "exec")
    tasks = re.findall(r"\n    # TODO \((\S+)\): [A-Z].*\.\n    raise NotImplementedError\n", stub)
    assert tasks == [f"{name}.{number}" for number in range(1, len(FUNCTIONS[name]) + 1)]
    defined = [node.name for node in ast.parse(stub).body if isinstance(node, ast.FunctionDef)]
    assert sorted(defined) == sorted(FUNCTIONS[name])


LOOK = """
import doctest, importlib, sys, numpy

def modules(folder):
    sys.path.insert(0, f"../{folder}")
    for name in asked:
        sys.modules.pop(name, None)
    return map(importlib.import_module, asked)

for solution in modules("solutions"):
    doctest.testmod(solution)
for stub in modules("exercises"):
    for function in (getattr(stub, name) for name in asked[stub.__name__]):
        try:
            print(function.__name__, "gives", function(*[numpy.ones((3, 3))] * function.__code__.co_argcount))
        except NotImplementedError:
            pass
"""


@for_each_group
def test_stubs_raise_and_examples_of_solutions_pass(names: tuple[str, ...]) -> None:
    done = run(f"asked = { {name: FUNCTIONS[name] for name in names} }\n{LOOK}")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_solution_imports_quietly(name: str) -> None:
    heavy = "{'matplotlib', 'scipy', 'cv2', 'keras', 'tensorflow'}"
    done = run(f"import sys, {name}; sys.exit(sorted({heavy} & sys.modules.keys()) or 0)", "-W", "error")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstrings_have_all_sections(name: str) -> None:
    for node in ast.parse(read("solutions", name)).body:
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            wanted = ["Returns:", "Example:", *(["Args:", "Raises:"] if node.args.args else [])]
            assert [section for section in wanted if f"\n{section}\n" not in text] == [], node.name
            assert "\n    >>> " in text, node.name


# What the prose cells of the Keras exercises need and a checkout lacks: weights of VGG-16, CIFAR-10, a second picture.
STAND_INS = """
import keras, numpy as np
load_weights = keras.Model.load_weights
keras.Model.load_weights = lambda model, path: None if path.startswith("vgg16") else load_weights(model, path)
pair = np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3), dtype=np.uint8), np.arange(64)[:, None] % 10
keras.datasets.cifar10.load_data = lambda: (pair, pair)
"""


@for_each_group
def test_code_in_prose_runs(names: tuple[str, ...]) -> None:
    prose = re.findall(r"(?ms)^# ```(?:py|python)\n(.*?)^# ```$", "".join(read("solutions", name) for name in names))
    blocks = [re.sub(r"(?m)^# ?", "", block) for block in prose]
    if names == KERAS:
        digits = (ROOT / "docs" / "digits.md").read_text(encoding="utf-8")
        network, _, instead = re.findall(r"(?ms)^```python\n(.*?)^```$", digits)
        published = next(at for at, block in enumerate(blocks) if "vgg16_weights" in block)
        blocks[published + 1 : published + 1] = [instead]
        blocks[:0] = [STAND_INS, network]
    code = "\n".join(blocks).replace("my_pet.jpg", "digit_7.png")
    done = run("import warnings; warnings.filterwarnings('ignore', 'FigureCanvasAgg')\n" + code)
    assert len(prose) >= 2 * len(names)
    assert done.returncode == 0, done.stderr
    assert ("digit_4.png [('four', " if names == KERAS else "\n") in done.stdout
    assert names == KERAS or done.stderr == ""


def test_convolve_agrees_with_scipy(load: Load) -> None:
    convolve = load("solutions", "convolve").convolve
    rng = np.random.default_rng(7)
    grey = rng.integers(0, 256, (9, 12), dtype=np.uint8)
    colour = rng.integers(0, 256, (8, 7, 4), dtype=np.uint8)
    flat, block = rng.normal(size=(2, 5)), rng.normal(size=(3, 2, 4))
    np.testing.assert_allclose(convolve(grey, flat), correlate2d(grey.astype(float), flat, "valid"), atol=1e-9)
    expected = correlate(colour.astype(float), block, "valid", method="direct")[:, :, 0]
    np.testing.assert_allclose(convolve(colour, block), expected, atol=1e-9)


def test_convolve_gives_the_table_of_the_prose(load: Load) -> None:
    image = np.array([[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 1]])
    answers = load("solutions", "convolve").convolve(image, np.array([[1, 2], [0, -1]]))
    assert answers.tolist() == [[0, 4, 2], [3, 0, 3]]


MISFITS = [
    ((2, 5), (3, 3)),
    ((5, 2), (3, 3)),
    ((5, 5, 1), (3, 3)),
    ((5, 5), (3, 3, 1)),
    ((5, 5, 3), (3, 3, 4)),
    ((5, 5, 3, 1), (3, 3, 3, 1)),
]


@pytest.mark.parametrize(("image", "weights"), MISFITS)
def test_convolve_refuses_with_rule_and_shapes(load: Load, image: tuple[int, ...], weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^(A filter may|convolve takes) .*\. Received: ") as caught:
        load("solutions", "convolve").convolve(np.ones(image), np.ones(weights))
    assert f"image {image}" in str(caught.value)
    assert f"filter {weights}" in str(caught.value)


def test_other_mistakes_are_named(load: Load) -> None:
    with pytest.raises(ValueError, match=r"same shape\. Received: \(3, 3\) and \(3,\)"):
        load("solutions", "multiply_sum").multiply_sum(np.ones((3, 3)), np.ones(3))
    with pytest.raises(FileNotFoundError):
        load("solutions", "convolve").load_image("no_such_portrait.jpg")


@pytest.mark.parametrize("shape", [(4, 5, 3), (4, 5, 4), (4, 5)])
def test_load_image_reads_rgb_alpha_and_grey_files(load: Load, tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    iio.imwrite(tmp_path / "small.png", pixels)
    load_image = load("solutions", "convolve").load_image
    colour, grey = load_image(str(tmp_path / "small.png")), load_image(str(tmp_path / "small.png"), grayscale=True)
    rgb = pixels[:, :, :3] if pixels.ndim == 3 else np.stack([pixels] * 3, axis=-1)
    assert colour.dtype == np.uint8
    np.testing.assert_array_equal(colour, rgb)
    np.testing.assert_allclose(grey, 0.299 * rgb[..., 0] + 0.587 * rgb[..., 1] + 0.114 * rgb[..., 2], atol=1e-9)


def test_brown_filter_answers_as_measured(load: Load) -> None:
    design = load("solutions", "filter_design")
    np.testing.assert_allclose(design.BROWN_FILTER.sum(axis=(1, 2)), [1.36699468, 0.38189862, -1.52671448], atol=1e-8)
    portrait = iio.imread("grace_hopper.jpg").astype(float)
    answers = correlate(portrait, design.channels_last(design.BROWN_FILTER), "valid", method="direct")[:, :, 0]
    assert answers.shape == (598, 510)
    assert (round(answers.min(), 3), round(answers.max(), 3)) == (-157.137, 351.47)


def shoulder_ratio(image: Any, weights: Any) -> float:
    """Divide the largest answer of a filter by that of its negative."""
    answers = correlate(image.astype(float), weights.astype(float), "valid", method="direct")[:, :, 0]
    return float(answers.max() / max((-answers).max(), 1e-9))


def test_shoulder_filter_finds_the_shoulder(load: Load) -> None:
    weights = load("solutions", "filter_design").left_shoulder_filter()
    h, w, channels = weights.shape
    assert channels == 3
    assert weights.sum() == 0
    assert not (weights[:, :, :1] == weights).all()
    portrait = iio.imread("grace_hopper.jpg")
    assert shoulder_ratio(portrait[360 : 430 + h, 420 : 500 + w], weights) >= 4


@pytest.mark.parametrize("offset", [-5, 0, 5])
def test_shoulder_filter_answers_synthetic_edges(load: Load, offset: int) -> None:
    weights = load("solutions", "filter_design").left_shoulder_filter()
    rows, cols = np.indices((24, 24))
    image = np.where((cols - rows > offset)[:, :, np.newaxis], (105, 140, 200), (11, 11, 23))
    assert shoulder_ratio(image, weights) >= 2.5
    assert shoulder_ratio(image[:, ::-1], weights) < 2.5


def test_edge_filter_and_quiz_answers_follow_from_the_filters(load: Load) -> None:
    design = load("solutions", "filter_design")
    edge = np.tile(np.repeat([0.0, 9.0], 5), (10, 1))

    def answers(weights: Any) -> dict[str, float]:
        images = {"vertical edges": edge, "horizontal edges": edge.T}
        return {name: float(np.abs(correlate2d(image, weights, "valid")).max()) for name, image in images.items()}

    quiz, variants, own = design.quiz(), design.prewitt_variants(), answers(design.vertical_edge_filter())
    assert own["vertical edges"] > 0 == own["horizontal edges"] == design.vertical_edge_filter().sum()
    for key, weights in (("prewitt", design.prewitt_filter()), ("prewitt_transposed", variants["transposed"])):
        strength = answers(weights)
        assert quiz[f"{key}_detects"] == max(strength, key=lambda name: strength[name])
    assert quiz["line_filter_detects"] == "horizontal lines"
    assert (variants["flipped"] == -design.prewitt_filter()).all()
    assert quiz["prewitt_flipped_effect"] == "the sign of the response flips"
