"""Judges a training by its history, and by the marks that a meter inside the model has read from its batches."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.networks.compiled import accuracy, softmax
from grader.networks.history import complete
from grader.probing import CheckFailed, CheckNotRun
from grader.refusals import refusal
from grader.student import Returned
from grader.suites.remembered import Remembered
from grader.suites.reports import Trained, checked
from grader.worker.training import INFERRED, TRAINED

__all__ = ["BATCH", "EPOCHS", "LEFT_OUT", "SHOWN", "TRAINING", "Training", "digits"]

# The shapes of the weights of the model that is trained: two dense layers.
LAYERS = [(64, 32), (32,), (32, 10), (10,)]
# Guessing is right in a tenth of the cases; a few epochs on 300 digits bring four fifths.
LEARNT = 0.55
CLOSE = 0.02
# Neither is what anybody would write into the function.
EPOCHS, BATCH = 7, 20
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
        if any(np.ndim(facts[name]) != 2 or len(facts[name]) != 2 for name in ("train_marks", "test_marks")):
            raise CheckFailed("The model that was handed over is not what it was before the training.")
        return facts

    def scores(self, images: Pixels, targets: Pixels, scaled: bool) -> list[float]:
        """Loss and accuracy of the trained weights, worked out here: dense, relu, dense, softmax."""
        if [np.shape(array) for array in self.facts["weights"]] != LAYERS:
            raise CheckFailed("The layers of the model have other weights than before the training.")
        one, bias, two, last = (np.asarray(array, np.float64) for array in self.facts["weights"])
        flat = (images * 2.0 - 1.0 if scaled else images).reshape(len(images), -1).astype(np.float64)
        flat[:, 0] = 0.0  # the meter wipes the mark out
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
            raise CheckFailed(
                "The model that was handed over was never trained.",
                "Whoever calls `train` goes on with the model that they have.",
                "Train `model` itself, no copy of it.",
                misconception="a copy is trained",
            )
        largest = int(np.max(np.asarray(marks)[0]))
        if largest > BATCH:
            raise CheckFailed(
                f"Asked for batches of {BATCH} images, the training made batches of {largest}.",
                "A batch is what makes one step; its size is for the caller to choose.",
                "Use `batch_size` wherever the code has a number.",
                misconception="ignores an argument",
            )
        self._whole_epochs(float(np.sum(marks[0])) / EPOCHS)
        self._defaults()
        right = self.scores(*unseen(), scaled=True)[1]
        if right < LEARNT:
            raise CheckFailed(
                f"After {EPOCHS} epochs {right:.0%} of the answers to new digits are right; guessing gives 10 %.",
                "A training that works reaches four fifths here.",
                "Do images and labels stay together when they are shuffled? Are all batches of an epoch used?",
            )

    def _whole_epochs(self, seen: float) -> None:
        """CheckFailed where an epoch is no pass over all images; a last batch may be left out, or one more made."""
        if seen not in (TRAINING - BATCH, TRAINING, TRAINING + BATCH):
            raise CheckFailed(
                f"Of {TRAINING} training images, an epoch showed {seen:.4g} to the model.",
                "An epoch is one pass over all training images: each is seen once.",
                "Count by hand, for ten images and batches of four: which images are in which batch, and when does the "
                "epoch end?",
                misconception="no whole epochs",
            )

    def _defaults(self) -> None:
        """CheckFailed where arguments that are left out are others than the text says."""
        outcome = self.student.public["defaults"][0]
        told = outcome.value if isinstance(outcome, Returned) and isinstance(outcome.value, dict) else {}
        for name, asked in LEFT_OUT.items():
            given = told.get(name)
            if isinstance(given, int | float) and given != asked:
                raise CheckFailed(
                    f"Without `{name}`, `train` takes {given:g}; {asked} is asked for.",
                    "Whoever leaves an argument out counts on the number that the text gives.",
                    f"Write `{name}={asked}` among the parameters.",
                    misconception="other default",
                )

    def _trained(self) -> None:
        """CheckNotRun where the model that was handed over has seen no training."""
        if not np.size(self.facts["train_marks"]):
            raise CheckNotRun("Not run: the model that was handed over was never trained.")

    def augments(self) -> None:
        """CheckFailed unless every training image went through the augmentation, anew in each epoch."""
        self._trained()
        marks = np.asarray(self.facts["train_marks"], float)
        counts, sums = marks
        step = "Call `augmentation(images, training=True)` on the images of each batch, inside the loop over epochs."
        mean = sums.sum() / max(counts.sum(), 1.0)
        if not TRAINED - 0.5 <= mean <= TRAINED + 1.5:
            inferring = abs(mean - INFERRED) < 1.0
            seen = "with training=False" if inferring else "without passing through the augmentation"
            raise CheckFailed(
                f"The model was trained on images {seen}.",
                "Without random changes a network learns its pictures by heart.",
                step,
                misconception="not augmented",
            )
        if _repeats(counts, sums, len(self.facts["history"]["loss"])):
            raise CheckFailed(
                "In every epoch the model saw the images changed in the same way.",
                "The more versions of a picture a network sees, the less it can learn them by heart.",
                step,
                misconception="augmented once",
            )

    def validates(self) -> None:
        """CheckFailed unless validation is done on test images that are normalised, and not augmented."""
        self._trained()
        history, step = self.facts["history"], "Hand `augmentation(x_test, training=False)` to fit as validation data."
        last = [history["val_loss"][-1], history["val_accuracy"][-1]]
        counts, sums = np.asarray(self.facts["test_marks"], float).reshape(2, -1)
        x_test, y_test = self.student.recording().probes["train"].examples[0].args[4:6]
        if _close(last, self.scores(x_test, y_test, scaled=True)) and (sums < counts * INFERRED * 0.9).any():
            return
        if _close(last, self.scores(x_test, y_test, scaled=False)):
            raise CheckFailed(
                "Validation was done on the test images as they are.",
                "The network has only ever seen normalised images.",
                step,
                misconception="validation not normalised",
            )
        if (sums > counts * TRAINED * 0.9).any():
            raise CheckFailed(
                "Validation was done on augmented images.",
                "Shifts and flips are for training; a test should be the same every time.",
                step,
                misconception="validation augmented",
            )
        raise CheckFailed(
            "The last validation does not fit the trained model and the test images.",
            "After each epoch the model is tried on the normalised test images.",
            step,
        )


def _repeats(counts: Any, sums: Any, epochs: int) -> bool:
    """Whether the marks of all epochs add up to the same: then they were drawn once, and shuffled at most."""
    edges = np.searchsorted(np.cumsum(counts), counts.sum() / epochs * np.arange(1, epochs + 1) - 0.5) + 1
    totals = [float(part.sum()) for part in np.split(sums, edges[:-1])]
    whole = [float(part.sum()) for part in np.split(counts, edges[:-1])]
    return len(set(whole)) == 1 and max(totals) - min(totals) < 1e-2


def _close(one: list[float], other: list[float]) -> bool:
    return all(abs(a - b) <= CLOSE * max(abs(b), 0.1) for a, b in zip(one, other, strict=True))
