import imageio.v3 as iio
import numpy as np

def load_image(path, grayscale=False):
    img = iio.imread(path)
    if grayscale:
        img = 0.299 * img[:, :, 0] + 0.587 * img[:, :, 1] + 0.114 * img[:, :, 2]
    return img

def top_left(image, rows, cols):
    return image[:rows, :cols]

def filtered_shape(image_shape, filter_shape):
    H, W = image_shape[:2]
    h, w = filter_shape[:2]
    if H < h or W < w:
        raise ValueError("does not fit")
    return H - h + 1, W - w + 1

def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("image and filter do not match")
    # definition of the convolution from the maths lecture: the kernel is rotated
    kernel = filter_matrix[::-1, ::-1].astype(float)
    H, W = filtered_shape(image.shape, kernel.shape)
    result = np.zeros((H, W))
    for i in range(H):
        for j in range(W):
            result[i, j] = np.sum(image[i:i+kernel.shape[0], j:j+kernel.shape[1]] * kernel)
    return result
