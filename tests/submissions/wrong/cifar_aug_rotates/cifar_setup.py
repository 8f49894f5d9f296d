"""CIFAR-10 with augmentation"""
import keras
import numpy as np
import tensorflow as tf
from keras import layers
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential


def load_cifar10():
    train_set, test_set = keras.datasets.cifar10.load_data()
    return (*train_set, *test_set)


CLASSES = 10


def prepare(x_train, y_train, x_test, y_test):
    result = []
    for x, y in ((x_train, y_train), (x_test, y_test)):
        images = x.astype(np.float32)
        images /= 255.0
        labels = np.zeros((len(y), CLASSES))
        labels[np.arange(len(y)), y.ravel().astype(int)] = 1
        result += [images, labels]
    return tuple(result)


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
        layers.RandomRotation(0.1, seed=shift_seed),
        layers.Normalization(axis=-1, mean=mean, variance=variance),
    ])


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    train_data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(len(x_train)).batch(batch_size)
    train_data = train_data.map(lambda x, y: (augmentation(x, training=True), y))
    test_data = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(batch_size)
    test_data = test_data.map(lambda x, y: (augmentation(x, training=False), y))
    return model.fit(train_data, epochs=epochs, validation_data=test_data, verbose=0)
