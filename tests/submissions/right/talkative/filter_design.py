import numpy as np

np.set_printoptions(precision=2, suppress=True)


def show(name, f):
    print(name.center(40, "-"))
    print(f)
    return f


def horizontal_line_filter():
    return show("line", np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]))


def vertical_edge_filter():
    return show("edge", np.array([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]))


def prewitt_filter():
    return show("prewitt", np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]))


def prewitt_variants():
    p = prewitt_filter()
    return {"transposed": show("transposed", p.T), "flipped": show("flipped", np.flipud(p))}


def channels_last(filter_stack):
    result = filter_stack.transpose([1, 2, 0])
    print(filter_stack.shape, "->", result.shape)
    return result


def left_shoulder_filter():
    f = np.zeros((1, 2, 3))
    f[0, 0, 2] = -1
    f[0, 1, 2] = 1
    return show("shoulder", f)


def quiz():
    print("These are my answers")
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }


show("quiz", quiz())
