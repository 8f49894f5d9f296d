"""VGG-16 in Keras"""
import cv2
import imageio.v3 as iio
import keras
import numpy as np
from keras import layers


class VGG16(keras.Sequential):
    """keras.Sequential with the layers of VGG-16"""

    def __init__(self, input_shape, classes):
        super().__init__(name="vgg16")
        self.add(keras.Input(input_shape))
        for block, filters, convs in ((1, 64, 2), (2, 128, 2), (3, 256, 3), (4, 512, 3), (5, 512, 3)):
            for i in range(convs):
                self.add(layers.ZeroPadding2D((1, 1)))
                self.add(layers.Conv2D(filters, (3, 3), activation="relu", name=f"conv{block}_{i + 1}"))
            self.add(layers.MaxPooling2D((2, 2), strides=(2, 2)))
        self.add(layers.Flatten())
        for _ in range(2):
            self.add(layers.Dense(4096, activation="relu"))
            self.add(layers.Dropout(0.5))
        self.add(layers.Dense(classes, activation="softmax"))


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    return VGG16(input_shape, classes)


def load_vgg16_weights(model, path):
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="categorical_crossentropy")
    return model


def read_bgr(path, size=(224, 224)):
    rgb = iio.imread(path)
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    return cv2.resize(bgr, dsize=tuple(size), interpolation=cv2.INTER_LINEAR)


def transform_image(image):
    centred = image - np.array([103.939, 116.779, 123.68])
    batch = centred.reshape((1,) + image.shape)
    return batch.astype("float32")


def load_labels(path):
    # the id is n + 8 digits, then comes one blank
    return [line[10:].rstrip("\n") for line in open(path).readlines()]


def top_k(probabilities, labels, k=5):
    order = np.argsort(probabilities)[::-1][:k]
    return [(labels[i], float(probabilities[i])) for i in order]


def first_layer_filters(model):
    convs = [l for l in model.layers if type(l).__name__ == "Conv2D"]
    kernel = convs[0].get_weights()[0]
    return np.moveaxis(kernel, -1, 0)


def get_layer_output(model, image, layer):
    index = layer if layer >= 0 else len(model.layers) + layer
    out = image
    for l in model.layers[:index + 1]:
        out = l(out, training=False)
    return np.array(out)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    scaled = np.array(weights, dtype="float64")
    scaled -= scaled.min()
    scaled /= scaled.max() if scaled.max() != 0 else 1
    count = len(scaled)
    n = int(np.ceil(np.sqrt(count)))
    border = [(0, pad_size), (0, pad_size)] + [(0, 0)] * (scaled.ndim - 3)
    empty = np.full(scaled.shape[1:], float(pad_value))
    tiles = [np.pad(scaled[i] if i < count else empty, border, constant_values=pad_value) for i in range(n * n)]
    rows = [np.concatenate(tiles[i * n:(i + 1) * n], axis=1) for i in range(n)]
    return np.concatenate(rows, axis=0)
