def horizontal_line_filter():
    return [[-1, -1, -1], [2, 2, 2], [-1, -1, -1]]


def vertical_edge_filter():
    return [[-1, 1], [-1, 1]]


def prewitt_filter():
    return ((1, 1, 1), (0, 0, 0), (-1, -1, -1))


def prewitt_variants():
    p = prewitt_filter()
    return {"transposed": list(zip(*p)), "flipped": [p[2], p[1], p[0]]}


def channels_last(filter_stack):
    channels = filter_stack.tolist()
    rows, cols = range(len(channels[0])), range(len(channels[0][0]))
    return [[[channel[y][x] for channel in channels] for x in cols] for y in rows]


def left_shoulder_filter():
    nothing, blue, black = [0, 0, 0], [0, 0, 1], [0, 0, -1]
    return [[nothing, blue, blue], [black, nothing, blue], [black, black, nothing]]


def quiz():
    return {
        "line_filter_detects": "horizontal lines",
        "prewitt_detects": "horizontal edges",
        "prewitt_transposed_detects": "vertical edges",
        "prewitt_flipped_effect": "the sign of the response flips",
    }
