# Übung 4 - Jürgen Müller
# Die Schichten stehen als Text in einer Tabelle, damit man sich nicht verzählt.
import heapq

import keras
import numpy as np
from PIL import Image

TABELLE = "64 64 max 128 128 max 256 256 256 max 512 512 512 max 512 512 512 max"
MITTELWERTE = 103.939, 116.779, 123.68


def build_vgg16(input_shape=(224, 224, 3), classes=1000):
    netz = keras.Sequential([keras.Input(input_shape)])
    block, nummer = 1, 1
    for eintrag in TABELLE.split():
        if eintrag == "max":
            netz.add(keras.layers.MaxPooling2D((2, 2), strides=(2, 2)))
            block, nummer = block + 1, 1
        else:
            netz.add(keras.layers.ZeroPadding2D((1, 1)))
            netz.add(keras.layers.Conv2D(int(eintrag), (3, 3), activation="relu", name=f"conv{block}_{nummer}"))
            nummer += 1
    netz.add(keras.layers.Flatten())
    for _ in range(2):
        netz.add(keras.layers.Dense(4096, activation="relu"))
        netz.add(keras.layers.Dropout(0.5))
    netz.add(keras.layers.Dense(classes, activation="softmax"))
    return netz


def load_vgg16_weights(model, path):
    model.load_weights(path)  # der Reihe nach, nicht nach Namen
    return model


def compile_vgg16(model):
    model.compile(optimizer="sgd", loss=keras.losses.CategoricalCrossentropy())
    return model


def read_bgr(path, size=(224, 224)):
    rgb = np.array(Image.open(path).convert("RGB").resize(size, Image.BILINEAR))
    return rgb[:, :, [2, 1, 0]]


def transform_image(image):
    ergebnis = np.array([image], dtype="float32")
    ergebnis -= np.array(MITTELWERTE, dtype="float32")
    return ergebnis


def load_labels(path):
    with open(path, encoding="ascii") as datei:
        return [zeile[zeile.find(" ") + 1:].rstrip("\n") for zeile in datei]


def top_k(probabilities, labels, k=5):
    beste = heapq.nlargest(k, range(len(labels)), key=lambda i: probabilities[i])
    return [(labels[i], float(probabilities[i])) for i in beste]


def first_layer_filters(model):
    erste = [schicht for schicht in model.layers if isinstance(schicht, keras.layers.Conv2D)][0]
    return np.moveaxis(erste.get_weights()[0], -1, 0)


def get_layer_output(model, image, layer):
    # Schicht für Schicht, ohne Dropout
    werte = np.asarray(image, dtype="float32")
    for schicht in model.layers[:range(len(model.layers))[layer] + 1]:
        werte = schicht(werte, training=False)
    return np.asarray(werte)


def tile_filters(weights, pad_size=1, pad_value=0.0):
    kacheln = np.array(weights, dtype=float)
    kacheln -= kacheln.min()
    kacheln /= kacheln.max() or 1.0
    seite = int(np.ceil(np.sqrt(len(kacheln))))
    rand = [(0, seite ** 2 - len(kacheln)), (0, pad_size), (0, pad_size)] + [(0, 0)] * (kacheln.ndim - 3)
    kacheln = np.pad(kacheln, rand, constant_values=pad_value)
    zeilen = [np.concatenate(kacheln[i:i + seite], axis=1) for i in range(0, seite ** 2, seite)]
    return np.concatenate(zeilen, axis=0)
