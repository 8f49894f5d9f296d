"""Draws examples from strategies and works out what a probe should record; the judge itself never needs this module."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings

from grader import wire
from grader.compare import difference, raised_as_expected
from grader.errors import GraderError
from grader.illustrate import call_text
from grader.probing import Made, PictureFile, Probe, Raises, ShapeOf
from grader.recorded import Example, Mistake, Recording, Replay, fingerprint
from grader.worker import models
from grader.worker.instruments import LOOKS, MAKERS
from grader.worker.values import UNCALLED

__all__ = ["answered", "draw", "drawn_from", "probes_of", "record", "stale", "suite_module"]


def suite_module(exercise: str, part: str) -> ModuleType:
    """`grader.suites.<exercise>_<part>`."""
    return importlib.import_module(f"grader.suites.{exercise}_{part}")


def probes_of(exercise: str) -> dict[str, Probe]:
    """The probes of an exercise by name."""
    probes: dict[str, Probe] = suite_module(exercise, "probes").PROBES
    return probes


def drawn_from(exercise: str, name: str, probe: Probe, secret: str) -> str:
    """A fingerprint of everything that the inputs of a probe come from; texts and oracles are not part of it."""
    strategies = getattr(suite_module(exercise, "probes"), "STRATEGIES", "grader.suites.strategies")
    source = Path(importlib.import_module(strategies).__file__ or "").read_text("utf-8")
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node) is not None:
            del node.body[0]
    public = repr([[_identity(arg) for arg in args] for args in probe.public])
    # Unparsed, because a dump of the tree differs from one Python to the next.
    parts = (secret, exercise, name, str(probe.examples), repr(probe.hidden), ast.unparse(tree), public)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _identity(arg: Any) -> Any:
    """What an argument is, whatever prints it (NumPy) or encoded it (pictures, named by their content)."""
    if isinstance(arg, PictureFile):
        return arg.name
    if isinstance(arg, Made):
        return arg.by, _identity(arg.given)
    if isinstance(arg, np.ndarray):
        return arg.dtype.str, arg.shape, hashlib.sha256(arg.tobytes()).hexdigest()
    if isinstance(arg, dict):
        return [(key, _identity(value)) for key, value in arg.items()]
    return [_identity(item) for item in arg] if isinstance(arg, list) else arg


def draw(probe: Probe, origin: str) -> list[tuple[Any, ...]]:
    """Argument tuples of the hidden examples, from small to large, the same for the same origin and library."""
    if probe.hidden is None:
        return []
    found: list[Any] = []

    @seed(int(origin, 16))
    @settings(
        max_examples=probe.examples, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), derandomize=False,
    )  # fmt: skip
    @given(probe.hidden)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    families = [example if isinstance(example, list) else [example] for example in found[: probe.examples]]
    families.sort(key=lambda family: sum(_size(arg) for args in family for arg in args))
    return [args for family in families for args in family]


def _size(arg: Any) -> int:
    return arg.size if isinstance(arg, np.ndarray) else 1


def answered(probe: Probe, args: tuple[Any, ...], public: bool) -> Example:
    """One example with the oracle's answer and those of all known mistakes."""
    expected = probe.oracle(*args)
    tolerance = 0.0 if isinstance(expected, Raises) else probe.tolerance(args, expected)
    models = []
    for mistake in probe.misconceptions:
        model = mistake.answer(*args)
        models.append(_plain(model))
    return Example(args, _plain(expected), tolerance, public, tuple(models))


def _plain(answer: Any) -> Any:
    """An answer as it reads once it was recorded, so that recorded and fresh ones compare."""
    return answer if answer is None or isinstance(answer, Raises | ShapeOf) else wire.normal(answer)


def record(exercise: str, secret: str, versions: dict[str, str], kept: Recording | None) -> Recording:
    """A recording of all probes; inputs whose fingerprint is unchanged are kept from `kept`."""
    old = kept.probes if kept is not None else {}
    replays = {
        name: _replay(exercise, name, probe, secret, old.get(name)) for name, probe in probes_of(exercise).items()
    }
    examples = [example for replay in replays.values() for example in replay.examples]
    files = {arg.name: arg.data for example in examples for arg in _pictures(example)}
    return Recording(exercise, fingerprint(secret), versions, files, replays)


def _replay(exercise: str, name: str, probe: Probe, secret: str, old: Replay | None) -> Replay:
    origin = drawn_from(exercise, name, probe, secret)
    if old is not None and old.drawn_from == origin:
        hidden = [example.args for example in old.examples if not example.public]
    else:
        hidden = draw(probe, origin)
    examples = [answered(probe, args, True) for args in probe.public]
    examples += [answered(probe, args, False) for args in hidden]
    mistakes = tuple(Mistake(m.name, m.observation, m.reason, m.next_step) for m in probe.misconceptions)
    seconds = _prove(exercise, probe, examples)
    return Replay(name, probe.function, origin, *settings_of(probe), seconds, mistakes, tuple(examples))


def _prove(exercise: str, probe: Probe, examples: list[Example]) -> float:
    """The longest time in seconds that the solution takes; GraderError where it disagrees with the oracle."""
    function = getattr(importlib.import_module(exercise), probe.function)
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for example in examples:
            args = [_given(arg, Path(folder)) for arg in example.args]
            started = time.process_time()
            problem = _judge_solution(_looked_at(function, probe.look), args, example)
            slowest = max(slowest, time.process_time() - started)
            if problem:
                asked = call_text(probe.function, example.args)
                raise GraderError(f"the solution's {asked} disagrees with the oracle: {problem}")
    return round(slowest, 4)


def _looked_at(function: Callable[..., Any], look: str) -> Callable[..., Any]:
    """The solution's function as a worker with that instrument would answer."""
    if not look:
        return function
    if look in UNCALLED:
        return lambda *args: UNCALLED[look](function, args[-1])
    models.armed()
    return lambda *args: LOOKS[look](function(*args[:-1]), args[:-1], args[-1])


def _given(arg: Any, folder: Path) -> Any:
    if isinstance(arg, Made):
        models.armed()
        return MAKERS[arg.by](arg.given)
    if not isinstance(arg, PictureFile):
        return np.array(arg) if isinstance(arg, np.ndarray) else arg
    path = folder / arg.name
    path.write_bytes(arg.data)
    return str(path)


def _judge_solution(function: Callable[..., Any], args: list[Any], example: Example) -> str:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            value = wire.normal(function(*args))
    except Exception as error:
        family = tuple(kind.__name__ for kind in type(error).__mro__)
        fine = isinstance(example.expected, Raises) and raised_as_expected(example.expected, family)
        return "" if fine else f"it raised {type(error).__name__}: {error}"
    if isinstance(example.expected, Raises):
        return "it returned a value"
    problem = difference(example.expected, value, example.tolerance)
    return problem.what if problem is not None else ""


def _pictures(example: Example) -> Iterator[PictureFile]:
    return (arg for arg in example.args if isinstance(arg, PictureFile))


def settings_of(probe: Probe | Replay) -> tuple[bool, bool, bool, str, str]:
    """How the outcomes of a probe are judged."""
    return probe.twice, probe.intact, probe.effects, probe.dtype, probe.look


def stale(old: Recording, new: Recording) -> str:
    """Where two recordings of the same exercise differ beyond rounding; "" where they agree."""
    if old.secret != new.secret:
        return "drawn from another secret"
    if list(old.probes) != list(new.probes):
        return "other probes than in the suite"
    for name, probe in new.probes.items():
        before = old.probes[name]
        if before.drawn_from != probe.drawn_from:
            return f"the inputs of {name} come from another strategy, count or secret"
        if (settings_of(before), before.mistakes) != (settings_of(probe), probe.mistakes):
            return f"{name} has other texts or settings"
        for number, (one, other) in enumerate(zip(before.examples, probe.examples, strict=True)):
            if not _alike(one, other):
                return f"example {number} of {name} has another answer"
    return ""


def _alike(one: Example, other: Example) -> bool:
    pairs = [(one.expected, other.expected), *zip(one.models, other.models, strict=True)]
    # A tolerance goes by the size of answers, which other processors round otherwise: 1e-7 of it in float32.
    close = abs(one.tolerance - other.tolerance) <= 1e-5 * max(abs(one.tolerance), 1e-300)
    return close and all(_same(a, b, one.tolerance) for a, b in pairs)


def _same(one: Any, other: Any, tolerance: float) -> bool:
    if one is None or isinstance(one, Raises | ShapeOf):
        return bool(one == other)
    if other is None or isinstance(other, Raises | ShapeOf):
        raise GraderError("a recorded answer changed its kind")
    return difference(one, other, max(tolerance, 1e-9)) is None
