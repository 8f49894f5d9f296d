"""Words for students by their keys: what is said of a mistake, and parts of sentences, with places for values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from grader.probing import CheckFailed, Misconception

__all__ = ["Fault", "Texts", "alike"]


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


def alike(mistakes: Mapping[str, Mapping[str, str]]) -> dict[str, Fault]:
    """The faults of a file; what a table leaves out is said by the earlier one that it is `like`."""
    faults: dict[str, Fault] = {}
    for key, entry in mistakes.items():
        said = {field: words for field, words in entry.items() if words and field != "like"}
        faults[key] = Fault(**asdict(faults.get(entry.get("like", ""), Fault())) | said)
    return faults


@dataclass(frozen=True)
class Texts:
    """The texts of one file; `{places}` in a text are filled with the values of a call."""

    faults: Mapping[str, Fault]
    phrases: Mapping[str, str]

    def fault(self, key: str, /, **values: Any) -> Fault:
        """What is said of the mistake `key`."""
        return Fault(**{field: words.format(**values) for field, words in asdict(self.faults[key]).items()})

    def failure(self, key: str, /, *, evidence: Sequence[Any] = (), **values: Any) -> CheckFailed:
        """The failure of a check by the mistake `key`."""
        failure = self.fault(key, **values).failure
        failure.evidence = tuple(evidence)
        return failure

    def rename(self, failure: CheckFailed, key: str, /) -> None:
        """Says of a failure what the mistake `key` says; what that leaves out stays."""
        fault = self.fault(key)
        failure.misconception = fault.name
        failure.observation = fault.observation or failure.observation
        failure.reason = fault.reason or failure.reason
        failure.next_step = fault.next_step or failure.next_step

    def phrase(self, key: str, /, **values: Any) -> str:
        """A part of a sentence, or a caption."""
        return self.phrases[key].format(**values)

    def mistake(self, key: str, answer: Callable[..., Any], /, **values: Any) -> Misconception:
        """The misconception `key`; `answer` is what code with it answers."""
        fault = self.fault(key, **values)
        return Misconception(fault.name, answer, fault.observation, fault.reason, fault.next_step)
