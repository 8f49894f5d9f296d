# Generated from solutions/cifar_setup.py by `grader sync`; students fill in each TODO, then hand it in.
# %% [markdown]
# # 5. Set up CIFAR-10
#
# VGG-16 came with weights. Now a network starts from random ones and learns. CIFAR-10 is made for that: 60,000 colour
# pictures of 32 x 32 pixels in ten classes (airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck),
# 50,000 to learn from and 10,000 to test on. You prepare the pictures, build a small network, count its weights,
# arrange that it never sees the same picture twice, and train it.

# %%
"""Prepare CIFAR-10, build a small network, and train it on pictures that are normalised and augmented."""

from __future__ import annotations

import math
from collections.abc import Iterator

import keras
import numpy as np

__all__ = [
    "build_cifar10_model",
    "compile_cifar10_model",
    "load_cifar10",
    "make_augmentation",
    "prepare",
    "train",
    "weight_counts",
]

# %% [markdown]
# ## Two sets of pictures
#
# Keras fetches the data once, 170 MB, and keeps them in your home folder. They come as two pairs, training and test.
# Keep the two apart: a network can learn its training pictures by heart, and only pictures that had no part in any
# decision show what it understands.


# %%
def load_cifar10() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fetch CIFAR-10 with `keras.datasets.cifar10.load_data()`.

    Returns:
        `(x_train, y_train, x_test, y_test)`: images `(n, 32, 32, 3)` uint8, channels red, green, blue; labels `(n, 1)`,
        whole numbers 0..9.

    Example:
        >>> x_train, y_train, x_test, y_test = load_cifar10()  # doctest: +SKIP
        >>> x_train.shape, y_train.shape, x_test.shape  # doctest: +SKIP
        ((50000, 32, 32, 3), (50000, 1), (10000, 32, 32, 3))
    """
    # TODO (cifar_setup.1): Call load_data and return its four arrays in the order above.
    raise NotImplementedError


# %% [markdown]
# ```python
# import matplotlib.pyplot as plt
# import numpy as np
# from cifar_setup import *
#
# x_train, y_train, x_test, y_test = load_cifar10()
# print(x_train.shape, x_train.dtype, x_train.min(), x_train.max())
# print(y_train[:8].ravel(), np.bincount(y_train.ravel()))      # the first labels; how many pictures each class has
# plt.imshow(x_train[0])
# plt.show()
# ```
#
# ## Small numbers, and labels without an order
#
# Weights start small, and steps in training are small, so inputs should be of about that size, too: divide by 255. What
# does `x_train / 255` give for uint8? And `x_train // 255`?
#
# A class number is a name: 9 (truck) is not more than 1 (automobile). So each label becomes a row of ten numbers, a 1
# at the place of its class and 0 elsewhere: *one-hot*, or a probability of 1 for the right class. The softmax at the
# end of the network answers in the same form. Label 3 becomes `0 0 0 1 0 0 0 0 0 0`.
#
# `keras.utils.to_categorical` does this. If you do not say how many classes there are, it looks for the largest label;
# what happens to a handful of pictures without a truck? And what would a second call make of rows that are one-hot?


# %%
def prepare(
    x_train: np.ndarray, y_train: np.ndarray, x_test: np.ndarray, y_test: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Scale images to 0..1 and turn labels into one-hot rows, in both sets alike.

    Args:
        x_train: `(n, H, W, C)`, values 0..255, any real dtype.
        y_train: `(n, 1)` or `(n,)`, whole numbers 0..9; some classes may be missing.
        x_test: as `x_train`, with its own number of images.
        y_test: as `y_train`, one label for each test image.

    Returns:
        The four in the same order: images float32, divided by 255; labels `(n, 10)`, one 1 in each row and 0 elsewhere.

    Raises:
        IndexError: a label is above 9.

    Example:
        >>> images, labels = np.full((2, 1, 1, 3), 255, dtype=np.uint8), np.array([[3], [0]])
        >>> prepared = prepare(images, labels, images, labels)
        >>> [array.shape for array in prepared], float(prepared[0].max()), np.argmax(prepared[1], axis=1).tolist()
        ([(2, 1, 1, 3), (2, 10), (2, 1, 1, 3), (2, 10)], 1.0, [3, 0])
    """
    # TODO (cifar_setup.2): Return scaled images and one-hot labels for both sets; leave the arguments as they are.
    raise NotImplementedError


# %% [markdown]
# ## A small network
#
# Two convolutions, a pooling, a dropout; the same again with twice as many filters; then dense layers. *same* padding
# makes a layer pad its own input; the second convolution of each pair goes without. Follow the shapes:
#
# ```text
# Conv2D 32, 3x3, same, relu   32 x 32 x 32      Conv2D 64, 3x3, same, relu   15 x 15 x 64
# Conv2D 32, 3x3, relu         30 x 30 x 32      Conv2D 64, 3x3, relu         13 x 13 x 64
# MaxPooling2D 2x2             15 x 15 x 32      MaxPooling2D 2x2              6 x  6 x 64
# Dropout 0.25                 15 x 15 x 32      Dropout 0.25                  6 x  6 x 64
#
# Flatten 2304, Dense 512 relu, Dropout 0.5, Dense 10 softmax
# ```
#
# A dropout rate is the share of units that is switched off, so 0.25 keeps three quarters. How wide is the last map if
# you forget *same* in the first layer? Does the number of parameters tell you?


# %%
def build_cifar10_model() -> keras.Sequential:
    """Stack the 12 layers of the small network, with random weights.

    Returns:
        A model from `(batch, 32, 32, 3)` to `(batch, 10)`, probabilities; it has 1,250,858 parameters.

    Example:
        >>> model = build_cifar10_model()
        >>> len(model.layers), model.count_params()
        (12, 1250858)
    """
    # TODO (cifar_setup.3): Return a keras.Sequential with the layers listed above.
    raise NotImplementedError


# %% [markdown]
# ## Counting weights
#
# How many numbers does this network learn? Do it with pencil and paper, layer by layer. A filter covers *all* channels
# of what comes in, and each filter has one bias. A dense unit has one weight for every number that comes in, and one
# bias. Pooling, flattening and dropout learn nothing. Where do most of the weights sit? What would half of the units in
# `Dense(512)` save? Check your answer with `build_cifar10_model().summary()` afterwards, not before.


# %%
def weight_counts() -> dict[str, int]:
    """Count what the small network learns.

    Returns:
        `"conv_1_weights"`, `"conv_1_biases"`, `"conv_2_weights"`, `"conv_2_biases"`: of the first and the second
        convolution, weights without biases; `"total"`: all parameters of the network.

    Example:
        >>> sorted(weight_counts())
        ['conv_1_biases', 'conv_1_weights', 'conv_2_biases', 'conv_2_weights', 'total']
    """
    # TODO (cifar_setup.4): Return a dict with the five keys above; numbers or formulas, as you like.
    raise NotImplementedError


# %% [markdown]
# ## Adam
#
# Plain gradient descent takes steps of one size for all weights. *Adam* keeps two running means for each weight, of its
# gradient and of the gradient's square, and divides one by the root of the other: a weight whose gradients agree moves
# quickly, one whose gradients contradict each other hardly at all. It needs little tuning, which is why it is often the
# first choice. *Accuracy*, the share of right answers, has no useful gradient; it is reported for you, while the loss
# is what gets smaller.


# %%
def compile_cifar10_model(model: keras.Model) -> keras.Model:
    """Set optimizer, loss and what is reported.

    Args:
        model: a model whose outputs are probabilities.

    Returns:
        The same model, compiled with Adam (any learning rate), categorical cross-entropy, and accuracy under the name
        `accuracy`.

    Raises:
        Nothing: any model can be compiled.

    Example:
        >>> tiny = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
        >>> type(compile_cifar10_model(tiny).optimizer).__name__
        'Adam'
    """
    # TODO (cifar_setup.5): Compile the model as described, then return it.
    raise NotImplementedError


# %% [markdown]
# ## Normalisation and augmentation
#
# *Normalisation* goes further than 0..1: subtract the mean of each channel and divide by its standard deviation, so
# that every channel is centred round 0 with a spread of 1. Both numbers come from the *training* images alone, and the
# same two are applied to every picture that follows; a test set that brings its own is no longer a test.
#
# *Augmentation* makes more out of the pictures there are. A ship that is moved by two pixels, or seen in a mirror, is
# still a ship, so the network gets a slightly different picture each time and cannot learn the pixels by heart. A ship
# upside down is another matter. Which changes would be harmless for handwritten digits? For X-rays?
#
# Keras has layers for all three steps: `RandomTranslation`, `RandomFlip`, `Normalization`. The random ones act only
# when they are called with `training=True`. Two traps:
#
# - **Seeds.** A layer with a seed draws the same numbers in every run. Two layers with the *same* seed draw the same
#   numbers as each other: the pictures that are mirrored would be the ones that move up.
# - **Long sums.** In float32, 16,777,216 + 0.5 is 16,777,216. A channel of the training images has 51 million values,
#   so a sum in float32 stops growing on the way: a mean of 0.47 comes out as 0.33, from `x_train.mean` as well as from
#   `Normalization.adapt`. `mean` and `var` accept a wider type, `dtype=np.float64`.


# %%
def make_augmentation(x_train: np.ndarray, seed: int | None = None) -> keras.Sequential:
    """Build what prepares images for the network, with random changes in training.

    Args:
        x_train: `(n, H, W, C)` floating point, the training images; mean and deviation are theirs.
        seed: any number for the same draws in each run, `None` for new ones.

    Returns:
        A callable for images `(batch, H, W, C)`. Called with `training=False` it subtracts the mean of each channel and
        divides by the population standard deviation. With `training=True` each image is also shifted at random, by up
        to 10 % of its height and of its width, and flipped left to right with probability 1/2, anew in every call.

    Raises:
        Nothing: any training images have a mean.

    Example:
        >>> images = np.array([[[[1.0], [3.0]]]], dtype="float32")
        >>> np.asarray(make_augmentation(images)(images, training=False)).tolist()
        [[[[-1.0], [1.0]]]]
    """
    # TODO (cifar_setup.6): Return layers that shift, flip and normalise, or any callable that does the same.
    raise NotImplementedError


# %% [markdown]
# Look at what it does, always at the same picture:
#
# ```python
# x_train, y_train, x_test, y_test = prepare(x_train, y_train, x_test, y_test)
# augmentation = make_augmentation(x_train, seed=1)
# for picture in np.asarray(augmentation(x_train[[0] * 6], training=True)):
#     plt.imshow((picture - picture.min()) / (picture.max() - picture.min()))
#     plt.show()
# plain = np.asarray(augmentation(x_test[:500], training=False))
# print(plain.mean(axis=(0, 1, 2)).round(2), plain.std(axis=(0, 1, 2)).round(2))     # why not exactly 0 and 1?
# ```
#
# ## Training
#
# An *epoch* is one pass over all training images, in a new order, in batches. Each batch is augmented when its turn
# comes, so that no two epochs are alike. `model.fit` takes a generator, a function that `yield`s one batch after the
# other, and has to be told how many make an epoch: with 100 images and batches of 32, is it 3 or 4?
#
# After each epoch the network is *validated* on the test images. They are normalised like the others, because the
# network has never seen anything else, and not shifted or flipped: `training=False`.


# %%
def train(
    model: keras.Model,
    augmentation: keras.Layer,
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    epochs: int = 200,
    batch_size: int = 32,
) -> keras.callbacks.History:
    """Train a model on images that are augmented afresh in each epoch.

    Args:
        model: a compiled model with accuracy as a metric; it is trained itself, not a copy.
        augmentation: callable as `augmentation(images, training=True or False)`.
        x_train: `(n, H, W, C)` float32 in 0..1, as `prepare` returns it.
        y_train: `(n, 10)` one-hot.
        x_test: as `x_train`; used for validation only.
        y_test: as `y_train`.
        epochs: how often to pass over the training images.
        batch_size: how many images make one step.

    Returns:
        The `History` of Keras: `history.history` has a list with one entry an epoch for `"loss"`, `"accuracy"`,
        `"val_loss"` and `"val_accuracy"`.

    Raises:
        ValueError: the shapes of model, images and labels disagree (Keras says so).

    Example:
        >>> tiny = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
        >>> x, y = np.random.default_rng(0).random((20, 4, 4, 3), dtype="float32"), np.eye(10)[np.arange(20) % 10]
        >>> history = train(compile_cifar10_model(tiny), make_augmentation(x), x, y, x, y, 2)  # doctest: +ELLIPSIS
        Epoch 1/2
        ...
        >>> len(history.history["val_accuracy"])
        2
    """
    # TODO (cifar_setup.7): Fit the model on a stream of augmented batches, validate it on normalised test images.
    raise NotImplementedError


# %% [markdown]
# Three epochs to begin with: one takes some minutes on two processor cores, so 200 take the better part of a day there;
# a graphics card shortens that. Keep the history, it draws the curve:
#
# ```python
# model = compile_cifar10_model(build_cifar10_model())
# history = train(model, augmentation, x_train, y_train, x_test, y_test, epochs=3)
# for name in ("accuracy", "val_accuracy"):
#     plt.plot(history.history[name], label=name)
# plt.legend()
# plt.show()
# print(history.history["val_accuracy"])
# ```
#
# - Accuracy in training counts answers with dropout switched on, to shifted pictures. Which of the two curves would you
#   therefore expect on top, at first? What does it mean when they change places later on?
# - Leave out the augmentation (let `training=False` everywhere). How do the curves part?
# - Give the test images to `fit` without normalising them. What accuracy do ten classes give by guessing?
# - Show the 32 filters of the first layer with your `first_layer_filters` and `tile_filters`, before and after
#   training.
#
# **What did you see** when the two curves changed places? Describe them, and say what the network does from there on.

# %% [markdown]
# *Write your answer here.*

# %% [markdown]
# That was the last exercise. A patch, a sum, a slide, a choice of weights, and now weights that choose themselves.
