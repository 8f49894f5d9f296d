"""A judge in a process of its own beside a worker of the cluster, so that its death is no death of the worker."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from multiprocessing.connection import Connection

import msgspec

from grader.cluster.letters import Reply, encoded, refused, reply_from
from grader.errors import GraderError
from grader.pools import answer, begin
from grader.settings import Settings
from grader.tasks import done_from

__all__ = ["Judge", "main"]

# Seconds without a task after which a judge ends: the run that it was for may be gone without a word.
IDLE = 600.0


class Judge:
    """The worker's end of it. Not by `multiprocessing`: a worker's process may have no children of that kind."""

    def __init__(self, settings: Settings) -> None:
        self.scratch = tempfile.mkdtemp(prefix="grader-")
        os.chmod(self.scratch, 0o711)  # student code may have a user of its own
        self.connection, theirs = multiprocessing.Pipe()
        with theirs:
            number = theirs.fileno()
            command = [sys.executable, "-m", "grader.cluster.judge", str(number), str(os.getpid())]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[number])
        self.connection.send_bytes(msgspec.json.encode(msgspec.structs.replace(settings, scratch=self.scratch)))

    def answer(self, task: bytes) -> Reply:
        """What a task comes to; `broken` where the judge comes to an end instead."""
        try:
            self.connection.send_bytes(task)
            return reply_from(self.connection.recv_bytes())
        except (EOFError, OSError):
            return Reply(broken=True)

    def end(self) -> None:
        """Ends it in the middle of whatever it does; its templates and their workers go with it."""
        self.process.kill()
        self.process.wait()
        self.connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def main(number: str, parent: str) -> None:
    """The other end: one task after the other, until the worker closes the connection or has no more."""
    with Connection(int(number)) as connection:
        told = connection.recv_bytes()
        try:
            begin(told, int(parent))
            _serve(connection)
        finally:  # the worker may be gone
            shutil.rmtree(msgspec.json.decode(told, type=Settings).scratch or "", ignore_errors=True)


def _serve(connection: Connection) -> None:
    while connection.poll(IDLE):
        try:
            task = connection.recv_bytes()
        except EOFError:
            return
        try:
            reply = Reply(done=done_from(answer(task)))
        except Exception as error:
            reply = refused(error if isinstance(error, GraderError) else GraderError(repr(error)))
        connection.send_bytes(encoded(reply))


if __name__ == "__main__":
    main(*sys.argv[1:])
