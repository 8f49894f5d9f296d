"""Bulk downloads of Canvas, Moodle and Gradescope, read member by member: whose upload is which file.

What the names look like was read in the source of Canvas (`lib/content_zipper.rb`, `Attachment.make_unique_filename`)
and of Moodle (`mod/assign/classes/downloader.php`), as of 2026. Gradescope publishes no description of its export; the
keys of `submission_metadata.yml` are those that programs of others read (names, ids, emails, `:created_at:`).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.errors import SubmissionError, UsageError
from grader.intake.folder import walk
from grader.intake.members import Found
from grader.intake.names import escaped, ignored
from grader.intake.zip_archive import members_of

__all__ = ["KINDS", "Upload", "read_download"]

_METADATA = "submission_metadata.yml"
_METADATA_BYTES = 50_000_000
# lastnamefirstname_LATE_12345_67890_convolve-1.py: user, attachment and the name that the file had for Canvas.
_CANVAS = re.compile(r"(?P<who>.+?)(?P<late>_LATE)?_(?P<id>\d+)_(?P<file>\d+)_(?P<name>.+)", re.DOTALL)
# Full Name_123456_assignsubmission_file_ (without the last underscore since Moodle 4.1), or all in one name.
_MOODLE = re.compile(r"(?P<who>[^_]+)_(?P<id>\d+)_assignsubmission_file(?:_(?P<name>.*))?", re.DOTALL)
# What is put behind a name that the student's files have already.
_AGAIN = re.compile(r"-\d{1,2}(?=(?:\.[A-Za-z][A-Za-z0-9]*)+$)")


@dataclass(frozen=True)
class Upload:
    """What one student, or one group, handed in at one time.

    `people` holds for each of them all that the system calls them, the name to show first; `identity` tells two people
    of one name apart. `order` grows with time, where that is known; `when` is the time itself.
    """

    people: tuple[tuple[str, ...], ...]
    identity: str
    files: tuple[Found, ...] = ()
    order: float | None = None
    when: datetime | None = None
    late: bool = False
    notes: tuple[str, ...] = ()


_Key = tuple[str | Any, ...]
_Split = tuple[_Key, tuple[str | Any, ...]]
_Read = tuple[list[Upload], list[str]]


def read_download(
    path: Path, kind: str | None, exercises: Sequence[str], opened: ExitStack
) -> tuple[str, list[Upload], list[str]]:
    """Gives the kind of a download, its uploads, and what in it belongs to nobody.

    A zip stays open until `opened` is closed, since files are read when they are wanted. Raises UsageError where the
    kind is not sure and none was typed.
    """
    found = _rooted([item for item in _found_in(path, opened) if item.kind != "folder" and not ignored(item.parts)])
    kind = kind or _recognised(found)
    if kind is None or not found:
        raise UsageError(f"{path} is not known to be a download of {', '.join(KINDS)}; say so with --from.")
    uploads, strays = KINDS[kind](found, exercises)
    return kind, uploads, strays


def _found_in(path: Path, opened: ExitStack) -> list[Found]:
    try:
        if path.is_dir():
            return [*walk(path)]
        return [*members_of(opened.enter_context(zipfile.ZipFile(path)))]
    except (OSError, zipfile.BadZipFile, SubmissionError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{path} is no folder and no zip that can be read: {escaped(why)}") from None


def _rooted(found: list[Found]) -> list[Found]:
    """The same files without a folder around all of them that names no student."""
    while found and all(len(item.parts) > 1 for item in found) and len({item.parts[0] for item in found}) == 1:
        if _MOODLE.fullmatch(found[0].parts[0]) or re.fullmatch(r"submission_\d+", found[0].parts[0]):
            break
        found = [replace(item, parts=item.parts[1:]) for item in found]
    return found


def _recognised(found: Sequence[Found]) -> str | None:
    names = [item.parts[0] for item in found]
    if any(item.parts == (_METADATA,) for item in found):
        return "gradescope"
    if any(_MOODLE.fullmatch(name) for name in names):
        return "moodle"
    flat = all(len(item.parts) == 1 for item in found)
    # Texts and links that were typed into Canvas lie beside files; they are nobody's module.
    files = [name for name in names if not name.endswith(("_text.html", "_link.html"))]
    return "canvas" if flat and files and all(map(_CANVAS.fullmatch, files)) else None


def _grouped(found: Iterable[Found], split: Callable[[Found], _Split]) -> tuple[dict[_Key, list[Found]], list[str]]:
    """Files by what `split` says of them, under the rest of their paths; and the paths of which it says nothing."""
    groups: dict[_Key, list[Found]] = {}
    strays = []
    for item in found:
        key, parts = split(item)
        if parts:
            groups.setdefault(key, []).append(replace(item, parts=parts))
        else:
            strays.append("/".join(item.parts))
    return groups, strays


def _canvas(found: Sequence[Found], exercises: Sequence[str]) -> _Read:
    """Uploads by user. The number of an attachment grows with time; Canvas packs those of the latest attempt."""

    def split(item: Found) -> _Split:
        match = _CANVAS.fullmatch(item.parts[0]) if len(item.parts) == 1 else None
        return (match.group("who", "late", "id"), match.group("file", "name")) if match else ((), ())

    groups, strays = _grouped(found, split)
    modules = {f"{exercise}.py" for exercise in exercises}
    return [_canvas_upload(key, files, modules) for key, files in groups.items()], strays


def _canvas_upload(key: _Key, files: Iterable[Found], modules: Collection[str]) -> Upload:
    """One user's files under their own names; of several that were one exercise's module, the latest."""
    who, late, user = key
    numbered = sorted(((int(item.parts[0]), item.parts[1], item) for item in files), key=lambda entry: -entry[0])
    kept: dict[str, Found] = {}
    notes = []
    for _, name, item in numbered:
        own = _AGAIN.sub("", name)
        if own in modules and own in kept:
            notes.append(f"{name} was handed in again and does not count")
        else:
            kept.setdefault(own if own not in kept else name, replace(item, parts=(own if own not in kept else name,)))
    latest = float(numbered[0][0])
    return Upload(((str(who), str(user)),), str(user), tuple(kept.values()), latest, None, bool(late), tuple(notes))


def _moodle(found: Sequence[Found], exercises: Sequence[str]) -> _Read:
    """Uploads by participant or group; the download tells no times."""

    def split(item: Found) -> _Split:
        match = _MOODLE.fullmatch(item.parts[0])
        return (match.group("who", "id"), (*filter(None, [match["name"]]), *item.parts[1:])) if match else ((), ())

    groups, strays = _grouped(found, split)
    return [Upload(((str(who),),), str(number), tuple(files)) for (who, number), files in groups.items()], strays


def _gradescope(found: Sequence[Found], exercises: Sequence[str]) -> _Read:
    """Uploads by the folders that the metadata names, with their times."""
    folders, strays = _grouped(found, lambda item: (item.parts[:1], item.parts[1:]))
    uploads = []
    for name, about in _metadata(found).items():
        people = tuple(
            tuple(str(person[key]) for key in (":name", ":sid", ":email") if person.get(key))
            for person in about[":submitters"]
            if isinstance(person, dict)
        )
        when = about.get(":created_at")
        when = when if isinstance(when, datetime) and when.tzinfo else None
        # A folder of nobody stays among those that are told.
        if any(people):
            files = folders.pop((name,), [])
            order = when.timestamp() if when else None
            uploads.append(Upload(tuple(filter(None, people)), repr(people), tuple(files), order, when))
    others = [name for name in strays if name != _METADATA]
    return uploads, sorted([*others, *(str(name) for (name,) in folders)])


def _metadata(found: Iterable[Found]) -> dict[str, dict[str, Any]]:
    import yaml  # type: ignore[import-untyped]  # comes with jupytext

    try:
        data = next((item.load(_METADATA_BYTES) for item in found if item.parts == (_METADATA,)), b"")
        read = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {str(name): about for name, about in read.items() if isinstance(about.get(":submitters"), list)}
    except (yaml.YAMLError, AttributeError, ValueError, SubmissionError) as error:
        where = escaped(str(error).split("\n")[0])
        raise UsageError(f"{_METADATA} is missing, or not what Gradescope writes ({where}); export again.") from None


KINDS: dict[str, Callable[[Sequence[Found], Sequence[str]], _Read]] = {
    "canvas": _canvas,
    "moodle": _moodle,
    "gradescope": _gradescope,
}
