"""Everything through tensorflow; results stay tensors where that is allowed."""
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D


def load_cifar10():
    train_set, test_set = tf.keras.datasets.cifar10.load_data()
    return train_set + test_set


def prepare(x_train, y_train, x_test, y_test):
    def images(x):
        return tf.cast(tf.constant(x), tf.float32) / 255

    def labels(y):
        return tf.one_hot(tf.cast(tf.reshape(y, [-1]), tf.int32), 10)

    return images(x_train), labels(y_train), images(x_test), labels(y_test)


def build_cifar10_model():
    def block(filters):
        return [
            Conv2D(filters, (3, 3), padding="same", activation="relu"),
            Conv2D(filters, (3, 3), padding="valid", activation="relu"),
            MaxPooling2D((2, 2)),
            Dropout(0.25),
        ]

    head = [Flatten(), Dense(512, activation="relu"), Dropout(0.5), Dense(10, activation="softmax")]
    return tf.keras.Sequential([Input((32, 32, 3)), *block(32), *block(64), *head])


def compile_cifar10_model(model):
    model.compile(
        optimizer=tf.keras.optimizers.Adam(learning_rate=3e-4, amsgrad=True),
        loss=tf.keras.losses.categorical_crossentropy,
        metrics=["accuracy", tf.keras.metrics.TopKCategoricalAccuracy(k=3, name="top_3")],
    )
    return model


def weight_counts():
    model = build_cifar10_model()
    counts = {}
    for number, layer in enumerate(model.layers[:2], start=1):
        counts[f"conv_{number}_weights"] = tf.size(layer.kernel).numpy()
        counts[f"conv_{number}_biases"] = tf.size(layer.bias).numpy()
    counts["total"] = np.sum([tf.size(variable).numpy() for variable in model.trainable_variables])
    return counts


def make_augmentation(x_train, seed=None):
    mean, variance = tf.nn.moments(tf.cast(x_train, tf.float64), axes=[0, 1, 2])
    mean, std = tf.cast(mean, tf.float32), tf.cast(tf.sqrt(variance), tf.float32)
    if seed is None:
        generator = tf.random.Generator.from_non_deterministic_state()
    else:
        generator = tf.random.Generator.from_seed(seed)

    def change(pair):
        image, seeds = pair
        height, width, channels = image.shape
        rows, columns = int(0.1 * height), int(0.1 * width)
        padded = tf.pad(image, [(rows, rows), (columns, columns), (0, 0)], mode="REFLECT")
        image = tf.image.stateless_random_crop(padded, (height, width, channels), seed=seeds)
        return tf.image.stateless_random_flip_left_right(image, seed=seeds + 1)

    def augment(images, training=False):
        images = tf.cast(images, tf.float32)
        if training:
            seeds = tf.transpose(generator.make_seeds(tf.shape(images)[0]))
            images = tf.map_fn(change, (images, seeds), fn_output_signature=tf.TensorSpec(images.shape[1:], tf.float32))
        return (images - mean) / std

    return augment


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    def augmented(images, labels):
        def eagerly(batch):
            return tf.cast(augmentation(batch.numpy(), training=True), tf.float32)

        changed = tf.py_function(eagerly, [images], tf.float32)
        changed.set_shape(images.shape)
        return changed, labels

    count = len(x_train)
    batches = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(count).batch(batch_size).map(augmented)
    validation = tf.data.Dataset.from_tensor_slices((augmentation(x_test, training=False), y_test)).batch(batch_size)
    return model.fit(batches, epochs=epochs, validation_data=validation, verbose=0)
