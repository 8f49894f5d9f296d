"""Pictures of failing examples as files, and on the screen where there is one."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.check.verdicts import Verdict
from grader.errors import GraderError
from grader.files import write_whole

__all__ = ["saved", "show"]

PLACE = Path(".grader") / "pictures"


def show(home: Path, exercise: str, verdicts: Sequence[Verdict], on_screen: bool) -> str:
    """Saves the picture of the first failing example that has one, opens it if wished; one line that says so."""
    from grader.check.picture import picture  # drawing is loaded for those who want to see one

    failed = [verdict for verdict in verdicts if verdict.outcome == "failed"]
    for verdict in failed:
        drawn = picture(verdict)
        if drawn is not None:
            path = saved(home, f"{exercise}.{verdict.name}", drawn)
            if not on_screen:
                return f"picture saved: {path}"
            return f"picture opened: {path}" if _opened(path) else f"picture saved: {path} (no screen to open it on)"
    return f"no picture: {'what failed has no arrays to show' if failed else 'nothing failed'}"


def saved(home: Path, name: str, drawn: bytes) -> Path:
    """Writes a PNG to the folder of the course; its path, from here on where it lies below."""
    path = home / PLACE / f"{name}.png"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, drawn)
    except OSError as error:
        raise GraderError(f"The picture cannot be saved as {path}: {error.strerror or error}.") from None
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _opened(path: Path) -> bool:
    """Whether a program took the picture; who works on another machine, or without a screen, is asked nothing."""
    if sys.platform == "win32":
        with suppress(OSError):  # no program shows such files there
            os.startfile(path)
            return True
        return False
    here = sys.platform == "darwin" and "SSH_CONNECTION" not in os.environ
    if not here and not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        return False
    try:
        return webbrowser.open(path.absolute().as_uri())
    except (webbrowser.Error, OSError):
        return False
