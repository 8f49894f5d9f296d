import cv2
import imageio.v3 as iio
import keras
import numpy as np
from keras import layers


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = keras.Sequential()
    model.add(keras.Input(shape=input_shape))
    block = 1
    for filters, convs in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for i in range(1, convs + 1):
            model.add(layers.ZeroPadding2D((1, 1)))
            model.add(layers.Conv2D(filters, (3, 3), activation="relu", name="conv%d_%d" % (block, i)))
        model.add(layers.MaxPooling2D((2, 2), strides=(2, 2)))
        block += 1
    model.add(layers.Flatten())
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def load_vgg16_weights(model, path):
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile(loss=keras.losses.categorical_crossentropy, optimizer=keras.optimizers.SGD(0.001))
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
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return layer.get_weights()[0].transpose(3, 0, 1, 2)
    raise ValueError("no convolution in this model")


def get_layer_output(model, image, layer):
    n = len(model.layers)
    short = keras.Sequential(model.layers[:(layer % n) + 1])
    return short.predict(image, verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.asarray(weights).astype(np.float64)
    low, high = data.min(), data.max()
    data = (data - low) / (high - low) if high > low else np.zeros(data.shape)
    n = int(np.ceil(np.sqrt(data.shape[0])))
    padding = [(0, n * n - data.shape[0]), (0, pad_size), (0, pad_size)] + [(0, 0)] * (data.ndim - 3)
    data = np.pad(data, padding, mode="constant")
    # (rows, columns, h, w, ...) -> (rows, h, columns, w, ...)
    data = data.reshape((n, n) + data.shape[1:])
    data = data.transpose((0, 2, 1, 3) + tuple(range(4, data.ndim)))
    return data.reshape((n * data.shape[1], n * data.shape[3]) + data.shape[4:])
