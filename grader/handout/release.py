"""`grader release`: the student bundle as a folder and a zip, written only when nothing leaks."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from grader.course import Course
from grader.errors import GraderError, UsageError
from grader.files import write_whole
from grader.handout.afterwards import solutions as solved
from grader.handout.bundle import members, slug
from grader.handout.leaks import Leak, Watch

__all__ = ["archive", "release"]

# The first moment that a zip can name: a bundle has no date of its own.
MOMENT = (1980, 1, 1, 0, 0, 0)
SHOWN = 3


def release(root: Path, course: Course, out: Path, names: Collection[str] = (), solutions: bool = False) -> list[str]:
    """Writes `out/<course>/` and `out/<course>.zip`, of all exercises or of those named; lines that say what.

    With `solutions` it is what is handed out after the due date, called `<course>-solutions`. Raises GraderError, and
    writes nothing, where something leaks; UsageError where `out` cannot be used.
    """
    files = solved(root, course, names) if solutions else members(root, course, names)
    if leaks := Watch(root, course, answers=not solutions).leaks(files):
        end = "Nothing was written. Take this out of the sources, then run the command again."
        raise GraderError("\n".join(["what students would get gives something away:", *_told(leaks), end]))
    name = slug(course.title) + "-solutions" * solutions
    folder, packed = out / name, out / f"{name}.zip"
    if folder.exists() and (changed := _changed(folder, packed)):
        raise UsageError(f"{folder} is there, and {changed}; move it away, or choose another --out.")
    data = archive(name, files)
    out.mkdir(parents=True, exist_ok=True)
    _write_folder(folder, files)
    write_whole(packed, data)
    return [f"{packed}: {len(files)} files, {len(data) / 1e6:.1f} MB; nothing leaks", f"{folder}: the same"]


def _told(leaks: Sequence[Leak]) -> Iterator[str]:
    """A few lines for each file: one archive may hold hundreds of things."""
    for _, found in groupby(leaks, lambda leak: leak.place.partition(": ")[0]):
        several = list(found)
        yield from (f"  {leak}" for leak in several[:SHOWN])
        if len(several) > SHOWN:
            yield f"    ... and {len(several) - SHOWN} more in this file"


def _changed(folder: Path, packed: Path) -> str:
    """What was done to an earlier release since it was written, "" for nothing: the zip beside it has all its files."""
    try:
        with zipfile.ZipFile(packed) as earlier:
            written = {name: earlier.read(name) for name in earlier.namelist()}
    except (OSError, zipfile.BadZipFile):
        return "no zip beside it tells that it is an earlier release"
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name = path.relative_to(folder.parent).as_posix()
            if written.get(name) != path.read_bytes():
                return f"{name} is not as a release wrote it"
    return ""


def archive(name: str, files: Mapping[str, bytes]) -> bytes:
    """A zip of these files in a folder of that name, the same bytes everywhere and always.

    Members are stored as they are: what a compressor makes of them depends on its version. Without a name they are in
    no folder. A script may be run.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as packed:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name}/{path}" if name else path, MOMENT)
            entry.create_system = 3  # as if made on Unix, wherever it was made
            entry.external_attr = (0o100755 if data.startswith(b"#!") else 0o100644) << 16
            packed.writestr(entry, data)
    return stream.getvalue()


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the folder beside its place, then puts it there; an earlier release makes room."""
    fresh = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        for name, data in files.items():
            path = fresh / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o644)
        for place, _, _ in os.walk(fresh / "new"):
            os.chmod(place, 0o755)
        with suppress(FileNotFoundError):
            folder.rename(fresh / "old")
        try:
            (fresh / "new").rename(folder)
        except OSError:
            with suppress(FileNotFoundError):
                (fresh / "old").rename(folder)
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
