"""VGG-16 in Keras"""
import h5py
import keras
import numpy as np
from PIL import Image
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, ZeroPadding2D
from keras.models import Sequential
from keras.optimizers import SGD


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
    picture = Image.open(path).convert("RGB")
    rgb = np.array(picture.resize(size, Image.BILINEAR))
    return rgb[:, :, ::-1].copy()


def transform_image(image):
    blue = image[:, :, 0].astype("float32") - 103.939
    green = image[:, :, 1].astype("float32") - 116.779
    red = image[:, :, 2].astype("float32") - 123.68
    return np.array([np.dstack([blue, green, red])], dtype="float32")


def load_labels(path):
    lines = np.loadtxt(path, str, delimiter="\t")
    return [str(line)[str(line).index(" ") + 1:] for line in lines]


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
    data = np.array(weights, dtype=float)
    data -= data.min()
    data /= max(data.max(), 1e-12)
    n, h, w = data.shape[:3]
    side = int(np.ceil(n ** 0.5))
    out = np.full((side * (h + 1), side * (w + 1)) + data.shape[3:], float(pad_value))
    for k in range(n):
        r, c = divmod(k, side)
        out[r * (h + 1):r * (h + 1) + h, c * (w + 1):c * (w + 1) + w] = data[k]
    return out
