import keras
import numpy as np
from keras import layers


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    def one_hot(labels):
        return keras.utils.to_categorical(labels.reshape(-1), num_classes=10)

    def scaled(images):
        return images.astype("float32") / 255

    return scaled(x_train), one_hot(y_train), scaled(x_test), one_hot(y_test)


def build_cifar10_model():
    model = keras.Sequential()
    model.add(keras.Input(shape=(32, 32, 3)))
    for filters in [32, 64]:
        model.add(layers.Conv2D(filters, (3, 3), padding="same", activation="relu"))
        model.add(layers.Conv2D(filters, (3, 3), activation="relu"))
        model.add(layers.MaxPooling2D((2, 2)))
        model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def compile_cifar10_model(model):
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(), optimizer=keras.optimizers.Adam(1e-3),
                  metrics=["accuracy"])
    return model


def weight_counts():
    # rows * columns * channels that come in * filters
    conv_1, conv_2 = 3 * 3 * 3 * 32, 3 * 3 * 32 * 32
    conv_3, conv_4 = 3 * 3 * 32 * 64, 3 * 3 * 64 * 64
    dense_1, dense_2 = 6 * 6 * 64 * 512, 512 * 10
    biases = 32 + 32 + 64 + 64 + 512 + 10
    return {
        "conv_1_weights": conv_1,
        "conv_1_biases": 32,
        "conv_2_weights": conv_2,
        "conv_2_biases": 32,
        "total": conv_1 + conv_2 + conv_3 + conv_4 + dense_1 + dense_2 + biases,
    }


def make_augmentation(x_train, seed=None):
    x = x_train.astype("float64")
    normalise = layers.Normalization(mean=x.mean(axis=(0, 1, 2)), variance=x.var(axis=(0, 1, 2)))
    flip = layers.RandomFlip("horizontal", seed=seed)
    shift = layers.RandomTranslation(0.1, 0.1, seed=None if seed is None else seed + 1000)
    return keras.Sequential([flip, shift, normalise])


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    history = keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    validation = (np.asarray(augmentation(x_test, training=False)), y_test)
    for epoch in range(epochs):
        # new images in each epoch
        images = np.asarray(augmentation(x_train, training=True))
        fit = model.fit(images, y_train, batch_size=batch_size, validation_data=validation, verbose=0)
        history.on_epoch_end(epoch, {name: values[0] for name, values in fit.history.items()})
    return history
