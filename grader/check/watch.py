"""`grader watch`: a screen that checks again on every save."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import ANSI, StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.layout import ConditionalContainer, FormattedTextControl, HSplit, Layout, Window
from watchfiles import awatch

from grader.check.public import PublicExercise
from grader.check.session import Seen, Session
from grader.check.showing import ALL_PASSED, columns, text
from grader.check.spare import Cancelled
from grader.check.viewing import show
from grader.check.wrapping import paragraphs
from grader.errors import GraderError

__all__ = ["Screen"]

BAR = 16
PAGE = 10
# Milliseconds: a save may take so long; it is over when nothing more happened for a step.
SETTLE, STEP = 400, 40
KEYS = (("h", "hint"), ("s", "picture"), ("r", "run all"), ("↑↓", "scroll"), ("q", "quit"))
KERAS = "Keras is being loaded, which takes some seconds the first time ..."


class Screen:
    """The terminal of one session; `run` shows it until the student leaves.

    `wanted` are the exercises to check next, `shown` the one to look at once they have been checked (None: the first
    that is not done), `results` what the last check of each has said.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.wanted: list[PublicExercise] = []
        self.shown: PublicExercise | None = session.begin()
        self.results: dict[str, Seen] = {}
        self.news = self.aside = self.busy = ""
        self.top = 0
        self.wake = asyncio.Event()
        self.body = Window(
            FormattedTextControl(lambda: ANSI("\n".join(self._visible())), focusable=True, show_cursor=False)
        )
        self.application: Application[None] = Application(
            layout=Layout(self._layout(), focused_element=self.body), key_bindings=self._keys(), full_screen=True
        )

    async def run(self) -> None:
        """Checks where work goes on, then whatever is saved, until `q` is pressed."""
        tasks = [asyncio.create_task(self._check_forever()), asyncio.create_task(self._watch_files())]
        for task in tasks:
            task.add_done_callback(self._ended)
        begin, known = self.current, self.session.known()
        self.shown = None if known else begin  # files may have changed since they were checked
        self._want([*known, *([] if begin in known else [begin])])
        try:
            await self.application.run_async()
        finally:
            for task in tasks:
                task.cancel()
            self.session.close()
            await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def current(self) -> PublicExercise:
        """The exercise that is looked at."""
        return self.shown or self.session.begin()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Leaves the screen with the error of a task that broke down, instead of showing what is no longer true."""
        if not task.cancelled() and (error := task.exception()) and self.application.is_running:
            self.application.exit(exception=error)

    # What happens

    def _want(self, exercises: Sequence[PublicExercise]) -> None:
        """These are checked next; what is being checked is called off."""
        self.wanted = list(exercises)
        self.session.supply.cancel()
        self.wake.set()

    async def _check_forever(self) -> None:
        while await self.wake.wait():
            self.wake.clear()
            while self.wanted:
                exercise = self.wanted.pop(0)
                self.busy = f"checking {exercise.name}"
                self.application.invalidate()
                try:
                    self._arrived(await asyncio.to_thread(self.session.check, exercise))
                except Cancelled:
                    continue
                finally:
                    self.busy = ""
                    self.application.invalidate()

    def _arrived(self, seen: Seen) -> None:
        """Shows what the last of the wanted checks said; an exercise that is done makes way for the next one."""
        self.results[seen.exercise.name] = seen
        if self.wanted:
            return
        self.aside, self.top = "", 0
        shown = self.shown or self.session.following() or seen.exercise
        following = self.session.following(shown)
        if following is not None and self.session.done(shown):
            self.news = f"{shown.name}: {ALL_PASSED}. Now {following.name}:"
            shown = following
            if following.name not in self.results:
                self.wanted.append(following)
        self.shown = shown

    async def _watch_files(self) -> None:
        async for changes in awatch(self.session.folder, debounce=SETTLE, step=STEP, recursive=False):
            exercise = self.session.saved([Path(path) for _, path in changes], self.current)
            if exercise is not None:
                self.shown, self.news = exercise, ""
                self.results.clear()  # other exercises may use what was saved
                self._want([exercise])

    # What is seen

    def _layout(self) -> HSplit:
        below = Condition(lambda: bool(self.aside))
        note = Window(FormattedTextControl(lambda: self.aside), wrap_lines=True, dont_extend_height=True)
        bars = Window(FormattedTextControl(self._bars), height=2, style="reverse")
        return HSplit([self.body, ConditionalContainer(HSplit([Window(height=1, char="─"), note]), below), bars])

    def _words(self) -> str:
        seen = self.results.get(self.current.name)
        head = [paragraphs(self.news, ""), ""] if self.news else []
        path = seen.path if seen is not None and seen.path else f"{self.current.name}.py"
        head += [f"{self.current.name}: {self.current.title}   ({self.session.folder.name}/{path})"]
        if seen is None:
            return "\n".join([*head, "", KERAS if self.current.spec.template == "keras" else "..."])
        head += [paragraphs(f"note: {note}") for note in seen.notes]
        said = (
            paragraphs(seen.trouble)
            if seen.trouble
            else text(self.current.name, seen.verdicts, seen.printed, columns(), True, seen.unwritten)
        )
        end = [f"{ALL_PASSED}."] if seen.verdicts and self.session.following() is None else []
        return "\n".join([*head, "", said, "", *end])

    def _bars(self) -> StyleAndTextTuples:
        passed, there = self.session.counts()
        mine, of = self.session.counts(self.current)
        full = round(BAR * passed / max(there, 1))
        seen = self.results.get(self.current.name)
        state = self.busy or (f"checked in {seen.seconds:.1f} s" if seen is not None else "")
        bar = "█" * full + "░" * (BAR - full)
        line = f" {bar} public {passed}/{there}   {self.current.name} {mine}/{of}   {state}"
        keys = "   ".join(f"{key} {does}" for key, does in KEYS)
        return [("", f"{line}\n"), ("", f" {keys}   {'more below' if self._hidden() > self.top else ''}")]

    def _hidden(self) -> int:
        """How many lines do not fit."""
        info = self.body.render_info
        return self._words().count("\n") + 1 - info.window_height if info is not None else 0

    def _visible(self) -> list[str]:
        """The lines from the first one to show, which is never so far down that room is left below."""
        self.top = max(0, min(self.top, self._hidden()))
        return self._words().split("\n")[self.top :]

    # Keys

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("q")
        @keys.add("c-c")
        def _quit(event: Any) -> None:
            event.app.exit()

        @keys.add("r")
        def _run_all(event: Any) -> None:
            self.shown, self.news = None, ""
            self._want(self.session.index.exercises)

        keys.add("h")(lambda event: self._note(self.session.hint, "No check of this exercise failed."))
        keys.add("s")(lambda event: self._note(self._picture, ""))

        for key, lines in {"up": -1, "down": 1, "pageup": -PAGE, "pagedown": PAGE}.items():
            keys.add(key)(lambda event, lines=lines: self._scroll(lines))
        return keys

    def _note(self, of: Callable[[Seen], str], otherwise: str) -> None:
        """Says below what `of` says of the last check, once there is one."""
        seen = self.results.get(self.current.name)
        self.aside = "Wait until it has been checked." if seen is None else of(seen) or otherwise

    def _picture(self, seen: Seen) -> str:
        try:
            return show(self.session.home, seen.exercise.name, seen.verdicts, True)
        except GraderError as error:
            return str(error)

    def _scroll(self, lines: int) -> None:
        self.top += lines
