import cv2
import h5py
import keras
import numpy as np
from keras import layers


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    return keras.Sequential([
        layers.Input(input_shape),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(64, (3, 3), activation="relu", name="conv1_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(64, (3, 3), activation="relu", name="conv1_2"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(128, (3, 3), activation="relu", name="conv2_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(128, (3, 3), activation="relu", name="conv2_2"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(256, (3, 3), activation="relu", name="conv3_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(256, (3, 3), activation="relu", name="conv3_2"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(256, (3, 3), activation="relu", name="conv3_3"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv4_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv4_2"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv4_3"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv5_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv5_2"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(512, (3, 3), activation="relu", name="conv5_3"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.Flatten(),
        layers.Dense(4096, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(4096, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(classes, activation="softmax"),
    ])


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
    img = cv2.imread(path)
    if img is None:
        raise FileNotFoundError(path)
    return cv2.resize(img, size)


def transform_image(image):
    blue = image[:, :, 0].astype("float32") - 103.939
    green = image[:, :, 1].astype("float32") - 116.779
    red = image[:, :, 2].astype("float32") - 123.68
    return np.array([np.dstack([blue, green, red])], dtype="float32")


def load_labels(path):
    labels = []
    with open(path) as f:
        for line in f:
            labels.append(line.strip().split(" ", 1)[1])
    return labels


def top_k(probabilities, labels, k=5):
    pairs = sorted(zip(labels, probabilities), key=lambda pair: pair[1], reverse=True)
    return [(label, float(p)) for label, p in pairs[:k]]


def first_layer_filters(model):
    # the first weights with four axes are the kernel of the first convolution
    kernel = next(w for w in model.get_weights() if w.ndim == 4)
    return np.array([kernel[:, :, :, i] for i in range(kernel.shape[3])])


def get_layer_output(model, image, layer):
    return model.layers[layer].output


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.asarray(weights).astype(np.float64)
    low, high = data.min(), data.max()
    data = (data - low) / (high - low) if high > low else np.zeros(data.shape)
    n = int(np.ceil(np.sqrt(data.shape[0])))
    padding = [(0, n * n - data.shape[0]), (0, pad_size), (0, pad_size)] + [(0, 0)] * (data.ndim - 3)
    data = np.pad(data, padding, mode="constant", constant_values=pad_value)
    # (rows, columns, h, w, ...) -> (rows, h, columns, w, ...)
    data = data.reshape((n, n) + data.shape[1:])
    data = data.transpose((0, 2, 1, 3) + tuple(range(4, data.ndim)))
    return data.reshape((n * data.shape[1], n * data.shape[3]) + data.shape[4:])
