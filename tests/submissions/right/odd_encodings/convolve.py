# Übung 2, written on Windows
import imageio.v3 as iio
import numpy as np


def load_image(path, grayscale=False):
    """Lädt ein Bild."""
    bild = iio.imread(path)
    if grayscale:
        bild = np.sum(bild * np.array([0.299, 0.587, 0.114]), axis=-1)
    return bild


def top_left(image, rows, cols):
    return image[:rows, :cols]


def filtered_shape(image_shape, filter_shape):
    höhe = image_shape[0] - filter_shape[0] + 1
    breite = image_shape[1] - filter_shape[1] + 1
    if höhe < 1 or breite < 1:
        raise ValueError("Der Filter ist größer als das Bild.")
    return höhe, breite


def convolve(image, filter_matrix):
    if image.ndim != filter_matrix.ndim or image.shape[2:] != filter_matrix.shape[2:]:
        raise ValueError("Bild und Filter passen nicht zueinander.")
    höhe, breite = filtered_shape(image.shape, filter_matrix.shape)
    ergebnis = np.zeros((höhe, breite))
    for z in range(höhe):
        for s in range(breite):
            ausschnitt = image[z:z + filter_matrix.shape[0], s:s + filter_matrix.shape[1]]
            ergebnis[z, s] = np.sum(ausschnitt.astype(float) * filter_matrix)
    return ergebnis
