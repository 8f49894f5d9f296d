"""The instructor's checks on a whole class in this one process, without any isolation: the limit of what can be had.

python tests/bench/warm.py CLASS DATA EXERCISE...   prints a line of JSON a submission
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import CodeType

if __name__ == "__main__":
    here = Path(__file__).resolve()
    sys.path[:1] = [str(here.parents[2]), str(here.parents[1])]

from bench.hidden import checks_of, file_of, preamble_of
from bench.limit import limited

__all__: list[str] = []


def main() -> None:
    """Compiles the checks once, then goes from student to student."""
    classroom, data, exercises = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:]
    codes = {name: compile(file_of(name).read_text("utf-8"), str(file_of(name)), "exec") for name in exercises}
    with tempfile.TemporaryDirectory() as scratch, _at(Path(scratch)):
        for path in data.iterdir():
            shutil.copy(path, scratch)
        for name in exercises:
            exec(preamble_of(name), {"__name__": name})  # libraries are there before any check is timed
        gc.freeze()  # libraries are for good; only what students leave behind is looked through
        for folder in sorted(classroom.iterdir()):
            began = time.perf_counter()
            with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
                passed = {name: _passed(name, code, folder) for name, code in codes.items()}
                gc.collect()  # models refer to themselves, and none is to wait for its turn
            seconds = time.perf_counter() - began
            print(json.dumps({"student": folder.name, "seconds": seconds, "passed": passed}), flush=True)


def _passed(exercise: str, code: CodeType, folder: Path) -> list[str]:
    """The checks of one exercise that one submission passes."""
    with _modules_of(folder):
        space = {"__name__": f"checks_{exercise}"}
        try:
            with limited():
                exec(code, space)
        except BaseException as error:
            _unless_typed(error)
            return []
        return [check for check in checks_of(exercise) if _passes(space[f"test_{check}"])]


def _passes(check: object) -> bool:
    try:
        with limited():
            check()  # type: ignore[operator]
    except BaseException as error:
        _unless_typed(error)
        return False
    return True


def _unless_typed(error: BaseException) -> None:
    """Student code may raise what it likes; only Ctrl-C is ours."""
    if isinstance(error, KeyboardInterrupt):
        raise error


@contextmanager
def _modules_of(folder: Path) -> Iterator[None]:
    """Has the modules of one student on the search path, and forgets them afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(f"{folder}{os.sep}"):
                del sys.modules[name]


@contextmanager
def _at(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
