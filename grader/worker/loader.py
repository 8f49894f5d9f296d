"""Importing a submission from memory: real libraries first, the student's own modules only where there is no other."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

__all__ = ["Finder", "forbid", "install"]


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of one submission; `aliases` are names under which a running notebook is known."""

    def __init__(self, modules: Mapping[str, bytes], aliases: Mapping[str, ModuleType]) -> None:
        self.modules = modules
        self.aliases = aliases

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
        spec = module.__spec__
        name = spec.name if spec is not None else module.__name__
        if name in self.modules and name not in self.aliases:
            run(self.modules[name], self.filename(name), module.__dict__)


class _Refusal(importlib.abc.MetaPathFinder):
    """Says no to libraries that the exercise is to be solved without."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if any(fullname == name or fullname.startswith(name + ".") for name in self.names):
            raise ImportError(f"{fullname} is not for this exercise", name=fullname)
        return None


def forbid(names: Sequence[str]) -> None:
    """Makes imports of `names` fail in this process, loaded before or not."""
    for loaded in list(sys.modules):
        if any(loaded == name or loaded.startswith(name + ".") for name in names):
            del sys.modules[loaded]
    sys.meta_path.insert(0, _Refusal(names))


def install(modules: Mapping[str, bytes], aliases: Mapping[str, ModuleType]) -> Finder:
    """Appends the submission to the end of the import path, so that it can never shadow a library."""
    finder = Finder(modules, aliases)
    sys.meta_path.append(finder)
    return finder


def run(source: bytes | str, filename: str, namespace: dict[str, Any]) -> None:
    """Executes a source; tracebacks and `inspect.getsource` find its lines without a file."""
    code = compile(source, filename, "exec", dont_inherit=True)
    text = source if isinstance(source, str) else _decoded(source)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace["__file__"] = filename
    exec(code, namespace)


def _decoded(source: bytes) -> str:
    """The text of a source for display; undecodable bytes are replaced."""
    return importlib.util.decode_source(source) if _declares(source) else source.decode("utf-8", "replace")


def _declares(source: bytes) -> bool:
    try:
        importlib.util.decode_source(source)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return False
    return True
