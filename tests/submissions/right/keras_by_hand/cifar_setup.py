# CIFAR-10, as much as possible by hand. The shape goes into the first layer, as in the old tutorials.
import keras
import numpy as np
from keras.callbacks import History
from tensorflow.keras.datasets import cifar10
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D


def load_cifar10():
    (X_train, y_train), (X_test, y_test) = cifar10.load_data()
    return [X_train, y_train, X_test, y_test]


def one_hot(y):
    rows = []
    for label in np.asarray(y).flatten():
        row = [0] * 10
        row[int(label)] = 1
        rows.append(row)
    return rows


def prepare(x_train, y_train, x_test, y_test):
    X_train = np.array(x_train, dtype='float32')
    X_test = np.array(x_test, dtype='float32')
    X_train /= 255
    X_test /= 255
    return [X_train, one_hot(y_train), X_test, one_hot(y_test)]


def build_cifar10_model():
    model = keras.models.Sequential()
    model.add(Conv2D(32, (3, 3), padding='same', activation='relu', input_shape=(32, 32, 3)))
    model.add(Conv2D(32, (3, 3), activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))

    model.add(Conv2D(64, (3, 3), padding='same', activation='relu'))
    model.add(Conv2D(64, (3, 3), activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))

    model.add(Flatten())
    model.add(Dense(512, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(10, activation='softmax'))
    return model


def compile_cifar10_model(model):
    adam = keras.optimizers.Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.99)
    model.compile(loss='categorical_crossentropy', optimizer=adam, metrics=['accuracy', 'mse'])
    return model


def weight_counts():
    counts = {"conv_1_weights": 3 * 3 * 3 * 32, "conv_1_biases": 32}
    counts.update({"conv_2_weights": 3 * 3 * 32 * 32, "conv_2_biases": 32})
    others = (9 * 32 * 64 + 64) + (9 * 64 * 64 + 64) + (2304 * 512 + 512) + (512 * 10 + 10)
    counts["total"] = sum(counts.values()) + others
    return counts


def make_augmentation(x_train, seed=None):
    channels = [x_train[:, :, :, c].astype(float) for c in range(x_train.shape[3])]
    means = [channel.mean() for channel in channels]
    stds = [channel.std() for channel in channels]
    calls = [0]

    def moved(image, dy, dx):
        result = np.zeros_like(image)
        h, w = image.shape[:2]
        part = image[max(-dy, 0):h + min(-dy, 0), max(-dx, 0):w + min(-dx, 0)]
        result[max(dy, 0):h + min(dy, 0), max(dx, 0):w + min(dx, 0)] = part
        return result

    def augment(images, training=False):
        images = np.array(images, dtype=float)
        if training:
            # a new generator in each call, with a new seed
            calls[0] += 1
            random = np.random.default_rng(None if seed is None else [seed, calls[0]])
            for i, image in enumerate(images):
                dy, dx = [int(side * random.uniform(-0.1, 0.1)) for side in image.shape[:2]]
                image = moved(image, dy, dx)
                images[i] = image[:, ::-1] if random.integers(2) else image
        for c in range(images.shape[3]):
            images[..., c] = (images[..., c] - means[c]) / stds[c]
        return images.astype("float32")

    return augment


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    y_train, y_test = np.array(y_train, dtype="float32"), np.array(y_test, dtype="float32")
    x_validate = np.array(augmentation(x_test, training=False))
    history = History()
    history.set_model(model)
    history.on_train_begin()
    for epoch in range(epochs):
        model.reset_metrics()
        order = np.random.permutation(len(x_train))
        while len(order) > 0:
            batch, order = order[:batch_size], order[batch_size:]
            x = np.array(augmentation(x_train[batch], training=True))
            logs = model.train_on_batch(x, y_train[batch], return_dict=True)
        results = model.evaluate(x_validate, y_test, batch_size=batch_size, verbose=0, return_dict=True)
        for name in results:
            logs["val_" + name] = results[name]
        history.on_epoch_end(epoch, logs)
    return history
