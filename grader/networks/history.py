"""The history that a training returns, held against what it should hold."""

from __future__ import annotations

from typing import Any

from grader.networks.texts import TEXTS

__all__ = ["complete"]

KEYS = ("loss", "accuracy", "val_loss", "val_accuracy")


def complete(facts: dict[str, Any], epochs: int) -> None:
    """CheckFailed unless a training returned a History with one entry an epoch, validation included."""
    if not facts["is_history"] or "history" not in facts:
        raise TEXTS.failure("history_none", kind=facts["class"])
    found = facts["history"]
    for key in KEYS:
        if key not in found:
            raise TEXTS.failure("history_not_validated" if key.startswith("val_") else "history_key", key=key)
        if len(found[key]) != epochs:
            raise TEXTS.failure("history_epochs", epochs=epochs, count=len(found[key]), key=key)
