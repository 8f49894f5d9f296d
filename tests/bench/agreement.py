"""Whether the instructor's checks find right what is right, and wrong what is wrong, on the golden submissions.

python tests/bench/agreement.py [--keras]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    here = Path(__file__).resolve()
    sys.path[:1] = [str(here.parents[2]), str(here.parents[1])]  # in the place of this folder

from bench.makeup import KERAS, NUMPY, golden
from bench.ways import Class, instructors_checks

__all__ = ["judged", "main"]


def judged(
    kinds: Sequence[str], exercises: tuple[str, ...], chosen: Sequence[str] = ()
) -> dict[str, tuple[bool, bool]]:
    """Of each golden submission of these kinds, or of those chosen: whether it is right, and whether it is found to be.

    One that has to be wrong may be found wrong in any of its exercises.
    """
    students = [one for kind in kinds for one in golden(kind, exercises) if not chosen or one.source in chosen]
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        found = instructors_checks(Class(students, exercises, Path(scratch), notebooks=False)).right
    return {one.source: (one.kind == "right", one.name in found) for one in students}


def main() -> int:
    """Prints the submissions on which the checks disagree; exit status 1 if there is one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--keras", action="store_true", help="the Keras exercises, one by one, instead of those of NumPy"
    )
    together = [(name,) for name in KERAS] if parser.parse_args().keras else [NUMPY]  # NumPy modules import each other
    differing = 0
    for exercises in together:
        found = judged(("right", "one defect", "broken"), exercises)
        wrong = {name: given for name, (given, seen) in found.items() if given != seen}
        for name, given in wrong.items():
            print(f"{name}: {'right, and found wrong' if given else 'wrong, and found right'}")
        words = ", ".join(exercises)
        print(
            f"{words}: {len(found) - len(wrong)} of {len(found)} submissions are judged as they have to be", flush=True
        )
        differing += len(wrong)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
