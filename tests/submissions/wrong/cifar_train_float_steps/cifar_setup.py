import keras
import numpy as np
from keras import layers
from keras.utils import to_categorical


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    x_train = x_train.astype("float32") / 255
    x_test = x_test.astype("float32") / 255
    y_train = to_categorical(y_train, 10)
    y_test = to_categorical(y_test, 10)
    return x_train, y_train, x_test, y_test


def build_cifar10_model():
    return keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Conv2D(32, (3, 3), padding="same", activation="relu"),
        layers.Conv2D(32, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Dropout(0.25),
        layers.Conv2D(64, (3, 3), padding="same", activation="relu"),
        layers.Conv2D(64, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])


def compile_cifar10_model(model):
    loss = keras.losses.CategoricalCrossentropy()
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.0005), loss=loss, metrics=["accuracy"])
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
    mean = x_train.mean(axis=(0, 1, 2), dtype="float64")
    variance = x_train.var(axis=(0, 1, 2), dtype="float64")
    shift_seed = None if seed is None else seed + 1
    return keras.Sequential([
        layers.RandomFlip("horizontal", seed=seed),
        layers.RandomTranslation(0.1, 0.1, seed=shift_seed),
        layers.Normalization(axis=-1, mean=mean, variance=variance),
    ])


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    n = len(x_train)

    def batches():
        while True:
            order = np.random.permutation(n)
            for i in range(0, n, batch_size):
                part = order[i:i + batch_size]
                yield np.asarray(augmentation(x_train[part], training=True)), y_train[part]

    x_val = np.asarray(augmentation(x_test, training=False))
    return model.fit(batches(), steps_per_epoch=n / batch_size, epochs=epochs,
                     validation_data=(x_val, y_test), verbose=2)
