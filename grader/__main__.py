"""`python -m grader` is the command `grader`."""

from __future__ import annotations

import sys

from grader.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
