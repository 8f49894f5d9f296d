"""`grader grade --cluster`: the judges of a Dask cluster in the place of this machine's; the options that say so."""

from __future__ import annotations

import argparse

__all__ = ["add_options"]


def add_options(grade: argparse.ArgumentParser) -> None:
    """Adds the options of a cluster to `grader grade`."""
    grade.add_argument("--cluster", metavar="URL", help="grade on a Dask cluster, for example tls://scheduler:8786")
    grade.add_argument(
        "--cluster-resource",
        metavar="EXERCISE=NAME",
        action="append",
        help="this exercise goes to workers with that resource alone (may be repeated)",
    )
    grade.add_argument(
        "--plain-tcp", action="store_true", help="let submissions and results travel unprotected over tcp://"
    )
