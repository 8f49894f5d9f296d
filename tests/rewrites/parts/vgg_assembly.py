"""More ways to assemble VGG-16 and to look inside; those of the golden folders stand beside them."""

# Written as students write; functions of the exercise are there in the module that a part is put into.
# ruff: noqa: UP031

from __future__ import annotations

import io
import math
import os
from itertools import chain, islice
from pathlib import Path

import cv2
import h5py
import imageio.v3 as iio
import keras
import numpy as np
from keras import layers
from PIL import Image

PLAN = "64 64 P 128 128 P 256 256 256 P 512 512 512 P 512 512 512 P"


def build_vgg16__words(input_shape=(224, 224, 3), classes=1000):
    stack, block, place = [keras.Input(tuple(input_shape))], 1, 1
    for word in PLAN.split():
        if word == "P":
            stack.append(layers.MaxPooling2D((2, 2), strides=(2, 2)))
            block, place = block + 1, 1
            continue
        stack.append(layers.ZeroPadding2D((1, 1)))
        stack.append(layers.Conv2D(int(word), (3, 3), activation="relu", name=f"conv{block}_{place}"))
        place += 1
    stack += [layers.Flatten(), layers.Dense(4096, "relu"), layers.Dropout(0.5), layers.Dense(4096, "relu")]
    return keras.Sequential([*stack, layers.Dropout(0.5), layers.Dense(classes, "softmax")])


def build_vgg16__recursion(input_shape=(224, 224, 3), classes=1000):
    def blocks(number):
        if number == 0:
            return [keras.Input(shape=input_shape)]
        filters = min(64 * 2 ** (number - 1), 512)
        pairs = [
            (layers.ZeroPadding2D(1), layers.Conv2D(filters, 3, activation="relu", name=f"conv{number}_{place}"))
            for place in range(1, (2 if number < 3 else 3) + 1)
        ]
        return [*blocks(number - 1), *chain(*pairs), layers.MaxPooling2D(2, 2)]

    hidden = [one for _ in range(2) for one in (layers.Dense(4096, activation="relu"), layers.Dropout(0.5))]
    return keras.Sequential([*blocks(5), layers.Flatten(), *hidden, layers.Dense(classes, activation="softmax")])


def build_vgg16__generator(input_shape=(224, 224, 3), classes=1000):
    def table():
        yield keras.Input(shape=input_shape)
        for number, (filters, depth) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], 1):
            for place in range(depth):
                yield layers.ZeroPadding2D(padding=(1, 1))
                yield layers.Convolution2D(filters, (3, 3), activation="relu", name="conv%d_%d" % (number, place + 1))
            yield layers.MaxPool2D(pool_size=(2, 2), strides=(2, 2))
        yield layers.Flatten()
        for _ in range(2):
            yield layers.Dense(units=4096, activation=keras.activations.relu)
            yield layers.Dropout(rate=0.5)
        yield layers.Dense(units=classes, activation=keras.activations.softmax)

    model = keras.Sequential(name="vgg")
    for layer in table():
        model.add(layer)
    return model


def build_vgg16__copied_from_config(input_shape=(224, 224, 3), classes=1000):
    settings = []
    for number, depth in enumerate((2, 2, 3, 3, 3)):
        for place in range(depth):
            name, filters = f"conv{number + 1}_{place + 1}", (64, 128, 256, 512, 512)[number]
            settings += [(layers.ZeroPadding2D, {"padding": (1, 1)})]
            settings += [(layers.Conv2D, {"filters": filters, "kernel_size": 3, "activation": "relu", "name": name})]
        settings += [(layers.MaxPooling2D, {"pool_size": 2, "strides": 2})]
    settings += [(layers.Flatten, {})]
    settings += [(layers.Dense, {"units": 4096, "activation": "relu"}), (layers.Dropout, {"rate": 0.5})] * 2
    settings += [(layers.Dense, {"units": classes, "activation": "softmax"})]
    model = keras.Sequential([keras.Input(input_shape)])
    for kind, told in settings:
        model.add(kind.from_config(kind(**told).get_config()))
    return model


# Weights ------------------------------------------------------------------------------------------------------------
def load_vgg16_weights__by_ending(model, path):
    if str(path).endswith(".weights.h5"):
        model.load_weights(path)
    else:
        model.load_weights(Path(path))
    return model


def load_vgg16_weights__checked_before(model, path):
    if not os.path.exists(path):
        raise FileNotFoundError(path)
    if not h5py.is_hdf5(path):
        raise OSError(f"{path} is no HDF5 file")
    model.load_weights(path)
    return model


def load_vgg16_weights__raised_again(model, path):
    try:
        model.load_weights(path)
    except Exception as error:
        raise RuntimeError(f"the weights in {path} do not fit") from error
    else:
        return model


def compile_vgg16__keywords(model):
    model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
    return model


def compile_vgg16__objects(model):
    schedule = keras.optimizers.schedules.CosineDecay(0.01, 1000)
    model.compile(keras.optimizers.SGD(schedule, nesterov=True, momentum=0.9), keras.losses.CategoricalCrossentropy())
    return model


def compile_vgg16__clipped(model):
    sgd = keras.optimizers.SGD(1e-3, clipnorm=1.0)
    model.compile(optimizer=sgd, loss=keras.losses.categorical_crossentropy, run_eagerly=False)
    return model


# Pictures -----------------------------------------------------------------------------------------------------------
def read_bgr__area(path, size=(224, 224)):
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError("no picture")
    return cv2.resize(picture, dsize=(size[0], size[1]), interpolation=cv2.INTER_AREA)


def read_bgr__pillow(path, size=(224, 224)):
    with Image.open(path) as picture:
        rgb = np.array(picture.convert("RGB").resize(size, Image.Resampling.BICUBIC))
    return np.ascontiguousarray(rgb[..., ::-1])


def read_bgr__bytes(path, size=(224, 224)):
    data = io.BytesIO(Path(path).read_bytes())
    rgb = np.asarray(Image.open(data).convert("RGB").resize(size, Image.Resampling.BILINEAR))
    return np.stack([rgb[:, :, 2], rgb[:, :, 1], rgb[:, :, 0]], axis=-1)


def read_bgr__converted(path, size=(224, 224)):
    picture = cv2.cvtColor(iio.imread(path), cv2.COLOR_RGB2BGR)
    return cv2.resize(picture, size)


def transform_image__channels(image):
    planes = [np.float32(image[..., c] - mean) for c, mean in enumerate((103.939, 116.779, 123.68))]
    return np.stack(planes, axis=-1)[None]


def transform_image__in_place_on_a_copy(image):
    batch = np.array(image, dtype=np.float32, copy=True)
    batch -= np.array([103.939, 116.779, 123.68], dtype=np.float32)
    return np.expand_dims(batch, 0)


def transform_image__pixel_by_pixel(image):
    rows = [[[b - 103.939, g - 116.779, r - 123.68] for b, g, r in row] for row in image.tolist()]
    return np.array([rows], "float32")


def load_labels__partition(path):
    with open(path, encoding="ascii") as lines:
        return [line.rstrip("\n").partition(" ")[2] for line in lines]


def load_labels__fixed_column(path):
    return [line[10:].strip() for line in Path(path).read_text().splitlines() if line]


def load_labels__generator(path):
    def labels():
        with open(path) as lines:
            for line in lines:
                _, label = line.strip().split(maxsplit=1)
                yield label

    return list(labels())


def top_k__argsort(probabilities, labels, k=5):
    best = np.argsort(probabilities)[::-1][:k]
    return [(labels[place], float(probabilities[place])) for place in best]


def top_k__sorted_pairs(probabilities, labels, k=5):
    pairs = sorted(zip(labels, probabilities, strict=True), key=lambda pair: -pair[1])
    return pairs[:k]


def top_k__stable(probabilities, labels, k=5):
    order = np.argsort(-np.asarray(probabilities), kind="stable")
    return list(islice(((labels[i], probabilities[i].item()) for i in order), k))


# Inside -------------------------------------------------------------------------------------------------------------
def first_layer_filters__moved_axis(model):
    kernels = [layer.get_weights()[0] for layer in model.layers if isinstance(layer, layers.Conv2D)]
    return np.moveaxis(kernels[0], -1, 0)


def first_layer_filters__one_by_one(model):
    layer = next(layer for layer in model.layers if "Conv2D" in type(layer).__name__)
    kernel = keras.ops.convert_to_numpy(layer.kernel)
    return np.array([kernel[..., i] for i in range(kernel.shape[-1])])


def first_layer_filters__einsum(model):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return np.einsum("hwcn->nhwc", layer.weights[0].numpy())
    raise LookupError("no convolution")


def get_layer_output__functional(model, image, layer):
    part = keras.Model(model.inputs, model.layers[layer].output)
    return part(image, training=False)


def get_layer_output__step_by_step(model, image, layer):
    x = keras.ops.convert_to_tensor(image, dtype="float32")
    last = layer if layer >= 0 else len(model.layers) + layer
    for each in model.layers[: last + 1]:
        x = each(x, training=False)
    return np.asarray(x)


def get_layer_output__all_of_them(model, image, layer):
    everything = keras.Model(inputs=model.inputs, outputs=[each.output for each in model.layers])
    answers = everything.predict(image, verbose=0)
    answers = answers if isinstance(answers, list) else [answers]
    return answers[layer]


def tile_filters__rows(weights, pad_size=1, pad_value=0.0):
    low, high = float(weights.min()), float(weights.max())
    scaled = (weights.astype(float) - low) / ((high - low) or 1.0)
    side = math.ceil(math.sqrt(len(scaled)))
    extra = ((0, side * side - len(scaled)), (0, pad_size), (0, pad_size)) + ((0, 0),) * (scaled.ndim - 3)
    padded = np.pad(scaled, extra, constant_values=pad_value)
    rows = [np.concatenate(list(padded[i * side : (i + 1) * side]), axis=1) for i in range(side)]
    return np.concatenate(rows, axis=0)


def tile_filters__by_divmod(weights, pad_size=1, pad_value=0.0):
    values = np.asarray(weights, dtype=np.float64)
    span = np.ptp(values)
    values = (values - values.min()) / span if span else np.zeros_like(values)
    n, h, w, *rest = values.shape
    side = math.isqrt(n - 1) + 1
    sheet = np.full([side * (h + pad_size), side * (w + pad_size), *rest], pad_value, dtype=float)
    for i in range(n):
        row, column = divmod(i, side)
        top, left = row * (h + pad_size), column * (w + pad_size)
        sheet[top : top + h, left : left + w] = values[i]
    return sheet


def tile_filters__pixel_by_pixel(weights, pad_size=1, pad_value=0.0):
    values = np.array(weights, float)
    least, most = values.min(), values.max()
    n, h, w = values.shape[:3]
    side = next(s for s in range(1, n + 1) if s * s >= n)

    def pixel(y, x):
        (row, i), (column, j) = divmod(y, h + pad_size), divmod(x, w + pad_size)
        number = row * side + column
        if number >= n or i >= h or j >= w:
            return np.full(values.shape[3:], float(pad_value))
        return (values[number, i, j] - least) / (most - least) if most > least else np.zeros(values.shape[3:])

    return np.array([[pixel(y, x) for x in range(side * (w + pad_size))] for y in range(side * (h + pad_size))])
