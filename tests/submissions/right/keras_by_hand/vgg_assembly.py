# VGG-16, as much as possible by hand. The shape goes into the first layer, as in the old tutorials.
import cv2
import h5py
import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D, ZeroPadding2D


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = keras.models.Sequential(name="vgg16")
    model.add(ZeroPadding2D((1, 1), input_shape=input_shape))
    model.add(Conv2D(64, (3, 3), activation='relu', name='conv1_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(64, (3, 3), activation='relu', name='conv1_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(128, (3, 3), activation='relu', name='conv2_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(128, (3, 3), activation='relu', name='conv2_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    for block, filters in ((3, 256), (4, 512), (5, 512)):
        for i in (1, 2, 3):
            model.add(ZeroPadding2D(1))
            model.add(Conv2D(filters, 3, activation='relu', name=f'conv{block}_{i}'))
        model.add(MaxPooling2D(strides=2))

    model.add(Flatten())
    model.add(Dense(4096, activation='relu', name='fc6'))
    model.add(Dropout(0.5))
    model.add(Dense(4096, activation='relu', name='fc7'))
    model.add(Dropout(0.5))
    model.add(Dense(classes, activation='softmax', name='fc8'))
    return model


def load_vgg16_weights(model, path):
    if path.endswith(".weights.h5"):
        model.load_weights(path)
        return model
    with h5py.File(path, "r") as f:
        stored = []
        for layer_name in f.attrs["layer_names"]:
            group = f[layer_name]
            arrays = [group[weight_name][()] for weight_name in group.attrs["weight_names"]]
            if arrays:
                stored.append(arrays)
    with_weights = [layer for layer in model.layers if layer.get_weights()]
    if len(stored) != len(with_weights):
        raise ValueError("the file has %d layers with weights, the model %d" % (len(stored), len(with_weights)))
    for layer, arrays in zip(with_weights, stored):
        layer.set_weights(arrays)    # complains when the shapes are different
    return model


def compile_vgg16(model):
    sgd = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss=keras.losses.categorical_crossentropy)
    return model


def read_bgr(path, size=(224, 224)):
    data = np.fromfile(path, dtype=np.uint8)
    img = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if img is None:
        raise ValueError(path + " is no picture")
    return cv2.resize(img, tuple(size), interpolation=cv2.INTER_CUBIC)


def transform_image(image):
    out = np.empty((1,) + image.shape, dtype="float32")
    for c, mean in ((0, 103.939), (1, 116.779), (2, 123.68)):
        out[0, :, :, c] = image[:, :, c] - np.float64(mean)
    return out


def load_labels(path):
    labels = []
    f = open(path)
    line = f.readline()
    while line:
        start = line.index(" ") + 1
        labels.append(line[start:].strip())
        line = f.readline()
    f.close()
    return labels


def top_k(probabilities, labels, k=5):
    left = [float(p) for p in probabilities]
    names = list(labels)
    result = []
    while len(result) < k:
        best = left.index(max(left))
        result.append([names.pop(best), left.pop(best)])
    return result


def first_layer_filters(model):
    for layer in model.layers:
        config = layer.get_config()
        if "filters" in config and "kernel_size" in config:
            return layer.weights[0].numpy().transpose(3, 0, 1, 2).tolist()


def get_layer_output(model, image, layer):
    number = range(len(model.layers))[layer]
    x = np.array(image, dtype="float32")
    for i in range(number + 1):
        x = model.layers[i](x, training=False)
    return x.numpy()


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.array(weights, dtype=float)
    data -= data.min()
    if data.max() != 0:
        data /= data.max()
    colour = data.ndim == 4
    if colour:
        data = np.moveaxis(data, 3, 1)     # np.block puts blocks together along the last two axes
    n = int(np.ceil(np.sqrt(len(data))))
    blank = np.full_like(data[0], pad_value)
    border = [(0, 0)] * (data.ndim - 3) + [(0, pad_size), (0, pad_size)]

    def tile(row, column):
        i = row * n + column
        return np.pad(data[i] if i < len(data) else blank, border, constant_values=pad_value)

    picture = np.block([[tile(row, column) for column in range(n)] for row in range(n)])
    return np.moveaxis(picture, 0, 2) if colour else picture
