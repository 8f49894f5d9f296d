"""Archives in intake: odd but honest ones are read, hostile and broken ones are refused with a sentence."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.intake import entry_for, read
from grader.model import Submission

__all__: list[str] = []

MB = 10**6
EOCD_BYTES = 22
Edit = Callable[[bytearray], object]


def intake(path: Path, data: bytes) -> Submission:
    path.write_bytes(data)
    return read(entry_for(path), ("convolve", "multiply_sum"))


def refusal(path: Path, data: bytes) -> str:
    with pytest.raises(SubmissionError) as caught:
        intake(path, data)
    assert str(caught.value).isprintable()
    return str(caught.value)


def zip_of(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def edited(data: bytes, marker: bytes, offset: int, value: bytes) -> bytes:
    """`data` with `value` written `offset` bytes after the first `marker`."""
    place = data.index(marker) + offset
    return data[:place] + value + data[place + len(value) :]


def tar_of(*members: tuple[tarfile.TarInfo | str, bytes], layout: int = tarfile.PAX_FORMAT) -> bytes:
    """The blocks of a tar archive, not compressed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=layout) as archive:
        for info, data in members:
            member = tarfile.TarInfo(info) if isinstance(info, str) else info
            member.size = member.size or len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def header(name: bytes, size: bytes = b"0", letter: bytes = b"0") -> bytes:
    """One header with a right checksum around whatever it says."""
    block = bytearray(512)
    block[: len(name)] = name
    block[124 : 124 + len(size)] = size
    block[148:156] = b" " * 8
    block[156:157] = letter
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


# ----------------------------------------------------------------------------------------------------- honest archives


def test_backslashes_separate_in_zip(tmp_path: Path) -> None:
    data = zip_of(("work\\convolve.py", b"1"), ("work\\lib\\util.py", b"2"), ("work\\empty\\", b""))
    assert intake(tmp_path / "a.zip", data).modules == {"convolve": b"1", "lib.util": b"2", "util": b"2"}


def test_stored_members_prefix_and_comment(tmp_path: Path) -> None:
    data = zip_of(("convolve.py", b"1" * 1000), ("./multiply_sum.py", b""), method=zipfile.ZIP_STORED)
    assert intake(tmp_path / "a.zip", b"#!/bin/sh\n" + data).modules == {"convolve": b"1" * 1000, "multiply_sum": b""}


def test_utf8_names_without_the_flag(tmp_path: Path) -> None:
    data = zip_of(("übung.py", b"1"))
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data = edited(data, marker, offset, b"\0\0")
    assert intake(tmp_path / "a.zip", data).modules == {"übung": b"1"}


@pytest.mark.parametrize("layout", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_tar_layout(tmp_path: Path, layout: int) -> None:
    folder = tarfile.TarInfo("./" + "d" * 60)
    folder.type = tarfile.DIRTYPE
    deep = f"./{'d' * 60}/{'e' * 60}/convolve.py"
    data = tar_of((folder, b""), (deep, b"1" * 513), ("./multiply_sum.py", b""), ("Zoë.ipynb", b"2"), layout=layout)
    submission = intake(tmp_path / "a.tar.gz", gzip.compress(data))
    assert submission.modules == {"convolve": b"1" * 513, "multiply_sum": b""}
    assert submission.notebooks == {"Zoë.ipynb": b"2"}


def test_long_names_of_both_kinds(tmp_path: Path) -> None:
    name = "/".join(["größe" * 8] * 5) + "/convolve.py"
    for layout in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        assert intake(tmp_path / "a.tgz", gzip.compress(tar_of((name, b"1"), layout=layout))).modules == {
            "convolve": b"1"
        }


def test_several_gzip_streams_padding_and_a_bare_end(tmp_path: Path) -> None:
    data = tar_of(("convolve.py", b"1" * 600))
    split = gzip.compress(data[:700]) + gzip.compress(data[700:]) + bytes(1000)
    assert intake(tmp_path / "a.tgz", split).modules == {"convolve": b"1" * 600}
    assert intake(tmp_path / "a.tgz", gzip.compress(data[:1536])).modules == {"convolve": b"1" * 600}


def test_latin1_names_do_no_harm(tmp_path: Path) -> None:
    data = header(b"caf\xe9.py") + header(b"caf\xe9.ipynb") + header(b"convolve.py") + bytes(1024)
    submission = intake(tmp_path / "a.tgz", gzip.compress(data))
    assert submission.modules == {"convolve": b""}
    assert list(submission.notebooks) == ["caf\\udce9.ipynb"]


# ----------------------------------------------------------------------------------------------------- paths and links

PATHS = [
    "../x.py",
    "a/../../x.txt",
    "/etc/passwd",
    "C:/x.py",
    "c:x.py",
    "..\\x.py",
    "\\\\host\\x.py",
    "__MACOSX/../../x",
]


@pytest.mark.parametrize("path", PATHS)
def test_paths_that_leave_the_archive(tmp_path: Path, path: str) -> None:
    assert "leads out of the archive" in refusal(tmp_path / "a.zip", zip_of((path, b"")))
    assert "leads out of the archive" in refusal(tmp_path / "a.tgz", gzip.compress(tar_of((path, b""))))


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_in_zip(tmp_path: Path, mode: int) -> None:
    info = zipfile.ZipInfo("convolve.py")
    info.external_attr = (mode | 0o644) << 16
    sentence = refusal(tmp_path / "a.zip", zip_of((info, b"/etc/passwd")))
    assert "is a link" in sentence if mode == stat.S_IFLNK else "a device" in sentence


@pytest.mark.parametrize("letter", [b"1", b"2", b"3", b"4", b"6", b"S", b"M", b"Q"])
def test_links_devices_and_oddities_in_tar(tmp_path: Path, letter: bytes) -> None:
    info = tarfile.TarInfo("data")
    info.type, info.linkname = letter, "/etc/passwd"
    sentence = refusal(tmp_path / "a.tgz", gzip.compress(info.tobuf() + bytes(1024)))
    assert {b"1": "is a link", b"2": "is a link", b"S": "sparse"}.get(letter, "a device") in sentence
    info.name = ".venv/bin/python"
    assert intake(tmp_path / "a.tgz", gzip.compress(info.tobuf() + bytes(1024))).modules == {}


def telling(letter: bytes, body: bytes, size: int | None = None) -> bytes:
    """A member that tells of the next one, and that one."""
    info = tarfile.TarInfo("told")
    info.type, info.size = letter, len(body) if size is None else size
    return info.tobuf() + body + bytes(-len(body) % 512) + tarfile.TarInfo("convolve.py").tobuf() + bytes(1024)


BOMBS = {
    "digits": telling(b"x", b"1" * 10**5),
    "keys within keys": telling(b"x", b"5 aaa" * 20_000 + b"="),
    "records": telling(b"g", b"6 a=b\n" * 20_000),
    "a map": telling(b"X", b"GNU.sparse.map=" + b"0," * 50_000),
    "a long path": telling(b"L", b"ab/" * 50_000),
    "many": b"".join(telling(b"x", b"6 a=b\n" * 1300)[:-1536] for _ in range(80)) + tarfile.TarInfo("a.py").tobuf(),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_members_that_tell_too_much(tmp_path: Path, bomb: str) -> None:
    """Python takes seconds or gigabytes for them, at a few hundred bytes in the archive."""
    data = gzip.compress(BOMBS[bomb] + bytes(1024))
    assert len(data) < 2000
    assert "tells more of its files" in refusal(tmp_path / "a.tar.gz", data)


def test_what_tells_too_much_cannot_hide_behind_a_size(tmp_path: Path) -> None:
    """A folder has no content, whatever size it claims: what lies there is the next member."""
    info = tarfile.TarInfo("folder")
    info.type, info.size = tarfile.DIRTYPE, 1 << 20
    data = gzip.compress(info.tobuf() + telling(b"x", b"1" * 10**5) + bytes(1 << 20))
    assert "tells more of its files" in refusal(tmp_path / "a.tar.gz", data)


def test_a_sparse_file_in_pax_headers(tmp_path: Path) -> None:
    info = tarfile.TarInfo("GNUSparseFile.0/data.py")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.name": "data.py", "GNU.sparse.realsize": str(2**42)}
    assert "'data.py' is stored as a sparse file" in refusal(tmp_path / "a.tgz", gzip.compress(tar_of((info, b"x"))))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["convolve.py", "lib/util.py", "n.ipynb"])
def test_the_same_path_twice(tmp_path: Path, name: str) -> None:
    members = ((name, b"1"), ("./" + name, b"2"))
    for path, data in ((tmp_path / "a.zip", zip_of(*members)), (tmp_path / "a.tgz", gzip.compress(tar_of(*members)))):
        assert "is there twice" in refusal(path, data)


def test_composed_and_decomposed_twins(tmp_path: Path) -> None:
    twins = (("u\u0308b.py", b"1"), ("\u00fcb.py", b"2"))
    assert "is there twice" in refusal(tmp_path / "a.zip", zip_of(*twins))


# -------------------------------------------------------------------------------------------------------- hostile zips


def test_encrypted_members(tmp_path: Path) -> None:
    data = zip_of(("convolve.py", b"1"))
    assert "is encrypted" in refusal(tmp_path / "a.zip", edited(data, b"PK\x01\x02", 8, b"\x01"))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_methods(tmp_path: Path, method: int) -> None:
    assert "unusual compression" in refusal(tmp_path / "a.zip", zip_of(("convolve.py", b"1"), method=method))
    assert intake(tmp_path / "a.zip", zip_of(("photo.raw", b"1"), method=method)).modules == {}


def test_a_zip_bomb(tmp_path: Path) -> None:
    bomb = zip_of(("convolve.py", bytes(100 * MB)))
    assert "larger than" in refusal(tmp_path / "a.zip", bomb)
    modest = struct.pack("<L", 10)
    assert "broken" in refusal(tmp_path / "a.zip", edited(bomb, b"PK\x01\x02", 24, modest))


@pytest.mark.parametrize(
    ("marker", "offset", "value"),
    [
        (b"PK\x01\x02", 16, b"\xde\xad\xbe\xef"),  # the checksum
        (b"PK\x01\x02", 24, struct.pack("<L", 999)),  # claims more than it holds
        (b"PK\x01\x02", 20, struct.pack("<L", 2)),  # compressed size too small
        (b"PK\x01\x02", 42, struct.pack("<L", 7)),  # points into the middle of another member
        (b"PK\x01\x02", 42, struct.pack("<L", 2**31)),  # points behind the end
        (b"PK\x03\x04", 30, b"C"),  # two names for one member
        (b"PK\x05\x06", 12, struct.pack("<L", 2**32 - 1)),  # a central directory of 4 GB
        (b"PK\x05\x06", 16, struct.pack("<L", 2**32 - 1)),
    ],
)
def test_zips_that_lie(tmp_path: Path, marker: bytes, offset: int, value: bytes) -> None:
    data = edited(zip_of(("convolve.py", b"1" * 100)), marker, offset, value)
    assert "broken" in refusal(tmp_path / "a.zip", data) or "size that it claims" in refusal(tmp_path / "a.zip", data)


def test_members_that_share_their_bytes_count_in_full(tmp_path: Path) -> None:
    data = zip_of(("a.py", b"1"), ("b.py", b"1"))
    start = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    twice = data[: start + 42] + bytes(4) + data[start + 46 :]
    assert "broken" in refusal(tmp_path / "a.zip", twice)
    one = zip_of(("00.bin", bytes(9 * MB)))
    entry, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    names = [b"%02d.bin" % number for number in range(6)]
    entries = b"".join(one[entry:end].replace(b"00.bin", name) for name in names)
    counts = struct.pack("<HHL", len(names), len(names), len(entries))
    bomb = one[:entry] + entries + one[end : end + 8] + counts + one[end + 16 :]
    assert len(bomb) < MB
    assert "larger than 50 MB" in refusal(tmp_path / "a.zip", bomb)


# -------------------------------------------------------------------------------------------------------- hostile tars


def test_a_gzip_bomb_stops_early(tmp_path: Path) -> None:
    zeros = gzip.compress(bytes(10 * MB))
    size = b"%011o" % (300 * MB)
    hidden = gzip.compress(header(b".hidden", size)) + zeros * 30
    assert "unpacks to far more" in refusal(tmp_path / "a.tgz", hidden)
    assert "unpacks to far more" in refusal(tmp_path / "a.tgz", gzip.compress(header(b"seen.bin", size)) + zeros * 30)
    large = gzip.compress(header(b"seen.bin", b"%011o" % (60 * MB)))
    assert "larger than 50 MB" in refusal(tmp_path / "a.tgz", large + zeros * 6)
    assert "unpacks to far more" in refusal(tmp_path / "a.tgz", gzip.compress(bytes(1024)) + zeros * 30)


@pytest.mark.parametrize(
    "blocks",
    [
        header(b"a.py", b"\xff" * 12),  # a negative size
        header(b"a.py", b"-1"),
        header(b"a.py", b"\x80" + b"\xff" * 11)[:-1] + b"\x01",  # a wrong checksum
        header(b".a", b"\x80" + b"\0" * 4 + b"\xff" * 7),  # larger than any disk, though left alone
        header(b"a.py", b"77") + b"short",
        header(b"a.py")[:100],
        header(b"x", b"6", b"x") + b"9 a=b\n".ljust(512, b"\0"),  # an extended header longer than itself
        header(b"x", b"6", b"x") + b"x a=b\n".ljust(512, b"\0"),
        header(b"x", b"6", b"x") + b"0 a=b\n".ljust(512, b"\0"),
        header(b"x", b"13", b"x") + b"11 size=-1\n".ljust(512, b"\0") + header(b"a.py"),
        header(b"x", b"777777777", b"x") + bytes(512),
        header(b"x", b"777777777", b"L") + bytes(512),
        header(b"x", b"17", b"g"),
    ],
)
def test_tars_that_lie(tmp_path: Path, blocks: bytes) -> None:
    sentence = refusal(tmp_path / "a.tgz", gzip.compress(blocks))
    assert any(words in sentence for words in ("broken", "larger than", "size that it claims", "tells more"))


def test_headers_without_members_have_a_limit(tmp_path: Path) -> None:
    assert "broken" in refusal(tmp_path / "a.tgz", gzip.compress(header(b"x", b"0", b"g") * 60_001))
    note = b"5 a=\n" * 200_000
    described = header(b"x", b"%011o" % len(note), b"x") + note + bytes(-len(note) % 512)
    assert "tells more" in refusal(tmp_path / "a.tgz", gzip.compress(described * 5))


def test_a_name_that_ends_early(tmp_path: Path) -> None:
    data = zip_of(("convolve.py-.txt", b"1")).replace(b".py-.txt", b".py\0.txt")
    assert intake(tmp_path / "a.zip", data).modules == {}


@pytest.mark.parametrize(
    "damage",
    [lambda data: data[:-1], lambda data: data[:40], lambda data: b"", lambda data: data + b"tail",
     lambda data: data[2:], lambda data: data[:-8] + b"abcd" + data[-4:], lambda data: gzip.compress(b"") * 2000],
)  # fmt: skip
def test_gzip_files_that_are_damaged(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    assert "broken" in refusal(tmp_path / "a.tgz", damage(gzip.compress(tar_of(("convolve.py", os.urandom(900))))))


# ------------------------------------------------------------------------------------------------------------- fuzzing

GOOD = {
    "a.zip": zip_of(("convolve.py", b"def convolve(): ...\n" * 20), ("lib/util.py", b"x = 1\n"), ("n.ipynb", b"{}")),
    "a.tar": tar_of(("convolve.py", b"1" * 700), ("ü" * 60 + ".py", b"2"), ("n.ipynb", b"{}")),
}
GOOD["a.tgz"] = gzip.compress(GOOD["a.tar"], mtime=0)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def survives(path: Path, data: bytes) -> None:
    """Whatever the bytes: a submission comes out, or one printable sentence."""
    try:
        submission = intake(path, data)
        sentences = [*submission.notes, *submission.notebooks]
    except SubmissionError as refused:
        sentences = [str(refused)]
    assert all(sentence.isprintable() and len(sentence) < 600 for sentence in sentences)


@quick
@given(st.binary(max_size=2000), st.sampled_from(["", "PK\x05\x06", "PK\x01\x02", "\x1f\x8b\x08"]))
@example(b"", "")
def test_random_bytes(tmp_path: Path, data: bytes, start: str) -> None:
    for name in ("a.zip", "a.tgz"):
        survives(tmp_path / name, start.encode("latin-1") + data)


@quick
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_damaged_archives(tmp_path: Path, name: str, data: st.DataObject) -> None:
    archive = bytearray(GOOD[name])
    for place in data.draw(st.lists(st.integers(0, len(archive) - 1), max_size=6)):
        archive[place] = data.draw(st.integers(0, 255))
    del archive[data.draw(st.sampled_from([len(archive), len(archive) // 2]) | st.integers(0, len(archive))) :]
    packed = gzip.compress(bytes(archive)) if name == "a.tar" else bytes(archive)
    survives(tmp_path / name.replace(".tar", ".tgz"), packed)


def right_sums(blocks: bytes) -> bytes:
    """The tar with the checksum of its first header corrected, so that damage in it is not noticed there."""
    block = bytearray(blocks[:512])
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + blocks[512:]


@quick
@given(st.integers(0, 511), st.binary(min_size=1, max_size=12))
def test_damaged_headers_with_a_right_checksum(tmp_path: Path, place: int, value: bytes) -> None:
    archive = bytearray(GOOD["a.tar"])
    archive[place : place + len(value)] = value
    survives(tmp_path / "a.tgz", gzip.compress(right_sums(bytes(archive))))


@quick
@given(st.integers(0, 100), st.binary(min_size=1, max_size=8))
def test_damaged_directories_of_zips(tmp_path: Path, back: int, value: bytes) -> None:
    archive = bytearray(GOOD["a.zip"])
    place = len(archive) - EOCD_BYTES - 100 + back
    archive[place : place + len(value)] = value
    survives(tmp_path / "a.zip", bytes(archive))
