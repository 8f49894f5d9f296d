"""Notebooks beside one another: one imports what another defines, and all work in the folder of the data."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

from grader.check.gaps import GAP
from grader.worker.notebook import MalformedError, assemble, read, select

__all__ = ["Siblings", "settle"]


class Siblings(MetaPathFinder):
    """Finds `convolve.ipynb` of a folder for `import convolve`, where no module with answers is called so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module comes from: a notebook, or None for what Python finds by itself."""
        book, module = self.folder / f"{fullname}.ipynb", self.folder / f"{fullname}.py"
        if "." in fullname or not book.is_file():
            return None
        written = module.is_file() and GAP not in module.read_text("utf-8", errors="replace")
        return None if written else spec_from_loader(fullname, _Notebook(book), origin=str(book))


class _Notebook(Loader):
    """Runs of a notebook what grading would: imports, functions, and what these read; no check, no plot."""

    def __init__(self, book: Path) -> None:
        self.book = book

    def exec_module(self, module: ModuleType) -> None:
        """Fills the module; ImportError where the file is no notebook."""
        try:
            notebook = read(self.book.read_bytes())
        except (OSError, MalformedError) as error:
            raise ImportError(f"{self.book.name} cannot be imported: {error}", name=module.__name__) from None
        made = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        names = [one.node.name for one in notebook.statements if isinstance(one.node, made)]
        text, _ = assemble(select(notebook, names, {}), {})
        exec(compile(text, str(self.book), "exec"), module.__dict__)


def settle(folder: Path) -> None:
    """Lets notebooks of `folder` import each other, and makes `data`, where it lies beside, the working directory."""
    if any(isinstance(finder, Siblings) for finder in sys.meta_path):
        return
    sys.path.insert(0, str(folder))
    sys.meta_path.insert(0, Siblings(folder))
    if (folder.parent / "data").is_dir() and folder.name == "exercises":
        os.chdir(folder.parent / "data")
