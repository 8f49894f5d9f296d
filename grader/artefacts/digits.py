"""The small network that was trained on real digits: its layers, and how a picture gets into them."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

__all__ = ["WEIGHTS", "WORDS", "build_digits", "reduced"]

WEIGHTS = "digits.weights.h5"
WORDS = "digits_words.txt"


def build_digits() -> Any:
    """The layers that `digits.weights.h5` belongs to; docs/digits.md shows the same to students."""
    from keras import Input, Sequential, layers

    same = {"padding": "same", "activation": "relu"}
    return Sequential(
        [
            Input((8, 8, 1)),
            layers.Rescaling(1 / 255),
            layers.UpSampling2D(4, interpolation="bilinear"),
            layers.Conv2D(16, (5, 5), name="conv1", **same),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(16, (3, 3), name="conv2", **same),
            layers.Conv2D(16, (3, 3), name="conv3", **same),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(32, (3, 3), name="conv4", **same),
            layers.Conv2D(32, (3, 3), name="conv5", **same),
            layers.MaxPooling2D((2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def reduced(image: np.ndarray) -> np.ndarray:
    """A picture in BGR as a batch of one in 8 x 8 grey pixels: means of areas, a picture of that size as it is."""
    grey = Image.fromarray(np.ascontiguousarray(image[..., ::-1])).convert("L")
    return np.asarray(grey.resize((8, 8), Image.Resampling.BOX))[np.newaxis, :, :, np.newaxis]
