# %% [markdown]
# # 1. Multiply and sum
#
# A convolutional network looks at a picture through thousands of small windows. At each of them it asks one question:
# *how much does what I see here look like the pattern that I carry?* The whole answer is one multiplication and one
# sum. This exercise builds that step; the next one slides it over a picture; the third one designs patterns that are
# worth looking for.
#
# **How these files work.** Text like this is prose; everything else is Python. Every function that you write has a
# docstring that says what goes in and what comes out, a line that starts with `# TODO`, and a
# `raise NotImplementedError` to replace. The docstring ends with an example. `python -m doctest multiply_sum.py` runs
# the examples and prints nothing when all of them agree. A first run that ends in `NotImplementedError` is normal: that
# is the gap, waiting.

# %%
"""The smallest step of a convolution: multiply two arrays entry by entry and add everything up."""

from __future__ import annotations

import numpy as np

__all__ = ["multiply_sum"]

# %% [markdown]
# ## Pictures are numbers
#
# To a computer, a grey picture is a table. Each entry is a *pixel*: 0 is black, 255 is white, and what lies between is
# grey. A bright patch with a dark right-hand column looks like this:
#
# ```python
# import numpy as np
#
# patch = np.array([[200, 190, 20],
#                   [210, 195, 25],
#                   [205, 185, 15]])
# print(patch.shape)     # (3, 3): three rows, three columns
# print(patch[0, 2])     # 20: row 0, column 2; rows come first, and counting starts at 0
# ```
#
# A pattern is a table of the same size. Its numbers are *weights*: positive where brightness should count in favour,
# negative where it should count against, 0 where it does not matter.
#
# ## One step by hand
#
# Take a small patch and a small pattern:
#
# ```text
# patch     3  5      pattern     1  0
#           2  7                  2  1
# ```
#
# Multiply the numbers that stand in the same place:
#
# ```text
# products  3 * 1   5 * 0         3  0
#           2 * 2   7 * 1    =    4  7
# ```
#
# and add all of them: `3 + 0 + 4 + 7 = 14`. As a formula, for arrays with rows `i` and columns `j`:
#
# ```text
# answer = sum over i, j of  a[i, j] * b[i, j]
# ```
#
# With three axes (rows, columns, colours) the sum runs over `i, j, k`. Whatever the shape, *one* number comes out.
#
# ## Why this measures likeness
#
# Here is a pattern that prefers brightness on the left, and three patches to show it:
#
# ```text
# pattern   bright left   bright right   all the same
#  1 -1         9  1          1  9           5  5
#  1 -1         9  1          1  9           5  5
# ```
#
# Work out the three answers on paper before you read on. They are 16, -16 and 0: agreement gives a large positive
# number, the opposite gives a large negative one, and a patch without any left or right gives nothing at all. Keep this
# in mind. It is the reason why filters work.
#
# What changes in the three answers when ...
#
# - every pixel of a patch gets brighter by 1?
# - every pixel gets twice as bright?
# - the pattern is `[[2, -1], [2, -1]]`? Which of the three patches now gets an answer that it did not earn?
#
# ## Two traps before you start
#
# **The matrix product is something else.** In NumPy `a * b` multiplies entry by entry, while `a @ b` multiplies rows by
# columns as in linear algebra. Both run on square tables without a complaint, so only the numbers tell them apart.
#
# **Small whole numbers wrap round.** Pictures arrive as `uint8`: whole numbers from 0 to 255, one byte each. There is
# no room for 400 or for -1:
#
# ```python
# bright = np.array([200, 100], dtype=np.uint8)
# double = np.array([2, 2], dtype=np.uint8)
# print(bright * double)                        # [144 200], because 400 - 256 = 144
# print((bright * double).sum())                # 344: the sum is done in a wide type, the damage came before it
# ```
#
# `array.astype(np.float64)` gives a copy in 64-bit floating point, which holds every product that occurs here. Which
# of the two steps, the multiplication or the sum, needs the conversion to have happened already?
#
# ## Shapes have to agree
#
# When two shapes differ, NumPy often *broadcasts*: it repeats the smaller array until it fits.
#
# ```python
# print((np.ones((3, 3)) * np.array([1, 2, 3])).sum())   # 18.0, and no warning
# ```
#
# That is useful elsewhere. Here it would hide a mistake, such as a colour patch meeting a grey pattern, behind a number
# that looks fine. So `multiply_sum` refuses: shapes that differ are a `ValueError`. A good message states the rule and
# then what it received; the person who reads it at midnight may be you.


# %% checks=["hand", "agrees", "bilinear", "uint8", "layouts", "mismatch"]
def multiply_sum(a: np.ndarray, b: np.ndarray) -> float:
    """Add up the entry-wise products of two arrays of the same shape.

    Args:
        a: numbers of any real dtype, 1 to 4 dimensions, for example a patch `(h, w)` or `(h, w, C)`.
        b: numbers of any real dtype, the same shape as `a`, for example a filter.

    Returns:
        One number, the sum over all entries of `a * b`, computed in float64 so that uint8 does not overflow.

    Raises:
        ValueError: the shapes differ, even where NumPy could broadcast them.

    Example:
        >>> patch = np.array([[3, 5], [2, 7]])
        >>> pattern = np.array([[1, 0], [2, 1]])
        >>> float(multiply_sum(patch, pattern))
        14.0
    """
    a, b = np.asarray(a), np.asarray(b)
    # TODO (multiply_sum.1): Refuse shapes that differ, then return the sum of all entry-wise products as one number.
    ### BEGIN SOLUTION
    if a.shape != b.shape:
        raise ValueError(f"multiply_sum takes two arrays of the same shape. Received: {a.shape} and {b.shape}.")
    # One float64 factor is enough to make every product float64; after the product it would be too late.
    return float(np.sum(a.astype(np.float64) * b))
    ### END SOLUTION


# %% [markdown]
# ## Look at what you built
#
# Type these lines below, or into a Python prompt that was started next to this file:
#
# ```python
# from multiply_sum import multiply_sum
#
# left = np.array([[1, -1], [1, -1]])
# for name, patch in {
#     "bright left": np.array([[9, 1], [9, 1]]),
#     "bright right": np.array([[1, 9], [1, 9]]),
#     "all the same": np.array([[5, 5], [5, 5]]),
# }.items():
#     print(name, multiply_sum(patch, left))
# ```
#
# Then vary them:
#
# - Make the patches `uint8` with values near 255. Do the answers still agree with your paper?
# - Swap the two arguments. Should the answer change?
# - Of all 2 x 2 patches with entries from 0 to 9, which one gets the largest answer from `left`? Find it by thought
#   first, then with a loop.
# - Give the function a patch of shape `(2, 2, 3)` and a pattern of shape `(2, 2)`. Is the message one that you would
#   like to find?
#
# Next: `convolve.py` puts this function at every place of a picture.
