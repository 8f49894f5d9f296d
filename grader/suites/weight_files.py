"""Files of weights as tests need them: the published layout, Keras 3's own, and broken ones; no TensorFlow involved."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

__all__ = ["HTML", "keras3", "published"]

Weights = Sequence[NDArray[Any]]
HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not Found</body></html>\n"


def published(layers: Sequence[tuple[str, Weights]]) -> bytes:
    """A file like the published one: named layers in order, kernels `<layer>_W_1:0`, biases `<layer>_b_1:0`."""
    memory = BytesIO()
    with h5py.File(memory, "w") as file:
        file.attrs["layer_names"] = np.array([name.encode() for name, _ in layers])
        for name, arrays in layers:
            group = file.create_group(name)
            names = [f"{name}_{letter}_1:0" for letter in "Wb"[: len(arrays)]]
            group.attrs["weight_names"] = np.array([name.encode() for name in names], dtype="S32")
            for label, array in zip(names, arrays, strict=True):
                group.create_dataset(label, data=array, track_times=False)
    return memory.getvalue()


def keras3(layers: Sequence[tuple[str, Weights]]) -> bytes:
    """A file as `save_weights` of Keras 3 writes it: `layers/<class, counted>/vars/<number>`."""
    memory, counts = BytesIO(), dict[str, int]()
    with h5py.File(memory, "w") as file:
        file.create_group("vars").attrs["name"] = "sequential"
        for kind, arrays in layers:
            count = counts[kind] = counts.get(kind, -1) + 1
            group = file.create_group(f"layers/{kind}_{count}/vars" if count else f"layers/{kind}/vars")
            for number, array in enumerate(arrays):
                group.create_dataset(str(number), data=array, track_times=False)
    return memory.getvalue()
