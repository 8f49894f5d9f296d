"""Plays every hostile submission on this grader at each level, and on others; prints what got through, in Markdown.

    python tests/attacks/run.py [--quick]

As root, everything is played once more as a user that owns nothing; a locked worker also with older versions of
Landlock. `--quick` leaves the other graders out. The exit status is 1 where something got through a lock.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from attacks.attack import Attack, attacks, catalogue, elsewhere  # noqa: E402
from attacks.nobody import as_nobody  # noqa: E402
from attacks.peers import PEERS  # noqa: E402
from attacks.watching import Play  # noqa: E402
from grader.versions import missing  # noqa: E402

__all__: list[str] = []

PLAY = Path(__file__).with_name("play.py")
EFFECTS = {
    "forged": "forged",
    "read": "read",
    "written": "written",
    "left": "left running",
    "reached": "reached",
    "injected": "injected",
    "done": "otherwise let through",
}
NOTHING = "nothing forged, nothing read, nothing written, nothing left running"
# Graders that take seconds a submission play the first variant of each module.
SLOW = ("otter", "nbgrader")


@dataclass(frozen=True)
class Way:
    """One way to play: on which grader, as whom, with what Landlock."""

    title: str
    grader: str
    options: tuple[str, ...] = ()
    nobody: bool = False

    def play(self, chosen: Sequence[Attack]) -> Play:
        """What came of it; the words of the program that played it, where it failed."""
        names = [attack.name for attack in chosen] if self.grader in SLOW else []
        command = [sys.executable, str(PLAY), self.grader, *self.options, *names]
        command = as_nobody(command) if self.nobody else command
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{self.title}: {done.stderr}")
        return msgspec.json.decode(done.stdout, type=Play)


def ways(peers: bool, python: str) -> Iterator[Way]:
    """All of them, in the order of the table."""
    root = os.geteuid() == 0
    for name, nobody in (("root", False), ("a user", True)) if root else (("a user", False),):
        yield Way(f"`locked`, {name}", "locked", nobody=nobody)
        for version in (5, 3, 1):
            yield Way(f"`locked`, {name}, Landlock {version}", "locked", ("--landlock", str(version)), nobody)
        if not missing("keras"):
            yield Way(f"`locked`, {name}, Keras", "locked", ("--template", "keras"), nobody)
        yield Way(f"`process`, {name}", "process", nobody=nobody)
    for grader in PEERS if peers else ():
        options = ("--python", python) if grader in SLOW else ()
        yield Way(grader, grader, options)


def first_variants(chosen: Sequence[Attack]) -> list[Attack]:
    """One attack of each module, among those that leave something to be seen."""
    found: dict[str, Attack] = {}
    for attack in chosen:
        if attack.peers and attack.effect:
            found.setdefault(attack.name.partition("-")[0], attack)
    return list(found.values())


def through(play: Play, known: Sequence[str]) -> dict[str, list[str]]:
    """By effect, the attacks of which it was seen, without those that are known to get through."""
    seen = {name: one.effects for name, one in play.seen.items() if name not in known}
    return {effect: sorted(name for name, effects in seen.items() if effect in effects) for effect in EFFECTS}


def row(way: Way, play: Play, everything: dict[str, Attack]) -> str:
    """A line of the table."""
    known = [name for name, attack in everything.items() if attack.known]
    found = through(play, known)
    tried = sum(bool(everything[name].effect) and name not in known for name in play.seen)
    got = len({name for names in found.values() for name in names})
    title = play.said.strip() if way.grader in PEERS else way.title
    counts = " | ".join(str(len(found[effect])) for effect in EFFECTS)
    return f"| {title} | {tried} | {tried - got} | {counts} |"


def wrong(play: Play, everything: dict[str, Attack]) -> list[str]:
    """What a locked grader answered otherwise than it should, or let through."""
    lines = list(play.beside)
    for name, seen in play.seen.items():
        attack = everything[name]
        if (seen.status, seen.points) != (attack.status, attack.points):
            lines.append(f"{name}: {seen.status}, {seen.points:g} points; right are {attack.status}, {attack.points:g}")
        if seen.effects and not attack.known:
            lines.append(f"{name}: {', '.join(seen.effects)}")
    return lines


def main() -> int:
    """Plays, and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave the other graders out")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that other graders are installed for")
    arguments = parser.parse_args()
    everything = {attack.name: attack for attack in attacks()}
    slow = first_variants(list(everything.values()))
    print(f"{len(catalogue())} ways to cheat or to do harm: {len(everything)} hostile submissions, and for ", end="")
    print(f"{len(elsewhere())} of the ways a test elsewhere.")
    print(f"{datetime.date.today()}, {platform.system()} {platform.release()}, Python {platform.python_version()}.\n")
    print(f"| grader | tried | contained | {' | '.join(EFFECTS.values())} |")
    print(f"| --- | {' | '.join(['---:'] * (len(EFFECTS) + 2))} |", flush=True)
    faults: list[str] = []
    notes: list[str] = []
    shown: set[str] = set()
    for way in ways(not arguments.quick, arguments.python):
        play = way.play(slow)
        print(row(way, play, everything), flush=True)
        if way.grader == "locked":
            faults += [f"{way.title}: {line}" for line in wrong(play, everything)]
        else:
            shown |= {name for name, one in play.seen.items() if everything[name].effect in one.effects or one.absent}
        notes += [f"- {way.title}: {line}" for line in details(way, play, everything)]
    class_ = Way("the sample class", "sample").play(slow)
    faults += [f"the sample class: {line}" for line in class_.beside]
    told = "not the same among" if class_.beside else "byte for byte the same among"
    notes.append(f"- the sample class ({class_.said}): {told} {len(class_.seen)} attackers")
    if not arguments.quick:
        blind = sorted(name for name, attack in everything.items() if attack.effect and name not in shown)
        faults += [f"{name}: it shows nowhere, so that nothing is proved by it" for name in blind]
    print("\nTried are those that leave something to be seen; the others are held against their verdict alone.")
    print(f"{', '.join(SLOW)}: {len(slow)} of them, the first variant of each module.\n")
    print("\n".join([*notes, *(f"- known: {name}: {one.known}" for name, one in everything.items() if one.known)]))
    print("\nIn `locked` workers:", "\n".join(faults) or f"{NOTHING}.")
    return 1 if faults else 0


def details(way: Way, play: Play, everything: dict[str, Attack]) -> Iterator[str]:
    """What got through, by name; and what this machine has none of, locked or not."""
    for effect, names in through(play, [name for name, one in everything.items() if one.known]).items():
        modules = Counter(name.partition("-")[0] for name in names)
        if names:
            yield f"{EFFECTS[effect]}: " + ", ".join(f"{name} ({n})" if n > 1 else name for name, n in modules.items())
    lacking = [name for name, one in play.seen.items() if one.absent and not one.effects]
    if way.grader == "process" and lacking:
        yield f"not to be had here: {', '.join(lacking)}"


if __name__ == "__main__":
    sys.exit(main())
