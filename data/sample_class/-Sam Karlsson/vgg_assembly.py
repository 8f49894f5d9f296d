import keras
import numpy as np
from PIL import Image
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    model = Sequential()
    model.add(Input(input_shape))

    # Block 1
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(64, (3, 3), activation='relu', name='conv1_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(64, (3, 3), activation='relu', name='conv1_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Block 2
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(128, (3, 3), activation='relu', name='conv2_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(128, (3, 3), activation='relu', name='conv2_2'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Block 3
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(256, (3, 3), activation='relu', name='conv3_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(256, (3, 3), activation='relu', name='conv3_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(256, (3, 3), activation='relu', name='conv3_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Block 4
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv4_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv4_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv4_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Block 5
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv5_1'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv5_2'))
    model.add(ZeroPadding2D((1, 1)))
    model.add(Conv2D(512, (3, 3), activation='relu', name='conv5_3'))
    model.add(MaxPooling2D((2, 2), strides=(2, 2)))

    # Fully connected
    model.add(Flatten())
    model.add(Dense(4096, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(4096, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(classes, activation='softmax'))
    return model


def load_vgg16_weights(model, path):
    model.load_weights(path)
    return model


def compile_vgg16(model):
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.01), loss="categorical_crossentropy")
    return model


def read_bgr(path, size=(224, 224)):
    picture = Image.open(path).convert("RGB")
    rgb = np.array(picture.resize(size, Image.BILINEAR))
    return rgb[:, :, ::-1].copy()


def transform_image(image):
    blue = image[:, :, 0].astype("float32") - 103.939
    green = image[:, :, 1].astype("float32") - 116.779
    red = image[:, :, 2].astype("float32") - 123.68
    return np.array([np.dstack([blue, green, red])], dtype="float32")


def load_labels(path):
    labels = []
    with open(path) as f:
        for line in f:
            labels.append(line.strip().split(" ", 1)[1])
    return labels


def top_k(probabilities, labels, k=5):
    order = np.argsort(probabilities)[-k:]
    return [(labels[i], float(probabilities[i])) for i in order]


def first_layer_filters(model):
    # the first weights with four axes are the kernel of the first convolution
    kernel = next(w for w in model.get_weights() if w.ndim == 4)
    return np.array([kernel[:, :, :, i] for i in range(kernel.shape[3])])


def get_layer_output(model, image, layer):
    part = keras.Model(model.inputs, model.layers[layer].output)
    return part.predict(image, verbose=0)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    data = np.asarray(weights).astype(np.float64)
    low, high = data.min(), data.max()
    data = (data - low) / (high - low) if high > low else np.zeros(data.shape)
    n = int(np.ceil(np.sqrt(data.shape[0])))
    padding = [(0, n * n - data.shape[0]), (0, pad_size), (0, pad_size)] + [(0, 0)] * (data.ndim - 3)
    data = np.pad(data, padding, mode="constant", constant_values=pad_value)
    # (rows, columns, h, w, ...) -> (rows, h, columns, w, ...)
    data = data.reshape((n, n) + data.shape[1:])
    data = data.transpose((0, 2, 1, 3) + tuple(range(4, data.ndim)))
    return data.reshape((n * data.shape[1], n * data.shape[3]) + data.shape[4:])
