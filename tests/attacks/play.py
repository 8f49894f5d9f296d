"""One play: all attacks on one grader, told as JSON.

    python tests/attacks/play.py GRADER [--landlock VERSION] [--template keras] [--python PATH] [NAME...]

GRADER is this one at a level (locked, process), another one (pytest, otter, nbgrader), or `sample`: the sample class
among the attackers, and once more without them. NAMEs are beginnings of names of attacks; without one, all are played.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from attacks.attack import Attack, attacks  # noqa: E402
from attacks.grading import crowd, grade, rows  # noqa: E402
from attacks.peers import PEERS  # noqa: E402
from attacks.scene import LIMITS, ROOT, Scene, a_scene  # noqa: E402
from attacks.watching import Play  # noqa: E402
from grader import course as courses  # noqa: E402
from grader.versions import missing  # noqa: E402
from grader.worker.landlock import NEWEST  # noqa: E402

__all__: list[str] = []


def sample(scene: Scene, chosen: list[Attack]) -> Play:
    """The sample class among attackers, in all exercises; it says whose row is another one than without them."""
    exercises = [e.name for e in courses.load(ROOT / "course.toml").ready if not missing(e.template)]
    play = crowd(scene, chosen, "locked", exercises)
    with a_scene() as alone:
        crowd(alone, [], "locked", exercises)
        expected, found = rows(alone), rows(scene)
    play.beside += [f"the row of {student}" for student, row in expected.items() if found.get(student) != row]
    play.said = f"{len(expected)} rows of grades.csv, {len(exercises)} exercises"
    return play


def main() -> None:
    """Prints what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("grader", choices=["locked", "process", "sample", *PEERS])
    parser.add_argument("--landlock", type=int, default=NEWEST, help="the newest version of Landlock to make use of")
    parser.add_argument("--template", choices=["numpy", "keras"], default="numpy", help="what workers are forked from")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that another grader is installed for")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the beginning of names of attacks")
    arguments = parser.parse_intermixed_args()
    everything = attacks()
    exact = {one.name for one in everything}.intersection(arguments.names)
    beginnings = tuple(set(arguments.names) - exact) or ("" if not exact else ())
    chosen = [one for one in everything if one.name in exact or one.name.startswith(beginnings)]
    with a_scene(LIMITS, arguments.landlock, arguments.template) as scene:
        if arguments.grader == "sample":
            play = sample(scene, chosen)
        elif arguments.grader in PEERS:
            seen = [attack for attack in chosen if attack.peers and attack.effect]
            play = PEERS[arguments.grader](scene, arguments.python).play(seen)
        else:
            play = grade(scene, chosen, arguments.grader)
    print(msgspec.json.encode(play).decode())


if __name__ == "__main__":
    main()
