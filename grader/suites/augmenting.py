"""Judges an augmentation by what it does to ramps: shifts and flips can be read off where a ramp has got to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.probing import CheckFailed
from grader.refusals import refusal
from grader.student import Request, Returned
from grader.suites.remembered import Remembered

__all__ = ["Draws"]

# Square, because the old ImageDataGenerator exchanges the two ranges of its shifts on other images.
COUNT, HEIGHT, WIDTH = 120, 48, 48
# A tenth of each side, and what rounding to whole pixels may add.
MOST_ROWS, MOST_COLUMNS = HEIGHT / 10 + 0.75, WIDTH / 10 + 0.75
# Far from all edges, where whatever fills them cannot reach: at shifts of up to a quarter.
INNER = (slice(14, 34), slice(14, 34))
SLOPE = 0.04

SHIFTING = "Each picture is moved by up to a tenth of its height and of its width, in both directions."
FLIPPING = "A mirrored ship is still a ship, so about half of the pictures are flipped from left to right."


def _ramps() -> NDArray[np.float32]:
    """Equal images: brighter to the right in channel 0, downwards in channel 1, even in channel 2."""
    image = np.empty((HEIGHT, WIDTH, 3), np.float32)
    image[..., 0] = (np.arange(WIDTH) + 0.5) / WIDTH
    image[..., 1] = ((np.arange(HEIGHT) + 0.5) / HEIGHT)[:, np.newaxis]
    image[..., 2] = 0.4
    return np.repeat(image[np.newaxis], COUNT, axis=0)


RAMPS = _ramps()
TWICE = ([RAMPS, True], [RAMPS, True])
# Other statistics than those of the ramps; channel 2 varies, so that its deviation is not 0.
TRAINING = (np.random.default_rng(2).random((6, HEIGHT, WIDTH, 3)) * [0.5, 0.8, 0.6] + [0.3, 0.1, 0.2]).astype(
    np.float32
)
MEAN, STD = TRAINING.mean(axis=(0, 1, 2), dtype=np.float64), TRAINING.std(axis=(0, 1, 2), dtype=np.float64)


class Draws(Remembered):
    """What the student's augmentation drew: one made with a seed and called twice, and a second one made alike."""

    def _answers(self, seed: int, salt: int, calls: Sequence[Any] = TWICE) -> list[NDArray[Any]]:
        asked = Request("make_augmentation", (TRAINING, seed), True, "called", list(calls), salt)
        outcome = self.student.outcome(asked, 1.0)
        if not isinstance(outcome, Returned):
            raise refusal("make_augmentation", outcome, public=False)
        answers = outcome.value
        if not isinstance(answers, np.ndarray) or answers.shape != (len(calls), *calls[0][0].shape):
            text = "What `make_augmentation` returns has to answer a batch of images with a batch of the same shape."
            raise CheckFailed(text, "", "Return something that can be called as f(images, training=True).")
        if answers.dtype.kind not in "fiu" or not np.isfinite(answers).all():
            raise CheckFailed("Augmented images hold values that are no finite numbers.")
        return [answer.astype(np.float64) * STD + MEAN for answer in answers]

    @cached_property
    def first(self) -> list[NDArray[Any]]:
        """Two calls of one augmentation, normalisation undone."""
        return self._answers(5, 1)

    @cached_property
    def drawn(self) -> NDArray[Any]:
        """The pictures of both calls; of many small ones where a call draws for its whole batch."""
        if all(_alike(images) for images in self.first):
            return np.concatenate(self._answers(5, 1, [[RAMPS[:2], True]] * 60))
        return np.concatenate(self.first)

    @cached_property
    def rows(self) -> NDArray[Any]:
        """By how many rows each picture moved."""
        return _moved(self.drawn[..., 1], HEIGHT)

    @cached_property
    def columns(self) -> NDArray[Any]:
        """By how many columns each picture moved, its mirror image aside."""
        return _moved(self.drawn[..., 0], WIDTH)

    @cached_property
    def slopes(self) -> NDArray[Any]:
        """The steepness of both ramps along rows and columns, (n, 2, 2); 1 and 0, or -1 where they are turned round."""
        return np.stack([_slopes(self.drawn[..., channel]) for channel in (0, 1)], axis=1)

    def settled(self) -> None:
        """CheckFailed where two calls outside of training differ."""
        one, other = self._answers(5, 1, [[RAMPS[:40], False]] * 2)
        if np.abs(one - other).max() > 1e-3:
            raise CheckFailed(
                "With training=False, two calls give different answers to the same pictures.",
                "Random changes belong to the training; afterwards a picture should be seen as it is.",
                "Look at what `training` decides in your function, and at `training=True` in calls of layers.",
                misconception="augments at inference",
            )

    def plain(self) -> None:
        """CheckFailed where pictures are not only moved and mirrored."""
        along = np.abs(np.stack([self.slopes[:, 0, 1], self.slopes[:, 1, 0]]))
        across = np.abs(np.stack([self.slopes[:, 0, 0], self.slopes[:, 1, 1]]))
        even = self.drawn[:, *INNER, 2]
        if np.abs(along - 1).max() > SLOPE or across.max() > SLOPE:
            raise CheckFailed(
                "Some pictures are turned, sheared or zoomed.",
                "Shifts and flips are asked for; more may help elsewhere, and changes what the network is to learn.",
                "Leave out rotation, zoom and the like.",
                misconception="turned or zoomed",
            )
        if np.abs(even - 0.4).max() > 0.02:
            text = "An evenly bright channel changes its brightness."
            raise CheckFailed(text, "Shifts and flips are asked for, beside the normalisation.", "Leave out the rest.")

    def shifted(self) -> None:
        """CheckFailed unless pictures move by up to a tenth, along both axes and both ways."""
        step = "RandomTranslation(0.1, 0.1) moves by up to a tenth of the height, and of the width."
        for moved, most, side, size in (
            (self.rows, MOST_ROWS, "height", HEIGHT),
            (self.columns, MOST_COLUMNS, "width", WIDTH),
        ):
            if (far := float(np.abs(moved).max())) > most:
                text = f"Some pictures move by {far / size:.0%} of their {side}."
                raise CheckFailed(text, SHIFTING, step, misconception="shifts too far")
        self.plain()
        for moved, most, size, way in (
            (self.rows, MOST_ROWS, HEIGHT, "up and down"),
            (self.columns, MOST_COLUMNS, WIDTH, "left and right"),
        ):
            far = float(np.abs(moved).max())
            if far < 0.5:
                still = max(np.abs(self.rows).max(), np.abs(self.columns).max()) < 0.5
                name = "no shift" if still else "one direction only"
                raise CheckFailed(f"No picture moves {way}.", SHIFTING, step, misconception=name)
            if moved.min() > -0.5 or moved.max() < 0.5 or far < 0.3 * most:
                text = f"Pictures move {way} by {moved.min():+.1f} to {moved.max():+.1f} pixels of {size}."
                raise CheckFailed(text, SHIFTING, step, misconception="one direction only" if far >= 0.3 * most else "")

    def flipped(self) -> None:
        """CheckFailed unless about half of the pictures are mirrored, and none is upside down."""
        step = 'RandomFlip("horizontal") exchanges left and right in half of the pictures.'
        if (self.slopes[:, 1, 0] < 0).any():
            raise CheckFailed(
                f"{(self.slopes[:, 1, 0] < 0).mean():.0%} of the pictures are upside down.",
                "Ships and horses do not stand on their heads; a network that sees them so learns it in vain.",
                step,
                misconception="flips upside down",
            )
        share = float((self.slopes[:, 0, 1] < 0).mean())
        if not 0.33 <= share <= 0.67:
            name = "no flip" if share == 0 else "always flips" if share == 1 else ""
            seen = "No picture is" if share == 0 else "Every picture is" if share == 1 else f"{share:.0%} of them are"
            raise CheckFailed(f"{seen} flipped from left to right.", FLIPPING, step, misconception=name)

    def fresh(self) -> None:
        """CheckFailed unless each picture and each call has draws of its own, and a seed repeats them."""
        one, other = self.first
        if _alike(one):
            raise CheckFailed(
                "All pictures of a batch are changed in the same way.",
                "The more the pictures of a batch differ, the more a step of the training learns.",
                "Draw for each picture.",
                misconception="one draw for the whole batch",
            )
        if np.abs(one - other).max() < 1e-3:
            raise CheckFailed(
                "A second call changes the pictures in the same way as the first.",
                "In every epoch the network should see its pictures in a new way.",
                "Set the seed once, where the augmentation is made, not in each call.",
                misconception="same draws in every call",
            )
        if np.abs(one - self._answers(5, 2)[0]).max() > 1e-3:
            raise CheckFailed(
                "Made twice with the same seed, the augmentation does not draw the same.",
                "A seed makes an experiment repeatable.",
                "Hand `seed` to everything that draws at random.",
                misconception="seed ignored",
            )


def _alike(images: NDArray[Any]) -> bool:
    """Whether all pictures of a batch of equal ones were changed in the same way."""
    return bool(np.abs(images - images[0]).max() < 1e-3)


def _moved(channel: NDArray[Any], side: int) -> NDArray[Any]:
    """By how many pixels a ramp moved, from its mean in the middle of each image."""
    middle = channel[:, *INNER].mean(axis=(1, 2))
    moved: NDArray[Any] = (0.5 - middle) * side
    return moved


def _slopes(channel: NDArray[Any]) -> NDArray[Any]:
    """(n, 2): the rise of each image from row to row and from column to column, 1 for that of a ramp as it was."""
    inner = channel[:, *INNER]
    rows, columns = inner.shape[1] // 2, inner.shape[2] // 2
    down = (inner[:, rows:].mean(axis=(1, 2)) - inner[:, :rows].mean(axis=(1, 2))) / rows * HEIGHT
    right = (inner[:, :, columns:].mean(axis=(1, 2)) - inner[:, :, :columns].mean(axis=(1, 2))) / columns * WIDTH
    return np.stack([down, right], axis=1)
