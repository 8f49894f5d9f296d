"""The words of a suite: what students read of their mistakes, from the file of the exercise in `words/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from grader.course import choose, read_toml
from grader.probing import CheckFailed, Misconception

__all__ = ["Fault", "Texts"]

FOLDER = Path(__file__).with_name("words")


@dataclass(frozen=True)
class Fault:
    """What is wrong, why it matters, what to look at, and the name of the mistake."""

    observation: str = ""
    reason: str = ""
    next_step: str = ""
    name: str = ""

    @property
    def failure(self) -> CheckFailed:
        """The failure of a check by this fault."""
        return CheckFailed(self.observation, self.reason, self.next_step, misconception=self.name)


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of `[mistakes]`; what it leaves out is said by the earlier one that it is `like`."""

    like: str = ""
    name: str = ""
    observation: str = ""
    reason: str = ""
    next_step: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    hints: dict[str, Any] = {}
    mistakes: dict[str, Any] = {}


class Texts:
    """The mistakes of one file by their keys; `{places}` in a text are filled with the values of a call."""

    def __init__(self, file: str) -> None:
        name, text = f"grader/suites/words/{file}.toml", (FOLDER / f"{file}.toml").read_text("utf-8")
        keys = read_toml(name, text, _File, {})[0].mistakes
        # A class with a field for each key, so that the line of a fault can be told.
        table = msgspec.defstruct("Mistakes", [(key, _Entry) for key in keys])
        kind = msgspec.defstruct("Words", [("mistakes", table)])
        read, lines = read_toml(name, text, kind, {("mistakes", key): _Entry for key in keys})
        self.faults: dict[str, Fault] = {}
        for key, entry in msgspec.structs.asdict(read.mistakes).items():  # type: ignore[attr-defined]
            if entry.like and entry.like not in self.faults:
                place = ("mistakes", key, "like")
                raise lines.error(place, f"{entry.like!r} does not stand further up", choose(entry.like, self.faults))
            said = {field: text for field, text in msgspec.structs.asdict(entry).items() if text and field != "like"}
            self.faults[key] = Fault(**asdict(self.faults.get(entry.like, Fault())) | said)

    def fault(self, key: str, /, **values: Any) -> Fault:
        """What is said of the mistake `key`."""
        return Fault(**{field: text.format(**values) for field, text in asdict(self.faults[key]).items()})

    def failure(self, key: str, /, *, evidence: Sequence[Any] = (), **values: Any) -> CheckFailed:
        """The failure of a check by the mistake `key`."""
        failure = self.fault(key, **values).failure
        failure.evidence = tuple(evidence)
        return failure

    def mistake(self, key: str, answer: Callable[..., Any], /, **values: Any) -> Misconception:
        """The misconception `key`; `answer` is what code with it answers."""
        fault = self.fault(key, **values)
        return Misconception(fault.name, answer, fault.observation, fault.reason, fault.next_step)
