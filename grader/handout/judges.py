"""What of a suite's judging students can have: its kind and settings as plain data, read off a test's statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module

from grader.check.public import PublicNetwork
from grader.recorded import Recording, Replay

__all__ = ["judge_of", "keys_of", "network_of", "replayed"]

Judge = tuple[str | int, ...]
# What is judged of a network where no hidden answer is needed.
METHODS = ("genuine", "part", "listed", "sized")


def judge_of(test: ast.FunctionDef, recording: Recording) -> tuple[Judge, tuple[str, ...]]:
    """What judges a check beside comparisons, and the probe whose public example it looks at; empty for nothing."""
    for node in ast.walk(test):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Attribute(value=ast.Name("Network"))), attr=str(method)),
                args=args,
            ) if method in METHODS:
                return (
                    "network",
                    method,
                    *(arg.value for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, int)),
                ), ()
            case ast.Call(func=ast.Name("compiles"), args=[_, ast.Constant(str(name)), ast.Constant(str(optimizer))]):
                probe = recording.probes[name]
                return ("compiled", probe.function, optimizer, *probe.examples[0].expected["reported"]), ()
            case ast.Call(
                func=ast.Attribute(value=ast.Call(func=ast.Attribute(value=ast.Name("Training"))), attr="history")
            ):
                return ("history",), tuple(name for name, probe in recording.probes.items() if probe.look == "trained")
    return (), ()


def keys_of(probe: Replay) -> Judge:
    """What is judged of an answer that is not to be given away: the keys of a dictionary of numbers."""
    expected = probe.examples[0].expected
    return ("keys", probe.function, *expected) if isinstance(expected, dict) else ()


def network_of(exercise: str) -> PublicNetwork:
    """The network that an exercise builds: its layers stand in the text that students have."""
    plan = import_module(f"grader.suites.test_{exercise}").PLAN
    return PublicNetwork(function=plan.function, args=plan.shown, size=plan.size, parts=plan.parts)


def replayed(test: ast.FunctionDef) -> Iterator[str]:
    """The probes that a test replays, where it does nothing else with the student.

    What it does about a failure that it raises again only finds other words for it.
    """
    words = [
        node
        for handler in ast.walk(test)
        if isinstance(handler, ast.ExceptHandler) and isinstance(handler.body[-1], ast.Raise)
        for node in ast.walk(handler)
    ]
    nodes = [node for node in ast.walk(test) if node not in words]
    names = []
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("student"), attr="agrees"), args=[ast.Constant(str(name))]):
                names.append(name)
    uses = sum(isinstance(node, ast.Name) and node.id == "student" for node in nodes)
    return iter(names if uses == len(names) else [])
