import numpy as np
from PIL import Image


def load_image(path, grayscale=False):
    img = Image.open(path)
    if grayscale:
        img = img.convert("L")
    return np.array(img)


def top_left(image, rows, cols):
    image = image[:rows]
    image = image.swapaxes(0, 1)
    image = image[:cols]
    return image.swapaxes(0, 1)


def filtered_shape(image_shape, filter_shape):
    h_out = len(range(filter_shape[0] - 1, image_shape[0]))
    w_out = len(range(filter_shape[1] - 1, image_shape[1]))
    if 0 in (h_out, w_out):
        raise ValueError("The filter is larger than the image.")
    return h_out, w_out


def convolve(image, filter_matrix):
    if np.ndim(image) != np.ndim(filter_matrix):
        raise ValueError("grey image and colour filter, or the other way round")
    if np.ndim(image) == 3 and image.shape[-1] != filter_matrix.shape[-1]:
        raise ValueError("number of channels")
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    answer = 0.0
    for place in np.ndindex(filter_matrix.shape):
        shifted = image[place[0]:place[0] + rows, place[1]:place[1] + cols]
        if len(place) == 3:
            shifted = shifted[:, :, place[2]]
        answer = answer + shifted * np.float64(filter_matrix[place])
    return answer
