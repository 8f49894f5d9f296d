"""A class on a Dask cluster: real schedulers and workers on loopback, some of which are killed half-way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from commands import run_module
from corpus import ROOT, lay_over
from distributed.security import Security

from grader.cluster.asked import shared_openly
from grader.errors import IsolationError

__all__: list[str] = []

SUM = ("--exercise", "multiply_sum")
BOTH = (*SUM, "--exercise", "convolve")


def until(condition: Callable[[], object]) -> None:
    """Waits for something that has to happen."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Cluster:
    """A scheduler and its workers, each in a process of its own; nobody without the certificate is let in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        made = Security.temporary()
        self.environment = dict(os.environ)
        secrets = {"CA_FILE": made.tls_ca_file}
        for role in ("client", "scheduler", "worker"):
            for kind in ("cert", "key"):
                secrets[f"{role}__{kind}".upper()] = getattr(made, f"tls_{role}_{kind}")
        for name, content in secrets.items():
            path = folder / name
            path.write_text(content)
            self.environment[f"DASK_DISTRIBUTED__COMM__TLS__{name}"] = str(path)
        self.start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", 0, "--protocol", "tls")
        until(lambda: self.file.exists() and self.file.read_bytes().endswith(b"}"))
        self.url = json.loads(self.file.read_bytes())["address"]

    def start(self, name: str, what: str, *words: object, **environment: str) -> None:
        """Starts a scheduler or a worker."""
        typed = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", "--scheduler-file", self.file]
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(
                [*map(str, typed), *map(str, words)],
                cwd=ROOT,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
            )

    def worker(self, name: str, *words: object, nanny: str = "--no-nanny", **environment: str) -> None:
        """Starts a worker with one thread; without a nanny nothing starts it again."""
        own = ("--name", name, "--nthreads", 1, "--local-directory", self.folder / name, nanny)
        self.start(name, "worker", *own, *words, **environment)

    def end(self, name: str) -> None:
        """Kills a process."""
        self.processes[name].kill()
        self.processes[name].wait()

    def grade(self, *words: object, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Grades on this cluster."""
        done = run_module("grader", "grade", *words, "--cluster", self.url, environment=self.environment)
        assert done.returncode == status, done.stderr + done.stdout
        assert "Traceback" not in done.stderr
        return done

    def grading(self, *words: object) -> subprocess.Popen[str]:
        """The same, in a process that goes on meanwhile."""
        typed = [sys.executable, "-m", "grader", "grade", *map(str, words), "--cluster", self.url]
        return subprocess.Popen(typed, cwd=ROOT, env=self.environment, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster without workers as yet."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    for name, process in made.processes.items():
        process.terminate()  # a nanny ends its worker first
        if name != "scheduler":
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
        made.end(name)


def class_of(folder: Path, *names: str, idle: float = 0.0) -> Path:
    """A class with these golden folders of wrong work, no two the same; each waits idly for so long on the way."""
    folder.mkdir()
    for number, name in enumerate(names):
        target = lay_over("wrong", name, f"{number} {name}", folder)
        with open(target / "convolve.py", "a", encoding="utf-8") as stream:
            stream.write(f"\nimport time\n\ntime.sleep({idle} + {number} * 1e-6)\n")
    return folder


def workers_in(out: Path) -> dict[str, Counter[str]]:
    """By exercise, how many results each worker made."""
    found: dict[str, Counter[str]] = {}
    for path in (out / "results").glob("*.json"):
        for name, result in json.loads(path.read_bytes())["extra_data"]["exercises"].items():
            found.setdefault(name, Counter())[result["worker"]] += 1
    return found


def kept_in(out: Path) -> int:
    """How many results are kept."""
    return len([path for path in out.glob(".grader/store/*.json") if not path.name.startswith(("facts", "parts"))])


def test_a_killed_worker_costs_nothing(cluster: Cluster, tmp_path: Path) -> None:
    names = ["sum_mean", "sum_absolute", "quiz_misspelt"] * 2
    folder, out = class_of(tmp_path / "class", *names, idle=1.0), tmp_path / "out"
    cluster.worker("alice")
    cluster.worker("bob")
    with cluster.grading(folder, "--out", out, *BOTH) as process:
        until(lambda: kept_in(out) >= 4 and process.poll() is None)
        cluster.end("alice")
        assert process.communicate()[1] == ""
    assert process.returncode == 0
    done = run_module("grader", "grade", folder, "--out", tmp_path / "here", "--jobs", 2, *BOTH)
    assert done.returncode == 0
    assert (out / "grades.csv").read_bytes() == (tmp_path / "here" / "grades.csv").read_bytes()
    by = workers_in(out)
    assert by.keys() == {"multiply_sum", "convolve"}
    assert set(by["multiply_sum"] + by["convolve"]) == {"alice", "bob"}
    assert '"worker"' not in (tmp_path / "here" / "results" / "0 sum_mean.json").read_text("utf-8")


def line_of(pid: int) -> list[int]:
    """A process, its parent, and so on."""
    found = [pid]
    while found[-1] > 1:
        stat = Path(f"/proc/{found[-1]}/stat").read_text("utf-8", "replace")
        found.append(int(stat.rpartition(")")[2].split()[1]))
    return found


def ancestor(name: str, steps: int, below: int) -> int | None:
    """What is so many steps above the student's process of that name: 2 for its judge, 3 for the cluster's worker.

    Only one below that process: what has lost its parent is about to end.
    """
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            if process.joinpath("comm").read_text("utf-8", "replace").strip() == name:
                line = line_of(int(process.name))
                if below in line[steps + 1 :]:
                    return line[steps]
    return None


@pytest.mark.parametrize(("steps", "reason"), [(2, "process ended twice"), (3, "two machines of the cluster")])
def test_what_kills_twice_is_set_aside(cluster: Cluster, tmp_path: Path, steps: int, reason: str) -> None:
    folder, out, name = class_of(tmp_path / "class", "sum_mean"), tmp_path / "out", f"doomed-{os.getpid()}"
    (folder / "doomed").mkdir()
    text = f"import ctypes, time\nctypes.CDLL(None).prctl(15, b{name!r})\ntime.sleep(60)\n"
    (folder / "doomed" / "multiply_sum.py").write_text(text)
    cluster.worker("carol", nanny="--nanny")
    nanny, killed = cluster.processes["carol"].pid, set()
    with cluster.grading(folder, "--out", out, *SUM) as process:
        while process.poll() is None:
            if (pid := ancestor(name, steps, nanny)) and pid not in killed:
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        said = process.communicate()[1]
    assert (process.returncode, len(killed)) == (1, 2), said
    assert "doomed was not graded" in said
    assert reason in said
    assert json.loads((out / "results" / "0 sum_mean.json").read_bytes())["score"] == 0
    assert json.loads((out / "results" / "doomed.json").read_bytes())["score"] is None


def test_a_worker_with_another_suite_grades_nothing(cluster: Cluster, tmp_path: Path) -> None:
    course = tmp_path / "course"
    for name in ("grader", "exercises", "data"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "course.toml", course / "course.toml")
    folder = class_of(tmp_path / "class", "sum_mean")
    cluster.worker("same", GRADER_COURSE=str(course))
    cluster.grade(folder, "--out", tmp_path / "first", *SUM)
    assert workers_in(tmp_path / "first") == {"multiply_sum": {"same": 1}}
    with open(course / "grader" / "suites" / "test_multiply_sum.py", "a", encoding="utf-8") as stream:
        stream.write("# one more line\n")
    cluster.worker("other", GRADER_COURSE=str(course))
    done = cluster.grade(folder, "--out", tmp_path / "second", *SUM, status=2)
    assert "grader/suites/test_multiply_sum.py is another one" in done.stderr
    assert kept_in(tmp_path / "second") == 0


def test_an_exercise_goes_where_its_resource_is(cluster: Cluster, tmp_path: Path) -> None:
    folder, out = class_of(tmp_path / "class", "sum_mean", "sum_absolute", "quiz_misspelt"), tmp_path / "out"
    with cluster.grading(folder, "--out", out, *BOTH, "--cluster-resource", "convolve=GPU") as process:
        assert process.stderr is not None
        assert "no worker is there" in process.stderr.readline()
        cluster.worker("plain")
        assert "no worker offers GPU" in process.stderr.readline()
        until(lambda: kept_in(out) == 3)  # those of the other exercise
        cluster.worker("rich", "--resources", "GPU=1")
        assert process.communicate()[1] == ""
    assert process.returncode == 0
    by = workers_in(out)
    assert by["convolve"] == {"rich": 3}
    assert by["multiply_sum"] == {"plain": 3}


def test_without_a_scheduler_a_run_ends_and_goes_on_later(cluster: Cluster, tmp_path: Path) -> None:
    folder, out = class_of(tmp_path / "class", *["sum_mean"] * 4, idle=1.0), tmp_path / "out"
    cluster.worker("dora")
    with cluster.grading(folder, "--out", out, *BOTH) as process:
        until(lambda: kept_in(out) >= 2)
        cluster.end("scheduler")
        said = process.communicate()[1]
    assert process.returncode == 1
    assert "is gone. What is graded is kept" in said
    assert "Traceback" not in said
    done = run_module("grader", "grade", folder, "--out", out, *BOTH)
    assert done.returncode == 0
    assert "results of exercises taken from the store" in done.stdout


def test_a_scheduler_that_goes_before_there_is_a_worker(cluster: Cluster, tmp_path: Path) -> None:
    folder = class_of(tmp_path / "class", "sum_mean")
    with cluster.grading(folder, "--out", tmp_path / "out", *BOTH) as process:
        assert process.stderr is not None
        assert "no worker is there" in process.stderr.readline()
        cluster.end("scheduler")
        said = process.communicate()[1]
    assert process.returncode == 1
    assert "is gone" in said
    assert "Traceback" not in said


def test_an_interrupted_run_leaves_no_judge(cluster: Cluster, tmp_path: Path) -> None:
    folder, out = class_of(tmp_path / "class", *["sum_mean"] * 3, idle=5.0), tmp_path / "out"
    cluster.worker("erin")
    erin = cluster.processes["erin"].pid
    children = Path(f"/proc/{erin}/task")
    with cluster.grading(folder, "--out", out, *BOTH) as process:
        until(lambda: kept_in(out))
        assert judges_in(children)
        process.send_signal(signal.SIGINT)
        assert "go on" in process.communicate()[1]
    assert process.returncode == 130
    until(lambda: not judges_in(children))


def judges_in(threads: Path) -> list[str]:
    """The judges that threads of a process have started and not ended."""
    found = []
    for path in threads.glob("*/children"):
        for pid in path.read_text("ascii").split():
            with suppress(OSError):
                if b"grader.cluster.judge" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
    return found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--cluster tcp://192.0.2.1:8786", "--plain-tcp"),
        ("--cluster tls://192.0.2.1:8786", "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT"),
        ("--cluster 192.0.2.1:8786", "tls://scheduler:8786"),
        ("--cluster tls://192.0.2.1", "tls://scheduler:8786"),
        ("--cluster tcp://127.0.0.1:9", "No scheduler answers at tcp://127.0.0.1:9"),
        ("--cluster tcp://127.0.0.1:9 --jobs 2", "--nthreads"),
        ("--cluster tcp://127.0.0.1:9 --device gpu", "--device gpu"),
        ("--cluster tcp://127.0.0.1:9 --cluster-resource convolve=GPU", "multiply_sum"),
        ("--plain-tcp", "--cluster"),
    ],
)
def test_what_cannot_be(tmp_path: Path, words: str, said: str) -> None:
    folder = class_of(tmp_path / "class", "sum_mean")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("DASK_")}
    done = run_module("grader", "grade", folder, "--out", tmp_path / "out", *SUM, *words.split(), environment=bare)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "grades.csv").exists()


@pytest.mark.parametrize(
    ("url", "openly"),
    [
        ("tcp://127.0.0.1:1", False),
        ("tcp://[::1]:1", False),
        ("tcp://localhost:1", False),
        ("tcp://127.0.0.1.example.org:1", True),
        ("tcp://10.0.0.1:1", True),
        ("tls://10.0.0.1:1", False),
    ],
)
def test_what_leaves_the_machine_unprotected(url: str, openly: bool) -> None:
    assert shared_openly(url) == openly


def test_a_worker_that_cannot_lock_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from grader import course as courses
    from grader.cluster import letters, work
    from grader.seals import parts_of
    from grader.settings import Settings

    settings = Settings(root=str(ROOT), exercises=("multiply_sum",), isolation="locked")
    parts = parts_of(ROOT, courses.load(ROOT / "course.toml"), settings)
    told = letters.encoded(letters.Told(run="r", settings=settings, seal=work.seal_of(parts)))
    worker = type("Worker", (), {"name": 0, "address": "tls://10.0.0.1:1", "local_directory": "w"})()
    fit = letters.reply_from(work.look(told, worker))
    assert letters.error_in(fit) is None

    def lacking(level: str) -> None:
        raise IsolationError(f"no {level}")

    monkeypatch.setattr(work.levels, "require", lacking)
    error = letters.error_in(letters.reply_from(work.look(told, worker)))
    assert isinstance(error, IsolationError)
    assert str(error) == "The worker tls://10.0.0.1:1: no locked"
