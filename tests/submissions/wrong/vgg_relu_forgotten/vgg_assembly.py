# assemble VGG16
import cv2
import keras
import numpy as np
from keras import layers
from keras.optimizers import SGD


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    return keras.Sequential([
        layers.Input(input_shape),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(64, (3, 3), activation="relu", name="conv1_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(64, (3, 3), activation="relu", name="conv1_2"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(128, (3, 3), activation="relu", name="conv2_1"),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(128, (3, 3), activation="relu", name="conv2_2"),
        layers.MaxPooling2D((2, 2), strides=(2, 2)),
        layers.ZeroPadding2D((1, 1)), layers.Conv2D(256, (3, 3), name="conv3_1"),
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
    model.load_weights(path)
    return model


def compile_vgg16(model):
    sgd = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss='categorical_crossentropy')
    return model


def read_bgr(path, size=(224, 224)):
    img = cv2.imread(path)
    if img is None:
        raise FileNotFoundError(path)
    return cv2.resize(img, size)


BGR_MEANS = np.array([103.939, 116.779, 123.68], dtype=np.float32)


def transform_image(image):
    centred = image.astype(np.float32) - BGR_MEANS
    return centred[np.newaxis]


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
