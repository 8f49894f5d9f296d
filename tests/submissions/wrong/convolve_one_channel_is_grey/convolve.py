import imageio.v3 as iio
import numpy as np


def load_image(path, grayscale=False):
    img = iio.imread(path)
    if grayscale == True:
        img = 0.299 * img[:, :, 0] + 0.587 * img[:, :, 1] + 0.114 * img[:, :, 2]
    return img


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    H, W = image_shape[:2]
    h, w = filter_shape[:2]
    if h > H or w > W:
        raise ValueError("The filter does not fit: %s, %s" % (image_shape, filter_shape))
    return H - h + 1, W - w + 1


def convolve(image, filter_matrix):
    channels_i = image.shape[2] if image.ndim == 3 else 1
    channels_f = filter_matrix.shape[2] if filter_matrix.ndim == 3 else 1
    if channels_i != channels_f:
        raise ValueError("image has %d channels, filter has %d" % (channels_i, channels_f))
    rows, cols = filtered_shape(image.shape, filter_matrix.shape)
    h, w = filter_matrix.shape[:2]
    image = image.reshape(image.shape[0], image.shape[1], channels_i)
    f = filter_matrix.reshape(h, w, channels_f).astype(float)
    return np.array([[np.sum(image[i:i + h, j:j + w] * f) for j in range(cols)] for i in range(rows)])
