"""Packs the sample class in every format that students hand in; the same sources always give the same bytes.

`python tests/build_sample_class.py` writes `data/sample_class/`, `--check` compares and writes nothing.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import stat
import struct
import sys
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["FORMATS", "differences", "expected_files", "main", "write"]

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "tests" / "sample_class_sources"
EXERCISES = ROOT / "exercises"
TARGET = ROOT / "data" / "sample_class"

# "stub" takes the released exercises as they are; the others take the student's folder in SOURCES.
FORMATS = {
    "-Sam Karlsson": "folder",
    "=Ines Duarte": "zip",
    "Adaeze Okafor": "folder",
    "Charlotte Dubois": "tar.gz",
    "Emre Yılmaz": "folder",  # noqa: RUF001 - the name is spelt with a dotless i
    "Grete Lindqvist": "folder",
    "Li Wei": "notebook",
    "Müller, Jürgen": "zip",
    "Noor Haddad": "stub",
    "Ravi Menon": "zip",
    "Siobhan O'Brien": "tar.gz",
    "Tomasz Zielinski": "folder",
}
MOMENT = (2026, 1, 5, 12, 0, 0)
SECONDS = 1_767_614_400  # the same moment, since 1970
STORED_BLOCK = 0xFFFF
UNWANTED = {"__pycache__", ".ipynb_checkpoints", ".DS_Store"}


def _members(folder: Path) -> list[tuple[str, bytes]]:
    """The files of a folder as (relative path with slashes, content), sorted; what tools leave behind stays out."""
    found = []
    for path in folder.rglob("*"):
        relative = path.relative_to(folder)
        if path.is_file() and not UNWANTED.intersection(relative.parts):
            # Some file systems hand names back decomposed, umlauts as two characters.
            found.append((unicodedata.normalize("NFC", relative.as_posix()), path.read_bytes()))
    return sorted(found)


def _zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    # Stored, not deflated: compressed bytes differ from one build of zlib to the next.
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, MOMENT)
            info.create_system = 3
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def _tarred(members: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(content), SECONDS, 0o644
            archive.addfile(info, io.BytesIO(content))
    return _gzipped(buffer.getvalue())


def _gzipped(data: bytes) -> bytes:
    """A gzip file of stored blocks, written out here for the same reason as the stored ZIP."""
    out = bytearray(b"\x1f\x8b\x08\x00" + struct.pack("<I", SECONDS) + b"\x00\xff")
    for start in range(0, max(len(data), 1), STORED_BLOCK):
        block = data[start : start + STORED_BLOCK]
        last = start + STORED_BLOCK >= len(data)
        out += struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block
    return bytes(out + struct.pack("<II", zlib.crc32(data), len(data)))


def _files_of(student: str, form: str) -> dict[str, bytes]:
    if form == "stub":
        members = [(path.name, path.read_bytes()) for path in sorted(EXERCISES.glob("*.py"))]
    else:
        members = _members(SOURCES / student)
    if form == "zip":
        return {f"{student}.zip": _zipped(members)}
    if form == "tar.gz":
        return {f"{student}.tar.gz": _tarred(members)}
    folder = "" if form == "notebook" else f"{student}/"
    return {folder + name: content for name, content in members}


def expected_files() -> dict[str, bytes]:
    """What the sample class has to hold: path below its folder, with slashes, to content."""
    return {name: content for student, form in FORMATS.items() for name, content in _files_of(student, form).items()}


def differences(target: Path = TARGET) -> list[str]:
    """One sentence for each file of `target` that is missing, different or in excess; empty when it is current."""
    expected = expected_files()
    present = dict(_members(target)) if target.is_dir() else {}
    found = [f"{name} is missing" for name in sorted(expected.keys() - present.keys())]
    found += [f"{name} is no part of the class" for name in sorted(present.keys() - expected.keys())]
    both = sorted(expected.keys() & present.keys())
    return found + [f"{name} differs" for name in both if present[name] != expected[name]]


def write(target: Path = TARGET) -> None:
    """Writes the sample class to `target`, in place of what was there."""
    if target.exists():
        shutil.rmtree(target)
    for name, content in expected_files().items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(arguments: list[str] | None = None) -> int:
    """Writes or checks the sample class; exit status 1 when a check finds a difference."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with data/sample_class and write nothing")
    if not parser.parse_args(arguments).check:
        write()
        return 0
    found = differences()
    for sentence in found:
        print(f"data/sample_class: {sentence}", file=sys.stderr)
    if found:
        print(f"Run `python {os.path.relpath(__file__, ROOT)}` to renew it.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
