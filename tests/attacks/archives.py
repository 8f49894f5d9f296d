"""Hostile submissions that are no modules: archives and notebooks, by the names of their files."""

from __future__ import annotations

import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Mapping

__all__ = ["REFUSED", "archives"]

CHEAT = b"def multiply_sum(a, b):\n    return 42\n"
BOMB = 200 << 20


def archives() -> dict[str, bytes]:
    """All of them; those whose names are in `REFUSED` are to be refused, of the others the work is graded."""
    return {
        "leads out.zip": _zip({"../../multiply_sum.py": CHEAT}),
        "absolute.zip": _zip({"/tmp/multiply_sum.py": CHEAT}),
        "with a drive.zip": _zip({"C:\\multiply_sum.py": CHEAT}),
        "link.zip": _linked_zip(),
        "link.tar.gz": _tar(tarfile.SYMTYPE, "/etc/passwd"),
        "hard link.tar.gz": _tar(tarfile.LNKTYPE, "../../etc/passwd"),
        "device.tar.gz": _tar(tarfile.CHRTYPE, ""),
        "bomb.zip": _zip({"multiply_sum.py": bytes(BOMB)}),
        "twice.zip": _zip({"multiply_sum.py": CHEAT, "./multiply_sum.py": CHEAT}),
        "crowded.zip": _zip({f"part_{number}.py": b"" for number in range(2_001)}),
        "torn.zip": _zip({"multiply_sum.py": CHEAT})[:-30],
        "=cmd()|' x.zip": _zip(
            {"$(reboot).py": CHEAT, "-rf.py": CHEAT, "<script>.py": CHEAT, "multiply_sum.py": CHEAT}
        ),
        "commands.ipynb": _commands(),
    }


REFUSED = {
    "leads out", "absolute", "with a drive", "link", "hard link", "device", "bomb", "twice", "crowded", "torn",
}  # fmt: skip


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _linked_zip() -> bytes:
    link = zipfile.ZipInfo("multiply_sum.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return packed.getvalue()


def _tar(kind: bytes, target: str) -> bytes:
    member = tarfile.TarInfo("multiply_sum.py")
    member.type, member.linkname = kind, target
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(member)
    return packed.getvalue()


def _commands() -> bytes:
    sources = ["!touch /tmp/mk000-shell", "%%bash\ntouch /tmp/mk000-shell", "%run other.py", CHEAT.decode()]
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
        for source in sources
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}).encode()
