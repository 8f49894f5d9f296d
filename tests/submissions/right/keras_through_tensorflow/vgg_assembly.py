"""Everything through tensorflow; results stay tensors where that is allowed."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import Sequential
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from tensorflow.keras.optimizers import SGD

MEANS = tf.constant([103.939, 116.779, 123.68])


def conv(filters, name):
    return [ZeroPadding2D((1, 1)), Conv2D(filters, (3, 3), activation=tf.nn.relu, name=name)]


def pool():
    return [MaxPooling2D((2, 2), strides=(2, 2))]


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    return Sequential(
        [Input(input_shape)]
        + conv(64, "conv1_1") + conv(64, "conv1_2") + pool()
        + conv(128, "conv2_1") + conv(128, "conv2_2") + pool()
        + conv(256, "conv3_1") + conv(256, "conv3_2") + conv(256, "conv3_3") + pool()
        + conv(512, "conv4_1") + conv(512, "conv4_2") + conv(512, "conv4_3") + pool()
        + conv(512, "conv5_1") + conv(512, "conv5_2") + conv(512, "conv5_3") + pool()
        + [Flatten()]
        + [Dense(4096, activation=tf.nn.relu), Dropout(0.5)]
        + [Dense(4096, activation=tf.nn.relu), Dropout(0.5)]
        + [Dense(classes, activation=tf.nn.softmax)]
    )


def load_vgg16_weights(model, path):
    if not tf.io.gfile.exists(path):
        raise OSError("no such file: " + path)
    model.load_weights(path)
    return model


def compile_vgg16(model):
    loss = tf.keras.losses.CategoricalCrossentropy()
    model.compile(optimizer=SGD(0.05, momentum=0.9), loss=loss, metrics=["accuracy"])
    return model


def read_bgr(path, size=(224, 224)):
    rgb = tf.io.decode_image(tf.io.read_file(path), channels=3, expand_animations=False)
    resized = tf.image.resize(rgb, (size[1], size[0]), antialias=True)
    resized = tf.clip_by_value(tf.round(resized), 0, 255)
    return tf.reverse(tf.cast(resized, tf.uint8), axis=[2])


def transform_image(image):
    batch = tf.constant(np.asarray(image, dtype="float32"))[tf.newaxis]
    return batch - MEANS


def load_labels(path):
    lines = np.array(tf.io.gfile.GFile(path).read().splitlines())
    return list(np.char.partition(lines, " ")[:, 2])


def top_k(probabilities, labels, k=5):
    values, places = tf.math.top_k(tf.constant(probabilities), k)
    return [(np.str_(labels[place]), value) for place, value in zip(places.numpy(), values.numpy())]


def first_layer_filters(model):
    first = [layer for layer in model.layers if isinstance(layer, tf.keras.layers.Conv2D)][0]
    return tf.transpose(first.kernel, (3, 0, 1, 2))


def get_layer_output(model, image, layer):
    layers = list(model.layers)
    stop = layers[layer]
    x = tf.cast(image, tf.float32)
    for each in layers:
        x = each(x, training=False)
        if each is stop:
            return x


def tile_filters(weights, pad_size=1, pad_value=0.0):
    tiles = tf.constant(np.asarray(weights, dtype="float64"))
    tiles = tf.math.divide_no_nan(tiles - tf.reduce_min(tiles), tf.reduce_max(tiles) - tf.reduce_min(tiles))
    grey = tiles.shape.rank == 3
    if grey:
        tiles = tiles[..., tf.newaxis]
    n, h, w, c = tiles.shape
    side = 1
    while side * side < n:
        side += 1
    border = [(0, side * side - n), (0, pad_size), (0, pad_size), (0, 0)]
    tiles = tf.pad(tiles, border, constant_values=float(pad_value))
    grid = tf.transpose(tf.reshape(tiles, (side, side, h + pad_size, w + pad_size, c)), (0, 2, 1, 3, 4))
    grid = tf.reshape(grid, (side * (h + pad_size), side * (w + pad_size), c))
    return grid[..., 0] if grey else grid
