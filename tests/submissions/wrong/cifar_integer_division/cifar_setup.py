import keras
import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import to_categorical


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    x_train = (x_train // 255).astype("float32")
    x_test = (x_test // 255).astype("float32")
    return x_train, to_categorical(y_train, 10), x_test, to_categorical(y_test, 10)


def build_cifar10_model():
    model = Sequential()
    model.add(Input(shape=(32, 32, 3)))
    # first block
    model.add(Conv2D(32, (3, 3), padding='same', activation='relu'))
    model.add(Conv2D(32, (3, 3), activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))
    # second block
    model.add(Conv2D(64, (3, 3), padding='same', activation='relu'))
    model.add(Conv2D(64, (3, 3), activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))
    # classifier
    model.add(Flatten())
    model.add(Dense(512, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(10, activation='softmax'))
    return model


def compile_cifar10_model(model):
    model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


def weight_counts():
    counts = {}
    model = build_cifar10_model()
    convs = [layer for layer in model.layers if "conv" in layer.name]
    for i in (1, 2):
        kernel, bias = convs[i - 1].get_weights()
        counts[f"conv_{i}_weights"] = kernel.size
        counts[f"conv_{i}_biases"] = bias.size
    counts["total"] = model.count_params()
    return counts


def make_augmentation(x_train, seed=None):
    mean = np.mean(x_train, axis=(0, 1, 2), dtype=np.float64)
    std = np.std(x_train, axis=(0, 1, 2), dtype=np.float64)
    rng = np.random.default_rng(seed)

    def augment(images, training=False):
        images = np.array(images, dtype="float64")
        if training:
            height, width = images.shape[1:3]
            for i in range(len(images)):
                dy = rng.integers(-(height // 10), height // 10 + 1)
                dx = rng.integers(-(width // 10), width // 10 + 1)
                images[i] = np.roll(images[i], (dy, dx), axis=(0, 1))
                if rng.random() < 0.5:
                    images[i] = images[i][:, ::-1]
        return ((images - mean) / std).astype("float32")

    return augment


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    history = keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    test_images = np.asarray(augmentation(x_test, training=False))
    for epoch in range(epochs):
        order = np.random.permutation(len(x_train))
        model.reset_metrics()
        for start in range(0, len(order), batch_size):
            idx = order[start:start + batch_size]
            images = np.asarray(augmentation(x_train[idx], training=True))
            logs = model.train_on_batch(images, y_train[idx], return_dict=True)
        results = model.evaluate(test_images, y_test, verbose=0, return_dict=True)
        for key in results:
            logs["val_" + key] = results[key]
        history.on_epoch_end(epoch, logs)
    return history
