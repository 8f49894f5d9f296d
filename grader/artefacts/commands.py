"""The commands `grader data` and `grader demo`: what is typed and what is printed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.artefacts.catalogue import INTACT, Artefact, catalogue, megabytes, shown
from grader.errors import UsageError

__all__ = ["add_commands"]


def add_commands(commands: Any, root_of: Callable[[argparse.Namespace], Path]) -> list[argparse.ArgumentParser]:
    """Adds both commands to those of `grader`; `root_of` finds the course's folder from what was typed."""
    data = commands.add_parser("data", help="show weights, data sets and labels, or fetch what is missing")
    data.add_argument("--fetch", metavar="NAME", action="append", help="vgg16, vgg16-notop, cifar10 or all; repeatable")
    data.add_argument("--to", metavar="DIR", type=Path, help="where VGG-16 weights are and go (default: data/)")
    data.set_defaults(action=lambda arguments: _data(root_of(arguments), arguments))
    demo = commands.add_parser("demo", help="name what is in a picture, and show filters and activations")
    demo.add_argument("pictures", metavar="PICTURE", nargs="+", type=Path, help="a PNG or JPEG")
    demo.add_argument("--out", metavar="DIR", type=Path, default=Path("out/demo"), help="default: out/demo")
    demo.add_argument(
        "--weights", metavar="FILE", type=Path, help="VGG-16 weights (default: as `grader data` finds them)"
    )
    demo.add_argument(
        "--using", metavar="FILE", type=Path, help="a vgg_assembly.py; it is run (default: the course's solution)"
    )
    demo.set_defaults(action=lambda arguments: _demo(root_of(arguments), arguments))
    return [data, demo]


def _data(root: Path, arguments: argparse.Namespace) -> int:
    found = catalogue(root, arguments.to)
    return _fetch(found, arguments.fetch) if arguments.fetch else _show(found)


def _fetch(found: dict[str, Artefact], wanted: list[str]) -> int:
    from grader.artefacts.fetching import fetch, progress

    downloads = {name: artefact for name, artefact in found.items() if artefact.url}
    for name in wanted:
        if name not in (*downloads, "all"):
            raise UsageError(f"Nothing to fetch is named {name}; there are: {', '.join(downloads)}, all.")
    for name, artefact in downloads.items():
        if name in wanted or "all" in wanted:
            print(f"{name}: {megabytes(artefact.bytes)} from {artefact.url}", file=sys.stderr)
            fetched = fetch(artefact, progress(artefact))
            print(f"{name}: {'fetched' if fetched else 'there already'}, intact: {shown(artefact.path)}")
    return 0


def _show(found: dict[str, Artefact]) -> int:
    states = {name: artefact.state() for name, artefact in found.items()}
    rows = [(name, states[name], megabytes(artefact.bytes), shown(artefact.path)) for name, artefact in found.items()]
    rows.insert(0, ("name", "state", "size", "where"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for name, state, length, where in rows:
        print(f"{name:<{widths[0]}}  {state:<{widths[1]}}  {length:>{widths[2]}}  {where}")
    lacking = [artefact for name, artefact in found.items() if artefact.url and states[name] != INTACT]
    for artefact in lacking:
        print(f"\nwithout {artefact.name}: {artefact.without}\n  fetch it: grader data --fetch {artefact.name}")
    faults = [name for name, state in states.items() if state != INTACT and (not found[name].url or state[0] == "d")]
    return int(bool(faults))


def _demo(root: Path, arguments: argparse.Namespace) -> int:
    from grader.artefacts.demo import demonstrate

    demonstrate(root, arguments.pictures, arguments.out, arguments.using, arguments.weights)
    return 0
