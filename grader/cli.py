"""The command `grader`: what is typed, what is printed, and the exit status."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from grader import __version__, artefacts, authoring, classroom, cluster
from grader import course as courses
from grader.check import commands as check
from grader.errors import GraderError, IsolationError, OutInUseError, UsageError
from grader.gradebook import commands as gradebook
from grader.handout import commands as handout
from grader.proofs import commands as proofs
from grader.similarity import commands as similarity

__all__ = ["main"]

BESIDE = (authoring, check, handout, classroom, proofs, gradebook, similarity, artefacts)

DESCRIPTION = "Grade exercises on convolutional networks; the students' code never meets the tests."
STATUS = """exit status of `grade`:
  0  all graded or refused       3  the isolation asked for cannot be had here
  1  the grader failed on one    4  OUT is in use by another run
  2  unusable arguments        130  interrupted; run it again to go on"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit status of the contract."""
    arguments = _parser().parse_args(argv)
    try:
        if sys.platform == "win32" and "posix" in arguments:
            raise IsolationError("Grading needs Linux or macOS; on Windows, run it inside WSL 2.")
        status: int = arguments.action(arguments)
    except UsageError as error:
        return _complain(error, 2)
    except IsolationError as error:
        return _complain(error, 3)
    except OutInUseError as error:
        return _complain(error, 4)
    except GraderError as error:
        return _complain(error, 1)
    except BrokenPipeError:
        return 1
    except (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError) as error:
        return _complain(f"{error.strerror}: {_place(error)}; check the path", 2)
    except OSError as error:
        place = f": {_place(error)}" if error.filename else ""
        return _complain(f"{error.strerror or error}{place}; what is done is kept", 1)
    except KeyboardInterrupt:
        return _complain("interrupted; what is done is kept, run the same command to go on", 130)
    return status


def _place(error: OSError) -> str:
    """The file or folder that an operating system's error is about."""
    place = Path(str(error.filename))
    return str(place.parent if place.name.startswith(".part-") else place)  # what is written takes its name at the end


def _complain(error: object, status: int) -> int:
    from grader.report import clean

    # On a terminal it takes the place of the line of progress. What ends in a question needs no full stop after it.
    print("\r\x1b[K" * sys.stderr.isatty() + f"grader: {clean(str(error)).replace('?.', '?')}", file=sys.stderr)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="grader", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    raw = argparse.RawDescriptionHelpFormatter
    grade = commands.add_parser("grade", help="grade a folder of submissions", epilog=STATUS, formatter_class=raw)
    grade.add_argument("submissions", metavar="SUBMISSIONS", type=Path, help="a folder with one submission a student")
    grade.add_argument("--out", metavar="OUT", type=Path, required=True, help="where marks, results and feedback go")
    grade.add_argument("--exercise", metavar="NAME", action="append", help="only this exercise (may be repeated)")
    grade.add_argument("--student", metavar="NAME", action="append", help="only this student (may be repeated)")
    grade.add_argument("--assignment", metavar="NAME", help="work lies in SUBMISSIONS/<student>/NAME, as in nbgrader")
    grade.add_argument("--gradebook", metavar="URL", help="write the marks to nbgrader's gradebook as well")
    grade.add_argument("--jobs", metavar="N", type=int, help="judges at the same time (default: one a processor)")
    again = grade.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="keep what is unchanged since the last run (the default)")
    again.add_argument("--fresh", action="store_true", help="grade everything anew")
    grade.add_argument("--device", choices=["cpu", "gpu"], default="cpu", help="where Keras computes (default: cpu)")
    classroom.add_class_options(grade)
    cluster.add_options(grade)
    grade.set_defaults(action=_grade)
    doctor = commands.add_parser("doctor", help="tell what locks student code in on this machine, and try it out")
    doctor.set_defaults(action=_doctor)
    sync = commands.add_parser("sync", help="make stubs and recorded examples from solutions and suites")
    sync.add_argument("--check", action="store_true", help="change nothing; exit status 1 when something is stale")
    sync.add_argument("--exercise", metavar="NAME", action="append", help="only examples of this one (may be repeated)")
    sync.set_defaults(action=_sync)
    diff = commands.add_parser("diff", help="compare two runs: whose mark moved, and by which check")
    diff.add_argument("old", metavar="OLD", type=Path, help="the OUT folder of one run")
    diff.add_argument("new", metavar="NEW", type=Path, help="the OUT folder of another one")
    diff.set_defaults(action=_diff)
    replay = commands.add_parser("replay", help="run one check of one student with everything shown")
    replay.add_argument(
        "student", metavar="STUDENT", help="a submission's path, or a name in the folder given with --in"
    )
    replay.add_argument("check", metavar="CHECK", help="a check such as convolve.grey, or `grey` where that is enough")
    replay.add_argument("--in", dest="folder", metavar="SUBMISSIONS", type=Path, help="the folder that STUDENT is in")
    replay.set_defaults(action=_replay)
    beside = [command for package in BESIDE for command in package.add_commands(commands, _root)]
    runs_code = (grade, replay, *(one for one in beside if one.prog.endswith(" verify")))
    for command in runs_code:
        command.add_argument("--isolation", choices=get_args(courses.Isolation), help="default: as course.toml says")
    for command in (*runs_code, doctor):
        command.set_defaults(posix=True)
    for command in (grade, doctor, sync, replay, *beside):
        command.add_argument("--course", metavar="DIR", type=Path, help="the folder with course.toml (default: found)")
    return parser


def _root(arguments: argparse.Namespace) -> Path:
    """The course's folder, from what was typed."""
    return courses.root_of(arguments.course)


def _grade(arguments: argparse.Namespace) -> int:
    from grader import klass

    root = _root(arguments)
    course = courses.load(root / "course.toml")
    return klass.grade_class(root, course, arguments)


def _doctor(arguments: argparse.Namespace) -> int:
    from grader.containment.doctor import examine

    return examine(_root(arguments))


def _sync(arguments: argparse.Namespace) -> int:
    from grader.authoring.sync import sync

    root = _root(arguments)
    started = time.perf_counter()
    course = courses.load(root / "course.toml")
    names = [course.exercise(name).name for name in arguments.exercise or ()]
    stale = sync(root, course, arguments.check, names)
    for name in stale:
        print(f"{'stale' if arguments.check else 'written'}: {name}")
    if arguments.check and stale:
        return _complain(f"{len(stale)} generated files are stale; run: grader sync", 1)
    print(f"everything is in step ({time.perf_counter() - started:.1f} s)" if not stale else "done")
    return 0


def _replay(arguments: argparse.Namespace) -> int:
    from grader.staff.replay import replay

    root = _root(arguments)
    course = courses.at_level(courses.load(root / "course.toml"), arguments.isolation)
    status: int = replay(root, course, arguments.student, arguments.check, arguments.folder)
    return status


def _diff(arguments: argparse.Namespace) -> int:
    from grader.staff.diff import differences

    lines = list(differences(arguments.old, arguments.new))
    print("\n".join(lines) or "no mark moved")
    return 1 if lines else 0
