import imageio.v3 as iio
import numpy as np

DEBUG = True


def load_image(path, grayscale=False):
    image = iio.imread(path)
    print("the image has", image.shape[0], "rows and", image.shape[1], "columns")
    if grayscale:
        image = image.astype(float)
        image = 0.299 * image[..., 0] + 0.587 * image[..., 1] + 0.114 * image[..., 2]
        print("grey values from", image.min(), "to", image.max())
    return image


def top_left(image, rows, cols):
    # rows 0, 1, ..., rows
    corner = image[0:rows + 1, 0:cols + 1]
    print("corner:", corner.shape)
    return corner


def filtered_shape(image_shape, filter_shape):
    rows = image_shape[0] - filter_shape[0] + 1
    cols = image_shape[1] - filter_shape[1] + 1
    print("filtered_shape:", image_shape, filter_shape, "->", rows, cols)
    if rows < 1 or cols < 1:
        raise ValueError("filter too large")
    return rows, cols


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        print("!!! channels !!!")
        raise ValueError("channels do not match")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    result = np.zeros((rows, cols))
    for i in range(rows):
        for j in range(cols):
            patch = image[i:i + filter_matrix.shape[0], j:j + filter_matrix.shape[1]]
            result[i, j] = np.sum(patch.astype(float) * filter_matrix)
        if DEBUG:
            print("row", i, "is done:", result[i])
    return result


print("testing convolve")
print(convolve(np.arange(12).reshape(3, 4), np.array([[1, 0], [0, -1]])))
