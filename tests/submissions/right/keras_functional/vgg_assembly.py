import itertools
import math

import imageio.v3 as iio
import keras
import numpy as np
from keras import layers, losses, optimizers
from PIL import Image

FILTERS = (64, 128, 256, 512, 512)
DEPTHS = (2, 2, 3, 3, 3)


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    counter = itertools.count(1)
    stack = [keras.layers.InputLayer(shape=input_shape)]
    for filters, depth in zip(FILTERS, DEPTHS):
        block = next(counter)
        for i in range(depth):
            padding = layers.ZeroPadding2D(((1, 1), (1, 1)))
            convolution = layers.Conv2D(filters, 3, strides=1, padding="valid", name="conv{}_{}".format(block, i + 1))
            convolution.activation = keras.activations.relu
            stack.extend((padding, convolution))
        stack.append(layers.MaxPool2D())
    stack.append(layers.Flatten())
    for _ in "12":
        stack.append(layers.Dense(4096, "relu", kernel_initializer="he_normal"))
        stack.append(layers.Dropout(0.5, seed=1))
    stack.append(layers.Dense(classes, keras.activations.softmax, bias_initializer="zeros"))
    return keras.Sequential(stack, name="vgg_16")


def load_vgg16_weights(model, path):
    # a look at the first bytes, because the message of h5py is hard to understand
    with open(path, "rb") as file:
        if file.read(8) != b"\x89HDF\r\n\x1a\n":
            raise ValueError(path + " is no HDF5 file")
    model.load_weights(path)
    return model


def compile_vgg16(model):
    loss = losses.get("categorical_crossentropy")
    model.compile(optimizers.SGD(momentum=0.9), loss, metrics=["top_k_categorical_accuracy"])
    return model


def read_bgr(path, size=(224, 224)):
    picture = Image.fromarray(iio.imread(path, mode="RGB"))
    return np.flip(np.asarray(picture.resize(size)), axis=-1)


def transform_image(image):
    means = np.broadcast_to([103.939, 116.779, 123.68], image.shape)
    return np.subtract(image, means, dtype=np.float64).astype("f4").reshape(1, *image.shape)


def load_labels(path):
    with open(path, encoding="utf-8") as file:
        return list(map(lambda line: " ".join(line.split(" ")[1:]).rstrip(), file))


def top_k(probabilities, labels, k=5):
    # partition first: sorting a thousand numbers for five is a waste
    order = np.argpartition(probabilities, len(probabilities) - k)[-k:]
    order = order[np.argsort(probabilities[order])][::-1]
    return list(zip(np.array(labels)[order], probabilities[order]))


def first_layer_filters(model):
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            h, w, c, n = layer.kernel.shape
            columns = np.array(layer.kernel).reshape(h * w * c, n)
            return columns.T.reshape(n, h, w, c)


def get_layer_output(model, image, layer):
    outputs = []
    x = keras.ops.convert_to_tensor(image, dtype="float32")
    for each in model.layers:
        x = each(x)
        outputs.append(x)
    return outputs[layer]


def tile_filters(weights, pad_size=1, pad_value=0.0):
    count, h, w, *channels = np.shape(weights)
    data = np.asarray(weights, dtype=np.longdouble)
    spread = data.max() - data.min()
    side = math.isqrt(count - 1) + 1
    picture = np.empty((side * (h + pad_size), side * (w + pad_size), *channels))
    picture[:] = pad_value
    places = itertools.product(range(0, picture.shape[0], h + pad_size), range(0, picture.shape[1], w + pad_size))
    for tile, (y, x) in zip(data, places):
        picture[y:y + h, x:x + w] = (tile - data.min()) / spread if spread else 0
    return picture
