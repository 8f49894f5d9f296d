# Generated from solutions/convolve.py by `grader sync`; students fill in each TODO, then hand it in.
# %% [markdown]
# # 2. Convolve
#
# `multiply_sum` asks its question at one place. A *convolution* asks it everywhere: it lays a small filter on the
# picture, multiplies and sums, moves on by one pixel, and writes all answers into a new, slightly smaller picture.
#
# The way there has four steps: read a picture, cut pieces out of it, find out how large the answer will be, and slide.
# Your finished `multiply_sum` lies next to this file; the last step uses it.

# %%
"""Read a picture and slide a filter over it: cross-correlation without padding, grey and colour."""

from __future__ import annotations

import imageio.v3 as iio
import numpy as np

from multiply_sum import multiply_sum

__all__ = ["convolve", "filtered_shape", "load_image", "top_left"]

# %% [markdown]
# ## The portrait
#
# The picture of this course shows Rear Admiral Grace Hopper, who gave us one of the first compilers. It is called
# `grace_hopper.jpg` and lies in the folder `data/`. Examples and checks run with `data/` as their working directory,
# so the bare name is enough there; started from elsewhere, Python needs the longer path.
#
# Look before you compute:
#
# ```python
# import imageio.v3 as iio
# import matplotlib.pyplot as plt
# import numpy as np
#
# portrait = iio.imread("grace_hopper.jpg")
# print(portrait.shape, portrait.dtype)     # (600, 512, 3) uint8
# print(portrait[300, 256])                 # [216 136 103]: skin, at row 300, column 256
# print(portrait[380, 480])                 # [119 149 211]: background, right of her shoulder
# plt.imshow(portrait)
# plt.show()
# ```
#
# Three axes: 600 rows, 512 columns, and 3 *channels*, the amounts of red, green and blue. Which channel is the largest
# in the skin? In the background? What do you expect at `portrait[425, 430]`, on the dark coat?
#
# ## From colour to grey
#
# A grey picture has one number a pixel, its *luminance*. The plain mean of the three channels is a poor choice, because
# eyes respond strongly to green and weakly to blue. The usual weights follow the eye:
#
# ```text
# grey = 0.299 R + 0.587 G + 0.114 B
# ```
#
# The weights add up to 1, so black stays 0 and white stays 255. Try it on the background pixel above: what grey does it
# get, and what would the mean have been?
#
# Two libraries, two habits worth knowing: imageio and Pillow give the channels in the order red, green, blue, while
# OpenCV gives blue, green, red. And some readers return `None` for a file that is not there, instead of an error. A
# name with a typing mistake should stop the program at once, not ten lines later.


# %%
def load_image(path: str, grayscale: bool = False) -> np.ndarray:
    """Read an 8-bit PNG or JPEG, in colour or in grey.

    Args:
        path: the name of the file, relative to the working directory or absolute.
        grayscale: whether to return luminance in place of colour.

    Returns:
        In colour `(H, W, 3)` uint8, channels red, green, blue; in grey `(H, W)`, luminance
        `0.299 R + 0.587 G + 0.114 B` in 0..255, floating point or rounded.

    Raises:
        FileNotFoundError: there is no such file (any other exception will do as well).

    Example:
        >>> load_image("grace_hopper.jpg").shape
        (600, 512, 3)
        >>> load_image("grace_hopper.jpg", grayscale=True).shape
        (600, 512)
    """
    # TODO (convolve.1): Read the file as an RGB picture, and turn it into luminance where grayscale asks for it.
    raise NotImplementedError


# %% [markdown]
# ## Rows come first
#
# `image[2, 5]` is row 2, column 5: first how far *down*, then how far *right*. (Plots and screens say x before y,
# which is the other way round; this is behind many a transposed picture.) A *slice* cuts out a range: `image[10:20,
# 30:60]` has 10 rows and 30 columns, the end not included, and it works for colour as well because the third axis is
# left whole.
#
# Slices are lenient. The portrait has 512 columns; what does `portrait[:200, :600].shape` give?


# %%
def top_left(image: np.ndarray, rows: int, cols: int) -> np.ndarray:
    """Cut the top-left corner out of a picture.

    Args:
        image: `(H, W)` or `(H, W, C)`, any real dtype.
        rows: how many rows to keep, at least 1.
        cols: how many columns to keep, at least 1.

    Returns:
        The first `rows` rows and `cols` columns, or all there are where the picture is smaller; channels and dtype
        stay as they are.

    Raises:
        Nothing: a picture that is too small gives what it has.

    Example:
        >>> table = np.arange(12).reshape(3, 4)
        >>> top_left(table, 2, 3).tolist()
        [[0, 1, 2], [4, 5, 6]]
    """
    image = np.asarray(image)
    # TODO (convolve.2): Return the first rows and columns of the image.
    raise NotImplementedError


# %% [markdown]
# ## How large is the answer?
#
# Lay a filter of 3 columns on a row of 5 pixels:
#
# ```text
# pixels   . . . . .
# filter   f f f          place 0
#            f f f        place 1
#              f f f      place 2, and there is no room for another
# ```
#
# Three places: `5 - 3 + 1`. The `+ 1` counts the place where the filter starts. The same holds for rows, so an image of
# `(H, W)` and a filter of `(h, w)` give
#
# ```text
# (H - h + 1, W - w + 1)
# ```
#
# This is called a *valid* convolution: the filter never hangs over the rim, nothing is padded. Check the formula at its
# ends. What comes out of a 1 x 1 filter? Of a filter as large as the image? And what *would* come out of one that is
# larger than the image by two rows, if nobody objected?


# %%
def filtered_shape(image_shape: tuple[int, ...], filter_shape: tuple[int, ...]) -> tuple[int, int]:
    """Work out how many rows and columns a valid convolution gives.

    Args:
        image_shape: `(H, W)` or `(H, W, C)`.
        filter_shape: `(h, w)` or `(h, w, C)`; channels are ignored in both.

    Returns:
        `(H - h + 1, W - w + 1)`.

    Raises:
        ValueError: the filter has more rows or more columns than the image.

    Example:
        >>> tuple(filtered_shape((600, 512, 3), (3, 5, 3)))
        (598, 508)
    """
    height, width = image_shape[:2]
    h, w = filter_shape[:2]
    # TODO (convolve.3): Refuse a filter that does not fit, then return the number of rows and columns of the answer.
    raise NotImplementedError


# %% [markdown]
# ## Sliding, by hand
#
# An image of 3 rows and 4 columns, a filter of 2 rows and 2 columns: the answer has 2 rows and 3 columns.
#
# ```text
# image     1  0  2  1        filter    1  2
#           3  1  0  2                  0 -1
#           0  2  1  1
# ```
#
# Top-left corner: the filter covers `1 0 / 3 1`, and `1*1 + 0*2 + 3*0 + 1*(-1) = 0`. One column to the right it covers
# `0 2 / 1 0`: `0 + 4 + 0 - 0 = 4`. One more: `2 + 2 + 0 - 2 = 2`. Then back to the left, one row down. All six answers:
#
# ```text
# 0  4  2
# 3  0  3
# ```
#
# Do the second row yourself. This table is a good first test for your loop.
#
# ## Turned or not?
#
# In mathematics, a convolution turns the filter by 180 degrees before it slides, and what we did above is called
# *cross-correlation*. Convolutional networks do not turn: a network learns its weights, and it can learn the turned
# ones as well. This course follows the networks, and so does `keras.layers.Conv2D`. Beware of library calls that
# turn, and of tests that cannot see the difference: a symmetric filter is its own turned self. In the example above,
# which answers would change with `-1 0 / 2 1`?
#
# ## Colour
#
# A filter for a colour picture has channels, too: `(h, w, C)`, one table of weights a channel. The patch under it is
# a block of the same shape. Rows, columns *and* channels are multiplied and summed, so there is still one number a
# place and the answer has two axes. If the channels of filter and image differ in number, the question makes no
# sense, and the same goes for a flat filter on an image of shape `(H, W, 1)`: say so with `ValueError` before the
# loop starts.
#
# The answers can be negative, larger than 255, or fractions. What happens to them in an array made by
# `np.zeros_like(image)`, when the image is `uint8`?


# %%
def convolve(image: np.ndarray, filter_matrix: np.ndarray) -> np.ndarray:
    """Slide a filter over an image, without padding and without turning it.

    Args:
        image: `(H, W)` or `(H, W, C)`, any real dtype; it stays unchanged.
        filter_matrix: `(h, w)` for a grey image or `(h, w, C)` for a colour image, any real dtype.

    Returns:
        `(H - h + 1, W - w + 1)` floating point: at `[row, col]` the sum of products of the filter and the patch of
        the image whose top-left pixel is `[row, col]`.

    Raises:
        ValueError: the filter does not fit, or the numbers of dimensions or channels disagree.

    Example:
        >>> image = np.array([[1, 0, 2], [3, 1, 0]])
        >>> pair = np.array([[1, 2]])
        >>> convolve(image, pair).astype(float).tolist()
        [[1.0, 4.0], [5.0, 1.0]]
    """
    image, filter_matrix = np.asarray(image), np.asarray(filter_matrix)
    h, w = filter_matrix.shape[:2]
    # TODO (convolve.4): Call multiply_sum on the filter and the patch under it, at every place where the filter fits.
    raise NotImplementedError


# %% [markdown]
# ## Look at what you built
#
# The whole portrait has about 300,000 places, which takes a few seconds. A crop is quicker to play with:
#
# ```python
# from convolve import convolve, load_image
#
# grey = load_image("grace_hopper.jpg", grayscale=True)
# glasses = grey[160:230, 170:360]
# mean = np.full((5, 5), 1 / 25)
# corner = np.array([[1, 0], [0, -1]])
# for weights in (mean, corner, corner[::-1, ::-1]):
#     answers = convolve(glasses, weights)
#     print(answers.shape, answers.min().round(1), answers.max().round(1))
#     plt.imshow(answers, cmap="gray")
#     plt.show()
# ```
#
# `imshow` maps the smallest answer to black and the largest to white; that is for display only, `convolve` returns the
# raw sums. Now vary it:
#
# - What changes when `mean` grows to 9 x 9? What happens to the size? What if its weights sum to 2?
# - `corner` and the turned `corner` are the two signs of one question. Where is one picture dark and the other bright?
# - Which filter leaves the picture as it is? Which one moves it by one column? In which direction?
# - Convolve twice with a 3 x 3 mean, then once with a 5 x 5 mean. Equal sizes; equal pictures?
#
# **What did you see** when you turned `corner`? Compare the two pictures at one place, and say why they differ there.

# %% [markdown]
# *Write your answer here.*

# %% [markdown]
# Next: `filter_design.py`, where you decide what to look for.
