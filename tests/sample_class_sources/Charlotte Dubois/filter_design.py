import numpy as np


def show(title, array):
    print("=" * 20, title, "=" * 20)
    print(np.array(array))
    return np.array(array)


def horizontal_line_filter():
    return show("line", [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])


def vertical_edge_filter():
    return show("edge", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])


def prewitt_filter():
    return show("prewitt", [[1, 1, 1], [0, 0, 0], [-1, -1, -1]])


def prewitt_variants():
    p = prewitt_filter()
    return {"transposed": show("transposed", p.T), "flipped": show("flipped", p[::-1])}


def channels_last(filter_stack):
    print("before:", filter_stack.shape)
    result = np.moveaxis(filter_stack, 0, -1)
    print("after:", result.shape)
    return result


def left_shoulder_filter():
    blue = show("blue", [[0, 1, 1], [-1, 0, 1], [-1, -1, 0]])
    return np.dstack([np.zeros((3, 3)), np.zeros((3, 3)), blue])


def quiz():
    answers = {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
    for question, answer in answers.items():
        print(question, "?", answer)
    return answers
