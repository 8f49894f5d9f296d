"""`python -m grader` is the command `grader`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

__all__ = ["main"]


def main() -> int:
    """The command of this copy: what students get holds their checks and nothing else."""
    whole = Path(__file__).with_name("cli.py").is_file()
    try:
        status: int = import_module("grader.cli" if whole else "grader.check.commands").main()
    except KeyboardInterrupt:  # before the command has begun
        print("grader: interrupted", file=sys.stderr)
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
