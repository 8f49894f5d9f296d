# Generated from solutions/vgg_assembly.py by `grader sync`; students fill in each TODO, then hand it in.
# %% [markdown]
# # 4. Assemble VGG-16
#
# In 2014 Karen Simonyan and Andrew Zisserman stacked small filters, 3 x 3 and nothing larger, and measured how much
# depth helps. Their VGG-16, with sixteen layers of weights, tells a thousand kinds of things apart. You assemble it,
# load the published weights, ask it about pictures, and look inside. Pictures travel in *batches*: `(n, H, W, C)`.

# %%
"""Assemble VGG-16, load published weights, name what is in a picture, and look at filters and activations."""

from __future__ import annotations

from pathlib import Path

import cv2
import keras
import numpy as np

__all__ = [
    "build_vgg16", "compile_vgg16", "first_layer_filters", "get_layer_output", "load_labels", "load_vgg16_weights",
    "read_bgr", "tile_filters", "top_k", "transform_image",
]  # fmt: skip

# %% [markdown]
# ## Pieces and plan
#
# - **Padding.** A valid 3 x 3 convolution loses a pixel on each side; `ZeroPadding2D((1, 1))` adds a rim of 0 first.
# - **Convolution.** `Conv2D(64, (3, 3))` does what your `convolve` does, for 64 filters at once, and adds a *bias* to
#   all answers of a filter. Out come 64 channels, the *feature maps*; *relu* replaces what is negative by 0. Beware of
#   `Conv2D(64, 3, 3)`: the third argument is the stride, so this filter jumps by three pixels.
# - **Stacking.** A second convolution looks at the maps of the first: a 3 x 3 patch there depends on 5 x 5 pixels of
#   the picture. How many pixels does a third one see? Which has fewer weights, two layers of 3 x 3 or one of 5 x 5?
# - **Pooling.** `MaxPooling2D((2, 2), strides=(2, 2))` keeps the largest of each 2 x 2 answers; height and width halve.
# - **Flattening** writes the last maps, 7 x 7 x 512, into one row of 25,088 numbers and computes nothing.
# - **Dense layers.** `Dense(4096)` links every number that comes in to 4096 units; the first has 3/4 of all weights.
# - **Dropout.** In training, `Dropout(0.5)` switches off a random half of the units, so that none can rely on a certain
#   other, and scales the rest up (why?). The rate is the share that is *off*. At prediction, dropout does nothing.
# - **Softmax.** The last layer turns a thousand numbers into probabilities, `exp(z_i) / sum_j exp(z_j)`: positive, with
#   sum 1. What does it make of equal numbers? What changes when 10 is added to each?
#
# Every convolution is 3 x 3 with relu, and a layer of zero padding stands before *each* of them; 37 layers in all:
# ```text
# block 1   conv1_1 conv1_2            64 filters each, then pooling: 112 x 112
# block 2   conv2_1 conv2_2           128 filters each, then pooling:  56 x 56
# block 3   conv3_1 conv3_2 conv3_3   256 filters each, then pooling:  28 x 28
# block 4   conv4_1 conv4_2 conv4_3   512 filters each, then pooling:  14 x 14
# block 5   conv5_1 conv5_2 conv5_3   512 filters each, then pooling:   7 x 7
# head      Flatten, Dense(4096) relu, Dropout(0.5), Dense(4096) relu, Dropout(0.5), Dense(classes) softmax
# ```


# %%
def build_vgg16(input_shape: tuple[int, int, int] = (224, 224, 3), classes: int = 1000) -> keras.Sequential:
    """Stack the 37 layers of VGG-16, with random weights.

    Args:
        input_shape: `(H, W, C)` of a picture, without the batch axis; H and W at least 32.
        classes: how many probabilities come out, at least 2.

    Returns:
        A model from `(batch, H, W, C)` to `(batch, classes)`; at the defaults it has 138,357,544 parameters.

    Raises:
        ValueError: the picture is too small for five poolings (Keras says so).

    Example:
        >>> len(build_vgg16((32, 32, 3), classes=2).layers)
        37
    """
    # TODO (vgg_assembly.1): Return a keras.Sequential with the layers listed above, convolutions named as there.
    raise NotImplementedError


# %% [markdown]
# ## Published weights
#
# Weeks of training left a file of 553,467,096 bytes, `vgg16_weights_tf_dim_ordering_tf_kernels.h5`; `grader data` tells
# where to find it. An `.h5` file keeps layers from first to last, and `load_weights` deals them out *in that order*;
# `.weights.h5` is the newer format of Keras 3. The published layers have other names: what does `by_name=True` load?
# *Compiling* settles how to learn on: the optimizer takes the steps (here stochastic gradient descent, SGD), the loss
# says how wrong an answer is (categorical cross-entropy, `-log(p)` of the right class: what is it for 1 and 0.001?).


# %%
def load_vgg16_weights(model: keras.Model, path: str) -> keras.Model:
    """Load weights from a file into a model.

    Args:
        model: a model with the layers that the file holds weights for; their names do not matter.
        path: a `.h5` file in the published layout, or a `.weights.h5` file of Keras 3; the ending decides.

    Returns:
        The same model.

    Raises:
        OSError: there is no such file, or it is truncated or no HDF5.
        ValueError, KeyError: weights are missing or have other shapes; some layers may hold new weights by then.

    Example:
        >>> load_vgg16_weights(keras.Sequential(), "no_such_file.h5")  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        FileNotFoundError: no such file
    """
    # TODO (vgg_assembly.2): Load the file into the model in the order of the layers, then return the model.
    raise NotImplementedError


# %%
def compile_vgg16(model: keras.Model) -> keras.Model:
    """Set optimizer and loss.

    Args:
        model: a model whose outputs are probabilities.

    Returns:
        The same model, compiled with SGD (any learning rate) and categorical cross-entropy.

    Raises:
        Nothing: any model can be compiled.

    Example:
        >>> tiny = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
        >>> type(compile_vgg16(tiny).optimizer).__name__
        'SGD'
    """
    # TODO (vgg_assembly.3): Compile the model as described, then return it.
    raise NotImplementedError


# %% [markdown]
# ## From a picture to names
#
# In training, pictures had 224 rows and columns, channels in the order of OpenCV, *blue, green, red*, and were centred
# round zero: the means of all training pictures were subtracted, 103.939 from blue, 116.779 from green, 123.68 from
# red. Nothing was divided. Treat your pictures alike; whoever forgets it gets worse answers and no complaint. Note that
# `cv2.imread` returns `None` for what it cannot read, and `cv2.resize` wants `(width, height)`.
#
# `synset_words.txt` has one line a class, in the order of the probabilities: an identifier, a blank, and a label that
# may hold commas and more blanks. Where does the label begin?


# %%
def read_bgr(path: str, size: tuple[int, int] = (224, 224)) -> np.ndarray:
    """Read a whole picture and resize it.

    Args:
        path: the name of a PNG or JPEG.
        size: `(width, height)` of the result, in pixels; proportions may change.

    Returns:
        `(height, width, 3)` uint8, channels blue, green, red, resized with any usual interpolation.

    Raises:
        OSError: there is no such file, or it holds no picture.

    Example:
        >>> read_bgr("grace_hopper.jpg", size=(30, 20)).shape
        (20, 30, 3)
    """
    # TODO (vgg_assembly.4): Read the file with OpenCV, refuse what it cannot read, and return the picture resized.
    raise NotImplementedError


# %%
def transform_image(image: np.ndarray) -> np.ndarray:
    """Centre a picture as the training pictures were centred, and make it a batch of one.

    Args:
        image: `(H, W, 3)`, channels blue, green, red in 0..255, any real dtype; it stays unchanged.

    Returns:
        `(1, H, W, 3)` float32: the picture less 103.939 (blue), 116.779 (green) and 123.68 (red), not scaled.

    Raises:
        Nothing: any picture with three channels can be centred.

    Example:
        >>> transform_image(np.full((2, 5, 3), 200, dtype=np.uint8))[0, 0, 0].astype(int).tolist()
        [96, 83, 76]
    """
    # TODO (vgg_assembly.5): Return the centred picture with a batch axis in front; leave the argument as it is.
    raise NotImplementedError


# %%
def load_labels(path: str) -> list[str]:
    """Read the names of the classes.

    Args:
        path: an ASCII text file of at least two lines like `n02123045 tabby, tabby cat`.

    Returns:
        One label a line, in the order of the file, without identifier and line end: `"tabby, tabby cat"`.

    Raises:
        FileNotFoundError: there is no such file.

    Example:
        >>> labels = load_labels("synset_words.txt")
        >>> len(labels), labels[281]
        (1000, 'tabby, tabby cat')
    """
    # TODO (vgg_assembly.6): Return what follows the first blank of each line.
    raise NotImplementedError


# %%
def top_k(probabilities: np.ndarray, labels: list[str], k: int = 5) -> list[tuple[str, float]]:
    """Name the most probable classes.

    Args:
        probabilities: `(classes,)`, one picture's, without a batch axis.
        labels: one name for each class.
        k: how many to return, at most as many as there are classes.

    Returns:
        `k` pairs of label and probability, the most probable first, equal ones in any order.

    Raises:
        Nothing: every class has a probability and a name.

    Example:
        >>> top_k(np.array([0.25, 0.5, 0.125]), ["cat", "dog", "fox"], k=2)
        [('dog', 0.5), ('cat', 0.25)]
    """
    # TODO (vgg_assembly.7): Return labels with their probabilities, the largest k in descending order.
    raise NotImplementedError


# %% [markdown]
# ## Two predictions
#
# Put a picture of your own, `my_pet.jpg`, beside the portrait: over a hundred of the classes are dogs and cats. Best is
# one with a lawn. If all answers are near 0.001, are weights loaded? What changes without centring?
# ```py
# from vgg_assembly import *
# network, labels = build_vgg16(), load_labels("synset_words.txt")
# load_vgg16_weights(network, "vgg16_weights_tf_dim_ordering_tf_kernels.h5")
# pictures = {name: transform_image(read_bgr(name)) for name in ("grace_hopper.jpg", "my_pet.jpg")}
# shown, rows, cols = ["conv1_1", "conv1_2", "conv2_2", "conv5_2", "conv5_3"], slice(180, 220), slice(20, 60)     # lawn
# ```
# **No weights yet?** `docs/digits.md` has a small network, and lines to put in place of the last four above.
# Either network is asked, and later looked into, with the same lines:
# ```python
# import matplotlib.pyplot as plt
# for name, batch in pictures.items():
#     probabilities = network.predict(batch, verbose=0)[0]      # of the one picture in the batch
#     print(name, top_k(probabilities, labels))
#     plt.plot(probabilities)                                   # one spike, or several?
#     plt.show()
# ```
# ## Looking inside
#
# The first filters look at colours, so they can be shown as small pictures. A `Conv2D` keeps its kernel as
# `(h, w, channels in, filters)`. Bring the filters to the front, the rest stays in order: `swapaxes(0, 3)`, which turns
# each filter on its side, runs without a complaint because all three are 3 here.
#
# An *activation* is what a layer answers to one picture. `keras.Model(model.inputs[0], some_layer.output)` is a model
# that ends early and shares all weights. Which one is "the eighth layer" of VGG-16? Counted from 0 it is `conv2_2`,
# from 1 a padding layer; so prefer names: `[layer.name for layer in network.layers].index("conv2_2")`.
# Many maps are easier to compare as tiles on a square grid, read like a page: five tiles get `ceil(sqrt(5)) = 3` rows
# of 3 places. Screens want 0..1, so the smallest of *all* values becomes 0, the largest 1. And if both are equal?


# %%
def first_layer_filters(model: keras.Model) -> np.ndarray:
    """Give the filters of a model's first convolution.

    Args:
        model: a model with at least one `Conv2D`, not necessarily as its first layer.

    Returns:
        `(n, h, w, C)`: one picture `(h, w, C)` for each of the `n` filters, without biases.

    Raises:
        ValueError: the model has no convolution.

    Example:
        >>> tiny = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, (5, 2))])
        >>> first_layer_filters(tiny).shape
        (4, 5, 2, 3)
    """
    # TODO (vgg_assembly.8): Find the first Conv2D and return its kernel with the filters along the first axis.
    raise NotImplementedError


# %%
def get_layer_output(model: keras.Model, image: np.ndarray, layer: int) -> np.ndarray:
    """Compute what one layer of a model answers to a batch, at inference.

    Args:
        model: a built model.
        image: `(batch, H, W, C)`, prepared as the model expects it.
        layer: index into `model.layers`, from 0; negative ones count from the end.

    Returns:
        The output of that layer, `(batch, ...)`, with dropout switched off.

    Raises:
        IndexError: the model has no such layer.

    Example:
        >>> tiny = keras.Sequential([keras.Input((2, 2, 1)), keras.layers.ReLU(), keras.layers.Flatten()])
        >>> get_layer_output(tiny, np.array([[[[-1.0], [2.0]], [[3.0], [-4.0]]]]), -1).tolist()
        [[0.0, 2.0, 3.0, 0.0]]
    """
    # TODO (vgg_assembly.9): Return the output of model.layers[layer] for this batch as an array.
    raise NotImplementedError


# %%
def tile_filters(weights: np.ndarray, pad_size: int = 1, pad_value: float = 0.0) -> np.ndarray:
    """Arrange filters or feature maps on a square grid, for display.

    Args:
        weights: `(n, h, w)` or `(n, h, w, C)`, any real dtype; they stay unchanged.
        pad_size: how many pixels follow below and to the right of each tile.
        pad_value: what fills these pixels and the places without a tile.

    Returns:
        `(side * (h + pad_size), side * (w + pad_size))`, then `C` if there is one, with `side = ceil(sqrt(n))`: tiles
        row by row, scaled together to 0..1; constant input gives 0.

    Raises:
        Nothing: any number of tiles has a grid.

    Example:
        >>> tile_filters(np.array([[[1, 3]], [[2, 5]]]), pad_value=9).tolist()[0]
        [0.0, 0.5, 9.0, 0.25, 1.0, 9.0]
    """
    # TODO (vgg_assembly.10): Scale the tiles to 0..1, make a grid full of pad_value, and put each tile in its place.
    raise NotImplementedError


# %% [markdown]
# ## Which filter finds the grass?
# ```python
# plt.imshow(tile_filters(first_layer_filters(network))[:, :, ::-1], cmap="gray")     # screens want red first
# plt.show()
# names = [layer.name for layer in network.layers]
# maps = {name: get_layer_output(network, batch, names.index(name))[0].transpose(2, 0, 1) for name in shown}
# for name in shown:
#     print(name, maps[name].shape)
#     plt.imshow(tile_filters(maps[name], pad_value=1.0), cmap="gray")
#     plt.show()
# contrast = maps[shown[0]][:, rows, cols].mean(axis=(1, 2)) - maps[shown[0]].mean(axis=(1, 2))
# print("Filter", contrast.argmax(), "prefers these rows and columns to the rest of the picture.")
# ```
# Find that filter among the tiles: which colours has it? What else does its map answer? Which filter of `conv1_2` finds
# the grass? Which maps show edges, which areas? Why does `conv5_2`, 14 x 14 answers, no longer look like the picture?
# Next: `cifar_setup.py`, where a network learns its own weights.
