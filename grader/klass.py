"""`grader grade`: from typed arguments to files in OUT, with progress on a terminal and a summary at the end."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Sequence
from functools import partial
from glob import escape
from pathlib import Path

from grader import intake
from grader.classroom import files as classroom
from grader.cluster.asked import Asked, asked
from grader.containment import levels
from grader.course import Course, choose
from grader.errors import UsageError
from grader.files import sweep
from grader.intake.names import escaped
from grader.pools import Local, Pool, default_jobs
from grader.report import number, one_line
from grader.run import PRIVATE, Graded, Run, claim, grade_all
from grader.seals import parts_of
from grader.settings import Settings
from grader.store import Store
from grader.versions import missing
from grader.worker.lock import shield

__all__ = ["chosen_exercises", "grade_class", "show_progress"]

# Refused submissions that the summary names.
NAMED = 8


def grade_class(root: Path, course: Course, arguments: argparse.Namespace) -> int:
    """Grades the folder of submissions and writes OUT; the exit status of the contract."""
    began = time.perf_counter()
    shield()
    _end_in_order()
    chosen = chosen_exercises(course, arguments.exercise)
    cluster = asked(arguments, chosen)
    isolation = arguments.isolation or course.isolation
    if cluster is None:
        levels.require(isolation)
    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError(f"--jobs has to be at least 1; received {arguments.jobs}.")
    everybody = intake.scan(arguments.submissions, _folder(arguments))
    scan = _selected(everybody, arguments.student)
    rules = classroom.read_rules(root, course, arguments, everybody.entries, arguments.submissions)
    assignment = _gradebook(arguments, rules is not None)
    out: Path = arguments.out
    lock = claim(out, arguments.submissions)
    try:
        sweep(out)
        private = out / PRIVATE
        run = Run(course, _settings(root, course, chosen, isolation, arguments), scan, fresh=arguments.fresh)
        pool = _pool(run, arguments, cluster)
        try:
            from grader import outputs  # takes its time, while the judges start

            run.store = Store(private.resolve() / "store", parts_of(root, course, run.settings))
            for sentence in run.store.stale():
                print(sentence)
        except BaseException:
            pool.close(now=True)
            raise
        graded = grade_all(run, pool, partial(show_progress, began))
        if len(scan.entries) == len(everybody.entries):  # else others' results are still those of before
            run.store.settle()
        results = {one.result.student: one.result for one in graded}
        names = [entry.student for entry in everybody.entries]
        kept = outputs.kept_records(private, (name for name in names if name not in results)).values()
        others = [other for result in kept if (other := outputs.narrowed(result, course, chosen)) is not None]
        known = [*others, *results.values()]
        marks = classroom.marks_of(known, rules, course, chosen, private)
        outputs.write_outputs(out, private, course, chosen, known, marks)
        if arguments.gradebook:
            from grader.gradebook.grades import post

            count = post(arguments.gradebook, assignment, course, chosen, list(results.values()))
            print(f"gradebook: the marks of {count} students were written to {assignment}")
    finally:
        lock.release()
    return _close(out, graded, run, began)


def _settings(
    root: Path, course: Course, chosen: tuple[str, ...], isolation: str, arguments: argparse.Namespace
) -> Settings:
    """What judges are told."""
    private, stamp = (arguments.out / PRIVATE).resolve(), ""
    if arguments.device == "gpu":
        from grader import gpu

        stamp = gpu.prove(course, isolation)
        gpu.reference(root, chosen, private / "recorded")
    return Settings(
        root=str(root),
        exercises=chosen,
        isolation=isolation,
        lock=str(private / "alone"),
        device=arguments.device,
        stamp=stamp,
        recordings=str(private / "recorded") if stamp else None,
        closed=(str(arguments.submissions.resolve()), str(arguments.out.resolve())),
        course=course,
    )


def _pool(run: Run, arguments: argparse.Namespace, cluster: Asked | None) -> Pool:
    """The judges: a cluster's, or in processes of this machine, no more than there are submissions.

    The latter start at once where they are sure to be needed.
    """
    if cluster is not None:
        from grader.cluster.pool import Cluster  # takes Dask

        return Cluster(run.settings, parts_of(Path(run.settings.root), run.course, run.settings), cluster)
    pool = Local(run.settings, max(1, min(arguments.jobs or default_jobs(), len(run.scan.entries))))
    if arguments.fresh or not (arguments.out / PRIVATE / "store").exists():
        pool.warm()
    return pool


def _end_in_order() -> None:
    """A terminal that is closed, or a scheduler that ends the run, does what Ctrl-C does."""
    if threading.current_thread() is threading.main_thread():
        for number_ in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number_, signal.default_int_handler)


def chosen_exercises(course: Course, names: Sequence[str] | None, *, computed: bool = True) -> tuple[str, ...]:
    """The exercises to grade, in the order of the index; UsageError for a planned one.

    Where something is `computed`, also for one whose libraries are not installed.
    """
    wanted = {course.exercise(name).name for name in names} if names else {e.name for e in course.ready}
    for name in wanted - {exercise.name for exercise in course.ready}:
        raise UsageError(f"The exercise {name} is planned and cannot be graded yet.")
    for exercise in course.ready:
        if computed and exercise.name in wanted and (lacking := missing(exercise.template)):
            raise UsageError(f"{exercise.name} cannot be graded: {lacking}, or choose others with --exercise.")
    return tuple(exercise.name for exercise in course.ready if exercise.name in wanted)


def _folder(arguments: argparse.Namespace) -> str | None:
    """The folder of the assignment in that of each student; a gradebook's assignment need not have one."""
    name: str | None = arguments.assignment
    flat = arguments.gradebook and name and not any(arguments.submissions.glob(f"*/{escape(name)}/"))
    return None if flat else name


def _selected(scan: intake.Scan, students: Sequence[str] | None) -> intake.Scan:
    """The submissions of the students that were named, or all."""
    if not students:
        return scan
    known = [entry.student for entry in scan.entries]
    for student in students:
        if student not in known:
            raise UsageError(f"There is no submission of {escaped(student)}; {choose(student, known[:20])}.")
    return intake.Scan(entries=tuple(entry for entry in scan.entries if entry.student in students))


def _gradebook(arguments: argparse.Namespace, ruled: bool) -> str:
    """The assignment that marks are written to; what stands in the way is said before anything is graded."""
    if not arguments.gradebook:
        return ""
    if ruled:
        raise UsageError(
            "--gradebook holds the marks of submissions as they were graded; nbgrader has late days and points by hand "
            "of its own. Leave out --roster, --overrides, --late, --times and [class] in course.toml, or --gradebook."
        )
    from grader.gradebook.grades import assignment_in

    return assignment_in(arguments.gradebook, arguments.assignment)


def show_progress(began: float, done: int, everything: int) -> None:
    """Draws a line on the terminal with what is done and the time left; nothing where the output goes elsewhere."""
    if everything and sys.stderr.isatty():
        left = (time.perf_counter() - began) / max(done, 1) * (everything - done)
        end = "\n" if done == everything else f", about {left:.0f} s left" if done else ""
        print(f"\r\x1b[K{done} of {everything}", end=end, file=sys.stderr, flush=True)


def _close(out: Path, graded: Sequence[Graded], run: Run, began: float) -> int:
    """Prints the summary; names on stderr what the grader could not do."""
    scan = run.scan
    results = [one.result for one in graded]
    for sentence in scan.unusable:
        print(f"grader: {sentence}", file=sys.stderr)
    failed = [result for result in results if result.state == "error"]
    for result in failed:
        print(f"grader: {one_line(result.student)} was not graded: {one_line(result.why, 1000)}", file=sys.stderr)
    refused = [result for result in results if result.state == "refused"]
    for result in refused[:NAMED]:
        print(f"refused: {one_line(result.student)}: {one_line(result.reason, 300)}")
    if len(refused) > NAMED:
        print(f"refused: {len(refused) - NAMED} more; grades.csv and their pages say which and why")
    states = [f"{sum(r.state == state for r in results)} {state}" for state in ("graded", "refused", "error")]
    print(", ".join(state for state in states if not state.startswith("0 ")) or "nothing graded")
    if scan.ignored:
        more = " ..." if len(scan.ignored) > 5 else ""
        print(f"left alone, being no submission: {', '.join(scan.ignored[:5])}{more}")
    told = [_times(fresh, run, began)] if (fresh := [one for one in graded if one.student_seconds > 0]) else []
    if kept := sum(one.kept for one in graded):
        told.append(f"results of exercises taken from the store (unchanged, or the same work): {number(kept)}")
    if told:
        print("; ".join(told))
    print(f"marks: {out / 'grades.csv'}   pages: {out / 'index.html'}")
    return 1 if failed or scan.unusable else 0


def _times(fresh: Sequence[Graded], run: Run, began: float) -> str:
    """Where the time went, for each submission of which something was really run.

    The time of the run is shared out: judges that work at the same time make it shorter for every submission.
    """
    share = sum(one.student_seconds for one in fresh) / sum(one.seconds for one in fresh)
    each = (run.ended - run.began) / len(fresh)
    start_up, theirs, ours = run.began - began, each * share, each * (1 - share)
    text = f"start-up {start_up:.1f} s, then {theirs + ours:.2f} s a submission: "
    return text + f"{theirs:.2f} s the students' code, {ours:.3f} s ours"
