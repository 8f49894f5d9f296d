"""Judges an augmentation by what it does to ramps: shifts and flips can be read off where a ramp has got to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.refusals import refusal
from grader.student import Request, Returned
from grader.suites.exercise_texts import texts
from grader.suites.remembered import Remembered

__all__ = ["Draws"]

TEXTS = texts("cifar_setup")

# Square, because the old ImageDataGenerator exchanges the two ranges of its shifts on other images.
COUNT, HEIGHT, WIDTH = 120, 48, 48
# A tenth of each side, and what rounding to whole pixels may add.
MOST_ROWS, MOST_COLUMNS = HEIGHT / 10 + 0.75, WIDTH / 10 + 0.75
# Far from all edges, where whatever fills them cannot reach: at shifts of up to a quarter.
INNER = (slice(14, 34), slice(14, 34))
SLOPE = 0.04


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
        if len(calls) == 1 and isinstance(answers, np.ndarray):  # they come stacked where there are several
            answers = answers[np.newaxis]
        if not isinstance(answers, np.ndarray) or answers.shape != (len(calls), *calls[0][0].shape):
            raise TEXTS.failure("augment_no_batch")
        if answers.dtype.kind not in "fiu" or not np.isfinite(answers).all():
            raise TEXTS.failure("augment_not_finite")
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
            raise TEXTS.failure("augment_not_settled")

    def plain(self) -> None:
        """CheckFailed where pictures are not only moved and mirrored."""
        along = np.abs(np.stack([self.slopes[:, 0, 1], self.slopes[:, 1, 0]]))
        across = np.abs(np.stack([self.slopes[:, 0, 0], self.slopes[:, 1, 1]]))
        even = self.drawn[:, *INNER, 2]
        if np.abs(along - 1).max() > SLOPE or across.max() > SLOPE:
            raise TEXTS.failure("augment_turned")
        if np.abs(even - 0.4).max() > 0.02:
            raise TEXTS.failure("augment_brightness")

    def shifted(self) -> None:
        """CheckFailed unless pictures move by up to a tenth, along both axes and both ways."""
        for moved, most, way, size in self._ways():
            if (far := float(np.abs(moved).max())) > most:
                raise TEXTS.failure("shift_too_far", share=f"{far / size:.0%}", side=TEXTS.phrase(f"side_{way}"))
        self.plain()
        for moved, most, way, size in self._ways():
            far, seen = float(np.abs(moved).max()), TEXTS.phrase(f"way_{way}")
            if far < 0.5:
                still = max(np.abs(self.rows).max(), np.abs(self.columns).max()) < 0.5
                raise TEXTS.failure("shift_none" if still else "shift_one_axis", way=seen)
            if moved.min() > -0.5 or moved.max() < 0.5 or far < 0.3 * most:
                key = "shift_one_way" if far >= 0.3 * most else "shift_little"
                least, largest = f"{moved.min():+.1f}", f"{moved.max():+.1f}"
                raise TEXTS.failure(key, way=seen, least=least, largest=largest, size=size)

    def _ways(self) -> Sequence[tuple[NDArray[Any], float, str, int]]:
        """Both ways in which pictures move: by how much, what is allowed, the end of their phrases, their side."""
        return (self.rows, MOST_ROWS, "rows", HEIGHT), (self.columns, MOST_COLUMNS, "columns", WIDTH)

    def flipped(self) -> None:
        """CheckFailed unless about half of the pictures are mirrored, and none is upside down."""
        if (self.slopes[:, 1, 0] < 0).any():
            raise TEXTS.failure("flip_upside_down", share=f"{(self.slopes[:, 1, 0] < 0).mean():.0%}")
        share = float((self.slopes[:, 0, 1] < 0).mean())
        if not 0.33 <= share <= 0.67:
            key = "flip_none" if share == 0 else "flip_always" if share == 1 else "flip_share"
            raise TEXTS.failure(key, share=f"{share:.0%}")

    def fresh(self) -> None:
        """CheckFailed unless each picture and each call has draws of its own, and a seed repeats them."""
        one, other = self.first
        if _alike(one):
            raise TEXTS.failure("draw_one_for_all")
        if np.abs(one - other).max() < 1e-3:
            raise TEXTS.failure("draw_same_each_call")
        if np.abs(one - self._answers(5, 2, TWICE[:1])[0]).max() > 1e-3:
            raise TEXTS.failure("draw_seed_ignored")


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
