import os
import warnings

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    print("loading", os.path.basename(path))
    picture = Image.open(path)
    image = np.array(picture.convert("F") if grayscale else picture)
    print("size", image.shape, "type", image.dtype)
    return image


def top_left(image, rows, cols):
    if rows > image.shape[0] or cols > image.shape[1]:
        warnings.warn("the image is smaller than that")
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    shape = image_shape[0] - filter_shape[0] + 1, image_shape[1] - filter_shape[1] + 1
    print(image_shape, "-", filter_shape, "->", shape)
    if min(shape) < 1:
        raise ValueError("filter too large")
    return shape


def convolve(image, filter_matrix):
    print("filter:", filter_matrix)
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("channels")
    n, m = filtered_shape(image.shape, filter_matrix.shape)
    result = np.zeros((n, m))
    for i in range(n):
        if i % 10 == 0:
            print("row", i, "of", n)
        for j in range(m):
            patch = image[i:i + filter_matrix.shape[0], j:j + filter_matrix.shape[1]]
            result[i, j] = np.sum(patch * filter_matrix.astype(float))
    return result


# look at the result
test = np.zeros((20, 30))
test[10:, :] = 255
plt.figure()
plt.imshow(convolve(test, np.array([[1, 1], [-1, -1]])), cmap="gray")
plt.title("edge")
plt.show()
plt.close("all")

if __name__ == "__main__":
    photo = load_image("grace_hopper.jpg", grayscale=True)
    plt.imshow(photo)
