"""How models are compiled and trained, seen from inside a worker: by marks in pictures, and a model that reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from grader.worker import models

__all__ = ["LOOKS", "MAKERS"]

# Batches that a meter can note down; of more, the first are forgotten.
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
            self.draws, self.source = keras.random.SeedGenerator(3), np.random.default_rng(3)

        def __call__(self, images: Any, training: bool = False, **more: Any) -> Any:
            if not isinstance(images, np.ndarray) or more:
                return super().__call__(images, training=training, **more)
            # An array is worked on at once: Keras takes longer to call a layer than a training step takes.
            scaled = np.array(images, np.float32, order="C") * 2 - 1
            flat = scaled.reshape(len(scaled), -1)
            if training:
                flat += self.source.normal(0.0, 0.2, flat.shape)
            flat[:, 0] = TRAINED + self.source.random(len(flat)) if training else INFERRED
            return ops.convert_to_tensor(scaled)

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
        """Notes count and sum of the marks of each batch, training and inference apart, and leaves the marks out."""

        def build(self, shape: Any) -> None:
            def notes(name: str) -> Any:
                return self.add_weight(name=name, shape=(MOST_BATCHES, 2), initializer="zeros", trainable=False)

            self.trained, self.tested = notes("trained"), notes("tested")
            self.width = math.prod(shape[1:])
            self.built = True

        def call(self, images: Any, training: bool = False) -> Any:
            flat = ops.reshape(images, (ops.shape(images)[0], self.width))
            marks, notes = flat[:, :1], self.trained if training else self.tested
            latest = ops.sum(ops.concatenate([ops.ones_like(marks), marks], axis=1), axis=0, keepdims=True)
            notes.assign(ops.concatenate([latest, notes[:-1]], axis=0))
            return flat[:, 1:]

    return Marking, Meter


def metered(given: dict[str, Any]) -> Any:
    """A small compiled classifier of images `input` that notes which marks its batches bear."""
    keras = models.keras
    learning = [keras.layers.Dense(32, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    model = keras.Sequential([keras.Input(tuple(given["input"])), _layers()[1](name="meter"), *learning])
    models.fill(learning, given["number"])
    model.compile(optimizer=keras.optimizers.SGD(0.2), loss="categorical_crossentropy", metrics=["accuracy"])
    _settle(model)
    return model


def _settle(model: Any) -> None:
    """Makes all variables that a training needs: TensorFlow draws a graph twice where some are made on the way."""
    model.optimizer.build(model.trainable_variables)
    _stepwise(model, np.zeros((1, *model.input_shape[1:])), np.zeros((1, 10)))
    model.layers[0].set_weights([np.zeros(weight.shape) for weight in model.layers[0].weights])


def compiled(value: Any, args: Sequence[Any], aim: dict[str, Any]) -> dict[str, Any]:
    """What a compiled model reports on the batch `x` with the targets `y`, and what it would learn by."""
    if not issubclass(type(value), models.kinds["Model"]):
        return {"class": models.name_of(value)}
    optimizer = getattr(value, "optimizer", None)
    known = [kind for kind in vars(models.keras.optimizers).values() if isinstance(kind, type)]
    family = [kind.__name__ for kind in type(optimizer).__mro__ if kind in known]
    facts: dict[str, Any] = {"class": "Model", "optimizer": family}
    if optimizer is not None and value.compiled:
        try:
            reported = _reported(value, aim["x"], aim["y"])
            facts["reported"] = {ascii(name)[1:-1][:100]: float(number) for name, number in reported.items()}
        except (ValueError, TypeError) as error:  # a loss that wants other targets
            facts["error"] = f"{type(error).__name__}: {error}"[:500]
    return facts


def _reported(model: Any, x: Any, y: Any) -> dict[str, Any]:
    """Loss and metrics on a batch."""
    try:
        return _stepwise(model, x, y)
    except Exception:  # in a graph, mistakes about shapes are noticed earlier and told better
        return dict(model.evaluate(x, y, verbose=0, return_dict=True))


def _stepwise(model: Any, x: Any, y: Any) -> dict[str, Any]:
    """What a model reports on a batch, computed without a graph: that is not worth its making for a single one."""
    try:
        model.run_eagerly, model.test_function = True, None
        return dict(model.test_on_batch(x, y, return_dict=True))
    finally:
        model.run_eagerly, model.test_function = False, None


def trained(value: Any, args: Sequence[Any], aim: Any) -> dict[str, Any]:
    """What came of `train(model, augmentation, x_train, y_train, x_test, y_test, ...)`.

    The history; the marks of all batches, training and inference; the weights of the model as it is now.
    """
    model = args[0]
    history = getattr(value, "history", None)
    facts = {"class": models.name_of(value), "is_history": issubclass(type(value), models.kinds["History"])}
    if isinstance(history, dict):
        facts["history"] = {ascii(key)[1:-1][:50]: [*map(float, entries)][:2000] for key, entries in history.items()}
    meter = model.layers[0]
    marks = [_noted(np.asarray(notes)) for notes in (meter.trained, meter.tested)]
    learnt = [np.asarray(array) for layer in model.layers[1:] for array in layer.get_weights()]
    return facts | {"train_marks": marks[0], "test_marks": marks[1], "weights": learnt}


def _noted(notes: Any) -> Any:
    """Counts and sums of the batches that were noted down, (2, batches), the first batch first."""
    return notes[notes[:, 0] > 0][::-1].T


MAKERS = {"marking": lambda given: _layers()[0](), "metered": metered}
LOOKS = {"trained": trained, "compiled": compiled}
