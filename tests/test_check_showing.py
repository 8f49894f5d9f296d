"""What a failing public check shows: one root cause in full, the smallest example side by side, and a picture."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from corpus import ROOT
from PIL import Image

from grader import course as courses
from grader import recorded
from grader.check.blocks import number, side_by_side
from grader.check.failing import Failing
from grader.check.inside import Inside
from grader.check.picture import LARGER, SMALLER, picture, size
from grader.check.public import INDEX, Index
from grader.check.showing import colours, columns, parts, root, text
from grader.check.table import table
from grader.check.verdicts import Verdict, verdicts
from grader.check.viewing import show
from grader.check.wrapping import paragraphs
from grader.errors import GraderError
from grader.handout.public import public_data
from grader.model import Evidence
from grader.outcomes import Returned, Stop, Stopped
from grader.probing import Raises

__all__: list[str] = []

COURSE = courses.load(ROOT / "course.toml")
NAMES = ("multiply_sum", "convolve", "filter_design")
PUBLIC = public_data(ROOT, COURSE, [COURSE.exercise(name) for name in NAMES])
EXERCISES = {one.name: one for one in msgspec.json.decode(PUBLIC[INDEX], type=Index).exercises}
Code = dict[str, Any]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Verdict]]]:
    """Judges the functions of a namespace, or those of a wrong submission beside the solutions."""
    monkeypatch.syspath_prepend(ROOT / "solutions")
    monkeypatch.chdir(ROOT / "data")

    def judged(exercise: str, code: Code | str, *names: str) -> list[Verdict]:
        if isinstance(code, str):
            code = functions(ROOT / "tests" / "submissions" / "wrong" / code / f"{exercise}.py")
        recording = recorded.unpacked(PUBLIC[f"{exercise}.bin"])
        known = EXERCISES[exercise]
        chosen = names or [one.name for one in known.checks]
        return verdicts(known, recording, Inside(code), tmp_path, chosen)

    yield judged
    for name in NAMES:
        sys.modules.pop(name, None)


def functions(path: Path) -> Code:
    """What a module defines."""
    namespace: Code = {}
    exec(compile(path.read_text("utf-8"), path.name, "exec"), namespace)
    return namespace


def solved(**instead: Any) -> Code:
    """The solution of `convolve` with other functions in the place of some."""
    return functions(ROOT / "solutions" / "convolve.py") | instead


def failed(verdict: Verdict | None) -> Failing:
    """The example that a verdict speaks of."""
    assert verdict is not None
    assert verdict.failing is not None
    return verdict.failing


def drawn(verdict: Verdict | None) -> Image.Image:
    """The picture of a verdict."""
    assert verdict is not None
    data = picture(verdict)
    assert data is not None
    return Image.open(io.BytesIO(data))


# Which example


def test_the_smallest_failing_example_is_told(check: Any) -> None:
    [hand] = check("multiply_sum", {"multiply_sum": lambda a, b: float(np.mean(a * b))}, "hand")
    assert failed(hand).args[0].shape == (3,)  # recorded after one with four entries an array
    assert "Expected -4" in hand.observation
    right = solved()["convolve"]
    wrong = solved(convolve=lambda image, weights: right(image, weights) + (image.size > 100))
    [hand] = check("convolve", wrong, "hand")
    assert failed(hand).args[0].shape == (40, 48)
    [hand] = check("convolve", solved(convolve=lambda image, weights: right(image, weights) + 1), "hand")
    assert failed(hand).args[0].shape == (3, 4)


def test_arguments_have_the_names_of_the_stub(check: Any) -> None:
    [hand] = check("convolve", "convolve_flips_index", "hand")
    assert failed(hand).names == ("image", "filter_matrix")


def test_what_is_not_written_has_no_example(check: Any) -> None:
    made = check("multiply_sum", functions(ROOT / "exercises" / "multiply_sum.py"))
    first = root(made)
    assert first is not None
    assert first.failing is None
    assert picture(first) is None
    assert "called" not in text("multiply_sum", made)


# Words


def test_one_root_cause_in_full_then_everything_else_in_a_line(check: Any) -> None:
    code = functions(ROOT / "tests" / "submissions" / "wrong" / "convolve_flips_index" / "convolve.py")
    made = check("convolve", code | {"top_left": lambda image, rows, cols: image[:cols, :rows]})
    said = text("convolve", made)
    lines = said.splitlines()
    assert lines[0].startswith("  failed  convolve.top_left: cuts out")
    other = next(line for line in lines if "convolve.hand" in line)
    assert other == "  failed  convolve.hand: flipped filter"
    assert said.count("likely mistake:") <= 1
    assert said.count("called:") == 1
    assert "  waits   colour, dtypes, intact, misfit: wait for hand" in lines
    assert "  passed  load_colour, load_grey, load_missing, shape, shape_misfit" in lines
    assert lines[-1] == "  later   grey, families, keras: runs when you hand in"
    assert "see more:       grader hint convolve.top_left\n" in said
    assert "grader check convolve.top_left --show" in said


def test_arrays_stand_side_by_side_and_the_products_are_worked_out(check: Any) -> None:
    said = text("convolve", check("convolve", "convolve_flips_index", "hand"))
    for line in (
        "     image          filter_matrix   expected    yours",
        "    [1  0] 2  1      1   2         [0] 4  2    [ 6]  2   0",
        "    [3  1] 0  2      0  -1          3  0  3     -1   4   3",
        "     0  2  1  1",
        "    patch:          at [0, 0]: [[1, 0], [3, 1]] * filter_matrix",
        "                    1*1 + 0*2 + 3*0 + 1*(-1) = 0, yours 6",
    ):
        assert line in said.splitlines()
    order = ("called:", "image  ", "seen:", "patch:", "likely mistake: flipped filter:", "next step:", "see more:")
    places = [said.index(part) for part in order]
    assert places == sorted(places)


def test_colour_has_a_block_for_each_channel(check: Any) -> None:
    [colour] = check("convolve", "convolve_first_channel", "colour")
    said = text("convolve", [colour])
    assert "     image[:, :, 0]             image[:, :, 1]\n    [   0  0.75]  1.5  2.25    [0.25     1] 1.75" in said
    assert "filter_matrix[:, :, 2]" in said
    assert "1.25*(-1) = 1.6875, yours 0.1875" in " ".join(said.split())


def test_of_a_large_array_the_place_that_differs_is_shown(check: Any) -> None:
    right = solved()["convolve"]

    def wrong(image: Any, weights: Any) -> Any:
        answer = right(image, weights)
        if image.size > 100:
            answer[12, 30:] *= -1
        return answer

    said = text("convolve", check("convolve", solved(convolve=wrong), "hand"))
    assert "image: float64 array of shape (40, 48)" in said
    assert "image[11:16, 29:34]" in said
    assert "[178  179  159]" in said
    assert "yours[11:14, 29:32]" in said
    assert "= 34, yours -34" in said


def test_no_products_are_told_where_they_do_not_explain_what_was_expected(check: Any) -> None:
    made = check("convolve", solved(top_left=lambda image, rows, cols: image[1 : rows + 1, :cols]), "top_left")
    assert failed(made[0]).patch is None
    assert "top_left(image, 2, 3)" in text("convolve", made)
    [shape] = check("convolve", "convolve_pads_zeros", "hand")
    assert failed(shape).patch is None  # no entry differs: the shape does


def test_answers_of_every_kind_are_told(check: Any) -> None:
    kinds: list[tuple[str, Code | str, str, tuple[str, ...]]] = [
        ("convolve", "shape_swapped", "shape", ("filtered_shape((5, 7), (2, 3))", "came back:      (5, 4)")),
        ("multiply_sum", "sum_prints_only", "hand", ("came back:      None", "expected:       -4", "= -4\n")),
        ("multiply_sum", "sum_broadcasts", "mismatch", ("came back:      9", "expected:       ValueError")),
        ("multiply_sum", "sum_builtin", "hand", ("     a        b        yours", "expected:       70")),
        ("convolve", "convolve_unpacks_two", "colour", ("came back:      ValueError: too many", "     expected\n")),
        ("convolve", "load_keeps_bgr", "load_colour", ("expected[:, :, 0]", "[  0]   0  255", "'primaries")),
        ("filter_design", "prewitt_upside_down", "prewitt", ("prewitt_filter()", "    [ 1]  1   1    [-1] -1  -1")),
    ]
    for exercise, code, name, wanted in kinds:
        said = text(exercise, check(exercise, code, name))
        assert [part for part in wanted if part not in said] == [], said


def test_of_a_dictionary_the_array_that_differs_is_shown() -> None:
    right, wrong = np.eye(2), np.ones((2, 2))
    failing = Failing("f", (), (), {"a": right, "b": right}, Returned({"a": right, "b": wrong}), 1e-9)
    assert [panel.name for panel in failing.panels] == ["expected, 'b'", "yours, 'b'"]
    assert failing.index == (0, 1)
    failing = Failing("f", (), (), [right, right], Returned([wrong, right]), 1e-9)
    assert [panel.name for panel in failing.panels] == ["expected, value 1", "yours, value 1"]


def test_a_call_without_an_end_says_what_was_expected() -> None:
    failing = Failing("f", ("a",), (np.eye(2),), Raises("ValueError"), Stopped(Stop("timeout")), 1e-9)
    bad = Verdict(name="a", title="does a", points=0, max_points=0, outcome="failed", failing=failing)
    said = text("x", [bad])
    assert "     a\n     1  0\n     0  1\n" in said
    assert "expected:       ValueError" in said
    assert "came back" not in said
    assert drawn(bad).height > 200


def test_of_a_batch_the_image_that_differs_is_shown() -> None:
    right = np.arange(24.0).reshape(2, 2, 3, 2)
    wrong = right.copy()
    wrong[1, 0, 2, 1] = -1
    failing = Failing("f", ("batch",), (right,), right, Returned(wrong), 1e-9)
    bad = Verdict(name="a", title="does a", points=0, max_points=0, outcome="failed", failing=failing)
    said = text("x", [bad])
    assert "called:         f(\n                      [[[[ 0.,  1.],\n" in said
    assert "     12  14  16             13  15 [17]\n" in said
    assert "     yours[1][:, :, 0]   yours[1][:, :, 1]\n     12  14  16          13  15 [-1]\n" in said
    assert drawn(bad).width > 100


def test_numbers_that_differ_never_look_alike() -> None:
    failing = Failing("f", (), (), np.array([1.0000001]), Returned(np.array([1.0000002])), 1e-9)
    bad = Verdict(
        name="a", title="", points=0, max_points=0, outcome="failed", failing=failing,
        evidence=(Evidence(call="f()", expected="1", given="1"),),
    )  # fmt: skip
    assert "[1.0000001]" in text("x", [bad])
    assert "[1.0000002]" in text("x", [bad])
    assert [number(value) for value in (1.0, -0.0, 1 / 3, 26069.0, True, float("nan"))] == [
        "1", "0", "0.33333", "26069", "True", "nan",
    ]  # fmt: skip


WRONG = (
    ("convolve", "convolve_flips_fft"), ("convolve", "convolve_keeps_channels"), ("convolve", "convolve_uint8_result"),
    ("convolve", "load_grey_mean"), ("convolve", "convolve_keeps_size"), ("multiply_sum", "sum_float_too_late"),
    ("filter_design", "channels_by_reshape"), ("filter_design", "quiz_transposed_corners"),
)  # fmt: skip


@pytest.mark.parametrize(("exercise", "name"), WRONG)
def test_lines_fit_the_terminal(check: Any, exercise: str, name: str) -> None:
    made = check(exercise, name)
    for width in (60, 80, 100):
        said = text(exercise, made, "", width)
        assert [line for line in said.splitlines() if len(line) > width] == []
        assert not said.endswith("\n")
        plain = re.sub(r"\x1b\[[\d;]*m", "", text(exercise, made, "", width, colour=True))
        assert plain == said


def test_a_table_keeps_its_lines_and_prose_around_it_is_wrapped() -> None:
    rows = "block  shape\n1      (224, 224, 64)\n2      (112, 112, 128)" + " " * 40 + "wide"
    prose = "The shapes after each block, and where they stop being right: " * 2
    bad = Verdict(name="a", title="does a", points=0, max_points=0, outcome="failed", observation=f"{prose}\n{rows}")
    lines = text("x", [bad]).splitlines()
    for row in rows.split("\n"):
        assert " " * 20 + row in lines
    assert max(len(line) for line in lines if "shapes after" in line) <= 80
    assert f"{rows}</pre>" in table("x", [bad], "")
    bad = msgspec.structs.replace(bad, observation="Two  spaces do not make a table. " * 5)
    assert max(map(len, text("x", [bad]).splitlines())) <= 80


def test_what_code_prints_cannot_drive_the_terminal() -> None:
    bad = Verdict(name="a", title="does a", points=0, max_points=0, outcome="failed", observation="\x1b]0;x\x07no")
    second = msgspec.structs.replace(bad, name="b")
    said = text("x", [bad, second], "\x1b[2Jgone\r\x1b[31m\n") + paragraphs(bad.observation)
    assert not set(said) & {"\x1b", "\x07", "\r"}
    assert r"  \x1b[2Jgone" in said  # what is taken away would be missed
    assert "[31m" not in said


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_colours_are_for_terminals_whose_user_wants_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert colours(Terminal())
    assert not colours(io.StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not colours(Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours(Terminal())


@pytest.mark.parametrize(("terminal", "used"), [("200", 100), ("72", 72), ("10", 40), ("", 80)])
def test_lines_are_as_wide_as_the_terminal_up_to_a_hundred(
    monkeypatch: pytest.MonkeyPatch, terminal: str, used: int
) -> None:
    monkeypatch.setenv("COLUMNS", terminal)
    monkeypatch.setattr(sys, "__stdout__", io.StringIO())
    assert columns() == used


def test_no_array_no_block() -> None:
    assert side_by_side([], 80) == []


# Pictures


def test_the_picture_shows_the_patch_and_the_difference_by_two_colours(check: Any) -> None:
    [hand] = check("convolve", "convolve_flips_index", "hand")
    image = drawn(hand).convert("RGB")
    found = {colour for _, colour in image.getcolors(1 << 16) or []}
    assert LARGER in found  # the largest difference, 6
    assert SMALLER not in found
    assert (255, 176, 0) in found  # the frame
    assert size(picture(hand) or b"")[0] * 2 == image.width
    small = picture(hand, alone=False)
    assert small is not None
    assert size(small)[1] < image.height // 2


@pytest.mark.parametrize(("exercise", "name"), [*WRONG, ("convolve", "load_keeps_bgr"), ("multiply_sum", "sum_mean")])
def test_whatever_has_arrays_can_be_drawn(check: Any, exercise: str, name: str) -> None:
    first = root(check(exercise, name))
    if first is not None and first.failing is not None and first.failing.panels:
        assert drawn(first).width <= 2400
        assert drawn(first).height <= 2400
    elif first is not None:
        assert picture(first) is None


@pytest.mark.parametrize(
    "answer",
    [np.nan, np.inf, 1e300, 0.0],
)
def test_answers_that_are_no_numbers_are_drawn_and_told(check: Any, answer: float) -> None:
    def wrong(image: Any, weights: Any) -> Any:
        rows, cols = (a - b + 1 for a, b in zip(image.shape[:2], weights.shape[:2], strict=True))
        return np.full((rows, cols), answer)

    for name in ("hand", "colour"):
        [made] = check("convolve", solved(convolve=wrong), name)
        assert drawn(made).width > 100
        assert number(answer) in text("convolve", [made])


def test_a_shape_has_no_picture(check: Any) -> None:
    made = check("convolve", "shape_swapped", "shape")
    assert picture(made[0]) is None
    assert "--show" not in text("convolve", made)


def test_a_picture_is_saved_and_opened_where_there_is_a_screen(
    check: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = check("convolve", "convolve_flips_index", "hand")
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) is None)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    path = tmp_path / ".grader" / "pictures" / "convolve.hand.png"
    assert show(tmp_path, "convolve", made, True) == f"picture saved: {path} (no screen to open it on)"
    assert path.read_bytes() == picture(made[0])
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    monkeypatch.setenv("DISPLAY", ":0")
    assert show(tmp_path, "convolve", made, False) == f"picture saved: {path}"
    assert opened == []
    assert show(tmp_path, "convolve", made, True) == f"picture opened: {path}"
    assert opened == [path.as_uri()]


def test_without_a_picture_a_sentence_says_so(check: Any, tmp_path: Path) -> None:
    assert show(tmp_path, "convolve", check("convolve", solved(), "hand"), True) == "no picture: nothing failed"
    said = show(tmp_path, "convolve", check("convolve", "shape_swapped", "shape"), True)
    assert said == "no picture: what failed has no arrays to show"
    (tmp_path / ".grader").write_text("in the way")
    with pytest.raises(GraderError, match="cannot be saved"):
        show(tmp_path, "convolve", check("convolve", "convolve_flips_index", "hand"), True)


def test_drawing_is_loaded_for_those_alone_who_want_a_picture() -> None:
    code = (
        "import sys, grader.check.commands; print(sorted({'PIL', 'matplotlib', 'jinja2', 'pytest'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


# Notebooks


def test_the_table_has_the_picture_and_the_same_words(check: Any) -> None:
    made = check("convolve", "convolve_flips_index")
    page = table("convolve", made, "the end")
    [encoded] = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    assert Image.open(io.BytesIO(base64.b64decode(encoded))).format == "PNG"
    first = root(made)
    assert first is not None
    for part in parts("convolve", first, 100, arrays=False):
        assert part.words.split("\n")[0].replace("'", "&#x27;") in page
    assert page.count("<tr>") == 4
    assert 'alt="the failing example of convolve.hand"' in page
