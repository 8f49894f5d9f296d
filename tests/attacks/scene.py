"""A throw-away place to play in: a copy of the course and a class, secrets to be found, servers to be reached."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from attacks.attack import Attack
from grader.worker.landlock import NEWEST

__all__ = ["HONEST", "LIMITS", "ROOT", "Scene", "a_scene", "write"]

ROOT = Path(__file__).parents[2]
PARTS = ("grader", "exercises", "solutions", "course.toml", "data")
SAMPLE = ROOT / "data" / "sample_class"
MINE = Path(__file__).with_name("mine.py")
BASE = ROOT / "tests" / "submissions" / "base" / "multiply_sum.py"
HONEST = ("A classmate", "Another classmate")
# So that what never ends costs little.
LIMITS = {
    "import_seconds": 1.0,
    "call_seconds": 0.2,
    "check_seconds": 0.6,
    "exercise_seconds": 8.0,
    "memory_mb": 256,
    "output_limit_kb": 512,
}
# Keras takes its time when it is used first, in every worker anew.
KERAS = 'template = "keras"\nlimits = { import_seconds = 3, call_seconds = 2, check_seconds = 4, memory_mb = 1024 }\n'
# Where marks are looked for, beside the scene itself.
OPEN_TO_ALL = ("/tmp", "/var/tmp", "/dev/shm")


class Servers:
    """Listens on both loopback addresses and on two sockets of the system, and keeps what comes."""

    def __init__(self, folder: Path) -> None:
        self.heard = bytearray()
        self.path = folder / "agent"
        self.sockets: list[socket.socket] = []
        self.port = self._ports()
        for address in (os.fspath(self.path), f"\0{self.path.parent.name}"):
            self._open(socket.AF_UNIX, socket.SOCK_STREAM, address)
        log = self.path.with_name("agent-log")
        self._open(socket.AF_UNIX, socket.SOCK_DGRAM, os.fspath(log))
        for path in (self.path, log):
            path.chmod(0o777)
        self.threads = [threading.Thread(target=self._listen, args=(one,), daemon=True) for one in self.sockets]
        for thread in self.threads:
            thread.start()

    def _ports(self) -> int:
        """The same number for all kinds, or as many as the machine has."""
        self._open(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        port: int = self.sockets[0].getsockname()[1]
        self._open(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port))
        with suppress(OSError):  # a machine without the sixth version
            self._open(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port))
        return port

    def _open(self, family: int, kind: int, address: object) -> None:
        one = socket.socket(family, kind)
        one.bind(address)  # type: ignore[arg-type]
        if kind == socket.SOCK_STREAM:
            one.listen(64)
        self.sockets.append(one)

    def _listen(self, one: socket.socket) -> None:
        with suppress(OSError):  # closed at the end
            while True:
                if one.type == socket.SOCK_DGRAM:
                    self.heard += one.recv(4096) + b"\n"
                    continue
                line, _ = one.accept()
                with line:
                    line.settimeout(2)
                    with suppress(OSError):
                        self.heard += line.recv(4096) + b"\n"

    def close(self) -> None:
        """Ends them all."""
        for one in self.sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@dataclass
class Scene:
    """The places of one play; `canaries` are the secrets by where they lie."""

    root: Path
    servers: Servers
    canaries: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    before: dict[str, tuple[object, ...]] = field(default_factory=dict)

    @property
    def course(self) -> Path:
        """The course, complete with the grader."""
        return self.root / "course"

    @property
    def submitted(self) -> Path:
        """What the class handed in."""
        return self.root / "submitted"

    @property
    def home(self) -> Path:
        """The home folder of whoever grades."""
        return self.root / "home"

    def canary(self, kind: str) -> str:
        """The secret of that kind, made when first asked for."""
        return self.canaries.setdefault(kind, f"canary-{kind}-{secrets.token_hex(8)}")

    def environment(self) -> dict[str, str]:
        """What whoever grades has in the environment, a token included."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
        kept |= {"HOME": os.fspath(self.home), "MPLCONFIGDIR": os.fspath(self.root / "cache")}
        kept |= {"OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        return kept | {"GRADEBOOK_TOKEN": self.canary("environment")}

    def furnish(self, limits: Mapping[str, float], landlock: int, template: str) -> None:
        """Copies the course, and puts a secret in each place that is nobody's business.

        The copy makes use of no newer version of Landlock than that: an older kernel, as far as it goes. Its workers
        come from the template of that kind.
        """
        for part in PARTS:
            place = ROOT / part
            if place.is_dir():
                skipped = shutil.ignore_patterns("__pycache__", "sample_class")
                shutil.copytree(place, self.course / part, ignore=skipped)
            else:
                shutil.copy2(place, self.course / part)
        _change(self.course / "course.toml", limits, f"# {self.canary('course')}\n")
        if template == "keras":
            index = self.course / "course.toml"
            name = 'name = "multiply_sum"\n'
            index.write_text(index.read_text("utf-8").replace(name, name + KERAS, 1), "utf-8")
        _change(self.course / "grader" / "worker" / "landlock.py", {"NEWEST": landlock})
        suite = self.course / "grader" / "suites" / "test_multiply_sum.py"
        _change(suite, {}, f"\n\nCANARY = {self.canary('suite')!r}\n")
        _change(self.course / "solutions" / "multiply_sum.py", {}, f"\n# {self.canary('solution')}\n")
        self.home.mkdir()
        (self.home / ".netrc").write_text(f"machine gradebook password {self.canary('home')}\n")
        for student in HONEST:
            (self.submitted / student).mkdir(parents=True)
            text = BASE.read_text("utf-8") + f"\n# {self.canary('classmate')}\n"
            (self.submitted / student / "multiply_sum.py").write_text(text, "utf-8")

    def mark(self, attack: Attack) -> str:
        """What names everything that this attack leaves; it has a file of somebody else's to its name, too."""
        if attack.name not in self.marks:
            mark = self.marks[attack.name] = f"mk{len(self.marks) + 1:03}-{secrets.token_hex(4)}"
            write(self.home / "marks", {f"{mark}.csv": "student,total\n"})
        return self.marks[attack.name]

    def files_of(self, attack: Attack) -> dict[str, str]:
        """What an attacker hands in, the helper with his own mark included."""
        mark = self.mark(attack)
        given = {
            '"@MARK@"': repr(mark),
            "NUMBER = 0": f"NUMBER = {1_000_000_000 + int(mark[2:5])}",
            '"@VARIANT@"': repr(attack.variant),
            "PORT = 0": f"PORT = {self.servers.port}",
            '"@SOCKET@"': repr(os.fspath(self.servers.path)),
            '"@CLASS@"': repr(os.fspath(self.submitted)),
            '"@VICTIM@"': repr(os.fspath(self.home / "marks" / f"{mark}.csv")),
        }
        helper = MINE.read_text("utf-8")
        for old, new in given.items():
            helper = helper.replace(old, new)
        return {"multiply_sum.py": attack.source, "mine.py": helper, **attack.files}

    def hand_in(self, attacks: Sequence[Attack]) -> None:
        """A submission for each attack, named after it."""
        for attack in attacks:
            write(self.submitted / attack.name, self.files_of(attack))

    def hand_in_the_sample_class(self) -> None:
        """The course's own sample class, among all others."""
        shutil.copytree(SAMPLE, self.submitted, dirs_exist_ok=True)

    def look(self) -> None:
        """Remembers how everything is before the play."""
        self.before = dict(self._state())

    def changed(self) -> list[str]:
        """What is new or not as it was, each with its path and its time of change."""
        now = dict(self._state())
        lost = [f"{path} (gone)" for path in self.before.keys() - now.keys()]
        return sorted(lost + [f"{path} {state}" for path, state in now.items() if self.before.get(path) != state])

    def _state(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        for folder in (self.course, self.submitted, self.home):
            for path in folder.rglob("*"):
                if "__pycache__" not in path.parts:
                    seen = path.lstat()
                    contents = () if path.is_dir() else (seen.st_mtime_ns, seen.st_size)  # a folder's are its files'
                    yield os.fspath(path), (seen.st_mode, *contents, *_labels(path))
        yield from ((os.fspath(path), ("there",)) for path in self.marked())

    def marked(self) -> list[Path]:
        """What attacks of this scene have left outside it; others may be played at the same time."""
        marks = ("mk000-", *self.marks.values())
        found = (path for name in OPEN_TO_ALL for path in Path(name).glob("mk[0-9][0-9][0-9]-*"))
        return [path for path in found if path.name.startswith(marks)]

    def sweep(self) -> None:
        """Removes what attacks left outside the scene."""
        for path in self.marked():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _change(path: Path, values: Mapping[str, float], end: str = "") -> None:
    """Gives names at the beginning of lines other numbers, and adds something at the end of the file."""
    text = path.read_text("utf-8")
    for name, value in values.items():
        text, count = re.subn(rf"^{name} = [\d.]+", f"{name} = {value}", text, count=1, flags=re.MULTILINE)
        if not count:
            raise ValueError(f"{path.name} gives {name} no number")
    path.write_text(text + end, "utf-8")


def _labels(path: Path) -> list[str]:
    return os.listxattr(path, follow_symlinks=False) if hasattr(os, "listxattr") else []


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files by their paths in a folder."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")


@contextmanager
def a_scene(limits: Mapping[str, float] = LIMITS, landlock: int = NEWEST, template: str = "numpy") -> Iterator[Scene]:
    """A scene, and nothing of it afterwards."""
    root = Path(tempfile.mkdtemp(prefix="attacks-"))
    root.chmod(0o755)
    servers = Servers(root)
    scene = Scene(root, servers)
    try:
        scene.furnish(limits, landlock, template)
        yield scene
    finally:
        servers.close()
        scene.sweep()
        subprocess.run(["chmod", "-R", "u+rwX", os.fspath(root)], check=False)
        shutil.rmtree(root, ignore_errors=True)
