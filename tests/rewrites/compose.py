"""Draws right work for an exercise: parts, frames, spelling and layout, put together; the same every time."""

from __future__ import annotations

import ast
import random
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus import GOLDEN, ROOT

from rewrites import spelling
from rewrites.frames import FRAMES, Steps, framed
from rewrites.reading import Part, bound, parts_of, renamed, used
from rewrites.rules import GIVES, KNOBS, TRIALS

__all__ = ["COUNTS", "Rewrite", "covering", "rewrites"]

COUNTS = {"multiply_sum": 500, "convolve": 1200, "filter_design": 700, "vgg_assembly": 350, "cifar_setup": 250}
PARTS = Path(__file__).with_name("parts")
FRAME_NAMES = [frame.__name__ for frame in FRAMES]
AROUND_KERAS = [way for way in spelling.AROUND if way not in ("main guard", "tried out")]
Value = tuple[str, str]


@dataclass(frozen=True)
class Rewrite:
    """A right submission: its files, and which value of each dimension it has."""

    name: str
    exercise: str
    files: dict[str, bytes]
    values: frozenset[Value]

    @property
    def source(self) -> str:
        """Its files as one text."""
        return "\n".join(f"# --- {path}\n{data.decode()}" for path, data in self.files.items())


class _Deck:
    """Deals out values, each of them once before any comes again."""

    def __init__(self, values: Sequence[str], random: random.Random) -> None:
        self.values, self.random, self.left = list(values), random, list[str]()

    def take(self) -> str:
        """The next value."""
        if not self.left:
            self.left = self.random.sample(self.values, len(self.values))
        return self.left.pop()


@dataclass
class _Kitchen:
    """All parts for one exercise, with a deck for each dimension."""

    exercise: str
    random: random.Random
    parts: dict[str, dict[str, Part]]
    signatures: dict[str, str]
    decks: dict[str, _Deck] = field(default_factory=dict)

    def deal(self, dimension: str, values: Sequence[str]) -> str:
        """The next value of a dimension."""
        if dimension not in self.decks:
            self.decks[dimension] = _Deck(values, self.random)
        return self.decks[dimension].take()

    def steps(self, function: str) -> tuple[Steps, set[Value]]:
        """The steps of one function, and the values that they have."""
        algorithm = self.deal(f"{function}: algorithm", sorted(self.parts[function]))
        container = self.deal(f"{function}: container", sorted(self.parts[GIVES[function]]))
        values = {(f"{function}: algorithm", algorithm), (f"{function}: container", container)}
        core, give = self.parts[function][algorithm], self.parts[GIVES[function]][container]
        steps = Steps(function, self.signatures[function], core, give)
        if f"{function}_check" not in self.parts or algorithm.startswith("golden "):
            return steps, values
        checking = self.deal(f"{function}: check", sorted(self.parts[f"{function}_check"]))
        dtype = self.deal(f"{function}: dtype", sorted(self.parts[f"{function}_work"]))
        check, work = self.parts[f"{function}_check"][checking], self.parts[f"{function}_work"][dtype]
        values |= {(f"{function}: check", checking), (f"{function}: dtype", dtype)}
        return Steps(function, self.signatures[function], core, give, check, work), values


def _kitchen(exercise: str) -> _Kitchen:
    stub = ast.parse((ROOT / "exercises" / f"{exercise}.py").read_bytes())
    functions = {node.name: node.args for node in stub.body if isinstance(node, ast.FunctionDef)}
    for arguments in functions.values():
        for parameter in arguments.args:
            parameter.annotation = None
    signatures = {name: ast.unparse(arguments) for name, arguments in functions.items()}
    parts: dict[str, dict[str, Part]] = {}
    for path in sorted(PARTS.glob("*.py")):
        if path.stem.endswith("giving") or path.stem.startswith(exercise):
            for part in parts_of(path.read_bytes()):
                role, _, variant = part.name.partition("__")
                parts.setdefault(role, {})[variant] = part
    for name, source in _golden(exercise):
        for part in parts_of(source, sorted(functions)):
            if not _elsewhere(part):
                parts.setdefault(part.name, {})[f"golden {name}"] = part
    return _Kitchen(exercise, random.Random(f"rewrites of {exercise}"), parts, signatures)


def _golden(exercise: str) -> Iterator[tuple[str, bytes]]:
    """The modules of an exercise that are known to be right."""
    yield "solution", (ROOT / "solutions" / f"{exercise}.py").read_bytes()
    for folder in [GOLDEN.folder / "base", *(GOLDEN.folder / "right" / name for name in GOLDEN.names("right"))]:
        if (folder / f"{exercise}.py").is_file():
            yield folder.name, (folder / f"{exercise}.py").read_bytes()


def _elsewhere(part: Part) -> bool:
    """Whether a part needs a file of its own folder, or was meant to stand alone in another way."""
    roots = {node.module or "" for node in part.body if isinstance(node, ast.ImportFrom)}
    return any(root.partition(".")[0] in ("helpers", "") for root in roots) or any("*" in bound(n) for n in part.body)


def rewrites(exercise: str, count: int | None = None) -> list[Rewrite]:
    """Gives so many different rewrites of an exercise, `COUNTS` says how many by default."""
    kitchen, found, seen = _kitchen(exercise), list[Rewrite](), set[str]()
    while len(found) < (count or COUNTS[exercise]):
        made = _compose(kitchen, f"{exercise}-{len(found):04}")
        if made.source not in seen:
            seen.add(made.source)
            found.append(made)
    return found


def covering(given: Sequence[Rewrite]) -> list[Rewrite]:
    """A few rewrites that have every value of every dimension that there is among `given`."""
    missing = set().union(*(one.values for one in given))
    chosen = []
    while missing:
        best = max(given, key=lambda one: len(one.values & missing))
        chosen.append(best)
        missing -= best.values
    return chosen


def _compose(kitchen: _Kitchen, name: str) -> Rewrite:
    """One rewrite."""
    values: set[Value] = set()
    above: list[ast.stmt] = []
    below: list[ast.stmt] = []
    for function in kitchen.signatures:
        steps, own = kitchen.steps(function)
        steps = _apart(steps, above + below, set(kitchen.signatures))
        made, style = None, ""
        while made is None:
            style = kitchen.deal("style", FRAME_NAMES)
            made = framed(style, steps)
        above, below = above + made[0], below + made[1]
        values |= own | {("style", style)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files, more = _spelt(kitchen, above, below)
        for text in files.values():
            compile(text, name, "exec")
    return Rewrite(name, kitchen.exercise, files, frozenset(values | more))


def _apart(steps: Steps, there: Sequence[ast.stmt], functions: set[str]) -> Steps:
    """The same steps; what would be called like something else in the module gets another name."""
    known: dict[str, set[str]] = {}
    for node in there:
        for name in bound(node):
            known.setdefault(name, set()).add(_meaning(node, name))
    made: dict[str, Part] = {}
    for role in ("check", "work", "core", "give"):
        part: Part | None = getattr(steps, role)
        if part is None:
            continue
        names: dict[str, str] = {}
        for node in part.body:
            for name in bound(node):
                clash = name in functions or known.get(name, {_meaning(node, name)}) != {_meaning(node, name)}
                if clash:
                    names[name] = _free(name, known.keys() | functions)
        body = tuple(renamed(part.body, names)) if names else part.body
        made[role] = Part(names.get(part.name, part.name), body)
        for node in body:
            for name in bound(node):
                known.setdefault(name, set()).add(_meaning(node, name))
    return Steps(steps.function, steps.signature, made["core"], made["give"], made.get("check"), made.get("work"))


def _free(name: str, taken: set[str]) -> str:
    return next(new for number in range(2, 99) if (new := f"{name}_{number}") not in taken)


def _meaning(node: ast.stmt, name: str) -> str:
    """What a statement makes of a name: imports of several names are taken one by one."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        source = node.module if isinstance(node, ast.ImportFrom) else ""
        kept = [a for a in node.names if (a.asname or a.name.partition(".")[0]) == name]
        return f"{source}: {[ast.unparse(alias) for alias in kept]}"
    return ast.unparse(node)


def _spelt(kitchen: _Kitchen, above: list[ast.stmt], below: list[ast.stmt]) -> tuple[dict[str, bytes], set[Value]]:
    """The files of a module whose helpers are `above` and whose functions are `below`."""
    above, drawn = _turned(kitchen, _ordered(above))
    below = _ordered(below)
    functions = list(kitchen.signatures)
    errors = kitchen.deal("error", list(spelling.ERRORS))
    raised = any(isinstance(one, ast.Raise) for node in above + below for one in ast.walk(node))
    errors = errors if raised else "ValueError"
    layout = kitchen.deal("layout", spelling.LAYOUTS)
    if used(*above).intersection(functions):
        layout = "one file"  # the helpers call the functions, which would have to be imported from both sides
    keras = kitchen.exercise in ("vgg_assembly", "cifar_setup")
    surroundings = kitchen.deal("around", AROUND_KERAS if keras else spelling.AROUND)
    names = kitchen.deal("names", spelling.NAMES)
    way = kitchen.deal("NumPy", spelling.NUMPY)
    values = drawn | {("error", errors), ("layout", layout), ("around", surroundings), ("names", names)}
    if layout != "one file":
        given = _in_two(above, below, layout, errors, names)
        main = f"{kitchen.exercise}.py"
        given[main] = spelling.around(given.pop(""), surroundings, functions, TRIALS[kitchen.exercise])
        return {path: _text(body) for path, body in given.items()}, values | {("NumPy", "np")}
    body = spelling.identifiers(spelling.with_errors(_ordered(above + below), errors), names)
    spelt = spelling.numpy_spelt(body, way)
    body, way = (body, "np") if spelt is None else (spelt, way)
    body = spelling.around(body, surroundings, functions, TRIALS[kitchen.exercise])
    return {f"{kitchen.exercise}.py": _text(body)}, values | {("NumPy", way)}


def _turned(kitchen: _Kitchen, body: list[ast.stmt]) -> tuple[list[ast.stmt], set[Value]]:
    """The numbers of a design drawn anew."""
    made, values = [], set()
    for node in body:
        knob = node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else ""
        if knob in KNOBS:
            drawn = kitchen.deal(knob, KNOBS[knob])
            made += ast.parse(f"{knob} = {drawn}").body
            values.add((knob, drawn))
        else:
            made.append(node)
    return made, values


def _in_two(
    above: list[ast.stmt], below: list[ast.stmt], layout: str, errors: str, names: str
) -> dict[str, list[ast.stmt]]:
    """Helpers by the path of their own file, if there are any, and under "" the module that imports them."""
    helpers = spelling.identifiers(spelling.with_errors(above, errors), names)
    main = spelling.with_errors(below, errors)
    if not helpers:
        return {"": main}
    path, module = ("tools/steps.py", "tools.steps") if layout == "package" else ("helpers.py", "helpers")
    listed = sorted(set().union(*map(bound, above)) - {"annotations"})
    if layout == "star from helpers":
        if any(name.startswith("_") for name in listed):
            helpers += ast.parse(f"__all__ = {listed!r}").body
        listed = ["*"]
    line = f"from {module} import {', '.join(listed)}" if listed else ""
    return {"": ast.parse(line).body + main, path: helpers}


def _ordered(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Every statement once, imports first."""
    once = list({ast.unparse(node): node for node in body}.values())
    imports = [node for node in once if isinstance(node, ast.Import | ast.ImportFrom)]
    return imports + [node for node in once if not isinstance(node, ast.Import | ast.ImportFrom)]


def _text(body: Sequence[ast.stmt]) -> bytes:
    return (ast.unparse(ast.Module(list(body), [])) + "\n").encode()
