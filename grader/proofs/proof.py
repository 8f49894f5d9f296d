"""One proof: what it is about, what was shown, or what is wrong."""

from __future__ import annotations

import msgspec

__all__ = ["Proof"]


class Proof(msgspec.Struct, frozen=True):
    """`shown` is what holds where there are no faults; a fault names the file, what is wrong, and the cure."""

    name: str
    shown: str
    faults: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Gives the proof as it is printed: one line, or one for each fault."""
        if not self.faults:
            return [f"ok     {self.name}: {self.shown}"]
        return [f"WRONG  {self.name}: {fault}" for fault in self.faults]
