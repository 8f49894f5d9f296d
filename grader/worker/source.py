"""Reads a submission's Python without running it: what counts for each exercise, what it imports, what is wrong."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from grader.worker import notebook, syntax
from grader.worker.notebook import Notebook
from grader.worker.syntax import Mention, Problem

__all__ = ["ExerciseSpec", "Facts", "Program", "Sources", "analyse", "program", "sources_for"]


class ExerciseSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a desk needs to know of an exercise; `stub` is the released source, "" where there is none.

    `template` is the kind of worker that it needs at least, `limits` what differs from the course's.
    """

    name: str
    functions: tuple[str, ...]
    forbidden: tuple[str, ...] = ()
    stub: str = ""
    template: str = "numpy"
    limits: dict[str, float] = {}


# Words of code that may run what no import statement names. Not `open`: a locked worker sees no submitted file.
DYNAMIC = re.compile(rb"\b(exec|eval|import_module|__import__|runpy|pkgutil|importlib|modules|globals)\b")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What one submission holds for one exercise.

    `origin` is "module", "notebook", or "" when missing; `path` the module's file name or the notebook's path. `status`
    is "ok", "missing", "import_error" or "blocked"; `message` one sentence for the student where it is not "ok".
    `imports` are top-level packages from outside the submission, `siblings` other exercises whose code it uses; both
    sorted, both transitive. `own` (for a notebook) maps each exercise that this notebook stands for to its functions.
    """

    exercise: str
    origin: str
    path: str
    status: str
    message: str = ""
    notes: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    own: dict[str, tuple[str, ...]] = {}


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What to compile and run for one exercise.

    `cells` lists (first line in `source`, cell number, first line in the cell) for each statement of a notebook, and is
    empty for a module. While it runs, the running module stands in `sys.modules` under every name in `own`.
    """

    filename: str
    source: bytes
    cells: tuple[tuple[int, int, int], ...] = ()
    own: tuple[str, ...] = ()

    def where(self, line: int) -> str:
        """The place of a line of `source` in the student's words: "cell 5, line 3" or "convolve.py, line 12"."""
        for first, cell, start in reversed(self.cells):
            if first <= line:
                return f"cell {cell}, line {start + line - first}"
        return f"{self.filename}, line {line}"


@dataclass(frozen=True)
class Sources:
    """The sources of one submission with what the analysis said of them; `facts` and `others` are encoded."""

    modules: Mapping[str, bytes]
    notebooks: Mapping[str, bytes]
    facts: bytes
    others: tuple[bytes, ...] = ()
    forbidden: tuple[str, ...] = ()


def within_reach(
    exercise: str, facts: Mapping[str, Facts], modules: Mapping[str, bytes], notebooks: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The modules that an exercise may use: what a worker is given of a submission, and what a kept result depends on.

    Where one of them may import what no import statement names, or helpers and notebooks lead on, these are all.
    """
    reached = {exercise, *facts[exercise].siblings}
    if notebooks or modules.keys() - facts.keys() or any(DYNAMIC.search(modules.get(name, b"")) for name in reached):
        reached |= modules.keys()
    return {name: code for name, code in modules.items() if name in reached}


def sources_for(
    spec: ExerciseSpec, facts: Mapping[str, Facts], modules: Mapping[str, bytes], notebooks: Mapping[str, bytes]
) -> Sources:
    """Helper modules, and of the exercise modules those that count; `facts` has all exercises by name."""
    own = facts[spec.name]
    near = within_reach(spec.name, facts, modules, notebooks)
    counting = {name: code for name, code in near.items() if name not in facts or facts[name].origin == "module"}
    others = [fact for fact in facts.values() if fact.origin == "notebook" and fact.path != own.path]
    encoded = tuple(msgspec.msgpack.encode(fact) for fact in others if fact.status == "ok")
    forbidden = tuple(name for name in spec.forbidden if "." not in name)
    return Sources(counting, notebooks, msgspec.msgpack.encode(own), encoded, forbidden)


class _Answer(msgspec.Struct, frozen=True):
    """What a notebook holds for an exercise; `message` where a definition stands in a cell that is no Python."""

    path: str
    differs: bool
    message: str = ""


def analyse(modules: Mapping[str, bytes], notebooks: Mapping[str, bytes], specs: Sequence[ExerciseSpec]) -> list[Facts]:
    """Decides for each exercise which file counts, and reports what stands in it; never raises on what students wrote.

    `modules` maps dotted names to sources, `notebooks` paths to `.ipynb` files, as intake read them.
    """
    work = _Work(modules, notebooks, specs)
    return [work.facts(spec) for spec in specs]


def program(facts: Facts, modules: Mapping[str, bytes], notebooks: Mapping[str, bytes]) -> Program:
    """The program of an exercise that `analyse` found in these sources."""
    if facts.origin == "module":
        return Program(filename=facts.path, source=modules[facts.exercise], own=(facts.exercise,))
    book = notebook.read(notebooks[facts.path])
    chosen = notebook.select(book, facts.own[facts.exercise], facts.own)
    text, cells = notebook.assemble(chosen, facts.own)
    return Program(filename=facts.path, source=text.encode(), cells=cells, own=tuple(facts.own))


class _Work:
    """One submission: notebooks read once, modules parsed once."""

    def __init__(
        self, modules: Mapping[str, bytes], notebooks: Mapping[str, bytes], specs: Sequence[ExerciseSpec]
    ) -> None:
        self.modules = modules
        self.notebooks = notebooks
        self.specs = {spec.name: spec for spec in specs}
        self.roots = {name.partition(".")[0] for name in (*modules, *self.specs)}
        self.books: dict[str, Notebook] = {}
        self.unreadable: dict[str, str] = {}
        for path in sorted(notebooks):
            try:
                self.books[path] = notebook.read(notebooks[path])
            except notebook.MalformedError as error:
                self.unreadable[path] = f"{_shown(path)} is not a notebook yet: {error}; save it anew in Jupyter."
        self.tree = functools.cache(lambda name: syntax.parse(modules[name]))
        self.unit = functools.cache(self.read_unit)
        self.choices = {spec.name: self.choose(spec) for spec in specs}

    def facts(self, spec: ExerciseSpec) -> Facts:
        choice = self.choices[spec.name]
        facts = msgspec.structs.replace(choice, own=self.own(choice))
        if facts.status == "ok" and (message := self.unassembled(facts)):
            return msgspec.structs.replace(facts, status="import_error", message=message)
        if facts.status != "ok":
            return facts
        reached = self.reach(spec.name, lambda _: False)
        loaded = [mention.dotted for name in reached for mention in self.unit(name) if mention.loads]
        outside = {name.partition(".")[0] for name in loaded} - self.roots - {"", "__future__"}
        message = self.blocked(spec)
        return msgspec.structs.replace(
            facts,
            status="blocked" if message else "ok",
            message=message,
            imports=tuple(sorted(outside)),
            siblings=tuple(sorted(name for name in reached[1:] if name in self.specs)),
        )

    def own(self, choice: Facts) -> dict[str, tuple[str, ...]]:
        """The exercises that a notebook stands for, with their functions: imports of these find the notebook itself."""
        if choice.origin != "notebook":
            return {}
        return {name: self.specs[name].functions for name, other in self.choices.items() if other.path == choice.path}

    def unassembled(self, facts: Facts) -> str:
        """What is wrong with statements that are fine one by one, but no program together; "" for nothing."""
        if facts.origin != "notebook":
            return ""
        whole = program(facts, self.modules, self.notebooks)
        tree = syntax.parse(whole.source)
        if not isinstance(tree, Problem):
            return ""
        return _sentence(f"{_shown(facts.path)}, {whole.where(tree.line)}", tree)

    def choose(self, spec: ExerciseSpec) -> Facts:
        """Which file counts for an exercise, and what is wrong with it by itself."""
        answers = [answer for path in self.books if (answer := self.answer(spec, path))]
        best = [answer for answer in answers if answer.differs] or answers
        file = _file(spec.name)
        if spec.name in self.modules and (not best or not best[0].differs or self.differs(spec)):
            both = best and best[0].differs
            note = f"Both {file} and {_shown(best[0].path)} answer {spec.name}; {file} counts." if both else ""
            tree = self.tree(spec.name)
            message = _sentence(f"{file}, line {tree.line}", tree) if isinstance(tree, Problem) else ""
            return _chosen(spec, "module", file, message, [note, *self.unreadable.values()])
        if best:
            return _chosen(spec, "notebook", best[0].path, best[0].message, self.notes(spec, best))
        for path, message in self.unreadable.items():
            return _chosen(spec, "notebook", path, message)
        functions = spec.functions[0] + (" or another of its functions" if spec.functions[1:] else "")
        message = f"There is no {file}, and no notebook cell defines {functions}; please add {file}."
        return _chosen(spec, "", "", message, [note for path in self.books for note in self.left_out(spec, path)])

    def notes(self, spec: ExerciseSpec, answers: Sequence[_Answer]) -> Iterator[str]:
        path = answers[0].path
        if len(answers) > 1:
            yield f"{len(answers)} notebooks hold an answer to {spec.name}; {_shown(path)} counts."
        if spec.name in self.modules:
            yield f"{_file(spec.name)} is still as it was handed out, so {_shown(path)} counts."
        yield from self.left_out(spec, path)
        yield from self.unreadable.values()

    def left_out(self, spec: ExerciseSpec, path: str) -> Iterator[str]:
        """A note for each cell that is no Python, and for other cells only where a definition is lost with them."""
        for cell in self.books[path].broken:
            if not cell.magic or any(_seems_to_define(cell.source, name) for name in spec.functions):
                yield f"{_shown(path)}, cell {cell.cell}, was left out: {_shown(cell.problem.says, 200)}."

    def answer(self, spec: ExerciseSpec, path: str) -> _Answer | None:
        book = self.books[path]
        found = [(name, part.node) for part in book.statements for name in self.bound(part) if name in spec.functions]
        lost = [name for name in spec.functions if name not in dict(found)]
        for cell in book.broken:
            if not cell.magic and any(_seems_to_define(cell.source, name) for name in lost):
                place = f"{_shown(path)}, cell {cell.cell}, line {cell.problem.line}"
                return _Answer(path, True, _sentence(place, cell.problem))
        released = {node.name: node for node in ast.parse(spec.stub).body if isinstance(node, ast.FunctionDef)}
        differs = any(name not in released or not syntax.same(node, released[name]) for name, node in found)
        return _Answer(path, differs) if found else None

    def bound(self, statement: notebook.Statement) -> frozenset[str]:
        """Names that a statement provides; imports from exercises provide nothing new."""
        return statement.binds.difference(
            item.local for item in statement.imports if item.target.partition(".")[0] in self.specs
        )

    def differs(self, spec: ExerciseSpec) -> bool:
        tree = self.tree(spec.name)
        return isinstance(tree, Problem) or not syntax.same(tree, ast.parse(spec.stub))

    def read_unit(self, name: str) -> list[Mention]:
        """What code that is judged as one mentions: a module, or an exercise's part of a notebook."""
        choice = self.choices.get(name)
        if choice and choice.origin == "notebook":
            return [] if choice.message else self.notebook_unit(self.specs[name], choice)
        tree = self.tree(name) if name in self.modules else None
        if not isinstance(tree, ast.Module):
            return []
        is_package = any(other.startswith(f"{name}.") for other in self.modules)
        return syntax.mentions([(_file(name), tree)], name if is_package else name.rpartition(".")[0])

    def notebook_unit(self, spec: ExerciseSpec, choice: Facts) -> list[Mention]:
        """What one exercise needs of a notebook, up to the functions of other exercises, which have their own rules."""
        own = self.own(choice)
        stop = {name for functions in own.values() for name in functions}.difference(spec.functions)
        chosen = notebook.select(self.books[choice.path], spec.functions, own, stop)
        reads = {name for statement in chosen for name in notebook.reads_of(statement, own)} & stop
        uses = [Mention(name, choice.path, True) for name in own if reads.intersection(own[name])]
        place = f"{_shown(choice.path)}, cell "
        return uses + syntax.mentions([(f"{place}{part.cell}", part.node) for part in chosen], "")

    def reach(self, start: str, stop: Callable[[str], bool]) -> list[str]:
        """The names of all units that `start` uses, itself first; not entering units where `stop` is true."""
        reached = [start]
        for name in reached:
            for mention in self.unit(name):
                # "a.b" runs "a", then "a.b"
                for other in accumulate(mention.dotted.split("."), "{}.{}".format) if mention.loads else ():
                    known = other in self.modules or other in self.specs
                    if known and other not in reached and not stop(other):
                        reached.append(other)
        return reached

    def blocked(self, spec: ExerciseSpec) -> str:
        """The sentence on the first use of a library that the exercise's rule leaves out; "" for none."""
        for library in spec.forbidden:
            for name in self.reach(spec.name, functools.partial(self.has_own_rule, library)):
                for mention in self.unit(name):
                    if syntax.covers(library, mention.dotted):
                        return _blocked_sentence(spec, library, mention.place)
        return ""

    def has_own_rule(self, library: str, name: str) -> bool:
        return name in self.specs and any(syntax.covers(rule, library) for rule in self.specs[name].forbidden)


def _chosen(spec: ExerciseSpec, origin: str, path: str, message: str, notes: Iterable[str] = ()) -> Facts:
    status = ("import_error" if origin else "missing") if message else "ok"
    told = tuple(filter(None, notes))
    return Facts(exercise=spec.name, origin=origin, path=path, status=status, message=message, notes=told)


def _file(name: str) -> str:
    return name.replace(".", "/") + ".py"


def _shown(text: str, limit: int = 100) -> str:
    """A piece of what a student wrote, fit to stand in a sentence: printable and not too long."""
    return "".join(char if char.isprintable() else "?" for char in text[:limit])


def _seems_to_define(text: str, name: str) -> bool:
    name = re.escape(name)
    return bool(re.search(rf"^[ \t]*(?:(?:async +)?def +{name} *\(|{name} *=(?!=))", text, re.MULTILINE))


def _sentence(place: str, problem: Problem) -> str:
    line = f" (the line reads: {_shown(problem.text)})" if problem.text else ""
    return f"{place}, is not valid Python yet; {_shown(problem.says, 200)}{line}."


def _blocked_sentence(spec: ExerciseSpec, library: str, place: str) -> str:
    rule = ", ".join(spec.forbidden)
    top, _, part = library.partition(".")
    cure = f"please build it from other parts of {top}" if part else "NumPy is the tool here, please use it instead"
    return f"{place}, uses {library}, which the rule of {spec.name} leaves out (not for this exercise: {rule}); {cure}."
