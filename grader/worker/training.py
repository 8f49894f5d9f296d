"""Watches a training inside a worker: an augmentation that leaves marks, and a model that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from grader.worker import models

__all__ = ["LOOKS", "MAKERS"]

# Batches that a meter can note down; later ones are counted in the last place.
MOST_BATCHES = 4096
TRAINED, INFERRED = 10.0, -10.0


@cache
def _layers() -> tuple[type, type]:
    """The two layers; made when Keras is there."""
    keras = models.keras
    ops = keras.ops

    class Marking(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Scales images to -1..1 and marks the first pixel: +10 and a random share in training, -10 otherwise."""

        def __init__(self) -> None:
            super().__init__(name="augmentation")
            self.draws = keras.random.SeedGenerator(3)

        def call(self, images: Any, training: bool = False) -> Any:
            images = ops.cast(ops.convert_to_tensor(images), "float32")
            scaled = images * 2.0 - 1.0
            if training:
                shape = ops.shape(scaled)
                scaled = scaled + keras.random.normal(shape, stddev=0.2, seed=self.draws)
                mark = TRAINED + keras.random.uniform((shape[0],), seed=self.draws)
            else:
                mark = ops.full((ops.shape(scaled)[0],), INFERRED)
            flat = ops.reshape(scaled, (ops.shape(scaled)[0], -1))
            return ops.reshape(ops.concatenate([mark[:, None], flat[:, 1:]], axis=1), ops.shape(scaled))

    class Meter(keras.layers.Layer):  # type: ignore[misc, name-defined]
        """Notes count and sum of the marks of each batch, training and inference apart, and wipes them out."""

        def build(self, shape: Any) -> None:
            def weight(name: str) -> Any:
                return self.add_weight(name=name, shape=(2, MOST_BATCHES), initializer="zeros", trainable=False)

            self.counts, self.sums = weight("counts"), weight("sums")
            self.steps = self.add_weight(name="steps", shape=(2,), initializer="zeros", trainable=False)
            self.built = True

        def call(self, images: Any, training: bool = False) -> Any:
            flat = ops.reshape(images, (ops.shape(images)[0], -1))
            row = 0 if training else 1
            number = ops.cast(ops.shape(images)[0], "float32")
            rows = ops.one_hot(row, 2)[:, None]
            place = ops.minimum(self.steps[row], MOST_BATCHES - 1.0)
            here = rows * ops.cast(ops.arange(MOST_BATCHES, dtype="float32") == place, "float32")[None, :]
            self.counts.assign(self.counts + here * number)
            self.sums.assign(self.sums + here * ops.sum(flat[:, 0]))
            self.steps.assign(self.steps + rows[:, 0])
            wiped = ops.concatenate([ops.zeros_like(flat[:, :1]), flat[:, 1:]], axis=1)
            return ops.reshape(wiped, ops.shape(images))

    return Marking, Meter


def marking(given: Any) -> Any:
    """An augmentation that leaves marks."""
    return _layers()[0]()


def metered(given: dict[str, Any]) -> Any:
    """A small compiled classifier of images `input` that notes which marks its batches bear."""
    keras = models.keras
    learning = [
        keras.layers.Flatten(),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    model = keras.Sequential([keras.Input(tuple(given["input"])), _layers()[1](name="meter"), *learning])
    models.fill(learning, given["number"])
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="categorical_crossentropy", metrics=["accuracy"])
    _settle(model)
    return model


def _settle(model: Any) -> None:
    """Makes all variables that a training needs: TensorFlow draws a graph twice where some are made on the way."""
    model.optimizer.build(model.trainable_variables)
    models.stepwise(model, np.zeros((1, *model.input_shape[1:])), np.zeros((1, 10)))
    model.layers[0].set_weights([np.zeros(weight.shape) for weight in model.layers[0].weights])


def trained(value: Any, args: Sequence[Any], aim: Any) -> dict[str, Any]:
    """What came of `train(model, augmentation, x_train, y_train, x_test, y_test, ...)`.

    The history; the marks of all batches, training and inference; the weights of the model as it is now.
    """
    model = args[0]
    history = getattr(value, "history", None)
    facts: dict[str, Any] = {
        "class": models.name_of(value),
        "is_history": issubclass(type(value), models.kinds["History"]),
    }
    if isinstance(history, dict):
        facts["history"] = {ascii(key)[1:-1][:50]: [*map(float, entries)][:2000] for key, entries in history.items()}
    meter = model.layers[0]
    steps = np.asarray(meter.steps).astype(int).tolist()
    marks = [
        np.stack([np.asarray(meter.counts)[row, :count], np.asarray(meter.sums)[row, :count]])
        for row, count in enumerate(steps)
    ]
    learnt = [np.asarray(array) for layer in model.layers[1:] for array in layer.get_weights()]
    return facts | {"train_marks": marks[0], "test_marks": marks[1], "weights": learnt}


MAKERS = {"marking": marking, "metered": metered}
LOOKS = {"trained": trained}
