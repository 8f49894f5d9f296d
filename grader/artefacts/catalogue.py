"""What belongs to the course beside its code: the files of `data/MANIFEST.toml`, where they lie, in which state."""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import UsageError

__all__ = ["INTACT", "MISSING", "Artefact", "catalogue", "megabytes", "shown"]

INTACT, MISSING = "intact", "missing"


@dataclass(frozen=True)
class Artefact:
    """A file that comes with the course, or one that can be fetched (then `url` is not empty)."""

    name: str
    path: Path
    bytes: int
    digest: str  # "md5:..." or "sha256:..."
    title: str
    url: str = ""
    without: str = ""

    @property
    def part(self) -> Path:
        """Where a download grows until it is whole."""
        return self.path.with_name(f"{self.path.name}.part")

    @property
    def whole(self) -> bool:
        """Whether a file of the right length is there, which is quick to tell."""
        return size(self.path) == self.bytes

    def agrees(self, path: Path) -> bool:
        """Whether the checksum of a file is the one of this artefact."""
        algorithm, _, expected = self.digest.partition(":")
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, algorithm).hexdigest() == expected

    def state(self) -> str:
        """`INTACT`, `MISSING`, or what is wrong with the file."""
        if not self.path.is_file():
            kept = f"; {megabytes(size(self.part))} of a download are kept" if self.part.is_file() else ""
            return f"{MISSING}{kept}"
        if not self.whole:
            return f"damaged: {size(self.path):,} bytes in place of {self.bytes:,}"
        return INTACT if self.agrees(self.path) else "damaged: another checksum"


def size(path: Path) -> int:
    """The length of a file, 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0


def megabytes(count: float) -> str:
    """A length for readers."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"


def shown(path: Path) -> str:
    """A path as short as it can be written from the working directory or the home folder."""
    for folder, prefix in ((Path.cwd(), ""), (Path.home(), "~/")):
        if path.is_relative_to(folder):
            return prefix + path.relative_to(folder).as_posix()
    return str(path)


def catalogue(root: Path, to: Path | None = None) -> dict[str, Artefact]:
    """Everything by name, what can be fetched first; `to` takes the place of `data/` for what is fetched there."""
    data = root / "data"
    try:
        manifest = tomllib.loads((data / "MANIFEST.toml").read_text("utf-8"))
        found = [_download(entry, to or data) for entry in manifest.get("download", [])]
        found += [_shipped(entry, data) for entry in manifest.get("file", [])]
    except (OSError, ValueError, LookupError) as error:
        raise UsageError(f"The list {shown(data / 'MANIFEST.toml')} cannot be used: {error}") from error
    return {artefact.name: artefact for artefact in found}


def _download(entry: dict[str, Any], data: Path) -> Artefact:
    """Where the file is already, or else where it goes: the first of its folders."""
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    folders = [data if name == "data" else keras / name.removeprefix("keras/") for name in entry["folders"]]
    places = [folder / entry["path"] for folder in folders]
    path = next((place for place in places if place.is_file()), places[0])
    keys = ("name", "bytes", "digest", "title", "url", "without")
    return Artefact(path=path, **{key: entry[key] for key in keys})


def _shipped(entry: dict[str, Any], data: Path) -> Artefact:
    name = entry["path"]
    return Artefact(name, data / name, entry["bytes"], f"sha256:{entry['sha256']}", entry["title"])
