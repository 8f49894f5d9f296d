# Übung 5 - Jürgen Müller
# Die Bilder verändere ich mit NumPy, dann sieht man, was geschieht.
import keras
import numpy as np
from keras import layers


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    bilder = [np.array(x, dtype="float32") / 255 for x in (x_train, x_test)]
    klassen = [np.eye(10)[np.ravel(y).astype(int)] for y in (y_train, y_test)]
    return bilder[0], klassen[0], bilder[1], klassen[1]


def build_cifar10_model():
    netz = [keras.Input((32, 32, 3))]
    for filter_zahl in (32, 64):
        netz.append(layers.Conv2D(filter_zahl, 3, padding="same", activation="relu"))
        netz.append(layers.Conv2D(filter_zahl, 3, activation="relu"))
        netz.append(layers.MaxPooling2D(2))
        netz.append(layers.Dropout(0.25))
    netz += [layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dropout(0.5)]
    return keras.Sequential(netz + [layers.Dense(10, activation="softmax")])


def compile_cifar10_model(model):
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def weight_counts():
    gewichte = [3 * 3 * 3 * 32, 3 * 3 * 32 * 32, 3 * 3 * 32 * 64, 3 * 3 * 64 * 64, 6 * 6 * 64 * 512, 512 * 10]
    schwellen = [32, 32, 64, 64, 512, 10]
    return {
        "conv_1_weights": gewichte[0],
        "conv_1_biases": schwellen[0],
        "conv_2_weights": gewichte[1],
        "conv_2_biases": schwellen[1],
        "total": sum(gewichte) + sum(schwellen),
    }


class Augmentierung:
    def __init__(self, x_train, seed=None):
        self.mittel = x_train.mean(axis=(0, 1, 2), dtype=np.float64)
        self.streuung = x_train.std(axis=(0, 1, 2), dtype=np.float64)
        self.zufall = np.random.default_rng(seed)

    def veraendert(self, bild):
        for achse in (0, 1):
            grenze = bild.shape[achse] // 10
            bild = np.roll(bild, self.zufall.integers(-grenze, grenze + 1), axis=achse)
        return bild[:, ::-1] if self.zufall.random() < 0.5 else bild

    def __call__(self, images, training=False):
        images = np.asarray(images)
        if training:
            images = np.array([self.veraendert(bild) for bild in images])
        return ((images - self.mittel) / self.streuung).astype("float32")


make_augmentation = Augmentierung


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    verlauf = keras.callbacks.History()
    verlauf.set_model(model)
    verlauf.on_train_begin()
    pruefbilder = np.asarray(augmentation(x_test, training=False))
    for epoche in range(epochs):
        bilder = np.asarray(augmentation(x_train, training=True))
        lauf = model.fit(bilder, y_train, batch_size=batch_size, validation_data=(pruefbilder, y_test), verbose=0)
        verlauf.on_epoch_end(epoche, {name: werte[-1] for name, werte in lauf.history.items()})
    return verlauf
