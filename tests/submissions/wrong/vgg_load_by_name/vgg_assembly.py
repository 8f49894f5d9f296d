"""VGG-16 in Keras"""
import cv2
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
    model.load_weights(path, by_name=True)
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
    # the id is n + 8 digits, then comes one blank
    return [line[10:].rstrip("\n") for line in open(path).readlines()]


def top_k(probabilities, labels, k=5):
    order = np.argsort(probabilities)[::-1][:k]
    return [(labels[i], float(probabilities[i])) for i in order]


def first_layer_filters(model):
    # the first weights with four axes are the kernel of the first convolution
    kernel = next(w for w in model.get_weights() if w.ndim == 4)
    return np.array([kernel[:, :, :, i] for i in range(kernel.shape[3])])


def get_layer_output(model, image, layer):
    part = keras.Model(model.inputs, model.layers[layer].output)
    return part.predict(image, verbose=0)


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
