# Generated from solutions/filter_design.py by `grader sync`; students fill in each TODO, then hand it in.
# %% [markdown]
# # 3. Design filters
#
# So far the filters were given. Now you choose the weights, and look at what each choice makes visible. A network
# learns its weights from examples; after this exercise you will recognise some of what it learns.
#
# None of these functions needs a picture. The pieces of code between them use your `convolve` and the portrait, so
# finish that one first.

# %%
"""Filters by design: lines, edges, Prewitt's family, stacks of kernels for colour, and one shoulder."""

from __future__ import annotations

import numpy as np

__all__ = [
    "BROWN_FILTER",
    "channels_last",
    "horizontal_line_filter",
    "left_shoulder_filter",
    "prewitt_filter",
    "prewitt_variants",
    "quiz",
    "vertical_edge_filter",
]

# %% [markdown]
# ## Lines
#
# A *line* is brighter (or darker) than what lies on both sides of it; an *edge* separates a bright side from a dark
# one. Here is a horizontal line one pixel high, and next to it a horizontal edge:
#
# ```text
# line   0 0 0      edge   9 9 9
#        9 9 9             0 0 0
#        0 0 0             0 0 0
# ```
#
# To find the line, reward the middle row and punish its neighbours: a row of -1, a row of 2, a row of -1. On the line
# above that gives `2 * 9 * 3 = 54`. On a uniformly grey area it gives 0, because the weights sum to 0: every grey value
# `g` contributes `g` times that sum. What does the filter answer on the edge? And on a *vertical* line?


# %%
def horizontal_line_filter() -> np.ndarray:
    """Give the filter that answers a horizontal line one pixel high.

    Returns:
        `(3, 3)`, rows of -1, 2 and -1.

    Example:
        >>> line = np.array([[0, 0, 0], [9, 9, 9], [0, 0, 0]])
        >>> float(np.sum(horizontal_line_filter() * line))
        54.0
    """
    # TODO (filter_design.1): Return the 3 x 3 array described above.
    raise NotImplementedError


# %% [markdown]
# ## Edges
#
# Now a filter of your own. It should answer a *vertical edge*, where the brightness changes from left to right, and
# stay silent everywhere else: no answer on flat areas, no answer on a horizontal edge. Neither size nor numbers are
# prescribed, and the sign is free as well: bright-to-dark may be positive or negative.
#
# Paper helps. Draw the three images, lay your candidate on them at every place, and sum:
#
# ```text
# vertical edge  0 0 9 9    horizontal edge  0 0 0 0    flat  5 5 5 5
#                0 0 9 9                     0 0 0 0          5 5 5 5
#                0 0 9 9                     9 9 9 9          5 5 5 5
# ```
#
# For silence on the horizontal edge, parts of the filter have to cancel: each row by itself, or each column by itself?


# %%
def vertical_edge_filter() -> np.ndarray:
    """Give a filter of your own design that answers vertical edges and nothing else.

    Returns:
        `(h, w)` with sides from 1 to 15: the weights sum to 0; the answer to a vertical edge is not 0, of either
        sign; the answers to a horizontal edge and to a flat area are 0. Only the proportions of the weights count.

    Example:
        >>> float(abs(np.sum(vertical_edge_filter()))) < 1e-9
        True
    """
    # TODO (filter_design.2): Return an array of weights that change in the direction in which the brightness changes.
    raise NotImplementedError


# %% [markdown]
# ## Prewitt and its variants
#
# Judith Prewitt published a small family of filters in 1970 that is still the first thing to try. Her filter has a
# row of ones, a row of zeros, and a row of minus ones. Two variants are worth a look: the *transposed* one, where rows
# become columns, and the *flipped* one, where the first and the last row change places. For each of the three, say what
# you expect before you look.


# %%
def prewitt_filter() -> np.ndarray:
    """Give Prewitt's filter.

    Returns:
        `(3, 3)`, rows of 1, 0 and -1.

    Example:
        >>> [float(row.sum()) for row in prewitt_filter()]
        [3.0, 0.0, -3.0]
    """
    # TODO (filter_design.3): Return the 3 x 3 array described above.
    raise NotImplementedError


# %%
def prewitt_variants() -> dict[str, np.ndarray]:
    """Give two variants of Prewitt's filter.

    Returns:
        `"transposed"`: its transpose, `(3, 3)`; `"flipped"`: its first and last row swapped, `(3, 3)`.

    Example:
        >>> {name: weights.shape for name, weights in sorted(prewitt_variants().items())}
        {'flipped': (3, 3), 'transposed': (3, 3)}
    """
    # TODO (filter_design.4): Return a dict with both variants under the names above.
    raise NotImplementedError


# %% [markdown]
# Now compare the three on the cap of the portrait:
#
# ```python
# import matplotlib.pyplot as plt
# import numpy as np
#
# from convolve import convolve, load_image
# from filter_design import prewitt_filter, prewitt_variants
#
# grey = load_image("grace_hopper.jpg", grayscale=True)
# cap = grey[20:110, 140:380]
# for weights in (prewitt_filter(), *prewitt_variants().values()):
#     answers = convolve(cap, weights)
#     print(np.asarray(weights).tolist(), answers.min().round(1), answers.max().round(1))
#     plt.imshow(answers, cmap="gray")
#     plt.show()
# ```
#
# What changes when you double all weights? When you put the row of zeros in three times, for a filter of five rows?
# When you show `abs(answers)` in place of `answers`? The quiz at the end asks about this section.
#
# ## Colour: a stack of kernels
#
# A filter for a colour picture has one table of weights a channel, a *stack* of kernels. Red weights multiply the red
# values, green the green ones, blue the blue ones, and all products are added. So a filter can prefer a colour:
# positive weights where the colour has much light, negative weights where it has little.
#
# Below is a stack of weights for the colour brown. Its first axis is the channel: `BROWN_FILTER[0]` is the red plane,
# then green, then blue. Compare the planes before you go on. What do they say about brown? What does the filter
# answer on a white area, where red, green and blue are all 255?

# %%
BROWN_FILTER = np.array(
    [
        [
            [0.13871045, 0.17157242, 0.12934428],
            [0.16168842, 0.20229845, 0.14835016],
            [0.135694, 0.16206263, 0.11727387],
        ],
        [
            [0.04231958, 0.05471011, 0.03167877],
            [0.0462575, 0.06581022, 0.03104937],
            [0.04185439, 0.04734124, 0.02087744],
        ],
        [
            [-0.15704881, -0.16666673, -0.16600266],
            [-0.17439997, -0.17757156, -0.18760149],
            [-0.15435153, -0.17037505, -0.17269668],
        ],
    ]
)
BROWN_FILTER.flags.writeable = False  # one array for everybody: a change in one cell would reach all others

# %% [markdown]
# ## Why axes get rearranged
#
# The stack has its channels first, `(C, h, w)`. Pictures from `load_image` have them last, `(H, W, C)`, and so do the
# filters that `convolve` takes. Both orders are common: one keeps each plane together, the other keeps each pixel
# together. Somebody has to translate.
#
# This is a place for quiet mistakes. Here all three sides are 3, so *any* order of the axes runs without an error,
# and some wrong ones give pictures that look right: exchanging rows and columns as well changes the answers by less
# than one on average. So say where each *new* axis comes from, and test with a stack whose sides all differ: where
# should `stack[2, 0, 1]` end up? And note that moving axes is not `reshape`, which deals out the numbers anew in
# their order.


# %%
def channels_last(filter_stack: np.ndarray) -> np.ndarray:
    """Move the channel axis of a stack of kernels from the front to the end.

    Args:
        filter_stack: `(C, h, w)`, any real dtype, any number of channels, rows and columns.

    Returns:
        `(h, w, C)`, the same dtype: `result[i, j, k]` is `filter_stack[k, i, j]`.

    Raises:
        Nothing: any three axes can be rearranged.

    Example:
        >>> channels_last(np.zeros((3, 2, 5))).shape
        (2, 5, 3)
    """
    filter_stack = np.asarray(filter_stack)
    # TODO (filter_design.5): Return the stack with its axes in the order rows, columns, channels.
    raise NotImplementedError


# %% [markdown]
# Look for brown:
#
# ```python
# from filter_design import BROWN_FILTER, channels_last
#
# portrait = load_image("grace_hopper.jpg")
# flag = portrait[230:330, 30:230]
# answers = convolve(flag, channels_last(BROWN_FILTER))
# print(answers.shape, answers.min().round(1), answers.max().round(1))
# plt.imshow(answers, cmap="gray")
# plt.show()
# ```
#
# Which is the brightest spot, and is it brown? What changes when red and blue are exchanged, `flag[:, :, ::-1]`? On the
# whole portrait the answers run from -157.1 to 351.5: a useful check that takes a few seconds.
#
# ## Her left shoulder
#
# Now a filter with a purpose: find the left shoulder of Grace Hopper. *Her* left is on the right-hand side of the
# picture. There the dark coat, about `(11, 11, 23)` in red, green and blue, meets the background, about
# `(105, 140, 200)`, along an edge that falls from left to right:
#
# ```text
#   . . . . . .      .  background, above and to the right
#   # . . . . .      #  coat, below and to the left
#   # # . . . .
#   # # # . . .
# ```
#
# Any sides from 1 to 15 will do, with three channels that are not all alike: the two colours differ far more in one
# channel than in another (which?). The weights sum to 0, and the filter answers this edge much more strongly than the
# opposite one. To measure that, the filter and its negative are both convolved with the portrait: in output rows 360 to
# 430 and columns 420 to 500, the largest answer has to be at least 2.5 times that of the negative. The same has to hold
# on clean edges at 45 degrees in the two colours.


# %%
def left_shoulder_filter() -> np.ndarray:
    """Give a colour filter of your own design that answers the edge of her left shoulder.

    Returns:
        `(h, w, 3)` with sides from 1 to 15, channels red, green, blue, not all three alike: the weights sum to 0. On
        the portrait, in output rows 360..430 and columns 420..500, its largest answer is at least 2.5 times that of
        the negated filter; likewise on edges at 45 degrees with `(105, 140, 200)` above right and `(11, 11, 23)`
        below left.

    Example:
        >>> left_shoulder_filter().shape[2]
        3
    """
    # TODO (filter_design.6): Return weights, positive where the filter meets background and negative on the coat.
    raise NotImplementedError


# %% [markdown]
# Measure your design before you hand it in:
#
# ```python
# from filter_design import left_shoulder_filter
#
# weights = left_shoulder_filter()
# h, w, _ = weights.shape
# band = portrait[360 : 430 + h, 420 : 500 + w]       # all pixels that the answers in the band depend on
# answers = convolve(band, weights)
# print(answers.shape, answers.max() / (-answers).max())
# ```
#
# Vary it: what happens to the ratio when the filter grows? When you use one channel alone? When one channel gets a
# negative factor? When you mirror the filter? And where in the *whole* portrait is the largest answer: on the shoulder?
# If not, what else looks like blue above black?
#
# **What did you see** when you mirrored the filter, or used one channel alone? Say which number changed, and why.

# %% [markdown]
# *Write your answer here.*

# %% [markdown]
# ## Quiz
#
# Four questions on what you have seen. An image that you build yourself decides each of them:
#
# ```python
# column = np.zeros((9, 9))
# column[:, 4] = 1
# print(convolve(column, prewitt_filter()))
# ```


# %%
def quiz() -> dict[str, str]:
    """Answer four questions about lines and edges.

    Returns:
        A dict with four keys.

        `"line_filter_detects"`, `"prewitt_detects"`, `"prewitt_transposed_detects"`: what the horizontal line filter,
        Prewitt's filter and its transpose answer most strongly. Each is one of `"horizontal lines"`,
        `"vertical lines"`, `"horizontal edges"`, `"vertical edges"`, `"corners"`.

        `"prewitt_flipped_effect"`: what swapping the first and the last row does to the answers. One of
        `"the sign of the response flips"`, `"the edges rotate"`, `"nothing changes"`, `"the response doubles"`.

    Example:
        >>> sorted(quiz())
        ['line_filter_detects', 'prewitt_detects', 'prewitt_flipped_effect', 'prewitt_transposed_detects']
    """
    # TODO (filter_design.7): Return a dict with the four keys above and one of the allowed answers for each.
    raise NotImplementedError
