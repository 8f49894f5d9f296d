# assemble VGG16
import cv2
import h5py
import keras
import numpy as np
from keras import layers


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = keras.Sequential()
    model.add(keras.Input(shape=input_shape))
    for filters, convs in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for i in range(1, convs + 1):
            model.add(layers.ZeroPadding2D((1, 1)))
            model.add(layers.Conv2D(filters, (3, 3), activation="relu"))
        model.add(layers.MaxPooling2D((2, 2), strides=(2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(4096, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(classes, activation="softmax"))
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
    convs = [l for l in model.layers if type(l).__name__ == "Conv2D"]
    kernel = convs[0].get_weights()[0]
    return np.moveaxis(kernel, -1, 0)


def get_layer_output(model, image, layer):
    n = len(model.layers)
    short = keras.Sequential(model.layers[:(layer % n) + 1])
    return short.predict(image, verbose=0)


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
