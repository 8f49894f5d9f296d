"""Times `grader watch` on the NumPy exercises: from the save of a file to the screen that tells what it is worth.

`python tests/bench/watch.py [SAVES]` saves a wrong answer so many times, each time with another number to print, by
renaming, as many editors do. The clock stops when the screen with that number has been drawn.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.fspath(Path(__file__).resolve().parents[1]))

from handouts import ROOT, laid_out
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from grader.check import public
from grader.check.session import Session
from grader.check.watch import Screen

__all__ = ["main"]

SAVES = 20
PAUSE = 1.5  # seconds between an answer and the next save: nobody types faster
# The function of each exercise whose answer is spoilt.
FUNCTIONS = {"multiply_sum": "multiply_sum", "convolve": "convolve", "filter_design": "horizontal_line_filter"}


def wrong(exercise: str, number: int) -> str:
    """The solution, whose answer is off by one, and which prints a number."""
    name = FUNCTIONS[exercise]
    text = (ROOT / "solutions" / f"{exercise}.py").read_text("utf-8")
    end = f"_right = {name}\n\n\ndef {name}(*arguments):\n    print({number})\n    return _right(*arguments) + 1\n"
    return f"{text}\n\n{end}"


async def measured(session: Session, exercise: str, saves: int) -> list[float]:
    """The seconds of each save."""
    screen = Screen(session)
    path = session.folder / f"{exercise}.py"
    drawn = asyncio.Event()
    number = 0

    def look(_: object) -> None:
        if str(number) in screen._words() and not screen.busy:
            drawn.set()

    screen.application.after_render += look
    task = asyncio.create_task(screen.run())
    while not screen.results:
        await asyncio.sleep(PAUSE)
    seconds = []
    for number in range(50_001, 50_002 + saves):
        beside = path.with_suffix(".new")
        beside.write_text(wrong(exercise, number), encoding="utf-8")
        drawn.clear()
        started = time.perf_counter()
        os.replace(beside, path)
        await asyncio.wait_for(drawn.wait(), 60)
        seconds.append(time.perf_counter() - started)
        await asyncio.sleep(PAUSE)
    screen.application.exit()
    await task
    return seconds[1:]  # the first one waits for the start


def main() -> int:
    """Prints the table."""
    saves = int(sys.argv[1]) if len(sys.argv) > 1 else SAVES
    print(f"{'exercise':<16}{'saves':>6}{'median':>10}{'p95':>10}{'slowest':>10}   seconds from save to screen")
    every = []
    for exercise in FUNCTIONS:
        with tempfile.TemporaryDirectory() as folder, create_pipe_input() as keys, open(os.devnull, "w") as null:
            bundle = laid_out(Path(folder) / "bundle")
            public.EXAMPLES = bundle / "grader" / "check" / "examples"
            output = Vt100_Output(null, lambda: Size(rows=40, columns=100))
            with create_app_session(input=keys, output=output):
                seconds = asyncio.run(measured(Session(public.index(), None, bundle), exercise, saves))
        every += seconds
        told(exercise, seconds)
    told("all", every)
    return 0


def told(name: str, seconds: list[float]) -> None:
    """One line of the table."""
    cut = statistics.quantiles(seconds, n=20)[-1]
    print(
        f"{name:<16}{len(seconds):>6}{statistics.median(seconds):>10.2f}{cut:>10.2f}{max(seconds):>10.2f}", flush=True
    )


if __name__ == "__main__":
    sys.exit(main())
