"""Judges a training by its history, and by the marks that a meter inside the model has read from its batches."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.networks.compiled import accuracy, softmax
from grader.networks.history import complete
from grader.probing import CheckNotRun
from grader.refusals import refusal
from grader.student import Returned
from grader.suites.exercise_texts import texts
from grader.suites.remembered import Remembered
from grader.suites.reports import Trained, checked
from grader.worker.training import INFERRED, TRAINED

__all__ = ["BATCH", "EPOCHS", "LEFT_OUT", "SHOWN", "TRAINING", "Training", "digits"]

TEXTS = texts("cifar_setup")

# The shapes of the weights of the model that is trained: two dense layers, for all pixels but the marked one.
LAYERS = [(63, 32), (32,), (32, 10), (10,)]
# Guessing is right in a tenth of the cases; a few epochs on 300 digits bring four fifths.
LEARNT = 0.55
CLOSE = 0.02
# Neither is what anybody would write into the function.
EPOCHS, BATCH = 4, 20
# What the text says of arguments that are left out. A training of 200 epochs would take minutes: the signature tells.
LEFT_OUT = {"epochs": 200, "batch_size": 32}
# Of the digits the first are for training, those up to the second number for validation, the rest stays here.
TRAINING, SHOWN = 300, 420
Pixels = NDArray[Any]


def digits() -> tuple[Pixels, Pixels]:
    """600 digits of real people, (600, 8, 8, 1) float32 in 0..1, with one-hot labels (600, 10)."""
    with np.load(Path(__file__).with_name("digits.npz")) as file:
        images, labels = file["images"], file["labels"]
    return (images[..., np.newaxis] / 16).astype(np.float32), np.eye(10, dtype=np.float32)[labels]


def unseen() -> tuple[Pixels, Pixels]:
    """The digits that no worker ever gets."""
    images, labels = digits()
    return images[SHOWN:], labels[SHOWN:]


class Training(Remembered):
    """The training of one student's `train`: a few epochs in small batches."""

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the worker saw of the training and its outcome."""
        self.student.require()
        self.student.illustrate()
        outcome = self.student.public["train"][0]
        if not isinstance(outcome, Returned):
            raise refusal("train", outcome, public=True)
        facts = checked(outcome.value, Trained)
        marks = facts["train_marks"], facts["test_marks"]
        if any(np.ndim(one) != 2 or len(one) != 2 or not np.isfinite(one).all() for one in marks):
            raise TEXTS.failure("train_another_model")
        return facts

    def scores(self, images: Pixels, targets: Pixels, scaled: bool) -> list[float]:
        """Loss and accuracy of the trained weights, worked out here: dense, relu, dense, softmax."""
        if [np.shape(array) for array in self.facts["weights"]] != LAYERS:
            raise TEXTS.failure("train_other_weights")
        one, bias, two, last = (np.asarray(array, np.float64) for array in self.facts["weights"])
        flat = (images * 2.0 - 1.0 if scaled else images).reshape(len(images), -1)[:, 1:].astype(np.float64)
        answers = softmax(np.maximum(flat @ one + bias, 0.0) @ two + last)
        loss = -np.log(np.maximum((answers * targets).sum(axis=1), 1e-7)).mean()
        return [float(loss), accuracy(targets, answers)]

    def history(self) -> None:
        """CheckFailed unless the training returns a History with one entry an epoch."""
        complete(self.facts, EPOCHS)

    def learns(self) -> None:
        """CheckFailed unless the model that was handed over is good at test images in the end."""
        marks = self.facts["train_marks"]
        if not np.size(marks):
            raise TEXTS.failure("train_copy")
        largest = int(np.max(np.asarray(marks)[0]))
        if largest > BATCH:
            raise TEXTS.failure("train_batch_size", asked=BATCH, made=largest)
        self._whole_epochs(float(np.sum(marks[0])) / EPOCHS)
        self._defaults()
        right = self.scores(*unseen(), scaled=True)[1]
        if right < LEARNT:
            raise TEXTS.failure("train_learns_little", epochs=EPOCHS, right=f"{100 * right:.0f} %")

    def _whole_epochs(self, seen: float) -> None:
        """CheckFailed where an epoch is no pass over all images; a last batch may be left out, or one more made."""
        if seen not in (TRAINING - BATCH, TRAINING, TRAINING + BATCH):
            raise TEXTS.failure("train_no_whole_epochs", count=TRAINING, seen=f"{seen:.4g}")

    def _defaults(self) -> None:
        """CheckFailed where arguments that are left out are others than the text says."""
        outcome = self.student.public["defaults"][0]
        told = outcome.value if isinstance(outcome, Returned) and isinstance(outcome.value, dict) else {}
        for name, asked in LEFT_OUT.items():
            given = told.get(name)
            if isinstance(given, int | float) and given != asked:
                raise TEXTS.failure("train_default", argument=name, given=f"{given:g}", asked=asked)

    def _trained(self) -> None:
        """CheckNotRun where the model that was handed over has seen no training."""
        if not np.size(self.facts["train_marks"]):
            raise CheckNotRun(TEXTS.phrase("never_trained"))

    def augments(self) -> None:
        """CheckFailed unless every training image went through the augmentation, anew in each epoch."""
        self._trained()
        marks = np.asarray(self.facts["train_marks"], float)
        counts, sums = marks
        mean = sums.sum() / max(counts.sum(), 1.0)
        if not TRAINED - 0.5 <= mean <= TRAINED + 1.5:
            inferring = abs(mean - INFERRED) < 1.0
            raise TEXTS.failure("train_not_in_training" if inferring else "train_not_augmented")
        if _repeats(counts, sums, len(self.facts["history"]["loss"])):
            raise TEXTS.failure("train_augmented_once")

    def validates(self) -> None:
        """CheckFailed unless validation is done on test images that are normalised, and not augmented."""
        self._trained()
        history = self.facts["history"]
        last = [history["val_loss"][-1], history["val_accuracy"][-1]]
        counts, sums = np.asarray(self.facts["test_marks"], float).reshape(2, -1)
        x_test, y_test = self.student.recording().probes["train"].examples[0].args[4:6]
        if _close(last, self.scores(x_test, y_test, scaled=True)) and (sums < counts * INFERRED * 0.9).any():
            return
        if _close(last, self.scores(x_test, y_test, scaled=False)):
            raise TEXTS.failure("validate_not_normalised")
        if (sums > counts * TRAINED * 0.9).any():
            raise TEXTS.failure("validate_augmented")
        raise TEXTS.failure("validate_otherwise")


def _repeats(counts: Any, sums: Any, epochs: int) -> bool:
    """Whether the marks of all epochs add up to the same: then they were drawn once, and shuffled at most."""
    edges = np.searchsorted(np.cumsum(counts), counts.sum() / epochs * np.arange(1, epochs + 1) - 0.5) + 1
    totals = [float(part.sum()) for part in np.split(sums, edges[:-1])]
    whole = [float(part.sum()) for part in np.split(counts, edges[:-1])]
    return len(set(whole)) == 1 and max(totals) - min(totals) < 1e-2


def _close(one: list[float], other: list[float]) -> bool:
    return all(abs(a - b) <= CLOSE * max(abs(b), 0.1) for a, b in zip(one, other, strict=True))
