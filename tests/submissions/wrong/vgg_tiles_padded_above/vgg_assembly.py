# assemble VGG16
import cv2
import h5py
import keras
import numpy as np
from keras import layers
from keras.optimizers import SGD


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = keras.Sequential()
    model.add(keras.Input(shape=input_shape))
    block = 1
    for filters, convs in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for i in range(1, convs + 1):
            model.add(layers.ZeroPadding2D((1, 1)))
            model.add(layers.Conv2D(filters, (3, 3), activation="relu", name="conv%d_%d" % (block, i)))
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
            return layer.get_weights()[0].transpose(3, 0, 1, 2)
    raise ValueError("no convolution in this model")


def get_layer_output(model, image, layer):
    part = keras.Model(model.inputs, model.layers[layer].output)
    return part.predict(image, verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.asarray(weights).astype(np.float64)
    low, high = data.min(), data.max()
    data = (data - low) / (high - low) if high > low else np.zeros(data.shape)
    n = int(np.ceil(np.sqrt(data.shape[0])))
    padding = [(0, n * n - data.shape[0]), (pad_size, 0), (pad_size, 0)] + [(0, 0)] * (data.ndim - 3)
    data = np.pad(data, padding, mode="constant", constant_values=pad_value)
    # (rows, columns, h, w, ...) -> (rows, h, columns, w, ...)
    data = data.reshape((n, n) + data.shape[1:])
    data = data.transpose((0, 2, 1, 3) + tuple(range(4, data.ndim)))
    return data.reshape((n * data.shape[1], n * data.shape[3]) + data.shape[4:])
