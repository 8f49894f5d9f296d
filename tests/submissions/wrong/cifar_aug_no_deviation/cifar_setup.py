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
    model.compile(optimizer=keras.optimizers.Adam(), loss="categorical_crossentropy", metrics=["accuracy"])
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
    shift_seed = None if seed is None else seed + 1
    return keras.Sequential([
        layers.RandomFlip("horizontal", seed=seed),
        layers.RandomTranslation(0.1, 0.1, seed=shift_seed),
        layers.Normalization(axis=-1, mean=mean, variance=np.ones(mean.shape)),
    ])


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
