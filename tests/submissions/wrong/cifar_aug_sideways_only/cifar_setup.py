import keras
import numpy as np
from keras import layers


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def one_hot(y):
    return np.eye(10, dtype="float32")[np.asarray(y).reshape(-1).astype(int)]


def scale(x):
    return np.array(x, dtype=np.float32) / np.float32(255)


def prepare(x_train, y_train, x_test, y_test):
    return scale(x_train), one_hot(y_train), scale(x_test), one_hot(y_test)


def build_cifar10_model():
    model = keras.Sequential([keras.Input(shape=(32, 32, 3))])
    for filters in (32, 64):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.Conv2D(filters, 3, activation="relu"))
        model.add(layers.MaxPooling2D(2))
        model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def compile_cifar10_model(model):
    loss = keras.losses.CategoricalCrossentropy()
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.0005), loss=loss, metrics=["accuracy"])
    return model


def weight_counts():
    return {
        "conv_1_weights": 864,
        "conv_1_biases": 32,
        "conv_2_weights": 9216,
        "conv_2_biases": 32,
        "total": 1250858,
    }


def make_augmentation(x_train, seed=None):
    mean = np.mean(x_train, axis=(0, 1, 2), dtype=np.float64)
    std = np.std(x_train, axis=(0, 1, 2), dtype=np.float64)
    rng = np.random.default_rng(seed)

    def augment(images, training=False):
        images = np.array(images, dtype="float64")
        if training:
            width = images.shape[2]
            for i in range(len(images)):
                dx = rng.integers(-(width // 10), width // 10 + 1)
                images[i] = np.roll(images[i], dx, axis=1)
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
