import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image


def load_image(path, grayscale=False):
    img = Image.open(path)
    if grayscale:
        return np.array(img.convert("L"))
    return np.array(img.convert("RGB"))


def top_left(image, rows, cols):
    # first index = row, second index = column
    corner = image[0:rows, 0:cols].copy()
    return corner


def filtered_shape(image_shape, filter_shape):
    out_h = image_shape[0] - filter_shape[0] + 1
    out_w = image_shape[1] - filter_shape[1] + 1
    if out_h < 1 or out_w < 1:
        raise ValueError("filter is bigger than the image")
    return (out_h, out_w)


def convolve(image, filter_matrix):
    x = torch.tensor(image, dtype=torch.float64)[None, None]
    k = torch.tensor(filter_matrix, dtype=torch.float64)[None, None]
    return F.conv2d(x, k)[0, 0].numpy()
