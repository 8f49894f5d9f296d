"""Commands for tests: each in a process of its own, forked from one that has imported what takes long."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from corpus import ROOT

__all__ = ["run_module"]

# Reads a task a line, and answers with the status of the process that did it: `python -m MODULE WORDS` in a folder.
SERVER = """
import gc, importlib, json, os, runpy, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
gc.collect()
gc.freeze()  # or each command would copy all of this when it ends
for line in sys.stdin.buffer:
    task = json.loads(line)
    pid = os.fork()
    if pid:
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
        continue
    for target, (path, flags) in enumerate([(os.devnull, os.O_RDONLY), *((name, os.O_WRONLY) for name in task["to"])]):
        os.dup2(os.open(path, flags), target)
    os.chdir(task["folder"])
    os.environ.clear()
    os.environ.update(task["environment"])
    sys.path[0], sys.argv = os.getcwd(), ["-m", *task["words"]]
    runpy.run_module(task["module"], run_name="__main__", alter_sys=True)
    sys.exit()
"""
# What commands import on their way.
AHEAD = (
    "grader.cli",
    "grader.gradebook.judge",
    "grader.klass",
    "grader.proofs.verify",
    "matplotlib.figure",
    "nbformat",
    "nbgrader.apps.autogradeapp",
    "nbgrader.apps.nbgraderapp",
)


@cache
def _server() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SERVER, *AHEAD]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)  # it ends with its input
    return server


def run_module(
    module: str, *words: object, folder: Path = ROOT, environment: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess[str]:
    """What `python -m MODULE WORDS` comes to in a folder: exit status, and what it printed."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    typed = [str(word) for word in words]
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch, "out"), Path(scratch, "err")
        for path in (out, err):
            path.touch()
        task = {"module": module, "words": typed, "folder": str(folder), "to": [str(out), str(err)]}
        server.stdin.write(json.dumps(task | {"environment": dict(environment)}) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        return subprocess.CompletedProcess(typed, status, out.read_text("utf-8"), err.read_text("utf-8"))
