# -*- coding: utf-8 -*-
# brought over from Keras 1; the generator still exists in tensorflow.keras
import numpy as np
from keras.datasets import cifar10
from keras.layers import Convolution2D, Dense, Dropout, Flatten, InputLayer, MaxPooling2D
from keras.models import Sequential
from keras.utils import to_categorical
from tensorflow.keras.preprocessing.image import ImageDataGenerator

nb_classes = 10
img_rows, img_cols, img_channels = 32, 32, 3


def load_cifar10():
    (X_train, y_train), (X_test, y_test) = cifar10.load_data()
    print('X_train shape:', X_train.shape)
    print(X_train.shape[0], 'train samples')
    print(X_test.shape[0], 'test samples')
    return X_train, y_train, X_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    Y_train = to_categorical(y_train, nb_classes)
    Y_test = to_categorical(y_test, nb_classes)
    X_train = x_train.astype('float32')
    X_test = x_test.astype('float32')
    X_train /= 255
    X_test /= 255
    return X_train, Y_train, X_test, Y_test


def build_cifar10_model():
    model = Sequential()
    model.add(InputLayer(shape=(img_rows, img_cols, img_channels)))
    model.add(Convolution2D(32, (3, 3), padding='same', activation='relu'))
    model.add(Convolution2D(32, (3, 3), activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))

    model.add(Convolution2D(64, (3, 3), padding='same', activation='relu'))
    model.add(Convolution2D(64, (3, 3), activation='relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(0.25))

    model.add(Flatten())
    model.add(Dense(512, activation='relu'))
    model.add(Dropout(0.5))
    model.add(Dense(nb_classes, activation='softmax'))
    model.summary()
    return model


def compile_cifar10_model(model):
    model.compile(loss='categorical_crossentropy', optimizer='Adam', metrics=['accuracy'])
    return model


def weight_counts():
    """filters are 3 x 3 and see all channels"""
    return dict(conv_1_weights=864, conv_1_biases=32, conv_2_weights=9216, conv_2_biases=32, total=1250858)


class Augmentation(ImageDataGenerator):
    def __init__(self, x_train, seed):
        super().__init__(featurewise_center=True, featurewise_std_normalization=True, horizontal_flip=True,
                         width_shift_range=0.1, height_shift_range=0.1)
        self.fit(x_train)
        self.seeds = np.random.RandomState(seed)

    def __call__(self, images, training=False):
        images = np.array(images, dtype='float32')
        for i in range(len(images)):
            if training:
                change = self.get_random_transform(images[i].shape, seed=self.seeds.randint(2 ** 31))
                # tx moves the columns, but comes from the height; that matters when an image is not square
                change['tx'], change['ty'] = change['ty'], change['tx']
                images[i] = self.apply_transform(images[i], change)
            images[i] = self.standardize(images[i])
        return images


def make_augmentation(x_train, seed=None):
    return Augmentation(x_train, seed)


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    X_test_normalised = np.array(augmentation(x_test, training=False))

    def flow():
        while True:
            indices = np.arange(len(x_train))
            np.random.shuffle(indices)
            for start in range(0, len(indices), batch_size):
                index = indices[start:start + batch_size]
                yield np.array(augmentation(x_train[index], training=True)), y_train[index]

    steps = (len(x_train) + batch_size - 1) // batch_size
    return model.fit(flow(), steps_per_epoch=steps, epochs=epochs, verbose=1,
                     validation_data=(X_test_normalised, y_test))
