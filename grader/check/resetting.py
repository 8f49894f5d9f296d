"""`grader reset`: the files of an exercise as they were handed out, after a copy of the student's own was kept."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from grader.check.progress import home, remembered
from grader.check.public import EXAMPLES, PublicExercise
from grader.errors import UsageError
from grader.files import write_whole

__all__ = ["STUBS", "changed", "released", "reset"]

STUBS = EXAMPLES / "stubs"


def released(exercise: PublicExercise) -> dict[str, bytes]:
    """The files of an exercise as they were handed out, by name: its module, and its notebook if it has one."""
    notebooks = {path.name: path.read_bytes() for path in STUBS.glob(f"{exercise.name}.ipynb")}
    return {f"{exercise.name}.py": exercise.spec.stub.encode()} | notebooks


def changed(folder: Path, files: dict[str, bytes]) -> list[str]:
    """Which of these files are missing in a folder, or are not as they were handed out."""
    return [name for name, data in files.items() if _content(folder / name) != data]


def _content(path: Path) -> bytes | None:
    """What a file holds, line ends of Windows aside; None where there is none."""
    return path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else None


def reset(exercise: PublicExercise, only: str, here: Path, ask: Callable[[str], bool]) -> list[str]:
    """Puts back the module, the notebook, or both, whichever was changed; lines that say what was done.

    `only` is ".py", ".ipynb" or "" for either. `ask` is told what is about to happen and answers whether it may.
    """
    bundle = home(here)
    folder = bundle / "exercises"
    if not folder.is_dir():
        raise UsageError("There is no folder exercises/ here; run this in the folder of the course.")
    files = {name: data for name, data in released(exercise).items() if name.endswith(only)}
    if not files:
        raise UsageError(f"No {only} file of {exercise.name} was handed out.")
    names = changed(folder, files)
    if not names:
        return [f"{_listed(sorted(files))}: as handed out; there is nothing to put back."]
    kept = [name for name in names if (folder / name).exists()]
    question = f"{_listed(names)}: put back as handed out? A copy of yours is kept first."
    if kept and not ask(question):
        return ["Nothing was changed."]
    lines = _backed_up(bundle, kept) if kept else []
    for name in names:
        write_whole(folder / name, files[name])
        lines.append(f"exercises/{name} is as it was handed out.")
    with remembered(bundle) as progress:
        for check in exercise.checks:
            progress.outcomes.pop(f"{exercise.name}.{check.name}", None)
    return lines


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"exercises/{name}" for name in names)


def _backed_up(bundle: Path, names: Sequence[str]) -> list[str]:
    """Copies files to a folder of their own, which no other backup has; how to get them back."""
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    for number in itertools.count(1):
        place = bundle / ".grader" / "backups" / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            place.mkdir(parents=True)
        except FileExistsError:
            continue
        break
    lines = ["Your own work is kept; to get it back, type in the folder of the course:"]
    copy = "copy" if os.name == "nt" else "cp"
    for name in names:
        write_whole(place / name, (bundle / "exercises" / name).read_bytes())
        lines.append(f"  {copy} {(place / name).relative_to(bundle)} exercises{os.sep}")
    return lines
