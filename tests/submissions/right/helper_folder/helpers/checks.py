def same_shape(a, b):
    if a.shape != b.shape:
        raise ValueError(f"{a.shape} is not {b.shape}")


def same_channels(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image and filter need the same channels")


def fits(image_shape, filter_shape):
    rows, cols = (image_shape[k] - filter_shape[k] + 1 for k in range(2))
    if rows < 1 or cols < 1:
        raise ValueError(f"{filter_shape} does not fit into {image_shape}")
    return rows, cols
