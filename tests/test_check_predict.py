"""Predict first: what is asked, how typed shapes and numbers are read, and what is said of a near miss."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from handouts import FILES

from grader import recorded
from grader.check import public
from grader.check.foretold import Question, number_read, shape_read
from grader.check.predicting import Offer, offers, predict
from grader.check.progress import load, remembered
from grader.check.public import Index
from grader.errors import UsageError

__all__: list[str] = []

FOLDER = "grader/check/examples/"
INDEX = msgspec.json.decode(FILES[f"{FOLDER}index.json"], type=Index)
KNOWN: dict[str, Offer] = {
    offer.name: offer
    for exercise in INDEX.exercises
    for offer in offers(exercise, recorded.unpacked(FILES[f"{FOLDER}{exercise.name}.bin"]))
}


@pytest.fixture(autouse=True)
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The examples of the bundle, beside the folders that tell where the course is."""
    for name in ("exercises", "data", "examples"):
        (tmp_path / name).mkdir()
    for name, data in FILES.items():
        if name.startswith(FOLDER) and name.endswith((".bin", ".json")):
            (tmp_path / "examples" / Path(name).name).write_bytes(data)
    monkeypatch.setattr(public, "EXAMPLES", tmp_path / "examples")
    return tmp_path


def questions(name: str) -> dict[str, Question]:
    """What is asked of a check, by its kind."""
    return {question.kind: question for question in KNOWN[name].questions}


def typed(bundle: Path, name: str, *lines: str) -> None:
    """Predicts with these lines typed, one after the other, and nothing after them."""
    ahead: Iterator[str] = iter(lines)

    def read(_: str) -> str:
        for line in ahead:
            return line
        raise EOFError

    predict(INDEX, name, False, bundle, read)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("3x3", (3, 3)), ("(3, 3)", (3, 3)), ("3 3", (3, 3)), ("3 X 4", (3, 4)), ("3\u00d74", (3, 4)),
        ("[2,3,3]", (2, 3, 3)), ("3 by 4", (3, 4)), ("(5,)", (5,)), ("7", (7,)), ("3;4", (3, 4)),
        ("three", None), ("", None), ("3.5 x 2", None), ("-3, 2", None), ("()", None),
    ],
)  # fmt: skip
def test_shapes_are_read_leniently(text: str, shape: tuple[int, ...] | None) -> None:
    assert shape_read(text) == shape


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-2.5", -2.5), ("-2,5", -2.5), ("\u22122,5", -2.5), (" 7 ", 7.0), ("5/2", 2.5), ("1e2", 100.0),
        ("1 000", 1000.0), ("two", None), ("", None), ("1/0", None), ("1e999", None), ("nan", None), ("1,2,3", None),
    ],
)  # fmt: skip
def test_numbers_are_read_leniently(text: str, number: float | None) -> None:
    assert number_read(text) == number


def test_checks_with_small_answers_offer_it() -> None:
    wanted = {"multiply_sum.hand", "convolve.shape", "convolve.hand", "convolve.colour", "filter_design.channels_last"}
    assert wanted <= KNOWN.keys()
    assert KNOWN.keys().isdisjoint({"convolve.load_colour", "convolve.misfit", "filter_design.line", "convolve.intact"})
    assert {name: list(questions(name)) for name in wanted} == {
        "multiply_sum.hand": ["number"], "convolve.shape": ["shape"], "convolve.hand": ["shape", "number"],
        "convolve.colour": ["shape", "number"], "filter_design.channels_last": ["shape", "number"],
    }  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_the_recorded_answer_is_right_and_what_mistakes_give_is_told_by_name(name: str) -> None:
    offer = KNOWN[name]
    for question in offer.questions:
        expected = offer.example.expected
        if question.kind == "shape":
            right = expected.shape if isinstance(expected, np.ndarray) else tuple(expected)
            assert question.judged(right) == (True, "That is right.")
            assert not question.judged((*right, 2))[0]
        else:
            index = tuple(int(part) for part in question.place.strip("[]").split(",")) if "[" in question.place else ()
            right = float(np.asarray(expected)[index])
            assert question.judged(right)[0]
            assert not question.judged(right + 1)[0]
            wrong = [model for model in offer.example.models if np.shape(model) == np.shape(expected)]
            given = {float(np.asarray(model)[index]) for model in wrong if isinstance(model, float | int | np.ndarray)}
            given = {number for number in given if not math.isclose(number, right) and number != -right}
            assert all("known mistake" in question.judged(number)[1] for number in given)


@pytest.mark.parametrize(
    ("name", "guess", "told"),
    [
        ("convolve.hand", (3, 4), "same instead of valid"),
        ("convolve.hand", (3, 2), "have changed places"),
        ("convolve.hand", (2, 4), "Rows: right; columns: off by one."),
        ("convolve.hand", (7, 4), "Rows: another number; columns: off by one."),
        ("convolve.colour", (2, 3, 3), "three channels kept"),
        ("convolve.colour", (1, 2, 3), "number of axes"),
        ("convolve.shape", (5, 4), "The number of columns comes first."),
        ("convolve.shape", (5, 6), "size off by one"),
        ("filter_design.channels_last", (2, 3, 4), "axes left as they were"),
    ],
)
def test_how_close_a_shape_is(name: str, guess: tuple[int, ...], told: str) -> None:
    right, words = questions(name)["shape"].judged(guess)
    assert not right
    assert told in words


@pytest.mark.parametrize(
    ("guess", "told"),
    [
        (134, "matrix product"), (-70, "the sign is not"), (71, "within 2 in 100"), (80, "order of size"),
        (9000, "Another number"), (260, "sums multiplied"),
    ],
)  # fmt: skip
def test_how_close_a_number_is(guess: float, told: str) -> None:
    right, words = questions("multiply_sum.hand")["number"].judged(guess)
    assert not right
    assert told in words
    assert "70" not in words


def test_two_guesses_and_what_was_typed_is_kept(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed(bundle, "convolve.hand", "3x4", "hm", "2 3", "-100", "-101", "3")
    said = capsys.readouterr().out
    assert said.count("To think about: ") == 2
    assert "This cannot be read. Type the sizes, such as 3 x 4." in said
    assert said.count("That is right.") == 1
    assert "That is left for your code to find out." in said
    kept = load(bundle).predictions["convolve.hand"]
    assert kept[:2] == ["shape: 3x4", "shape: 2 3"]
    assert [text.split(": ")[1] for text in kept[2:]] == ["-100", "-101"]
    assert all(len(line) <= 80 for line in said.splitlines())


def test_what_others_remember_while_a_student_thinks_is_kept(bundle: Path) -> None:
    def think(_: str) -> str:
        with remembered(bundle) as progress:
            progress.outcomes["convolve.hand"] = "passed"
        raise EOFError

    predict(INDEX, "convolve.hand", False, bundle, think)
    assert load(bundle).outcomes == {"convolve.hand": "passed"}


def test_wrong_guesses_and_open_questions_do_not_show_the_answer(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(bundle, "multiply_sum.hand", "1", "2")
    typed(bundle, "convolve.shape", "")
    said = capsys.readouterr().out
    assert "70" not in said
    assert "(4, 5)" not in said
    predict(INDEX, "multiply_sum.hand", True, bundle)
    predict(INDEX, "convolve.hand", True, bundle)
    said = capsys.readouterr().out
    assert "The answer: 70" in said
    assert "The answer: shape (2, 3):\n  [[0., 4., 2.],\n   [3., 0., 3.]]" in said


def test_without_a_name_it_goes_on_where_nothing_was_foretold(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed(bundle, "", "70")
    assert capsys.readouterr().out.startswith("multiply_sum.hand: ")
    typed(bundle, "")
    said = capsys.readouterr().out
    assert said.startswith("multiply_sum.agrees: ")
    assert "Nothing more was typed." in said
    typed(bundle, "convolve", "1", "1")
    assert capsys.readouterr().out.startswith("convolve.")


def test_what_offers_nothing_says_what_does(bundle: Path) -> None:
    with pytest.raises(UsageError, match=r"Nothing can be foretold of convolve\.misfit; choose from: convolve\."):
        typed(bundle, "convolve.misfit")
    with pytest.raises(UsageError, match="Nothing can be foretold of cifar_setup"):
        typed(bundle, "cifar_setup")
    for name in [name for name in KNOWN if name.startswith("multiply_sum.")]:
        typed(bundle, name, "1", "1")
    with pytest.raises(UsageError, match=r"name one to do it again: multiply_sum\.hand"):
        typed(bundle, "multiply_sum")
