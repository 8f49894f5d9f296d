"""Downloads that go on where they stopped and end as a whole, proved file or not at all.

The standard library is enough: of the usual helpers, pooch starts anew after a break, and an HTTP client would leave
to us what is written here. `urllib` keeps to the proxies that the environment names.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from grader.artefacts.catalogue import INTACT, Artefact, megabytes, shown, size
from grader.errors import GraderError

__all__ = ["fetch", "progress"]

SECONDS = 30.0  # without a byte
PIECE = 1 << 18


def fetch(artefact: Artefact, report: Callable[[int], None]) -> bool:
    """Fetches a file where it is not there yet, and tells whether it had to; a broken connection is taken up again."""
    if artefact.state() == INTACT:
        return False
    part = artefact.part
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        before = -1
        while before < (now := size(part)) < artefact.bytes:
            before = now
            _go_on(artefact, report)
        if now < artefact.bytes:
            raise _broken(artefact, f"The connection to {_host(artefact)} broke, and again without progress.")
        if not artefact.agrees(part):
            part.unlink()
            raise _broken(artefact, f"{artefact.name} arrived without the checksum {artefact.digest}: thrown away.")
        os.replace(part, artefact.path)
    except OSError as error:
        raise _broken(artefact, f"Cannot write {shown(part)}: {error.strerror or error}.") from error
    return True


def _broken(artefact: Artefact, text: str) -> GraderError:
    """What went wrong, what is kept, and what goes on without the file."""
    kept = f"{megabytes(size(artefact.part))} of {megabytes(artefact.bytes)} are kept"
    again = f"Run the same command to go on; {kept}." if size(artefact.part) else "Nothing was changed."
    return GraderError(f"{text} {again} Without {artefact.name}, {artefact.without}.")


def _go_on(artefact: Artefact, report: Callable[[int], None]) -> None:
    """One connection: appends what it gives; a server that cannot start in the middle starts anew."""
    done = size(artefact.part)
    free, needed = shutil.disk_usage(artefact.part.parent).free, artefact.bytes - done
    if free < needed:
        raise _broken(artefact, f"The disk is too full: {megabytes(needed)} are needed, {megabytes(free)} are free.")
    with _open(artefact, done) as reply, artefact.part.open("ab") as stream:
        if reply.status != 206 and done:
            print(f"{_host(artefact)} cannot go on in the middle; starting anew", file=sys.stderr)
            stream.truncate(0)
            done = 0
        while done < artefact.bytes and (piece := _read(reply)):
            stream.write(piece)
            done += len(piece)
            report(done)


def _open(artefact: Artefact, done: int) -> HTTPResponse:
    """The server's answer, from byte `done` on if it can; its length has to be the one that is expected."""
    request = Request(artefact.url, headers={"Range": f"bytes={done}-"} if done else {})
    try:
        reply: HTTPResponse = urlopen(request, timeout=SECONDS)
    except HTTPError as error:
        error.close()
        raise _broken(artefact, f"{_host(artefact)} answered {error.code} {error.reason}.") from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise _broken(artefact, f"No connection to {_host(artefact)} ({reason}).") from error
    offered = (reply.headers["Content-Range"] or "").rpartition("/")[2] if reply.status == 206 else reply.length
    if offered is not None and str(offered) not in ("*", str(artefact.bytes)):
        reply.close()
        text = f"{_host(artefact)} offers {offered} bytes in place of {artefact.bytes}: not the file that was expected."
        raise _broken(artefact, text)
    return reply


def _read(reply: HTTPResponse) -> bytes:
    """The next piece, or nothing at the end and where the connection breaks; the length tells which."""
    try:
        return reply.read(PIECE)
    except (OSError, HTTPException):
        return b""


def _host(artefact: Artefact) -> str:
    return urlsplit(artefact.url).hostname or artefact.url


def progress(artefact: Artefact) -> Callable[[int], None]:
    """A line on the terminal that counts up, five times a second at most; nothing where stderr is no terminal."""
    started, first, last = time.monotonic(), size(artefact.part), 0.0

    def report(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - last < 0.2 and done < artefact.bytes):
            return
        last, rate = now, max(1.0, (done - first) / max(now - started, 0.001))
        left = f"{megabytes(rate)}/s, {max(0, artefact.bytes - done) / rate:.0f} s left"
        text = f"{artefact.name}: {megabytes(done)} of {megabytes(artefact.bytes)}, {left}"
        # The cursor goes back to the start, so that a complaint takes the line's place.
        print(f"{text}\x1b[K", end="\n" if done >= artefact.bytes else "\r", file=sys.stderr, flush=True)

    return report
