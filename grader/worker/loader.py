"""Importing a submission from memory: real libraries first, the student's own modules only where there is no other."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from grader.worker.syntax import lines_of

__all__ = ["Finder", "forbid", "install"]


@dataclass(frozen=True)
class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of one submission; `aliases` are names under which a running notebook is known."""

    modules: Mapping[str, bytes]
    aliases: Mapping[str, ModuleType]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for a module of the submission, or for a folder that holds some; None for anything else."""
        is_package = any(name.startswith(fullname + ".") for name in self.modules)
        if fullname not in self.modules and fullname not in self.aliases and not is_package:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=self.filename(fullname), is_package=is_package)

    @staticmethod
    def filename(fullname: str) -> str:
        """How a module of the submission is called in tracebacks."""
        return fullname.replace(".", "/") + ".py"

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """The notebook itself where the name is one of its aliases; otherwise an ordinary new module."""
        return self.aliases.get(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Runs the source in the module; nothing to run for a folder or for the notebook itself."""
        name = module.__name__
        if name in self.modules and name not in self.aliases:
            run(self.modules[name], self.filename(name), module.__dict__)

    def get_source(self, fullname: str) -> str:
        """The source that a module was run from: TensorFlow asks for it anew where it rewrites a function."""
        return importlib.util.decode_source(ran[fullname])


ran: dict[str, bytes] = {}


def forbid(names: Sequence[str]) -> None:
    """Makes imports of the packages `names` fail in this process, loaded before or not."""
    for loaded in list(sys.modules):
        if loaded.partition(".")[0] in names:
            del sys.modules[loaded]
    for name in names:
        sys.modules[name] = None  # type: ignore[assignment]  # Python itself refuses to import this


def install(modules: Mapping[str, bytes], aliases: Mapping[str, ModuleType]) -> Finder:
    """Appends the submission to the end of the import path, so that it can never shadow a library."""
    finder = Finder(modules, aliases)
    sys.meta_path.append(finder)
    return finder


def run(source: bytes, filename: str, namespace: dict[str, Any]) -> None:
    """Executes a source; tracebacks and `inspect.getsource` find its lines without a file."""
    code = compile(source, filename, "exec", dont_inherit=True)
    ran[namespace["__name__"]] = source
    linecache.cache[filename] = (len(source), None, [f"{line}\n" for line in lines_of(source)], filename)
    namespace["__file__"] = filename
    exec(code, namespace)
