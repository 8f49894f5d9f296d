"""The manifest of data/ is complete and true, and its check sees what is not."""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

__all__: list[str] = []

DATA = Path(__file__).resolve().parents[1] / "data"
OUTSIDE = {"MANIFEST.toml", "sample_class", "sample_class.md"}
KEYS = {"path": str, "title": str, "source": str, "licence": str, "sha256": str, "bytes": int}


def entries(data: Path) -> list[dict[str, Any]]:
    """Read the list of files from the manifest of a data folder."""
    manifest = tomllib.loads((data / "MANIFEST.toml").read_text(encoding="utf-8"))
    return list(manifest["file"])


def present(data: Path) -> list[str]:
    """Name what lies in a data folder and belongs in its manifest, sorted; what was fetched does not."""
    manifest = tomllib.loads((data / "MANIFEST.toml").read_text(encoding="utf-8"))
    fetched = {entry["path"] for entry in manifest.get("download", [])}
    outside = OUTSIDE | fetched | {f"{name}.part" for name in fetched}
    paths = (path.relative_to(data) for path in data.rglob("*") if not path.is_dir())
    return sorted(path.as_posix() for path in paths if path.parts[0] not in outside)


def faults(data: Path) -> list[str]:
    """List what the manifest of a data folder gets wrong, one sentence each; empty when it is complete and true."""
    listed = entries(data)
    names = [str(entry.get("path")) for entry in listed]
    found = [f"{name} is not in the manifest" for name in present(data) if name not in names]
    found += [f"{name} is listed twice" for name in sorted(set(names)) if names.count(name) > 1]
    for entry in listed:
        found += entry_faults(data, entry)
    return found


def entry_faults(data: Path, entry: dict[str, Any]) -> list[str]:
    """List what one entry gets wrong about its file."""
    name = entry.get("path")
    found = [
        f"{name} lacks {key}" for key, kind in KEYS.items() if not (isinstance(entry.get(key), kind) and entry[key])
    ]
    found += [f"{name} has an unknown key {key}" for key in sorted(entry.keys() - KEYS.keys())]
    path = data / str(name)
    if path.is_symlink() or not path.is_file():
        return [*found, f"{name} is no file in the folder"]
    content = path.read_bytes()
    if entry.get("bytes") != len(content):
        found.append(f"{name} has {len(content)} bytes")
    if entry.get("sha256") != hashlib.sha256(content).hexdigest():
        found.append(f"{name} has another sha256")
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a small data folder with a true manifest, to be broken."""
    shutil.copy(DATA / "grace_hopper.jpg", tmp_path)
    first = (DATA / "MANIFEST.toml").read_text(encoding="utf-8").split("[[file]]")
    portrait = next(entry for entry in first[1:] if '"grace_hopper.jpg"' in entry)
    (tmp_path / "MANIFEST.toml").write_text(f"[[file]]{portrait}", encoding="utf-8")
    return tmp_path


def test_manifest_is_complete_and_true() -> None:
    assert faults(DATA) == []


def test_manifest_lists_the_portrait_of_the_contract() -> None:
    portrait = next(entry for entry in entries(DATA) if entry["path"] == "grace_hopper.jpg")
    assert portrait["sha256"] == "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130"
    assert "public domain" in portrait["licence"].lower()


def test_copy_is_true_before_it_is_broken(copy: Path) -> None:
    assert faults(copy) == []


def test_file_outside_the_manifest_is_seen(copy: Path) -> None:
    (copy / "more").mkdir()
    (copy / "more" / "extra.png").write_bytes(b"x")
    assert faults(copy) == ["more/extra.png is not in the manifest"]


def test_sample_class_stands_outside(copy: Path) -> None:
    (copy / "sample_class" / "ada").mkdir(parents=True)
    (copy / "sample_class" / "ada" / "convolve.py").write_text("x = 1\n", encoding="utf-8")
    assert faults(copy) == []


def test_changed_byte_is_seen(copy: Path) -> None:
    content = bytearray((copy / "grace_hopper.jpg").read_bytes())
    content[-1] ^= 1
    (copy / "grace_hopper.jpg").write_bytes(content)
    assert faults(copy) == ["grace_hopper.jpg has another sha256"]


def test_missing_file_is_seen(copy: Path) -> None:
    (copy / "grace_hopper.jpg").unlink()
    assert faults(copy) == ["grace_hopper.jpg is no file in the folder"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("bytes = 61306", "bytes = 61307", "grace_hopper.jpg has 61306 bytes"),
        ('licence = "Public', 'license = "Public', "grace_hopper.jpg lacks licence"),
        ('sha256 = "a8', 'sha256 = "b8', "grace_hopper.jpg has another sha256"),
    ],
)
def test_untrue_entry_is_seen(copy: Path, old: str, new: str, fault: str) -> None:
    text = (copy / "MANIFEST.toml").read_text(encoding="utf-8")
    assert old in text
    (copy / "MANIFEST.toml").write_text(text.replace(old, new), encoding="utf-8")
    assert fault in faults(copy)
