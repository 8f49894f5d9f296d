import keras
import tensorflow as tf
from keras import layers
from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import to_categorical


def load_cifar10():
    (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    return x_train, y_train, x_test, y_test


def prepare(x_train, y_train, x_test, y_test):
    x_train = x_train.astype("float32") / 255
    x_test = x_test.astype("float32") / 255
    y_train = to_categorical(y_train, 10)
    y_test = to_categorical(y_test, 10)
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
    loss = keras.losses.CategoricalCrossentropy()
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.0005), loss=loss, metrics=["accuracy"])
    return model


def weight_counts():
    return {
        "conv_1_weights": 864,
        "conv_1_biases": 32,
        "conv_2_weights": 9216,
        "conv_2_biases": 32,
        "total": 1250858,
    }


def make_augmentation(x_train, seed=None):
    mean = x_train.mean(axis=(0, 1, 2), dtype="float64")
    variance = x_train.var(axis=(0, 1, 2), dtype="float64")
    return keras.Sequential([
        layers.RandomFlip("horizontal", seed=seed),
        layers.Normalization(axis=-1, mean=mean, variance=variance),
    ])


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    train_data = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(len(x_train)).batch(batch_size)
    train_data = train_data.map(lambda x, y: (augmentation(x, training=True), y))
    test_data = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(batch_size)
    test_data = test_data.map(lambda x, y: (augmentation(x, training=False), y))
    return model.fit(train_data, epochs=epochs, validation_data=test_data, verbose=0)
