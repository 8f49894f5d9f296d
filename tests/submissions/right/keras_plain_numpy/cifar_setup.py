import keras
import numpy as np
from scipy import ndimage


def load_cifar10():
    return sum(keras.datasets.cifar10.load_data(), ())


def prepare(x_train, y_train, x_test, y_test):
    labels = []
    for y in (y_train, y_test):
        hot = np.zeros((np.size(y), 10), dtype=int)
        np.put_along_axis(hot, np.reshape(y, (-1, 1)).astype(np.intp), 1, axis=1)
        labels.append(hot)
    return np.float32(x_train) / 255, labels[0], np.float32(x_test) / 255, labels[1]


def build_cifar10_model():
    L = keras.layers
    model = keras.Sequential()
    for n in (32, 64):
        for padding in ("same", "valid"):
            model.add(L.Conv2D(n, [3, 3], padding=padding, activation=keras.activations.relu))
        model.add(L.MaxPooling2D([2, 2]))
        model.add(L.Dropout(0.25))
    for layer in (L.Flatten(), L.Dense(512, "relu"), L.Dropout(0.5), L.Dense(10, "softmax")):
        model.add(layer)
    model.build((None, 32, 32, 3))
    return model


def compile_cifar10_model(model):
    adam = keras.optimizers.Adam(1e-4, epsilon=1e-6, clipnorm=1.0)
    model.compile(adam, keras.losses.CategoricalCrossentropy(label_smoothing=0.0), metrics=["mae", "accuracy"])
    return model


def weight_counts():
    kernels = np.array([[3, 3, 3, 32], [3, 3, 32, 32], [3, 3, 32, 64],
                        [3, 3, 64, 64], [6, 6, 64, 512], [1, 1, 512, 10]])
    weights, biases = kernels.prod(axis=1), kernels[:, -1]
    counts = dict(zip(("conv_1_weights", "conv_2_weights"), weights))
    counts.update(zip(("conv_1_biases", "conv_2_biases"), biases))
    counts["total"] = weights.sum() + biases.sum()
    return counts


def make_augmentation(x_train, seed=None):
    axes = (0, 1, 2)
    mean = np.mean(x_train, axis=axes, dtype=np.float64, keepdims=True)
    std = np.sqrt(np.mean(np.square(x_train - mean), axis=axes, keepdims=True))
    random = np.random.Generator(np.random.PCG64(seed))

    def augment(images, training=False):
        images = np.asarray(images, dtype=np.float64)
        if training:
            # parts of pixels, too
            reach = 0.1 * np.array(images.shape[1:3])
            shifts = random.uniform(-reach, reach, size=(len(images), 2))
            mirrored = random.random(len(images)) < 0.5
            moved = [ndimage.shift(i, (*s, 0), order=1, mode="nearest") for i, s in zip(images, shifts)]
            images = np.stack(moved)
            images[mirrored] = images[mirrored, :, ::-1]
        return ((images - mean) / std).astype(np.float32)

    return augment


def train(model, augmentation, x_train, y_train, x_test, y_test, epochs=200, batch_size=32):
    x_test = np.asarray(augmentation(x_test, training=False))
    history = keras.callbacks.History()
    callbacks = keras.callbacks.CallbackList([history], add_history=False, model=model)
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        order = np.random.permutation(len(x_train))
        losses, right = [], []
        for batch in np.split(order, range(batch_size, len(order), batch_size)):
            images = np.asarray(augmentation(x_train[batch], training=True))
            model.reset_metrics()
            result = model.train_on_batch(images, y_train[batch], return_dict=True)
            losses.append(len(batch) * float(result["loss"]))
            right.append(len(batch) * float(result["accuracy"]))
        validation = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
        callbacks.on_epoch_end(epoch, {
            "loss": np.sum(losses) / len(order),
            "accuracy": np.sum(right) / len(order),
            "val_loss": validation["loss"],
            "val_accuracy": validation["accuracy"],
        })
    callbacks.on_train_end()
    return history
