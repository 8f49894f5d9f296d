import cv2
import h5py
import keras
import numpy as np
from keras.optimizers import SGD


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
    # h5py complains if this is not a HDF5 file
    with h5py.File(path, "r"):
        pass
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


def transform_image(image):
    img = np.array(image).astype(np.float32)
    img = np.expand_dims(img, axis=0)
    return img


def load_labels(path):
    labels = []
    with open(path) as f:
        for line in f:
            labels.append(line.strip().split(" ", 1)[1])
    return labels


def top_k(probabilities, labels, k=5):
    best = np.argsort(-np.asarray(probabilities, dtype=float))
    result = []
    for i in best[0:k]:
        result.append((labels[i], float(probabilities[i])))
    return result


def first_layer_filters(model):
    convs = [l for l in model.layers if type(l).__name__ == "Conv2D"]
    kernel = convs[0].get_weights()[0]
    return np.moveaxis(kernel, -1, 0)


def get_layer_output(model, image, layer):
    sub_model = keras.Model(inputs=model.layers[0].input, outputs=model.layers[layer].output)
    return np.asarray(sub_model(image, training=False))


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
