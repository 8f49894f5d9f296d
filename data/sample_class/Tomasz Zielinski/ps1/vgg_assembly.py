import math

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
    model.load_weights(path)
    return model


def compile_vgg16(model):
    sgd = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss='categorical_crossentropy')
    return model


def read_bgr(path, size=(224, 224)):
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError("cannot read " + str(path))
    width, height = size
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)


def transform_image(image):
    img = np.asarray(image, dtype="float32")
    img[:, :, 0] -= 103.939
    img[:, :, 1] -= 116.779
    img[:, :, 2] -= 123.68
    return np.expand_dims(img, axis=0)


def load_labels(path):
    # the id is n + 8 digits, then comes one blank
    return [line[10:].rstrip("\n") for line in open(path).readlines()]


def top_k(probabilities, labels, k=5):
    best = np.argsort(-np.asarray(probabilities, dtype=float))
    result = []
    for i in best[0:k]:
        result.append((labels[i], float(probabilities[i])))
    return result


def first_layer_filters(model):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return layer.get_weights()[0].transpose(3, 0, 1, 2)
    raise ValueError("no convolution in this model")


def get_layer_output(model, image, layer):
    sub_model = keras.Model(inputs=model.layers[0].input, outputs=model.layers[layer].output)
    return np.asarray(sub_model(image, training=False))


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.array(weights, dtype=float)
    data = data - data.min()
    if data.max() > 0:
        data = data / data.max()
    n, h, w = data.shape[0], data.shape[1], data.shape[2]
    side = math.ceil(math.sqrt(n))
    picture = np.ones((side * (h + pad_size), side * (w + pad_size)) + data.shape[3:]) * pad_value
    for i in range(n):
        y = (i // side) * (h + pad_size)
        x = (i % side) * (w + pad_size)
        picture[y:y + h, x:x + w] = data[i]
    return picture
