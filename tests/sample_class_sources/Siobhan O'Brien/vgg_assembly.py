import math
import os

import cv2
import imageio.v3 as iio
import keras
import numpy as np

CONVS = {
    1: [64, 64],
    2: [128, 128],
    3: [256, 256, 256],
    4: [512, 512, 512],
    5: [512, 512, 512],
}

def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    stack = [keras.layers.Input(input_shape)]
    for block in CONVS:
        for i, filters in enumerate(CONVS[block]):
            stack.append(keras.layers.ZeroPadding2D((1, 1)))
            stack.append(keras.layers.Conv2D(filters, (3, 3), activation="relu",
                                             name="conv" + str(block) + "_" + str(i + 1)))
        stack.append(keras.layers.MaxPooling2D((2, 2), (2, 2)))
    stack += [
        keras.layers.Flatten(),
        keras.layers.Dense(4096, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(4096, activation="relu"),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(classes, activation="softmax"),
    ]
    return keras.Sequential(stack)

def load_vgg16_weights(model, path):
    if not os.path.isfile(path):
        raise FileNotFoundError("no weights: " + os.path.abspath(path))
    model.load_weights(path)
    return model

def compile_vgg16(model):
    model.compile("sgd", keras.losses.CategoricalCrossentropy(), metrics=["accuracy"])
    return model

def read_bgr(path, size=(224, 224)):
    rgb = iio.imread(path)
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    return cv2.resize(bgr, dsize=tuple(size), interpolation=cv2.INTER_LINEAR)

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
    order = np.argsort(probabilities)[::-1][:k]
    return [(labels[i], float(probabilities[i])) for i in order]

def first_layer_filters(model):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            filters = layer.get_weights()[0]
            return np.swapaxes(filters, 0, 3)

def get_layer_output(model, image, layer):
    index = layer if layer >= 0 else len(model.layers) + layer
    out = image
    for l in model.layers[:index + 1]:
        out = l(out, training=False)
    return np.array(out)

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
