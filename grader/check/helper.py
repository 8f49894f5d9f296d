"""A helper in the background that keeps a process with Keras ready for the next `grader check`, and ends by itself."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, wait
from pathlib import Path

import msgspec

from grader.check.child import Task
from grader.check.spare import PACKAGE, Cancelled, Ended, Spare

__all__ = ["IDLE_SECONDS", "Helped", "Helper", "main"]

IDLE_SECONDS = 600.0
KIND = "keras, much"
WAIT = "Keras is being loaded, which takes some seconds; a helper keeps it loaded for the next ten minutes."
START_SECONDS = 10.0
LOOK_SECONDS = 0.2
PLACE = Path(".grader") / "helper.json"
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from grader.check.helper import main; main()"
# What a connection can come to: nobody listens any more, another key, an end in the middle.
BROKEN = (OSError, EOFError, AuthenticationError, msgspec.DecodeError)


class Address(msgspec.Struct, frozen=True):
    """Where a helper listens; only who can read the file knows the key. `stamp` tells which Python and grader it is."""

    address: str
    key: str
    stamp: tuple[str, ...]


class Order(msgspec.Struct, frozen=True):
    """One piece of work."""

    task: Task
    requests: bytes


def _stamp() -> tuple[str, ...]:
    """What has to be the same for a helper to be of use: Python, and the files of the grader with what they hold.

    Their times tell nothing: in a zip all of them have the same one.
    """
    total = 0
    for path in sorted(Path(PACKAGE, "grader").rglob("*.py")):
        total = zlib.crc32(path.read_bytes(), total)
    return sys.executable, PACKAGE, str(total)


class Helped:
    """A process of the helper of a folder; where none can be had, one of this process."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.tell = tell

    def ask(self, task: Task, requests: bytes) -> Ended:
        """Sends a piece of work and waits for the end of the process."""
        connection = _reach(self.folder)
        if connection is None:
            self.tell(WAIT)
            connection = _begin(self.folder)
        if connection is not None:
            with connection, suppress(*BROKEN):
                connection.send_bytes(msgspec.msgpack.encode(Order(task, requests)))
                return msgspec.msgpack.decode(connection.recv_bytes(), type=Ended)
        return Spare(KIND).ask(task, requests)


def _reach(folder: Path) -> Connection | None:
    try:
        found = msgspec.json.decode((folder / PLACE).read_bytes(), type=Address)
        if found.stamp != _stamp():
            return None
        return Client(found.address, authkey=bytes.fromhex(found.key))
    except (*BROKEN, ValueError):
        return None


def _begin(folder: Path) -> Connection | None:
    """Starts a helper and waits until it listens; None where that cannot be."""
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
    with suppress(OSError):
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", BOOT, PACKAGE, os.fspath(folder.absolute())],
            cwd=tempfile.gettempdir(),  # Windows moves and deletes no folder in which a process works
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=flags,
        )
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit and process.poll() is None:
            if connection := _reach(folder):
                return connection
            time.sleep(0.05)
    return None


def main() -> None:
    """Answers orders, one after the other, each with a process of its own; ends when nobody has asked for long."""
    helper = Helper(Path(sys.argv[2]))
    threading.Thread(target=helper.serve, daemon=True).start()
    while helper.wanted():
        time.sleep(1.0)
    helper.close()


class Helper:
    """One that listens."""

    def __init__(self, folder: Path) -> None:
        self.spare = Spare(KIND)
        self.busy = threading.Lock()
        self.last = time.monotonic()
        key = secrets.token_bytes(32)
        self.listener = Listener(authkey=key)
        self.place = folder / PLACE
        self.written = msgspec.json.encode(Address(str(self.listener.address), key.hex(), _stamp()))
        _write_private(self.place, self.written)

    def serve(self) -> None:
        """Answers orders; whoever breaks off is forgotten."""
        while True:
            with suppress(Cancelled, *BROKEN), self.listener.accept() as connection:
                order = msgspec.msgpack.decode(connection.recv_bytes(), type=Order)
                with self.busy:
                    spare, self.spare = self.spare, Spare(KIND)
                    ended = _done(spare, order, connection)
                    self.last = time.monotonic()
                connection.send_bytes(msgspec.msgpack.encode(ended))

    def wanted(self) -> bool:
        """Whether somebody asked in the last ten minutes, and no other helper has taken the place."""
        with self.busy:
            idle = time.monotonic() - self.last
        with suppress(OSError):
            return idle < IDLE_SECONDS and self.place.read_bytes() == self.written
        return False

    def close(self) -> None:
        """Ends the waiting process; the address goes, where it is still this one's."""
        self.busy.acquire()  # for good: no order is taken any more
        self.spare.put_away()
        with suppress(OSError):
            if self.place.read_bytes() == self.written:
                self.place.unlink()
        self.listener.close()


def _done(spare: Spare, order: Order, connection: Connection) -> Ended:
    """Has an order done; Cancelled where whoever gave it has gone, so that the next one need not wait for its end."""
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(spare.ask, order.task, order.requests)
        while True:
            try:
                return work.result(LOOK_SECONDS)
            except TimeoutError:
                if wait([connection], 0):  # all that can come from there before the answer is its end
                    spare.stop()


def _write_private(path: Path, data: bytes) -> None:
    """A file that nobody else can read, in one step."""
    path.parent.mkdir(exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)  # readable by its owner alone
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
    os.replace(name, path)
