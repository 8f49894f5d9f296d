import keras
import numpy as np
from keras import layers


def load_cifar10():
    data = keras.datasets.cifar10.load_data()
    return data[0][0], data[0][1], data[1][0], data[1][1]


def prepare(x_train, y_train, x_test, y_test):
    scale = layers.Rescaling(1 / 255, dtype="float32")
    encode = layers.CategoryEncoding(num_tokens=10, output_mode="one_hot")

    def both(images, labels):
        return np.array(scale(np.float32(images))), np.array(encode(np.int32(labels).reshape(-1, 1)))

    return both(x_train, y_train) + both(x_test, y_test)


def build_cifar10_model():
    convolution = dict(kernel_size=(3, 3), activation="relu")
    return keras.Sequential(
        layers=[
            layers.InputLayer(shape=(32, 32, 3)),
            layers.Conv2D(32, padding="same", **convolution),
            layers.Conv2D(32, **convolution),
            layers.MaxPool2D(pool_size=2, strides=2),
            layers.Dropout(rate=1 / 4),
            layers.Conv2D(64, padding="same", **convolution),
            layers.Conv2D(64, **convolution),
            layers.MaxPool2D(pool_size=2, strides=2),
            layers.Dropout(rate=1 / 4),
            layers.Flatten(data_format="channels_last"),
            layers.Dense(units=512, activation=keras.activations.relu),
            layers.Dropout(rate=1 / 2),
            layers.Dense(units=10, activation=keras.activations.softmax),
        ]
    )


def compile_cifar10_model(model):
    settings = {
        "optimizer": keras.optimizers.get({"class_name": "Adam", "config": {"learning_rate": 0.01}}),
        "loss": keras.losses.get("categorical_crossentropy"),
        "metrics": ["accuracy", keras.metrics.Precision(name="precision")],
    }
    model.compile(**settings)
    return model


def weight_counts():
    answer = {}
    first, second = build_cifar10_model().layers[:2]
    answer["conv_1_weights"], answer["conv_1_biases"] = [weights.size for weights in first.get_weights()]
    answer["conv_2_weights"], answer["conv_2_biases"] = [weights.size for weights in second.get_weights()]
    answer["total"] = np.array(1_250_858)
    return answer


def make_augmentation(x_train, seed=None):
    """A functional model with the random layers in front."""
    seeds = [None] * 3 if seed is None else [int(s) for s in np.random.SeedSequence(seed).generate_state(3)]
    mean, variance = [], []
    for channel in np.moveaxis(np.float64(x_train), 3, 0):
        mean.append(channel.mean())
        variance.append(channel.var())
    inputs = keras.Input(x_train.shape[1:])
    x = layers.RandomFlip("horizontal", seed=seeds[0])(inputs)
    # height and width one after the other
    x = layers.RandomTranslation((-0.1, 0.1), 0.0, fill_mode="reflect", seed=seeds[1])(x)
    x = layers.RandomTranslation(0.0, (-0.1, 0.1), fill_mode="reflect", seed=seeds[2])(x)
    outputs = layers.Normalization(mean=mean, variance=variance)(x)
    return keras.Model(inputs, outputs, name="augmentation")


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    validation = keras.ops.convert_to_numpy(augmentation(x_test, training=False)), y_test
    history = None
    for epoch in range(epochs):
        images = keras.ops.convert_to_numpy(augmentation(x_train, training=True))
        settings = dict(batch_size=batch_size, initial_epoch=epoch, epochs=epoch + 1, verbose=0)
        one = model.fit(images, y_train, validation_data=validation, **settings)
        if history is None:
            history = one
        else:
            for name, values in one.history.items():
                history.history[name] += values
            history.epoch += one.epoch
    return history
