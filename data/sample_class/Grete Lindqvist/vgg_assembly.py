import math

import keras
import numpy as np
from PIL import Image
from keras import layers


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = keras.Sequential()
    model.add(keras.Input(shape=input_shape))
    block = 1
    for filters, convs in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for i in range(1, convs + 1):
            model.add(layers.ZeroPadding2D((1, 1)))
            model.add(layers.Conv2D(filters, 3, 3, activation="relu", name="conv%d_%d" % (block, i)))
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
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="categorical_crossentropy")
    return model


def read_bgr(path, size=(224, 224)):
    img = Image.open(path).convert("RGB")
    img = img.resize(size)
    return np.array(img)


BGR_MEANS = np.array([103.939, 116.779, 123.68], dtype=np.float32)


def transform_image(image):
    centred = image.astype(np.float32) - BGR_MEANS
    return centred[np.newaxis]


def load_labels(path):
    labels = []
    for line in open(path):
        parts = line.split()
        labels.append(parts[1])
    return labels


def top_k(probabilities, labels, k=5):
    pairs = sorted(zip(labels, probabilities), key=lambda pair: pair[1], reverse=True)
    return [(label, float(p)) for label, p in pairs[:k]]


def first_layer_filters(model):
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D):
            return layer.get_weights()[0].transpose(3, 0, 1, 2)
    raise ValueError("no convolution in this model")


def get_layer_output(model, image, layer):
    part = keras.Model(model.inputs, model.layers[layer].output)
    return np.array(part(image, training=True))


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
