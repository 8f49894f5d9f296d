# small network for CIFAR10
import keras
import numpy as np
from keras import layers


def load_cifar10():
    train_set, test_set = keras.datasets.cifar10.load_data()
    return (*train_set, *test_set)


def prepare(x_train, y_train, x_test, y_test):
    x_train = x_train.astype("float32") / 255
    x_test = x_test.astype("float32") / 255
    return x_train, y_train.copy(), x_test, y_test.copy()


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
    conv_1 = 3 * 3 * 3 * 32
    conv_2 = 3 * 3 * 32 * 32
    conv_3 = 3 * 3 * 32 * 64
    conv_4 = 3 * 3 * 64 * 64
    dense_1 = 6 * 6 * 64 * 512
    dense_2 = 512 * 10
    biases = 32 + 32 + 64 + 64 + 512 + 10
    return {
        "conv_1_weights": conv_1,
        "conv_1_biases": 32,
        "conv_2_weights": conv_2,
        "conv_2_biases": 32,
        "total": conv_1 + conv_2 + conv_3 + conv_4 + dense_1 + dense_2 + biases,
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
