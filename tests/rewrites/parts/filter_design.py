"""Ways to write down filters, and designs; HEIGHT, WIDTH, SCALE and COLOURS are drawn anew for each rewrite."""

# Written as students write; functions of the exercise are there in the module that a part is put into.
# ruff: noqa: C408, C416, F821

from __future__ import annotations

import itertools
import math

import numpy as np

HEIGHT = 3
WIDTH = 3
SCALE = 1.0
COLOURS = (0.0, 0.0, 1.0)


def horizontal_line_filter__written():
    return np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])


def horizontal_line_filter__repeated():
    return np.repeat([[-1], [2], [-1]], 3, axis=1)


def horizontal_line_filter__assigned():
    weights = np.full((3, 3), -1.0)
    weights[1] = 2
    return weights


def horizontal_line_filter__outer():
    return np.outer([-1, 2, -1], np.ones(3, dtype=int))


def horizontal_line_filter__less_the_mean():
    middle = np.zeros((3, 3))
    middle[1, :] = 3.0
    return middle - middle.mean()


def horizontal_line_filter__from_text():
    return np.array([line.split() for line in ("-1 -1 -1", "2 2 2", "-1 -1 -1")], dtype=np.int64)


def horizontal_line_filter__second_difference():
    return -np.diff(np.eye(5), n=2, axis=0)[1, 1:4][:, None] * np.ones((1, 3))


def horizontal_line_filter__turned():
    vertical = np.array([[-1, 2, -1]] * 3)
    return np.rot90(vertical)


def horizontal_line_filter__function():
    return np.fromfunction(lambda i, j: 3.0 * (i == 1) - 1 + 0 * j, (3, 3))


def horizontal_line_filter__kron():
    return np.kron(np.array([[-1], [2], [-1]]), np.ones((1, 3), dtype=np.int8))


def prewitt_filter__written():
    return [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]


def prewitt_filter__linspace():
    return np.linspace(1, -1, 3).reshape(3, 1) * np.ones(3)


def prewitt_filter__tiled():
    return np.tile(np.array([1, 0, -1])[:, np.newaxis], (1, 3))


def prewitt_filter__gradient():
    rows, _ = np.mgrid[-1:2, -1:2]
    return -rows


def prewitt_filter__stacked():
    return np.vstack((np.ones(3), np.zeros(3), -np.ones(3)))


def prewitt_filter__comprehension():
    return [[1 - row for _ in range(3)] for row in range(3)]


def prewitt_filter__identities():
    return (np.eye(3)[0] - np.eye(3)[2])[:, None].repeat(3, axis=1)


def prewitt_filter__triangles():
    return np.sign(np.arange(1, -2, -1)).repeat(3).reshape(3, 3)


def prewitt_filter__ndindex():
    weights = np.empty((3, 3), np.int32)
    for i, j in np.ndindex(3, 3):
        weights[i, j] = {0: 1, 1: 0, 2: -1}[i]
    return weights


def prewitt_variants__methods():
    weights = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
    return {"transposed": weights.T, "flipped": weights[::-1]}


def prewitt_variants__functions():
    weights = np.asarray(prewitt_filter())
    return dict(transposed=np.transpose(weights), flipped=np.flipud(weights))


def prewitt_variants__by_index():
    weights = np.asarray(prewitt_filter()).tolist()
    turned = [[weights[j][i] for j in range(3)] for i in range(3)]
    return {"transposed": turned, "flipped": [weights[i] for i in (2, 1, 0)]}


def prewitt_variants__zipped():
    weights = [list(row) for row in np.asarray(prewitt_filter())]
    return {"transposed": list(map(list, zip(*weights, strict=True))), "flipped": list(reversed(weights))}


def prewitt_variants__exchanged():
    flipped = np.array(prewitt_filter(), dtype=float)
    flipped[[0, 2]] = flipped[[2, 0]]
    return {"flipped": flipped, "transposed": np.swapaxes(np.array(prewitt_filter()), 0, 1)}


def prewitt_variants__einsum():
    weights = np.array(prewitt_filter(), dtype=float)
    return {"transposed": np.einsum("ij->ji", weights), "flipped": np.eye(3)[::-1] @ weights}


def prewitt_variants__filled():
    answer = {}
    weights = np.array(prewitt_filter())
    answer["transposed"] = np.moveaxis(weights, 0, 1)
    answer["flipped"] = np.flip(weights, 0)
    return answer


# Stacks ------------------------------------------------------------------------------------------------------------
def channels_last__transpose(filter_stack):
    return np.transpose(filter_stack, (1, 2, 0))


def channels_last__moveaxis(filter_stack):
    return np.moveaxis(filter_stack, 0, -1)


def channels_last__rollaxis(filter_stack):
    return np.rollaxis(filter_stack, 0, 3)


def channels_last__stack(filter_stack):
    return np.stack([plane for plane in filter_stack], axis=2)


def channels_last__dstack(filter_stack):
    return np.dstack(list(filter_stack))


def channels_last__einsum(filter_stack):
    return np.einsum("chw->hwc", filter_stack)


def channels_last__two_swaps(filter_stack):
    return filter_stack.swapaxes(0, 1).swapaxes(1, 2)


def channels_last__filled(filter_stack):
    channels, height, width = filter_stack.shape
    answer = np.empty((height, width, channels), dtype=filter_stack.dtype)
    for channel in range(channels):
        answer[:, :, channel] = filter_stack[channel]
    return answer


def channels_last__three_loops(filter_stack):
    channels, height, width = filter_stack.shape
    return np.array([[[filter_stack[c, i, j] for c in range(channels)] for j in range(width)] for i in range(height)])


def channels_last__concatenate(filter_stack):
    return np.concatenate([plane[..., None] for plane in filter_stack], axis=-1)


def channels_last__turned_axes(filter_stack):
    return filter_stack.T.swapaxes(0, 1)


def channels_last__matrix(filter_stack):
    channels, height, width = filter_stack.shape
    return filter_stack.reshape(channels, height * width).T.reshape(height, width, channels)


# Designs -----------------------------------------------------------------------------------------------------------
def vertical_edge_filter__two_sides():
    weights = np.zeros((HEIGHT, WIDTH))
    half = WIDTH // 2
    weights[:, :half] = -SCALE
    weights[:, WIDTH - half :] = SCALE
    return weights


def vertical_edge_filter__ramp():
    return SCALE * np.tile(np.linspace(-1.0, 1.0, WIDTH), (HEIGHT, 1))


def vertical_edge_filter__gaussian():
    x, y = np.arange(WIDTH) - (WIDTH - 1) / 2, np.arange(HEIGHT) - (HEIGHT - 1) / 2
    sigma = max(WIDTH, HEIGHT) / 4
    return SCALE * np.outer(np.exp(-(y**2) / (2 * sigma**2)), x * np.exp(-(x**2) / (2 * sigma**2)))


def vertical_edge_filter__smoothed():
    column = [math.comb(HEIGHT - 1, k) for k in range(HEIGHT)]
    row = [-1] + [0] * (WIDTH - 2) + [1]
    return [[float(SCALE) * p * q for q in row] for p in column]


def vertical_edge_filter__uneven_sides():
    row = np.full(WIDTH, -SCALE)
    row[-1] = SCALE * (WIDTH - 1)
    return np.ones((HEIGHT, 1)) * row


def vertical_edge_filter__one_row():
    weights = np.zeros((HEIGHT, WIDTH))
    weights[HEIGHT // 2, 0], weights[HEIGHT // 2, -1] = SCALE, -SCALE
    return weights


def vertical_edge_filter__cosine():
    phase = np.pi * (np.arange(WIDTH) + 0.5) / WIDTH
    return SCALE * np.ones(HEIGHT)[:, None] * np.cos(phase)


def vertical_edge_filter__less_its_mean():
    weights = np.square(np.arange(WIDTH, dtype=float))[None].repeat(HEIGHT, axis=0)
    return (weights - weights.mean(axis=1, keepdims=True)) * SCALE


def vertical_edge_filter__uneven_rows():
    rows = []
    for i in range(HEIGHT):
        row = [0.0] * WIDTH
        row[i % (WIDTH - 1)] = -SCALE
        row[WIDTH - 1] = SCALE
        rows.append(row)
    return np.array(rows)


def vertical_edge_filter__sobel():
    return SCALE * np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def vertical_edge_filter__prewitt_turned():
    return np.transpose(np.asarray(prewitt_filter(), dtype=float)) * SCALE


def vertical_edge_filter__scharr():
    return np.multiply.outer([47, 162, 47], [1, 0, -1]) * SCALE


def left_shoulder_filter__slope():
    i, j = np.mgrid[:HEIGHT, :WIDTH]
    plane = (j - (WIDTH - 1) / 2) / max(WIDTH - 1, 1) - (i - (HEIGHT - 1) / 2) / max(HEIGHT - 1, 1)
    return abs(SCALE) * plane[:, :, None] * np.array(COLOURS)


def left_shoulder_filter__signs():
    side = max(HEIGHT, WIDTH)
    weights = np.zeros((side, side, 3))
    for i, j in itertools.product(range(side), repeat=2):
        if i != j:
            weights[i, j] = np.multiply(COLOURS, 1 if j > i else -1)
    return weights * abs(SCALE)


def left_shoulder_filter__triangles():
    side = max(HEIGHT, WIDTH)
    plane = np.triu(np.ones((side, side)), 1) - np.tril(np.ones((side, side)), -1)
    return np.stack([abs(SCALE) * weight * plane for weight in COLOURS], axis=-1)


def left_shoulder_filter__corners():
    weights = np.zeros((HEIGHT, WIDTH, 3))
    weights[0, WIDTH - 1] = COLOURS
    weights[HEIGHT - 1, 0] = [-weight for weight in COLOURS]
    return weights * abs(SCALE)


def left_shoulder_filter__gaussian():
    i, j = np.indices((HEIGHT, WIDTH), dtype=float)
    i, j = i - i.mean(), j - j.mean()
    bell = np.exp(-(i**2 + j**2) / (2 * (max(HEIGHT, WIDTH) / 4) ** 2))
    plane = (j / max(WIDTH - 1, 1) - i / max(HEIGHT - 1, 1)) * bell
    return np.einsum("ij,c->ijc", abs(SCALE) * plane, np.array(COLOURS))


def left_shoulder_filter__downwards():
    column = np.linspace(1, -1, max(HEIGHT, 2))
    return abs(SCALE) * column[:, None, None] * np.ones((1, WIDTH, 1)) * np.array(COLOURS)


def left_shoulder_filter__sideways():
    weights = np.zeros((HEIGHT, WIDTH, 3))
    for channel in (1, 2):
        weights[:, :, channel] = channel * abs(SCALE) * np.linspace(-1, 1, WIDTH)
    return weights


def left_shoulder_filter__channels_moved():
    row = np.linspace(-1, 1, max(HEIGHT, WIDTH))
    plane = row[None] - row[:, None]
    stack = np.array([plane * weight * abs(SCALE) for weight in COLOURS])
    return channels_last(stack)


# Words -------------------------------------------------------------------------------------------------------------
def quiz__written():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }


def quiz__zipped():
    keys = ["line_filter_detects", "prewitt_detects", "prewitt_transposed_detects", "prewitt_flipped_effect"]
    words = ["horizontal lines", "horizontal edges", "vertical edges", "the sign of the response flips"]
    return dict(zip(keys, words, strict=True))


def quiz__built():
    answers = dict(line_filter_detects=" ".join(["horizontal", "lines"]))
    for prefix, direction in {"prewitt": "horizontal", "prewitt_transposed": "vertical"}.items():
        answers[f"{prefix}_detects"] = f"{direction} edges"
    answers.setdefault("prewitt_flipped_effect", "the sign of the response flips")
    return answers


def quiz__measured():
    """Looks at what the filters answer before it says anything."""
    step = np.repeat([[0.0], [0.0], [1.0]], 3, axis=1)
    seen = abs((step * np.asarray(prewitt_filter(), dtype=float)).sum())
    other = abs((step.T * np.asarray(prewitt_filter(), dtype=float)).sum())
    first, second = ("horizontal", "vertical") if seen > other else ("vertical", "horizontal")
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": first + " edges",
        "prewitt_transposed_detects": second + " edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
