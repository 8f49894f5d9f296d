"""`grade --device gpu`: proves that workers compute on the GPU, and has the expected answers computed there, too."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from grader.course import Course
from grader.desk import Desk
from grader.errors import GraderError, IsolationError, UsageError
from grader.model import Submission
from grader.refusals import refusal
from grader.student import Request, Returned
from grader.worker.source import ExerciseSpec

__all__ = ["prove", "reference"]

RECORD = "import sys; from grader.authoring.sync import record_into as r; r(*sys.argv[1:3], sys.argv[3:], 'gpu')"
DRIVER = Path("/proc/driver/nvidia/version")


def prove(course: Course, isolation: str) -> str:
    """A stamp for results: device, driver, backend. Refuses unless a convolution in a worker really ran on a GPU."""
    if isolation != "container":
        raise IsolationError(
            "On a GPU workers open device files, so a container has to be the boundary: run in one, and say so with "
            "--isolation container."
        )
    with tempfile.TemporaryDirectory() as folder:
        spec = ExerciseSpec(name="probe", functions=("probe",), template="keras", limits={"call_seconds": 60.0})
        desk = Desk([spec], course.limits, Path(folder), Path(folder), device="gpu", isolation="container")
        try:
            case = desk.open(Submission(student="probe", modules={"probe": b"def probe(): return 1"}))
            outcome = desk.fixture(case, "probe").student.calls([Request("probe", (), True, "device")])[0]
            case.close()
        finally:
            desk.close()
    if not isinstance(outcome, Returned):
        raise GraderError(f"A convolution on the GPU failed. {refusal('The convolution', outcome, public=True)}")
    return stamp(outcome.value)


def stamp(found: dict[str, str]) -> str:
    """The words for where a convolution ran; UsageError where that is no GPU."""
    if not any(word in found["place"].lower() for word in ("gpu", "cuda")):
        raise UsageError(
            f"--device gpu: a convolution ran on {found['place']} (backend {found['backend']}), not on a GPU. "
            "Install a backend with GPU support, or leave out --device gpu."
        )
    driver = DRIVER.read_text("ascii", "replace").splitlines()[0] if DRIVER.is_file() else "driver unknown"
    return f"{found['kind'] or found['place']}; {' '.join(driver.split())}; Keras on {found['backend']}"


def reference(root: Path, exercises: Sequence[str], folder: Path) -> None:
    """Writes the recorded examples of the exercises to `folder`, the answers computed on this machine's GPU."""
    # Another process: this one forks judges, and must not start a backend.
    command = [sys.executable, "-c", RECORD, os.fspath(root), os.fspath(folder), *exercises]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise GraderError(f"the expected answers could not be computed on the GPU: {done.stderr.strip()[-500:]}")
