# small network for CIFAR10
import keras
import numpy as np
from keras.datasets import cifar10
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator


def load_cifar10():
    train, test = cifar10.load_data()
    return train[0], train[1], test[0], test[1]


def prepare(x_train, y_train, x_test, y_test):
    X = [(x.astype(float) / 255).astype("float32") for x in (x_train, x_test)]
    Y = [keras.utils.to_categorical(y.flatten(), num_classes=10) for y in (y_train, y_test)]
    return X[0], Y[0], X[1], Y[1]


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
        self.datagen = ImageDataGenerator(
            featurewise_center=True,
            featurewise_std_normalization=True,
            width_shift_range=0.1,
            height_shift_range=0.1,
            horizontal_flip=True)
        self.datagen.fit(x_train)
        self.random = np.random.RandomState(seed)

    def __call__(self, images, training=False):
        result = []
        for image in np.array(images, dtype="float32"):
            if training:
                image = self.datagen.random_transform(image, seed=self.random.randint(2 ** 31))
            result.append(self.datagen.standardize(image))
        return np.array(result)


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
