"""The files of the student bundle, made in memory from the course."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from grader import __version__
from grader.course import Course, Exercise
from grader.errors import GraderError
from grader.handout.needs import needed_modules, requirements
from grader.handout.public import public_data

__all__ = ["data_files", "members", "slug"]

DOCS = ("docs/contract.md", "docs/digits.md")


def slug(title: str) -> str:
    """The name of folder and zip, from the course's title: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "course"


def members(root: Path, course: Course, names: Collection[str]) -> dict[str, bytes]:
    """The bundle's files by path, sorted; of all exercises that are ready, or of those named."""
    wanted = [course.exercise(name) for name in names] or list(course.ready)
    chosen = [exercise for exercise in course.ready if exercise in wanted]
    if not chosen:
        raise GraderError("none of the exercises is ready, so there is nothing to hand out")
    keras = any(exercise.template == "keras" for exercise in chosen)
    files = {f"exercises/{exercise.name}.py": _read(root, f"exercises/{exercise.name}.py") for exercise in chosen}
    left_out = {exercise.name for exercise in course.exercises if exercise not in chosen} | set(course.off)
    notebooks = [path.name for path in (root / "exercises").glob("*.ipynb") if path.stem not in left_out]
    books = [f"exercises/{book}" for book in notebooks]
    files |= {name: _read(root, name) for name in (*books, *DOCS, "LICENSE", *data_files(root))}
    files |= needed_modules() | requirements(root, keras)
    files |= {f"grader/check/examples/{name}": data for name, data in public_data(root, course, chosen).items()}
    # Once more where nobody edits them: `grader reset` puts these back. The index holds the modules.
    files |= {
        f"grader/check/examples/stubs/{book}": files[f"exercises/{book}"] for book in notebooks if _of(book, chosen)
    }
    files |= _written(course, chosen, keras, bool(notebooks))
    return dict(sorted(files.items()))


def _of(book: str, exercises: Sequence[Exercise]) -> bool:
    """Whether a notebook is that of an exercise."""
    return book.removesuffix(".ipynb") in {exercise.name for exercise in exercises}


def _read(root: Path, name: str) -> bytes:
    try:
        return (root / name).read_bytes()
    except OSError as error:
        raise GraderError(f"{name} belongs to what students get and cannot be read ({error.strerror})") from None


def data_files(root: Path) -> list[str]:
    """The files of data/ whose origin and licence are known; none where nothing is said of any."""
    if not (root / "data" / "MANIFEST.toml").is_file():
        return []
    try:
        manifest = tomllib.loads(_read(root, "data/MANIFEST.toml").decode())
        return [f"data/{entry['path']}" for entry in manifest["file"]]
    except (ValueError, LookupError) as error:
        raise GraderError(f"data/MANIFEST.toml cannot be used: {error}") from None


def _written(course: Course, chosen: Sequence[Exercise], keras: bool, notebooks: bool) -> dict[str, bytes]:
    """What is written for this bundle: words for students, and what pip needs to know of the package."""
    environment = Environment(
        loader=PackageLoader("grader.handout"), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    known = {"title": course.title, "exercises": chosen, "keras": keras, "notebooks": notebooks, "version": __version__}
    names = {name: f"{name}.j2" for name in ("README.md", "conftest.py", "pyproject.toml")}
    names[".vscode/settings.json"] = "settings.json.j2"
    return {name: environment.get_template(source).render(known).encode() for name, source in names.items()}
