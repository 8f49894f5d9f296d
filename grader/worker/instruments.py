"""What a judge's worker has beside calls: makers of what cannot travel, and instruments for what comes back."""

from __future__ import annotations

from typing import Any

from grader.worker import models, training
from grader.worker.serve import Server

__all__ = ["LOOKS", "MAKERS", "Instrumented"]

MAKERS = models.MAKERS | training.MAKERS
LOOKS = models.LOOKS | training.LOOKS


class Instrumented(Server):
    """A server that makes models and looks at them."""

    makers, looks = MAKERS | {"sequential": models.again}, LOOKS

    def seed(self, salt: int) -> None:
        """Keras draws its own numbers."""
        super().seed(salt)
        if models.keras is not None:
            models.keras.utils.set_random_seed(salt)

    def leftover(self, error: BaseException) -> Any:
        """The model that a failing call had built."""
        return models.leftover(error)
