import keras
import numpy as np
from PIL import Image
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential
from keras.optimizers import SGD


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
    model.add(Dense(1000, activation='softmax'))
    # other classes: take the last layer off and put a new one on
    model.layers.pop()
    model.add(Dense(classes, activation='softmax'))
    return model


def load_vgg16_weights(model, path):
    model.load_weights(path)
    return model


def compile_vgg16(model):
    sgd = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer=sgd, loss='categorical_crossentropy')
    return model


def read_bgr(path, size=(224, 224)):
    picture = Image.open(path).convert("RGB")
    rgb = np.array(picture.resize(size, Image.BILINEAR))
    return rgb[:, :, ::-1].copy()


BGR_MEANS = np.array([103.939, 116.779, 123.68], dtype=np.float32)


def transform_image(image):
    centred = image.astype(np.float32) - BGR_MEANS
    return centred[np.newaxis]


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
