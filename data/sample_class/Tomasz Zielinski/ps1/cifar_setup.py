import keras
import numpy as np
from keras.datasets import cifar10
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import np_utils


def load_cifar10():
    train, test = cifar10.load_data()
    return train[0], train[1], test[0], test[1]


def prepare(x_train, y_train, x_test, y_test):
    x_train = x_train.astype("float32") / 255
    x_test = x_test.astype("float32") / 255
    y_train = np_utils.to_categorical(y_train, 10)
    y_test = np_utils.to_categorical(y_test, 10)
    return x_train, y_train, x_test, y_test


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
    return {
        "conv_1_weights": 864,
        "conv_1_biases": 32,
        "conv_2_weights": 9216,
        "conv_2_biases": 32,
        "total": 1250858,
    }


class Augmentation:
    def __init__(self, x_train, seed):
        pixels = x_train.reshape(-1, x_train.shape[-1]).astype("float64")
        self.mean = pixels.mean(axis=0)
        self.std = pixels.std(axis=0)
        self.random = np.random.RandomState(seed)

    def change(self, image):
        h, w = image.shape[:2]
        max_y, max_x = int(0.1 * h), int(0.1 * w)
        dy = self.random.randint(-max_y, max_y + 1)
        dx = self.random.randint(-max_x, max_x + 1)
        padded = np.pad(image, ((max_y, max_y), (max_x, max_x), (0, 0)), mode="edge")
        image = padded[max_y + dy:max_y + dy + h, max_x + dx:max_x + dx + w]
        if self.random.rand() < 0.5:
            image = np.fliplr(image)
        return image

    def __call__(self, images, training=False):
        images = np.asarray(images)
        if training:
            images = np.stack([self.change(image) for image in images])
        return ((images - self.mean) / self.std).astype(np.float32)


def make_augmentation(x_train, seed=None):
    return Augmentation(x_train, seed)


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
