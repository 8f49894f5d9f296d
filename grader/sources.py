"""What of a submission the worker of one exercise gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from grader.worker.source import ExerciseSpec, Facts

__all__ = ["Sources", "sources_for"]


@dataclass(frozen=True)
class Sources:
    """The sources of one submission with what the analysis said of them; `facts` and `others` are encoded."""

    modules: Mapping[str, bytes]
    notebooks: Mapping[str, bytes]
    facts: bytes
    others: tuple[bytes, ...] = ()
    forbidden: tuple[str, ...] = ()


def sources_for(
    spec: ExerciseSpec, facts: Mapping[str, Facts], modules: Mapping[str, bytes], notebooks: Mapping[str, bytes]
) -> Sources:
    """Helper modules, and of the exercise modules those that count; `facts` has all exercises by name."""
    own = facts[spec.name]
    counting = {name: code for name, code in modules.items() if name not in facts or facts[name].origin == "module"}
    others = [fact for fact in facts.values() if fact.origin == "notebook" and fact.path != own.path]
    encoded = tuple(msgspec.msgpack.encode(fact) for fact in others if fact.status == "ok")
    forbidden = tuple(name for name in spec.forbidden if "." not in name)
    return Sources(counting, notebooks, msgspec.msgpack.encode(own), encoded, forbidden)
