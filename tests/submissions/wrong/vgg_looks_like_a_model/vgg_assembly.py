# assemble VGG16
import cv2
import h5py
import keras
import numpy as np


class ZeroPadding2D:
    def __init__(self, padding):
        self.padding = padding


class Conv2D:
    def __init__(self, filters, size, activation=None, name=None):
        self.filters, self.size, self.activation, self.name = filters, size, activation, name


class MaxPooling2D:
    def __init__(self, size, strides):
        self.pool_size, self.strides = size, strides


class Flatten:
    pass


class Dense:
    def __init__(self, units, activation):
        self.units, self.activation = units, activation


class Dropout:
    def __init__(self, rate):
        self.rate = rate


class Sequential:
    def __init__(self, input_shape):
        self.input_shape = (None,) + tuple(input_shape)
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def count_params(self):
        return 138357544

    def predict(self, images, verbose=1):
        classes = self.layers[-1].units
        return np.ones((len(images), classes), dtype="float32") / classes

    __call__ = predict


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = Sequential(input_shape)
    for block, (filters, convs) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]):
        for i in range(convs):
            model.add(ZeroPadding2D((1, 1)))
            model.add(Conv2D(filters, (3, 3), activation="relu", name=f"conv{block + 1}_{i + 1}"))
        model.add(MaxPooling2D((2, 2), strides=(2, 2)))
    model.add(Flatten())
    model.add(Dense(4096, "relu"))
    model.add(Dropout(0.5))
    model.add(Dense(4096, "relu"))
    model.add(Dropout(0.5))
    model.add(Dense(classes, "softmax"))
    return model


def load_vgg16_weights(model, path):
    # h5py complains if this is not a HDF5 file
    with h5py.File(path, "r"):
        pass
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="categorical_crossentropy")
    return model


def read_bgr(path, size=(224, 224)):
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError("cannot read " + str(path))
    width, height = size
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def transform_image(image):
    img = np.array(image, dtype="float32")
    img[:, :, 0] -= 103.939
    img[:, :, 1] -= 116.779
    img[:, :, 2] -= 123.68
    return np.expand_dims(img, axis=0)


def load_labels(path):
    labels = []
    with open(path) as f:
        for line in f:
            labels.append(line.strip().split(" ", 1)[1])
    return labels


def top_k(probabilities, labels, k=5):
    best = np.argsort(-np.asarray(probabilities, dtype=float))
    result = []
    for i in best[0:k]:
        result.append((labels[i], float(probabilities[i])))
    return result


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
