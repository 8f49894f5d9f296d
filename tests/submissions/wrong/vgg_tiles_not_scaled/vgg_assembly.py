# assemble VGG16
from pathlib import Path

import cv2
import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential


def add_block(model, number, filters, how_many):
    for i in range(how_many):
        model.add(ZeroPadding2D(padding=(1, 1)))
        model.add(Conv2D(filters, kernel_size=3, activation="relu", name=f"conv{number}_{i + 1}"))
    model.add(MaxPooling2D(pool_size=(2, 2), strides=(2, 2)))


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = Sequential([Input(shape=input_shape)])
    add_block(model, 1, 64, 2)
    add_block(model, 2, 128, 2)
    add_block(model, 3, 256, 3)
    add_block(model, 4, 512, 3)
    add_block(model, 5, 512, 3)
    model.add(Flatten())
    for _ in range(2):
        model.add(Dense(4096, activation="relu"))
        model.add(Dropout(0.5))
    model.add(Dense(classes, activation="softmax"))
    return model


def load_vgg16_weights(model, path):
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile("sgd", keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
    return model


def read_bgr(path, size=(224, 224)):
    img = cv2.imread(path)
    if img is None:
        raise FileNotFoundError(path)
    return cv2.resize(img, size)


def transform_image(image):
    img = np.array(image, dtype="float32")
    img[:, :, 0] -= 103.939
    img[:, :, 1] -= 116.779
    img[:, :, 2] -= 123.68
    return np.expand_dims(img, axis=0)


def load_labels(path):
    text = Path(path).read_text()
    return [line.partition(" ")[2] for line in text.splitlines()]


def top_k(probabilities, labels, k=5):
    order = np.argsort(probabilities)[::-1][:k]
    return [(labels[i], float(probabilities[i])) for i in order]


def first_layer_filters(model):
    convs = [l for l in model.layers if type(l).__name__ == "Conv2D"]
    kernel = convs[0].get_weights()[0]
    return np.moveaxis(kernel, -1, 0)


def get_layer_output(model, image, layer):
    sub_model = keras.Model(inputs=model.layers[0].input, outputs=model.layers[layer].output)
    return np.asarray(sub_model(image, training=False))


def tile_filters(weights, pad_size=1, pad_value=0.0):
    count, h, w = weights.shape[:3]
    n = int(np.ceil(np.sqrt(count)))
    picture = np.full((n * (h + pad_size), n * (w + pad_size)) + weights.shape[3:], pad_value, dtype=float)
    for i in range(count):
        row, col = divmod(i, n)
        y, x = row * (h + pad_size), col * (w + pad_size)
        picture[y:y + h, x:x + w] = weights[i]
    return picture
