"""`grader watch`: what a save leads to, and the screen with its keys, on the files of a bundle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from handouts import ROOT, laid_out
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from grader.check import progress, public
from grader.check.commands import main
from grader.check.public import index
from grader.check.session import Session
from grader.check.watch import Screen

__all__: list[str] = []

WRONG = "def multiply_sum(a, b):\n    return float((a @ b).sum())\n"


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle whose public examples this process reads."""
    folder = laid_out(tmp_path / "bundle")
    monkeypatch.setattr(public, "EXAMPLES", folder / "grader" / "check" / "examples")
    return folder


@pytest.fixture
def session(bundle: Path) -> Iterator[Session]:
    """A student at work in the bundle."""
    one = Session(index(), None, bundle)
    yield one
    one.close()


def solve(bundle: Path, name: str) -> Path:
    """Puts the solution into a file of the exercises by renaming, as many editors save; the file."""
    path = bundle / "exercises" / f"{name}.py"
    beside = path.with_name(f".{name}.swp")
    beside.write_bytes((ROOT / "solutions" / f"{name}.py").read_bytes())
    os.replace(beside, path)
    return path


def exercise(session: Session, name: str) -> public.PublicExercise:
    """An exercise by name."""
    return session.index.choose(name)[0]


# What is known


def test_a_new_student_begins_with_the_first_exercise(session: Session) -> None:
    assert session.begin().name == "multiply_sum"
    assert session.counts()[0] == 0
    assert session.counts(session.begin()) == (0, 4)


def test_outcomes_survive_a_restart(bundle: Path, session: Session) -> None:
    solve(bundle, "multiply_sum")
    seen = session.check(session.begin())
    assert [verdict.outcome for verdict in seen.verdicts if verdict.observation != "runs when you hand in"] == [
        "passed"
    ] * 4
    again = Session(index(), None, bundle)
    assert again.counts(exercise(again, "multiply_sum")) == (4, 4)
    assert again.done(exercise(again, "multiply_sum"))
    assert again.begin().name == "convolve"
    assert session.following(exercise(session, "convolve")) == exercise(session, "filter_design")
    session.check(exercise(session, "filter_design"))
    assert Session(index(), None, bundle).begin().name == "filter_design"


def test_work_goes_on_at_the_first_exercise_that_is_left(session: Session) -> None:
    last = session.index.exercises[-1]
    for check in last.checks:
        session.progress.outcomes[f"{last.name}.{check.name}"] = "passed"
    assert session.following(last) == session.index.exercises[0]


@pytest.mark.parametrize(
    ("files", "about"),
    [
        (["convolve.py"], "convolve"),
        (["convolve.ipynb"], "convolve"),
        (["helper.py"], "multiply_sum"),
        (["convolve.py", "multiply_sum.py"], "multiply_sum"),
        (["notes.txt", ".convolve.py.swp"], None),
        ([".ipynb_checkpoints/convolve.py"], None),
    ],
)
def test_a_save_is_about_an_exercise(session: Session, files: list[str], about: str | None) -> None:
    found = session.saved([session.folder / name for name in files], session.begin())
    assert (found.name if found is not None else None) == about


def test_a_half_written_file_is_a_sentence(bundle: Path, session: Session) -> None:
    (bundle / "exercises" / "multiply_sum.py").write_text("def multiply_sum(a, b", encoding="utf-8")
    seen = session.check(session.begin())
    assert "is not valid Python yet" in seen.trouble
    assert seen.first is None
    assert session.hint(seen) == ""


def test_a_file_that_stays_away_is_missing_and_one_that_comes_back_is_read(
    bundle: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bundle / "exercises" / "multiply_sum.py"
    sums = session.begin()
    path.unlink()
    waited: list[float] = []
    monkeypatch.setattr("grader.check.session.time.sleep", waited.append)
    assert session.check(sums).verdicts[0].outcome == "failed"  # what counts now is the notebook
    assert len(waited) > 1
    solve(bundle, "multiply_sum")
    assert session.check(sums).verdicts[0].outcome == "passed"
    path.unlink()
    monkeypatch.setattr("grader.check.session.time.sleep", lambda seconds: solve(bundle, "multiply_sum"))
    assert session.check(sums).verdicts[0].outcome == "passed"


def test_hints_follow_one_another(bundle: Path, session: Session) -> None:
    (bundle / "exercises" / "multiply_sum.py").write_text(WRONG, encoding="utf-8")
    seen = session.check(session.begin())
    hints = [session.hint(seen) for _ in range(4)]
    assert "multiply_sum.hand, hint 1 of 3" in hints[0]
    assert "hint 2 of 3" in hints[1]
    assert hints[2] == hints[3] != hints[1]
    assert progress.load(bundle).hints == {"multiply_sum.hand": 3}


# The screen


class Shown:
    """A screen in a terminal that nobody sees: its words, its bars, and keys to press."""

    def __init__(self, screen: Screen, press: Callable[[str], None]) -> None:
        self.screen = screen
        self.press = press

    async def until(self, words: str, away: str = "") -> str:
        """Waits until the words are there, and others are not; everything that is there."""
        for _ in range(1200):
            bars = "".join(text for _, text, *_ in self.screen._bars())
            text = "\n".join((self.screen._words(), self.screen.aside, bars))
            if words in text and not (away and away in text):
                return text
            await asyncio.sleep(0.05)
        raise AssertionError(f"no {words!r} in:\n{text}")

    async def until_true(self, condition: Callable[[], bool]) -> None:
        """Waits until a key has done its work."""
        for _ in range(1200):
            self.screen._visible()
            if condition():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"still at line {self.screen.top}")


@contextlib.asynccontextmanager
async def shown(session: Session) -> AsyncIterator[Shown]:
    """Runs a screen until the end of the block, which leaves it by a key."""
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        screen = Screen(session)
        task = asyncio.create_task(screen.run())
        yield Shown(screen, keys.send_text)
        keys.send_text("q")
        await asyncio.wait_for(task, 60)


def test_from_a_stub_to_the_next_exercise(bundle: Path, session: Session) -> None:
    async def play() -> None:
        async with shown(session) as seen:
            text = await seen.until("not written yet", "checking")
            assert "multiply_sum 0/4" in text
            (bundle / "exercises" / "multiply_sum.py").write_text(WRONG, encoding="utf-8")
            await seen.until("matrix product", "checking")
            seen.press("h")
            await seen.until("hint 1 of 3")
            seen.press("s")
            await seen.until("multiply_sum.hand.png")
            solve(bundle, "multiply_sum")
            text = await seen.until("convolve 0/", "checking")
            assert "multiply_sum: public checks passed; hidden checks run when you hand in. Now" in text
            assert "load_image" in text

    asyncio.run(play())
    assert (bundle / ".grader" / "pictures" / "multiply_sum.hand.png").is_file()


def test_a_save_calls_off_a_check_that_never_ends(bundle: Path, session: Session) -> None:
    async def play() -> None:
        async with shown(session) as seen:
            await seen.until("not written yet", "checking")
            path = bundle / "exercises" / "multiply_sum.py"
            path.write_text("def multiply_sum(a, b):\n    while True:\n        pass\n", encoding="utf-8")
            await seen.until("checking")
            path.write_text(WRONG, encoding="utf-8")
            text = await seen.until("matrix product", "checking")
            assert "too much time" not in text

    asyncio.run(play())


def test_a_screen_that_can_check_no_more_is_left(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(session, "check", broken)

    async def play() -> None:
        with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
            await asyncio.wait_for(Screen(session).run(), 60)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(play())


def test_all_exercises_are_checked_at_a_key_and_the_first_that_is_left_is_shown(bundle: Path, session: Session) -> None:
    session.index = public.Index(course=session.index.course, exercises=session.index.exercises[:3])
    solve(bundle, "multiply_sum")
    solve(bundle, "filter_design")

    async def play() -> None:
        async with shown(session) as seen:
            await seen.until("convolve 0/", "checking")
            seen.press("r")
            await seen.until("checking filter_design")
            text = await seen.until("convolve 0/", "checking")
            assert session.done(exercise(session, "filter_design"))
            assert "convolve: Convolve" in text

    asyncio.run(play())


def test_when_all_is_done_it_says_what_it_knows(bundle: Path, session: Session) -> None:
    session.index = public.Index(course=session.index.course, exercises=session.index.exercises[:1])
    solve(bundle, "multiply_sum")

    async def play() -> None:
        async with shown(session) as seen:
            text = await seen.until("\npublic checks passed; hidden checks run when you hand in.", "checking")
            assert "public 4/4" in text
            seen.press("h")
            await seen.until("No check of this exercise failed")

    asyncio.run(play())


def test_what_was_done_before_is_checked_at_the_start(bundle: Path, session: Session) -> None:
    solve(bundle, "multiply_sum")
    session.check(session.begin())
    (bundle / "exercises" / "multiply_sum.py").write_text(WRONG, encoding="utf-8")

    async def play() -> None:
        async with shown(Session(index(), None, bundle)) as seen:
            await seen.until("matrix product", "checking")

    asyncio.run(play())


def test_what_uses_a_saved_file_is_checked_anew(bundle: Path, session: Session) -> None:
    solve(bundle, "convolve")

    async def play() -> None:
        async with shown(session) as seen:
            await seen.until("checked in")
            solve(bundle, "convolve")
            await seen.until("calls what is not written yet", "checking")
            solve(bundle, "multiply_sum")
            await seen.until("filter_design 0/", "checking")
            assert session.counts(exercise(session, "convolve")) == (11, 11)

    asyncio.run(play())


def test_functions_that_are_not_written_keep_an_exercise_open(bundle: Path, session: Session) -> None:
    path = solve(bundle, "filter_design")
    stub = (ROOT / "exercises" / "filter_design.py").read_text("utf-8")
    quiz = stub[stub.index("def quiz(") :]
    whole = path.read_text("utf-8")
    path.write_text(f"{whole[: whole.index('def quiz(')]}{quiz}", encoding="utf-8")
    design = exercise(session, "filter_design")
    seen = session.check(design)
    assert session.counts(design) == (5, 5)
    assert list(seen.unwritten) == ["quiz"]
    assert not session.done(design)
    solve(bundle, "filter_design")
    session.check(design)
    assert session.done(design)


def test_what_does_not_fit_is_reached_by_keys(bundle: Path, session: Session) -> None:
    (bundle / "exercises" / "multiply_sum.py").write_text(WRONG, encoding="utf-8")

    async def play() -> None:
        async with shown(session) as seen:
            await seen.until("matrix product", "checking")
            seen.screen._hidden = lambda: 9  # type: ignore[method-assign]
            first = seen.screen._visible()
            seen.press("\x1b[B")
            await seen.until_true(lambda: seen.screen.top == 1)
            assert seen.screen._visible() == first[1:]
            seen.press("\x1b[6~")
            await seen.until_true(lambda: seen.screen.top > 1)
            assert len(seen.screen._visible()) == len(first) - 9
            seen.press("\x1b[5~")
            await seen.until_true(lambda: seen.screen.top == 0)

    asyncio.run(play())


def test_without_a_terminal_it_names_the_other_command(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not sys.stdin.isatty()
    assert main(["watch"]) == 2
    assert "use `grader check`" in capsys.readouterr().err
