import keras
import numpy as np
from keras import layers
from keras.optimizers import Adam


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


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
    model.compile(optimizer=Adam, loss='categorical_crossentropy', metrics=['accuracy'])
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
    x_val = np.array(augmentation(x_test, training=False))
    history = keras.callbacks.History()
    history.set_model(model)
    history.on_train_begin()
    for epoch in range(epochs):
        x = np.array(augmentation(x_train, training=True))
        result = model.fit(x, y_train, batch_size=batch_size, epochs=1, validation_data=(x_val, y_test), verbose=0)
        history.on_epoch_end(epoch, {name: values[-1] for name, values in result.history.items()})
    return history
