import numpy as np


def multiply_sum(a, b):
    # Parseval: the sum of products is the mean of the products of the spectra
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError("the shapes have to be equal")
    spectrum = np.fft.fftn(a) * np.conj(np.fft.fftn(b))
    return spectrum.sum().real / a.size
