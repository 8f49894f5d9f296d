"""The history that a training returns, held against what it should hold."""

from __future__ import annotations

from typing import Any

from grader.probing import CheckFailed

__all__ = ["complete"]

KEYS = ("loss", "accuracy", "val_loss", "val_accuracy")


def complete(facts: dict[str, Any], epochs: int) -> None:
    """CheckFailed unless a training returned a History with one entry an epoch, validation included."""
    if not facts["is_history"] or "history" not in facts:
        raise CheckFailed(
            f"`train` returned {facts['class']}, and the History of Keras was expected.",
            "The curve of a training is drawn from its history.",
            "Return what model.fit returns.",
            misconception="no History",
        )
    found = facts["history"]
    for key in KEYS:
        if key not in found:
            raise CheckFailed(
                f"The history has no {key!r}.",
                "After each epoch the model is tried on images that it did not learn from.",
                "Hand validation_data to fit, and compile with accuracy.",
                misconception="not validated" if key.startswith("val_") else "",
            )
        if len(found[key]) != epochs:
            raise CheckFailed(
                f"Asked for {epochs} epochs, the history has {len(found[key])} entries for {key!r}.",
                "An epoch is one pass over all training images, and `epochs` says how many there are.",
                "Hand `epochs` to fit, once.",
                misconception="epochs ignored",
            )
